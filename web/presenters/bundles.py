"""Too many items for one map: those of one class at one site stand as one node, until opened.

Pure: from light values to who stands alone and who stands in which bundle.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

#: Up to so many, every item has its own node.
SINGLE_LIMIT = 300
#: So many items leave a bundle at each opening.
OPENING = 100
#: The most nodes on one map, whatever was opened.
MOST_SINGLE = 1000
#: Between the parts of a bundle's key; in no code of a class.
_JOINT = "~"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Items of one class at one site that are drawn as one; ``site_id`` 0 for no known site."""

    key: str
    class_code: str
    site_id: int
    members: tuple[int, ...]

    @property
    def node_id(self) -> str:
        """Return the id of its node on the map; never that of an item."""
        return f"bundle{_JOINT}{self.key}"


@dataclass(frozen=True, slots=True)
class Loose:
    """An item to be drawn, as bundling sees it; given in the order in which items are let out."""

    item_id: int
    class_code: str
    site_id: int


def bundle_items(
    items: Sequence[Loose],
    alone: AbstractSet[int],
    opened: Mapping[str, int],
    limit: int = SINGLE_LIMIT,
) -> tuple[list[int], list[Bundle]]:
    """Return (items with a node of their own, bundles of the others).

    Nothing is bundled up to ``limit`` items, and never what is ``alone``; ``opened`` says how many
    members have left each bundle.

    >>> many = [Loose(n, "server", 7) for n in range(400)]
    >>> single, (bundle,) = bundle_items(many, {5}, {"server~7": 100})
    >>> len(single), len(bundle.members), bundle.key
    (101, 299, 'server~7')
    """
    if len(items) <= limit:
        return [one.item_id for one in items], []
    kept = [one.item_id for one in items if one.item_id in alone][:MOST_SINGLE]
    gathered: dict[tuple[str, int], list[int]] = {}
    for one in items:
        if one.item_id not in alone:
            gathered.setdefault((one.class_code, one.site_id), []).append(one.item_id)
    bundles = []
    for (class_code, site_id), members in sorted(gathered.items()):
        key = bundle_key(class_code, site_id)
        # A bundle of one would say less than the item itself.
        leave = len(members) if len(members) == 1 else opened.get(key, 0)
        leave = min(leave, max(0, MOST_SINGLE - len(kept)))
        kept += members[:leave]
        if members[leave:]:
            bundles.append(Bundle(key, class_code, site_id, tuple(members[leave:])))
    return kept, bundles


def bundle_key(class_code: str, site_id: int) -> str:
    """Return what names a bundle in an address."""
    return f"{class_code}{_JOINT}{site_id}"


def read_opened(values: Iterable[str]) -> dict[str, int]:
    """Read the opened bundles out of an address; what makes no sense opens nothing.

    >>> read_opened(["server~7~200", "nonsense"])
    {'server~7': 200}
    """
    found: dict[str, int] = {}
    for value in values:
        class_code, _, rest = value.partition(_JOINT)
        site, _, count = rest.partition(_JOINT)
        if class_code and _is_number(site) and _is_number(count):
            found[bundle_key(class_code, int(site))] = min(int(count), MOST_SINGLE)
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def write_opened(opened: Mapping[str, int]) -> list[str]:
    """Return the values of the address that ``read_opened`` reads."""
    return [f"{key}{_JOINT}{count}" for key, count in sorted(opened.items())]
