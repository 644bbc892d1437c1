"""Which disks there are."""

from pathlib import Path
from typing import Any

import pytest

from agent.collectors import disks
from tests.agent.recordings import recorded


@pytest.fixture
def found(tmp_path: Path) -> dict[str, dict[str, Any]]:
    return {disk["name"]: disk for disk in disks.collect(recorded("rack-server", tmp_path))}


def test_disks_are_counted_and_loop_devices_and_empty_readers_are_not(
    found: dict[str, dict[str, Any]],
) -> None:
    assert {name: disk["kind"] for name, disk in found.items()} == {
        "sda": "ssd",
        "sdb": "hdd",
        "sr0": "optical",
        "nvme0n1": "nvme",
        "md0": "md",
        "vg0-root": "lvm",
        "swap_crypt": "crypt",
    }


def test_a_sata_disk_tells_its_serial_on_a_page_of_its_own(
    found: dict[str, dict[str, Any]],
) -> None:
    assert found["sda"] == {
        "name": "sda",
        "kind": "ssd",
        "size_bytes": 480103981056,
        "model": "MZ7LH480HAHQ0D3",
        "serial": "S45PNA0M12345",
        "vendor": None,
        "firmware": "HG58",
        "bus": "sata",
        "wwn": "naa.5002538e09a1b2c3",
    }


def test_a_serial_only_udev_knows_is_taken_from_there(found: dict[str, dict[str, Any]]) -> None:
    assert (found["sdb"]["serial"], found["sdb"]["bus"]) == ("ZC1ABCDE", "scsi")


def test_an_nvme_disk_tells_serial_and_firmware_itself(found: dict[str, dict[str, Any]]) -> None:
    disk = found["nvme0n1"]
    assert (disk["serial"], disk["firmware"], disk["bus"]) == ("PHLJ1234", "VDV10131", "nvme")


def test_the_medium_in_an_optical_drive_does_not_count(found: dict[str, dict[str, Any]]) -> None:
    assert found["sr0"]["size_bytes"] is None
    assert found["sr0"]["vendor"] == "HL-DT-ST"
