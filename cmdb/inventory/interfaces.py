"""The network interfaces of an item and their addresses, as one source sees them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.inventory.difference import Difference, Place, compare
from cmdb.model.addresses import read_ip
from cmdb.model.refusal import Refusal
from cmdb.observation import Section
from cmdb.records.facts import Address, Interface

_Given = list[tuple[str, int]]
_COLUMNS = ("name", "alias", "mac", "type", "mtu", "speed_mbps", "up", "is_virtual")
#: What of an interface is worth telling in history.
_TOLD = ("mac", "up", "speed_mbps", "mtu", "alias")


def write_interfaces(place: Place, section: Section) -> Difference:
    """Make the rows the interfaces that the source sees on the item."""
    if place.is_new:
        return _insert_all(place, _seen(section.rows or ()))
    session = place.session
    stored = {row.name: row for row in _stored(place)}
    addresses = _stored_addresses(session, [row.id for row in stored.values()])
    old = {name: _told(_fields(r), addresses.get(r.id, [])) for name, r in stored.items()}
    seen = _seen(section.rows or ())
    new = {name: _told(fields, given) for name, (fields, given) in seen.items()}
    difference = compare(old, new)
    for name, (fields, _) in seen.items():
        if name not in stored:
            stored[name] = Interface(item_id=place.item_id, source=place.source, **fields)
            session.add(stored[name])
        for column, value in fields.items():
            setattr(stored[name], column, value)
    for name, _ in difference.removed:
        session.delete(stored[name])
    session.flush()  # the addresses need the interfaces' ids
    moved = [n for n, value in new.items() if old.get(n, {}).get("addresses") != value["addresses"]]
    had = [stored[name].id for name in moved if old.get(name, {}).get("addresses")]
    _replace_addresses(place, had, {stored[name].id: seen[name][1] for name in moved})
    return difference


def _insert_all(place: Place, seen: Mapping[str, tuple[dict[str, Any], _Given]]) -> Difference:
    """Let everything be inserted with the rest of the batch: nothing is there to compare with."""
    here = {"item_id": place.item_id, "source": place.source}
    place.pending.insert_interfaces((here | fields, given) for fields, given in seen.values())
    return compare({}, {name: _told(fields, given) for name, (fields, given) in seen.items()})


def _stored(place: Place) -> Iterable[Interface]:
    mine = (Interface.item_id == place.item_id, Interface.source == place.source)
    return place.session.scalars(select(Interface).where(*mine))


def _seen(rows: Sequence[Any]) -> dict[str, tuple[dict[str, Any], _Given]]:
    found: dict[str, tuple[dict[str, Any], _Given]] = {}
    for row in rows:
        if isinstance(row, Mapping) and row.get("name"):
            fields = _interface_fields(row)
            found[fields["name"]] = (fields, sorted(set(_given_addresses(row))))
    return found


def _fields(row: Interface) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _COLUMNS}


def _interface_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": str(row["name"])[:255],
        "alias": str(row.get("alias") or "")[:255],
        "mac": str(row.get("mac") or "")[:64],
        "type": str(row.get("type") or "")[:64],
        "mtu": _whole(row.get("mtu")),
        "speed_mbps": _whole(row.get("speed_mbps")),
        "up": row.get("up") if isinstance(row.get("up"), bool) else None,
        "is_virtual": bool(row.get("virtual")),
    }


def _whole(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 2**31 else None


def _told(fields: Mapping[str, Any], addresses: Sequence[tuple[str, int]]) -> dict[str, Any]:
    told = {name: fields[name] for name in _TOLD}
    return told | {"addresses": [f"{address}/{length}" for address, length in addresses]}


def _given_addresses(row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    entries = row.get("addresses")
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, Mapping):
            continue
        try:
            # In the one spelling under which connections look for it.
            address = read_ip(entry.get("address"))
        except Refusal:
            continue
        most = 128 if ":" in address else 32
        length = entry.get("prefix_length")
        yield address, length if type(length) is int and 0 <= length <= most else most


def _stored_addresses(session: Session, ids: Sequence[int]) -> dict[int, _Given]:
    found: dict[int, _Given] = {}
    if not ids:
        return found
    for row in session.scalars(select(Address).where(Address.interface_id.in_(ids))):
        found.setdefault(row.interface_id, []).append((row.address, row.prefix_length))
    return {interface_id: sorted(given) for interface_id, given in found.items()}


def _replace_addresses(place: Place, had: Sequence[int], given: Mapping[int, _Given]) -> None:
    if had:
        place.session.execute(delete(Address).where(Address.interface_id.in_(sorted(had))))
    rows = [
        {
            "item_id": place.item_id,
            "interface_id": interface_id,
            "address": address,
            "prefix_length": length,
        }
        for interface_id, addresses in given.items()
        for address, length in addresses
    ]
    place.pending.insert(Address, rows)
