"""What people call a product and who makes it, whatever a package manager writes. Pure."""

import re
import tomllib
from dataclasses import dataclass
from fnmatch import translate
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

#: Whose names are made for people: "Mozilla Firefox (x64 de) 115.6".
_SHOWN = frozenset({"windows", "macos", "other"})
#: What stands behind a name and is none of it: version, width, language.
_TAIL = re.compile(
    r"""(?:\s*[-,]?\s*(?:
        \((?:x(?:64|86)|64-?bit|32-?bit|arm64|remove\ only|[a-z]{2}(?:-[a-z]{2})?
            |x(?:64|86)\ [a-z]{2}(?:-[a-z]{2})?)\)
        |\b[a-z]{2}-[a-z]{2}\b
        |\bx(?:64|86)\b
        |\b(?:v|version\ )?\d+(?:\.\d+)+(?:\s*\(\d+\))?
    ))+\s*$""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Named:
    """Who makes a product ("" where nobody knows), and what people call it."""

    vendor: str
    product: str


@lru_cache(maxsize=4096)
def named(ecosystem: str, name: str) -> Named:
    """Return maker and product of a name in an ecosystem.

    >>> named("deb", "libssl3")
    Named(vendor='OpenSSL', product='OpenSSL')
    >>> named("windows", "Autodesk DWG TrueView 2024 - English (x64)")
    Named(vendor='Autodesk', product='DWG TrueView 2024 - English')
    >>> named("deb", "bash")
    Named(vendor='', product='bash')
    """
    for pattern, found in _known():
        if pattern.match(name.casefold()):
            return found
    if ecosystem not in _SHOWN:
        return Named("", name)
    plain = _TAIL.sub("", name).strip() or name
    first, _, rest = plain.partition(" ")
    vendor = _makers().get(first, "")
    return Named(vendor, rest if vendor and rest else plain)


@cache
def _known() -> tuple[tuple[re.Pattern[str], Named], ...]:
    return tuple(
        (re.compile(translate(name.casefold())), Named(entry["vendor"], entry["product"]))
        for entry in _document()["known"]
        for name in entry["names"]
    )


@cache
def _makers() -> dict[str, str]:
    found: dict[str, str] = _document()["makers"]
    return found


@cache
def _document() -> dict[str, Any]:
    text = files("server.items.software").joinpath("naming.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
