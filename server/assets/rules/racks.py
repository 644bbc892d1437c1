"""A rack, drawn unit by unit from above. Pure: devices as values, slots as values.

>>> slots = draw_rack(4, [Placed(1, "db", 1, 2), Placed(2, "web", 4, 1)], "front")
>>> [(slot.unit, slot.height, slot.device.name if slot.device else None) for slot in slots]
[(4, 1, 'web'), (3, 1, None), (2, 2, 'db')]
"""

from collections.abc import Sequence
from dataclasses import dataclass

#: What most racks have, where nobody has said how high this one is.
USUAL_UNITS = 42
FACES = ("front", "rear")


@dataclass(frozen=True, slots=True)
class Placed:
    """A device in a rack: its lowest unit (None: nobody has said), its height and its face."""

    item_id: int
    name: str
    position: int | None = None
    height: int = 1
    face: str = "front"
    class_code: str = ""

    @property
    def top(self) -> int:
        """Return its highest unit."""
        return (self.position or 0) + self.height - 1


@dataclass(frozen=True, slots=True)
class Slot:
    """Units of a face, counted from the highest: a device, or one free unit."""

    unit: int
    height: int
    device: Placed | None


def draw_rack(units: int, devices: Sequence[Placed], face: str) -> list[Slot]:
    """Return the slots of a face from above; what does not fit or overlaps is left out."""
    by_top = {one.top: one for one in fitting(units, devices, face)}
    slots: list[Slot] = []
    unit = units
    while unit >= 1:
        device = by_top.get(unit)
        height = device.height if device else 1
        slots.append(Slot(unit, height, device))
        unit -= height
    return slots


def fitting(units: int, devices: Sequence[Placed], face: str) -> list[Placed]:
    """Return the devices of a face that can be drawn, the lowest first."""
    taken: set[int] = set()
    found = []
    for one in sorted(devices, key=lambda d: (d.position or 0, d.item_id)):
        if one.position is None or one.face != face or one.top > units:
            continue
        mine = set(range(one.position, one.top + 1))
        if not taken & mine:
            taken |= mine
            found.append(one)
    return found


def misplaced(units: int, devices: Sequence[Placed]) -> list[Placed]:
    """Return the devices that stand in the rack and cannot be drawn, by name."""
    drawn = {one.item_id for face in FACES for one in fitting(units, devices, face)}
    return sorted((d for d in devices if d.item_id not in drawn), key=lambda d: d.name.casefold())
