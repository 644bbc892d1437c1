"""A rack unit by unit: what overlaps or stands too high is said, not drawn over something else."""

from server.assets.rules.racks import Placed, draw_rack, misplaced


def _units(units: int, *devices: Placed, face: str = "front") -> dict[int, str]:
    slots = draw_rack(units, devices, face)
    assert sum(slot.height for slot in slots) == units
    return {slot.unit: slot.device.name for slot in slots if slot.device}


def test_devices_stand_at_their_lowest_unit_and_reach_up() -> None:
    found = _units(6, Placed(1, "db", 1, 2), Placed(2, "web", 6))
    assert found == {2: "db", 6: "web"}


def test_front_and_rear_are_two_faces() -> None:
    devices = (Placed(1, "db", 1), Placed(2, "switch", 1, face="rear"))
    assert _units(2, *devices) == {1: "db"}
    assert _units(2, *devices, face="rear") == {1: "switch"}
    assert misplaced(2, devices) == []


def test_what_overlaps_stands_too_high_or_nowhere_is_told_beside_the_rack() -> None:
    devices = (
        Placed(1, "first", 1, 2),
        Placed(2, "over it", 2),
        Placed(3, "too high", 4, 2),
        Placed(4, "anywhere"),
    )
    assert _units(4, *devices) == {2: "first"}
    assert [one.name for one in misplaced(4, devices)] == ["anywhere", "over it", "too high"]
