"""Small sections of facts as tables: processors, memory, disks, file systems, neighbours, parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from web.presenters.column_names import column_label
from web.presenters.lists import Column
from web.presenters.reader import Reader
from web.presenters.section_names import section_label
from web.presenters.sizes import bit_rate, byte_size, exact_bytes, number
from web.presenters.times import exact_time, short_time
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
    "disks": (
        "name",
        "kind",
        "size_bytes",
        "health",
        "model",
        "vendor",
        "serial",
        "bus",
        "firmware",
    ),
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
    "gateways": ("name", "interface", "shared"),
    "spanning": ("name", "root", "is_root", "priority"),
    "certificates": ("name", "issuer", "not_before", "not_after", "names", "path"),
}
#: Nothing is counted beyond this: a larger number was not meant as one, and has no units.
_MOST = 2**63
#: Columns that hold a moment, ISO 8601 in UTC.
_MOMENTS = frozenset({"not_before", "not_after", "boot_time"})
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
    rows = [_with_reason(row) for row in rows]
    known = list(dict.fromkeys(key for row in rows for key in row))
    wanted = [key for key in _COLUMNS.get(name, known) if key in known]
    keys = [key for key in wanted if any(row.get(key) not in _EMPTY for row in rows)]
    columns = tuple(
        Column(column_label(key, reader), numeric=_is_numeric(key, rows), main=key == keys[0])
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
    if key == "health":
        return Shown(", ".join(_health_word(word, reader) for word in str(value).split(", ")))
    if key in _MOMENTS:
        return _moment(str(value), reader)
    if isinstance(value, list):
        return Shown(", ".join(str(part) for part in value))
    return Shown(str(value))


def _moment(said: str, reader: Reader) -> Shown:
    """Return a moment at the reader's place; what is none, as it was said."""
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return Shown(said)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Shown(short_time(aware, reader), exact_time(aware, reader))


def _with_reason(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row in which how something is stands with the reason."""
    if "health" not in row:
        return row
    told = (row["health"], row.get("health_reason"))
    return {**row, "health": ", ".join(str(one) for one in told if one)}


def _health_word(word: str, reader: Reader) -> str:
    words = {
        "good": reader.gettext("in good health"),
        "worn": reader.gettext("worn"),
        "failing": reader.gettext("is failing"),
        "little spare left": reader.gettext("little spare left"),
        "unreliable": reader.gettext("unreliable"),
        "read only": reader.gettext("can only be read"),
        "backup failed": reader.gettext("the backup of its memory failed"),
        "more was written than it is made for": reader.gettext(
            "more was written than it is made for"
        ),
        "its own check fails": reader.gettext("its own check fails"),
        "sectors cannot be read": reader.gettext("sectors cannot be read"),
        "disks of the array are missing": reader.gettext("disks of the array are missing"),
    }
    return words.get(word, word)


def _amount(key: str, value: float, reader: Reader) -> Shown:
    if abs(value) > _MOST:
        return Shown(str(value))
    if key.endswith("_bytes"):
        return Shown(byte_size(value, reader), exact_bytes(int(value), reader))
    if key == "mhz_max":
        return Shown(f"{number(value / 1000, reader)} GHz", f"{number(value, reader)} MHz")
    if key == "speed_mts":
        return Shown(f"{number(value, reader)} MT/s")
    if key == "speed_mbps":
        return Shown(bit_rate(value * 1_000_000, reader))
    return Shown(number(value, reader))


def identifier_text(kind: str, reader: Reader) -> str:
    """Return the name of a kind of identifying evidence."""
    names = {
        "agent_id": reader.gettext("agent"),
        "device_id": reader.gettext("another maker's agent"),
        "cloud_id": reader.gettext("cloud id"),
        "machine_id": reader.gettext("machine id"),
        "uuid": reader.gettext("hardware UUID"),
        "serial": reader.gettext("serial number"),
        "board_serial": reader.gettext("board's serial number"),
        "chassis_id": reader.gettext("chassis"),
        "engine_id": reader.gettext("SNMP engine"),
        "mac": "MAC",
        "local_mac": reader.gettext("MAC made up in software"),
        "code": reader.gettext("code"),
        "key": reader.gettext("identifying attributes"),
        "fqdn": reader.gettext("full domain name"),
        "name": reader.gettext("name"),
    }
    return names.get(kind, kind.replace("_", " "))
