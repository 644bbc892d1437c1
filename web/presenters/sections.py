"""Small sections of facts as tables: processors, memory, disks, file systems, neighbours, parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from web.presenters.lists import Column
from web.presenters.reader import Reader
from web.presenters.section_names import section_label
from web.presenters.sizes import bit_rate, byte_size, exact_bytes, number
from web.presenters.values import Shown

ROWS_SHOWN = 50

#: What is worth a column, in order; a section that is not named here shows all it has.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "cpus": ("model", "vendor", "cores", "threads", "mhz_max", "architecture"),
    "memory": (
        "slot",
        "size_bytes",
        "type",
        "speed_mts",
        "manufacturer",
        "part_number",
        "serial",
    ),
    "disks": ("name", "kind", "size_bytes", "model", "vendor", "serial", "bus", "firmware"),
    "filesystems": ("mount", "device", "type", "size_bytes", "read_only"),
    "neighbours": (
        "local_port",
        "remote_name",
        "remote_port",
        "remote_platform",
        "remote_addresses",
        "protocol",
    ),
    "components": ("name", "kind", "model", "vendor", "serial", "firmware_revision"),
}
_EMPTY: tuple[object, ...] = (None, "", [])


@dataclass(frozen=True)
class SectionTable:
    """One section; ``left_out`` rows are not shown."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Shown, ...], ...]
    left_out: int = 0


def section_table(name: str, rows: Sequence[Mapping[str, Any]], reader: Reader) -> SectionTable:
    """Return a section as a table; columns in which nobody said anything are left out."""
    known = list(dict.fromkeys(key for row in rows for key in row))
    wanted = [key for key in _COLUMNS.get(name, known) if key in known]
    keys = [key for key in wanted if any(row.get(key) not in _EMPTY for row in rows)]
    columns = tuple(
        Column(_label(key, reader), numeric=_is_numeric(key, rows), main=key == keys[0])
        for key in keys
    )
    shown = tuple(
        tuple(_cell(key, row.get(key), reader) for key in keys) for row in rows[:ROWS_SHOWN]
    )
    left_out = max(0, len(rows) - ROWS_SHOWN)
    return SectionTable(name, section_label(name, reader), columns, shown, left_out)


def _is_numeric(key: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    said = [row[key] for row in rows if row.get(key) not in _EMPTY]
    return all(isinstance(one, int | float) and not isinstance(one, bool) for one in said)


def _cell(key: str, value: Any, reader: Reader) -> Shown:
    if value in _EMPTY:
        return Shown("")
    if isinstance(value, bool):
        return Shown(reader.gettext("yes") if value else reader.gettext("no"))
    if isinstance(value, int | float):
        return _amount(key, value, reader)
    if isinstance(value, list):
        return Shown(", ".join(str(part) for part in value))
    return Shown(str(value))


def _amount(key: str, value: float, reader: Reader) -> Shown:
    if key.endswith("_bytes"):
        return Shown(byte_size(value, reader), exact_bytes(int(value), reader))
    if key == "mhz_max":
        return Shown(f"{number(value / 1000, reader)} GHz", f"{number(value, reader)} MHz")
    if key == "speed_mts":
        return Shown(f"{number(value, reader)} MT/s")
    if key == "speed_mbps":
        return Shown(bit_rate(value * 1_000_000, reader))
    return Shown(number(value, reader))


def _label(key: str, reader: Reader) -> str:
    return {**_hardware(reader), **_network(reader)}.get(key, key.replace("_", " "))


def _hardware(reader: Reader) -> dict[str, str]:
    return {
        "architecture": reader.gettext("Architecture"),
        "bus": reader.gettext("Bus"),
        "cores": reader.gettext("Cores"),
        "device": reader.gettext("Device"),
        "firmware": reader.gettext("Firmware"),
        "firmware_revision": reader.gettext("Firmware"),
        "kind": reader.gettext("Kind"),
        "manufacturer": reader.gettext("Vendor"),
        "mhz_max": reader.gettext("Clock"),
        "model": reader.gettext("Model"),
        "mount": reader.gettext("Mounted at"),
        "name": reader.gettext("Name"),
        "part_number": reader.gettext("Part number"),
        "read_only": reader.gettext("Read only"),
        "serial": reader.gettext("Serial number"),
        "size_bytes": reader.gettext("Size"),
        "slot": reader.gettext("Slot"),
        "speed_mts": reader.gettext("Speed"),
        "threads": reader.gettext("Threads"),
        "type": reader.gettext("Type"),
        "vendor": reader.gettext("Vendor"),
    }


def _network(reader: Reader) -> dict[str, str]:
    return {
        "local_port": reader.gettext("Port here"),
        "protocol": reader.gettext("Protocol"),
        "remote_addresses": reader.gettext("Addresses"),
        "remote_name": reader.gettext("Neighbour"),
        "remote_platform": reader.gettext("Platform"),
        "remote_port": reader.gettext("Port there"),
    }


def identifier_text(kind: str, reader: Reader) -> str:
    """Return the name of a kind of identifying evidence."""
    names = {
        "agent_id": reader.gettext("agent"),
        "cloud_id": reader.gettext("cloud id"),
        "machine_id": reader.gettext("machine id"),
        "uuid": reader.gettext("hardware UUID"),
        "serial": reader.gettext("serial number"),
        "board_serial": reader.gettext("board's serial number"),
        "chassis_id": reader.gettext("chassis"),
        "engine_id": reader.gettext("SNMP engine"),
        "mac": "MAC",
        "code": reader.gettext("code"),
        "fqdn": reader.gettext("full domain name"),
        "name": reader.gettext("name"),
    }
    return names.get(kind, kind.replace("_", " "))
