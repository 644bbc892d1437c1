"""Listening ports, and whom a machine talks to."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from cmdb.inventory.difference import Difference, Place, compare
from cmdb.inventory.lookup import parts
from cmdb.model.addresses import read_ip
from cmdb.model.refusal import Refusal
from cmdb.observation import Section
from cmdb.records.facts import Connection, Listener

_LISTENER = ("protocol", "address", "port", "process", "user")
_CONNECTION = ("protocol", "process", "remote_address", "remote_port")
_Name = Callable[[Mapping[str, Any]], str]


def write_listeners(place: Place, section: Section) -> Difference:
    """Make the rows the ports that the source sees listening on the item."""
    rows = _rows(section.rows or (), _LISTENER, _listener_name)
    return _replace_rows(place, Listener, _LISTENER, rows, _listener_name)


def write_connections(place: Place, section: Section) -> Difference:
    """Make the rows whom the item talks to.

    It moves all day: it feeds derivation, and is no difference worth a history.
    """
    rows = _rows(section.rows or (), _CONNECTION, _connection_name)
    _replace_rows(place, Connection, _CONNECTION, rows, _connection_name)
    return Difference()


def _listener_name(row: Mapping[str, Any]) -> str:
    return f"{row['protocol']} {row['address']}:{row['port']}"


def _connection_name(row: Mapping[str, Any]) -> str:
    return f"{row['protocol']} {row['process']} {row['remote_address']}:{row['remote_port']}"


def _rows(given: Sequence[Any], columns: Sequence[str], name: _Name) -> dict[str, dict[str, Any]]:
    usable = (_fields(row, columns) for row in given if isinstance(row, Mapping))
    return {name(fields): fields for fields in usable if fields is not None}


def _fields(row: Mapping[str, Any], columns: Sequence[str]) -> dict[str, Any] | None:
    """Return the columns of a row; None for one without a port that can be."""
    fields = dict(_read(row, columns))
    ports = [value for column, value in fields.items() if column.endswith("port")]
    return fields if all(0 < port < 65536 for port in ports) else None


def _read(row: Mapping[str, Any], columns: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for column in columns:
        value = row.get(column)
        if column.endswith("port"):
            yield column, value if type(value) is int else 0
        elif column.endswith("address"):
            yield column, _address(value)
        else:
            yield column, str(value or "")[:255]


def _address(value: Any) -> str:
    try:
        return read_ip(value)
    except Refusal:
        return str(value or "")[:255]


def _stored(
    place: Place, table: type[Listener | Connection], columns: Sequence[str]
) -> Iterable[Any]:
    if place.is_new:
        return ()
    mine = (table.item_id == place.item_id, table.source == place.source)
    query = select(table.id, *(getattr(table, column) for column in columns)).where(*mine)
    return place.session.execute(query)


def _replace_rows(
    place: Place,
    table: type[Listener | Connection],
    columns: Sequence[str],
    new: Mapping[str, dict[str, Any]],
    name: _Name,
) -> Difference:
    ids: dict[str, int] = {}
    old: dict[str, dict[str, Any]] = {}
    for row_id, *values in _stored(place, table, columns):
        fields = dict(zip(columns, values, strict=True))
        ids[name(fields)], old[name(fields)] = row_id, fields
    difference = compare(old, new)
    gone = [ids[key] for key, _ in difference.removed]
    gone += [ids[key] for key, _, _ in difference.changed]
    for part in parts(gone):
        place.session.execute(delete(table).where(table.id.in_(part)))
    fresh = [value for _, value in difference.added] + [v for _, _, v in difference.changed]
    base = {"item_id": place.item_id, "source": place.source}
    place.pending.insert(table, [base | row for row in fresh])
    return difference
