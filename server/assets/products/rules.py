"""Which model an item is one of, told from how its sources write maker and model. Pure.

Firmware writes the same maker in many ways ("Dell Inc.", "DELL", "Dell Computer Corporation") and
often repeats it in the model ("HP ProLiant DL380 Gen9"). Both are compared without case, marks and
the legal form of a company.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from cmdb.model.text import clean

#: How long a name may be.
LONGEST = 255

_MARKS = re.compile(r"[^\w]+|_+")
#: Legal forms and words that say nothing of who it is, at the end of a company's name.
_FORMS = frozenset(
    {
        "ab",
        "ag",
        "asa",
        "bv",
        "co",
        "company",
        "computer",
        "computers",
        "corp",
        "corporation",
        "electronics",
        "gmbh",
        "group",
        "holdings",
        "inc",
        "incorporated",
        "international",
        "kg",
        "limited",
        "llc",
        "ltd",
        "nv",
        "oy",
        "oyj",
        "plc",
        "sa",
        "sarl",
        "se",
        "spa",
        "srl",
        "systems",
        "tec",
        "technologies",
        "technology",
    }
)
#: Names that are the same maker, as ``vendor_key`` finds them otherwise.
_SAME: Mapping[str, str] = {
    "hewlett packard": "hp",
    "hewlett packard enterprise": "hpe",
    "international business machines": "ibm",
    "asustek": "asus",
    "gigabyte": "giga byte",
    "super micro": "supermicro",
    "fujitsu siemens": "fujitsu",
    "innotek": "oracle",
}
#: What firmware says when nobody filled it in.
_SAID_OF_NOTHING = frozenset(
    {
        "default string",
        "n a",
        "none",
        "not applicable",
        "not available",
        "not specified",
        "null",
        "o e m",
        "oem",
        "product name",
        "standard",
        "system manufacturer",
        "system name",
        "system product name",
        "to be filled by o e m",
        "type1productconfigid",
        "undefined",
        "unknown",
        "x x",
        "xxx",
    }
)


@dataclass(frozen=True, slots=True)
class Product:
    """A maker and a model: the names as they were written, and the keys that they share."""

    vendor: str
    vendor_key: str
    model: str
    model_key: str


def vendor_key(text: str) -> str:
    """Return what all ways of writing a maker have in common; "" for what names none.

    >>> {vendor_key(one) for one in ("Dell Inc.", "DELL", "Dell Computer Corporation")}
    {'dell'}
    >>> vendor_key("Hewlett-Packard Company"), vendor_key("To Be Filled By O.E.M.")
    ('hp', '')
    """
    words = _words(text)
    if " ".join(words) in _SAID_OF_NOTHING:
        return ""
    while len(words) > 1 and words[-1] in _FORMS:
        words.pop()
    key = " ".join(words)
    return _SAME.get(key, key)[:LONGEST]


def product_of(vendor: str, model: str) -> Product | None:
    """Return the model that is meant; None where either name says nothing.

    >>> found = product_of("HP", "HP ProLiant  DL380 Gen9")
    >>> found.model, found.model_key
    ('ProLiant DL380 Gen9', 'proliantdl380gen9')
    >>> product_of("Dell Inc.", "System Product Name") is None
    True
    """
    maker = vendor_key(vendor)
    shown = without_maker(maker, clean(model))[:LONGEST]
    words = _words(shown)
    if not maker or not words or " ".join(words) in _SAID_OF_NOTHING:
        return None
    return Product(clean(vendor)[:LONGEST], maker, shown, model_key(shown))


def model_key(name: str) -> str:
    """Return what all ways of writing a model have in common.

    >>> model_key("Latitude E-7470") == model_key("LATITUDE E7470")
    True
    """
    return "".join(_words(name))[:LONGEST]


def without_maker(maker: str, model: str) -> str:
    """Return a model's name without its maker in front; a name that is nothing else stays.

    >>> without_maker("cisco", "Cisco Systems, Inc. Catalyst 9300"), without_maker("hp", "HP")
    ('Catalyst 9300', 'HP')
    """
    parts = model.split()
    for count in range(min(4, len(parts) - 1), 0, -1):
        if vendor_key(" ".join(parts[:count])) == maker:
            return " ".join(parts[count:])
    return " ".join(parts)


def _words(text: str) -> list[str]:
    """Return the words of a name without case, accents and marks."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _MARKS.sub(" ", bare).split()
