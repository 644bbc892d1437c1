"""Serial numbers: a number and its maker, because two makers may number alike.

They are kept as ``NUMBER|maker``. The maker is empty where a source did not know it (a column of a
spreadsheet); such a number is compared with every maker's, and believed a little less.

>>> compose(" abc-123 ", "Hewlett-Packard")
'ABC-123|hp'
"""

from functools import lru_cache

from cmdb.engine.identity.knowledge import knowledge
from cmdb.observation import Identifier

#: Kinds that are a number and a maker.
KINDS = frozenset({"serial", "board_serial"})
#: What a match is worth where one side does not know the maker.
UNSURE_MAKER = 0.7

_SHORTEST = 4
_HEX = frozenset("0123456789abcdef")
_COUNTING = ("01234567890123456789", "12345678901234567890", "0123456789ABCDEF")


def compose(text: str, vendor: str) -> str:
    """Return the canonical serial; "" for a number that is nobody's."""
    number = " ".join(text.split()).upper().replace("|", "/")
    plain = number.replace("-", "").replace(" ", "").replace(".", "")
    # One character over and over ("0000000", "FFFF"), or counting up: nobody's number.
    counting = any(row.startswith(plain) for row in _COUNTING)
    if len(set(plain)) < 2 or len(number) < _SHORTEST or counting:
        return ""
    return f"{number}|{fold_vendor(vendor)}"


def fold_vendor(vendor: str) -> str:
    """Return one name for all spellings of a maker.

    >>> fold_vendor("Hewlett Packard Enterprise")
    'hp'
    """
    folded = " ".join(vendor.casefold().split())
    return knowledge().vendors.get(folded, folded)


def likeness(one: Identifier, other: Identifier) -> float:
    """Return 1 for the same value, ``UNSURE_MAKER`` for the same number of a maker not known."""
    if one.kind != other.kind:
        return 0.0
    if one.value == other.value:
        return 1.0
    if one.kind not in KINDS:
        return 0.0
    number, _, maker = one.value.rpartition("|")
    same_number, _, same_maker = other.value.rpartition("|")
    return UNSURE_MAKER if number == same_number and not (maker and same_maker) else 0.0


def without_maker(identifier: Identifier) -> Identifier | None:
    """Return the same number without its maker, to be looked up too; None where there is none."""
    if identifier.kind not in KINDS or identifier.value.endswith("|"):
        return None
    return Identifier(identifier.kind, identifier.value.rpartition("|")[0] + "|")


@lru_cache(maxsize=4096)
def hidden_uuid(serial: str) -> str:
    """Return the digits of the UUID that a hypervisor wrote into a serial; "" where there is none.

    VMware writes "VMware-56 4d …", others the UUID itself: such a serial says nothing besides.

    >>> hidden_uuid("VMWARE-56 4D 8E 5A 12 F3 4C 1B-9D 0E 6A 7B 8C 9D 00 01|vmware")
    '564d8e5a12f34c1b9d0e6a7b8c9d0001'
    """
    number = serial.rpartition("|")[0].casefold().removeprefix("vmware-")
    digits = number.replace(" ", "").replace("-", "")
    return digits if len(digits) == 32 and set(digits) <= _HEX else ""


def lacks_maker(identifier: Identifier) -> bool:
    """Say whether the identifier is a serial that any maker's may match."""
    return identifier.kind in KINDS and identifier.value.endswith("|")
