"""How much memory there is."""

import struct
from pathlib import Path

from agent.collectors import memory
from tests.agent.recordings import made_of, recorded

GIB = 1024**3


def test_installed_memory_counts_and_not_what_the_kernel_left_over(tmp_path: Path) -> None:
    found = memory.collect(recorded("rack-server", tmp_path))
    assert found == {"total_bytes": 32 * GIB, "swap_bytes": 8388604 * 1024, "modules": None}


def test_a_container_has_the_memory_it_was_given(tmp_path: Path) -> None:
    assert memory.collect(recorded("alpine-container", tmp_path))["total_bytes"] == 2 * GIB


def test_the_modules_come_from_the_smbios_table(tmp_path: Path) -> None:
    machine = recorded("rack-server", tmp_path)
    table = tmp_path / "sys/firmware/dmi/tables/DMI"
    table.parent.mkdir(parents=True)
    table.write_bytes(
        structure(0, b"\x01\x02", "Dell Inc.", "2.19.1")
        + memory_device(16384, ("A1", "Samsung", "S-1", "M393A2K43"))
        + memory_device(0x7FFF, ("A2", "Not Specified", "S-2", "M393A8K40"), extended_mib=65536)
        + memory_device(0, ("A3", "", "", ""))
        + structure(127, b"")
    )
    assert memory.collect(machine)["modules"] == [
        {
            "slot": "A1",
            "size_bytes": 16 * GIB,
            "type": "DDR4",
            "speed_mts": 2933,
            "manufacturer": "Samsung",
            "serial": "S-1",
            "part_number": "M393A2K43",
        },
        {
            "slot": "A2",
            "size_bytes": 64 * GIB,
            "type": "DDR4",
            "speed_mts": 2933,
            "manufacturer": None,
            "serial": "S-2",
            "part_number": "M393A8K40",
        },
    ]


def test_single_entries_serve_where_the_whole_table_is_missing(tmp_path: Path) -> None:
    machine = made_of(tmp_path)
    entry = tmp_path / "sys/firmware/dmi/entries/17-0/raw"
    entry.parent.mkdir(parents=True)
    entry.write_bytes(memory_device(512 | 0x8000, ("DIMM 0", "", "", "")))
    (module,) = memory.collect(machine)["modules"]
    assert module["size_bytes"] == 512 * 1024


def test_a_damaged_table_gives_what_stands_before_the_damage(tmp_path: Path) -> None:
    machine = made_of(tmp_path)
    table = tmp_path / "sys/firmware/dmi/tables/DMI"
    table.parent.mkdir(parents=True)
    table.write_bytes(memory_device(1024, ("A1", "x", "y", "z")) + b"\x11\x02\x00")
    assert len(memory.collect(machine)["modules"]) == 1


def memory_device(size: int, strings: tuple[str, ...], extended_mib: int = 0) -> bytes:
    """Return an SMBIOS 3.2 memory device (type 17) with the strings slot, maker, serial, part."""
    used = [text for text in strings if text]
    numbers = [used.index(text) + 1 if text else 0 for text in strings]
    area = bytearray(0x50)
    struct.pack_into("<H", area, 0x08, size)
    area[0x0C] = numbers[0]
    area[0x0E] = 0x1A
    struct.pack_into("<H", area, 0x11, 3200)
    area[0x13], area[0x14], area[0x16] = numbers[1:]
    struct.pack_into("<I", area, 0x18, extended_mib)
    struct.pack_into("<H", area, 0x1C, 2933)
    return structure(17, bytes(area), *used)


def structure(kind: int, fields: bytes, *strings: str) -> bytes:
    """Return one structure: header, `fields` (they begin at offset 4), strings."""
    words = b"".join(text.encode() + b"\0" for text in strings) or b"\0"
    return struct.pack("<BBH", kind, len(fields) + 4, kind) + fields + words + b"\0"
