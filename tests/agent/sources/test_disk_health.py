"""How disks say that they are."""

import json
from pathlib import Path
from typing import Any

import pytest

from agent.collectors import disks
from agent.machine import Machine
from agent.sources.disk_health import read_page, read_smartctl
from tests.agent.recordings import recorded


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = recorded("rack-server", tmp_path)
    (tmp_path / ".commands").mkdir(exist_ok=True)
    (tmp_path / "usr/sbin").mkdir(parents=True, exist_ok=True)
    (tmp_path / "usr/sbin/smartctl").touch()
    (tmp_path / "sys/block/md0/md/degraded").write_text("0\n")
    _tell(tmp_path, smart(), page())
    return machine


def _tell(place: Path, answer: str, told: bytes) -> None:
    (place / ".commands/smartctl-sda").write_text(answer)
    (place / ".commands/nvme-nvme0n1").write_bytes(told)


def smart(*, passed: bool = True, **attributes: tuple[int, str]) -> str:
    """Return what smartctl tells: an attribute is (raw value, when it failed)."""
    numbers = {"Reallocated_Sector_Ct": 5, "Current_Pending_Sector": 197}
    table = [
        {"id": numbers[name], "name": name, "when_failed": failed, "raw": {"value": raw}}
        for name, (raw, failed) in attributes.items()
    ]
    told = {"smart_status": {"passed": passed}, "ata_smart_attributes": {"table": table}}
    return json.dumps(told)


def page(warning: int = 0, used_percent: int = 3) -> bytes:
    """Return the log page of an NVMe disk."""
    return bytes([warning, 0x2F, 1, 100, 10, used_percent]) + bytes(506)


def health(machine: Machine) -> dict[str, tuple[Any, Any]]:
    found = {one["name"]: one for one in disks.collect(machine)}
    return {
        name: (found[name].get("health"), found[name].get("health_reason"))
        for name in ("sda", "sdb", "nvme0n1", "md0")
    }


def test_disks_and_arrays_tell_how_they_are(machine: Machine, tmp_path: Path) -> None:
    good = ("good", None)
    # Of sdb nobody told anything.
    assert health(machine) == {"sda": good, "sdb": (None, None), "nvme0n1": good, "md0": good}


def test_they_are_asked_once_a_day_and_in_between_the_last_answer_stands(
    machine: Machine, tmp_path: Path
) -> None:
    health(machine)
    _tell(tmp_path, smart(passed=False), page(0b100))
    (tmp_path / "sys/block/md0/md/degraded").write_text("1\n")
    assert health(machine)["sda"] == ("good", None)
    machine.memory["disks"]["at"] -= 25 * 3600
    assert health(machine) == {
        "sda": ("failing", "its own check fails"),
        "sdb": (None, None),
        "nvme0n1": ("failing", "unreliable"),
        "md0": ("failing", "disks of the array are missing"),
    }


def test_a_disk_that_sleeps_keeps_what_it_said_and_another_disk_speaks_for_itself(
    machine: Machine, tmp_path: Path
) -> None:
    health(machine)
    _tell(tmp_path, '{"smartctl": {"exit_status": 2}}', page(0b1000))
    machine.memory["disks"]["at"] -= 25 * 3600
    assert health(machine)["sda"] == ("good", None)
    _tell(tmp_path, "", page())
    assert health(machine)["nvme0n1"] == ("failing", "read only")
    serial = next(tmp_path.glob("sys/devices/**/nvme0/serial"), None)
    assert serial is not None
    serial.write_text("ANOTHER1\n")
    assert health(machine)["nvme0n1"] == ("good", None)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (smart(), ["good", ""]),
        (smart(passed=False), ["failing", "its own check fails"]),
        (smart(Reallocated_Sector_Ct=(900, "now")), ["failing", "Reallocated_Sector_Ct"]),
        (smart(Reallocated_Sector_Ct=(3, "past")), ["good", ""]),
        (smart(Current_Pending_Sector=(8, "")), ["worn", "sectors cannot be read"]),
        ("", None),
        ("[]", None),
        ("{}", None),
        ('{"smart_status": null}', None),
        ('{"smart_status": {"passed": true}, "ata_smart_attributes": {"table": [7]}}', None),
        ("no JSON", None),
    ],
)
def test_smartctl_is_understood_or_passed_over(told: str, expected: list[str] | None) -> None:
    assert read_smartctl(told) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (page(), ["good", ""]),
        # Too warm is no reason to buy a disk.
        (page(0b10), ["good", ""]),
        (page(0b1), ["failing", "little spare left"]),
        (page(0b1100), ["failing", "unreliable, read only"]),
        (page(used_percent=120), ["worn", "more was written than it is made for"]),
        (b"", None),
        (bytes(100), None),
    ],
)
def test_the_page_of_an_nvme_disk_is_read(told: bytes, expected: list[str] | None) -> None:
    assert read_page(told) == expected
