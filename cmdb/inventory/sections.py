"""Sections of an observation: lists of facts that replace, as a whole, what a source said before.

A section whose digest is the one stored costs one comparison. A changed one is compared member by
member, written as differences, and told to history: the first sight is one row, later changes are
one row each up to ``MEMBER_ROWS``, beyond that one row with the difference attached.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.inventory.known import KnownItem, SourceState
from cmdb.inventory.outcomes import Author
from cmdb.inventory.software import replace_software
from cmdb.inventory.writing import history_row
from cmdb.observation import Section
from cmdb.records.bulk import insert_rows
from cmdb.records.facts import Address, Connection, FactSection, Interface, Listener
from cmdb.records.history import HistoryEntry

MEMBER_ROWS = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of the members of one section; each member is (name, what to say of it)."""

    added: Sequence[tuple[str, Any]] = ()
    removed: Sequence[tuple[str, Any]] = ()
    changed: Sequence[tuple[str, Any, Any]] = ()

    def __bool__(self) -> bool:
        """Say whether anything differs."""
        return bool(self.added or self.removed or self.changed)

    def __len__(self) -> int:
        """Return how many members differ."""
        return len(self.added) + len(self.removed) + len(self.changed)


@dataclass(frozen=True, slots=True)
class _Place:
    session: Session
    item_id: int
    source: str
    now: datetime


class SectionWriter:
    """Writes the sections of observations into the tables of facts."""

    def __init__(self, session: Session, author: Author, now: datetime) -> None:
        self._session = session
        self._author = author
        self._now = now

    def write(
        self,
        item: KnownItem,
        state: SourceState,
        sections: Iterable[Section],
        observed_at: datetime,
    ) -> tuple[list[str], bool]:
        """Write ``sections``; return the names to be sent again, and whether anything changed."""
        resend: list[str] = []
        differs = False
        for section in sections:
            known = state.digests.get(section.name)
            if known == section.digest:
                continue
            if section.rows is None:
                resend.append(section.name)
                continue
            state.digests[section.name] = section.digest
            if section.folded:
                continue
            place = _Place(self._session, item.id, state.source, self._now)
            write = _WRITERS.get(section.name, _write_document)
            difference = write(place, section)
            differs = differs or bool(difference)
            self._tell(item.id, state.source, section.name, difference, known, observed_at)
        return resend, differs

    def _tell(
        self,
        item_id: int,
        source: str,
        name: str,
        difference: Difference,
        known: str | None,
        observed_at: datetime,
    ) -> None:
        if not difference:
            return
        details = _details(difference, first_sight=known is None)
        rows = [
            history_row(
                item_id,
                self._author,
                self._now,
                (source, observed_at),
                kind="section",
                subject=name,
                detail=detail,
            )
            for detail in details
        ]
        insert_rows(self._session, HistoryEntry, rows)


def _details(difference: Difference, *, first_sight: bool) -> list[dict[str, Any]]:
    if first_sight:
        return [{"first": len(difference)}]
    if len(difference) > MEMBER_ROWS:
        return [
            {
                "added": [name for name, _ in difference.added],
                "removed": [name for name, _ in difference.removed],
                "changed": [name for name, _, _ in difference.changed],
            }
        ]
    told: list[dict[str, Any]] = [{"member": n, "new": v} for n, v in difference.added]
    told += [{"member": n, "old": v} for n, v in difference.removed]
    return told + [{"member": n, "old": o, "new": v} for n, o, v in difference.changed]


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Difference:
    """Compare two {member: value} mappings.

    >>> compare({"eth0": 1}, {"eth0": 2, "eth1": 1}).changed
    [('eth0', 1, 2)]
    """
    return Difference(
        added=[(name, new[name]) for name in new if name not in old],
        removed=[(name, old[name]) for name in old if name not in new],
        changed=[(n, old[n], new[n]) for n in new if n in old and old[n] != new[n]],
    )


def _write_document(place: _Place, section: Section) -> Difference:
    rows = [dict(row) for row in section.rows or () if isinstance(row, Mapping)]
    stored = place.session.get(FactSection, (place.item_id, place.source, section.name))
    old = _named(stored.rows if stored else ())
    if stored is None:
        stored = FactSection(item_id=place.item_id, source=place.source, name=section.name)
        place.session.add(stored)
    stored.rows = rows
    stored.updated_at = place.now
    return compare(old, _named(rows))


_NAMING = ("name", "mount", "slot", "local_port", "model")


def _named(rows: Sequence[Any]) -> dict[str, Any]:
    """Give each row of a document a name that survives reordering; twins are numbered."""
    named: dict[str, Any] = {}
    for row in rows:
        base = next((str(row[key]) for key in _NAMING if row.get(key)), "entry")
        name, number = base, 1
        while name in named:
            number += 1
            name = f"{base} {number}"
        named[name] = row
    return named


def _write_interfaces(place: _Place, section: Section) -> Difference:
    session = place.session
    mine = (Interface.item_id == place.item_id, Interface.source == place.source)
    stored = {row.name: row for row in session.scalars(select(Interface).where(*mine))}
    addresses = _stored_addresses(session, [row.id for row in stored.values()])
    old = {n: _told_interface(_fields(r), addresses.get(r.id, [])) for n, r in stored.items()}
    rows = [row for row in section.rows or () if isinstance(row, Mapping) and row.get("name")]
    new: dict[str, Any] = {}
    for row in rows:
        fields = _interface_fields(row)
        given = sorted(_given_addresses(row))
        new[fields["name"]] = _told_interface(fields, given)
        interface = stored.get(fields["name"])
        if interface is None:
            interface = Interface(item_id=place.item_id, source=place.source, **fields)
            session.add(interface)
            stored[fields["name"]] = interface
        for name, value in fields.items():
            setattr(interface, name, value)
        if old.get(fields["name"], {}).get("addresses") != [f"{a}/{p}" for a, p in given]:
            session.flush()  # the addresses need the interface's id
            _replace_addresses(session, interface, given)
    for name in stored.keys() - new.keys():
        session.delete(stored[name])
    session.flush()
    return compare(old, new)


_INTERFACE = ("name", "alias", "mac", "type", "mtu", "speed_mbps", "up", "is_virtual")


def _fields(row: Interface) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _INTERFACE}


def _interface_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": str(row["name"])[:255],
        "alias": str(row.get("alias") or "")[:255],
        "mac": str(row.get("mac") or ""),
        "type": str(row.get("type") or "")[:64],
        "mtu": _whole(row.get("mtu")),
        "speed_mbps": _whole(row.get("speed_mbps")),
        "up": row.get("up") if isinstance(row.get("up"), bool) else None,
        "is_virtual": bool(row.get("virtual")),
    }


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 <= value < 2**31 else None


def _told_interface(fields: Mapping[str, Any], addresses: Sequence[tuple[str, int]]) -> Any:
    told = {name: fields[name] for name in ("mac", "up", "speed_mbps", "mtu", "alias")}
    return told | {"addresses": [f"{address}/{length}" for address, length in addresses]}


def _given_addresses(row: Mapping[str, Any]) -> Iterable[tuple[str, int]]:
    for entry in row.get("addresses") or ():
        if isinstance(entry, Mapping) and entry.get("address"):
            length = entry.get("prefix_length")
            fallback = 128 if ":" in str(entry["address"]) else 32
            yield str(entry["address"]), length if isinstance(length, int) else fallback


def _stored_addresses(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
    found: dict[int, list[tuple[str, int]]] = {}
    query = select(Address).where(Address.interface_id.in_(ids)).order_by(Address.address)
    for row in session.scalars(query):
        found.setdefault(row.interface_id, []).append((row.address, row.prefix_length))
    return {key: sorted(value) for key, value in found.items()}


def _replace_addresses(
    session: Session, interface: Interface, given: Sequence[tuple[str, int]]
) -> None:
    session.execute(delete(Address).where(Address.interface_id == interface.id))
    for address, length in given:
        session.add(
            Address(
                item_id=interface.item_id,
                interface_id=interface.id,
                address=address,
                prefix_length=length,
            )
        )


def _write_listeners(place: _Place, section: Section) -> Difference:
    return _replace_rows(
        place,
        Listener,
        ("protocol", "address", "port", "process", "user"),
        section.rows or (),
        lambda r: f"{r['protocol']} {r['address']}:{r['port']}",
    )


def _write_connections(place: _Place, section: Section) -> Difference:
    _replace_rows(
        place,
        Connection,
        ("protocol", "process", "remote_address", "remote_port"),
        section.rows or (),
        lambda r: f"{r['protocol']} {r['process']} {r['remote_address']}:{r['remote_port']}",
    )
    # Who talks to whom moves all day: it feeds derivation, and is no difference worth a history.
    return Difference()


def _replace_rows(
    place: _Place,
    table: type[Listener | Connection],
    columns: Sequence[str],
    given: Sequence[Any],
    name: Callable[[Mapping[str, Any]], str],
) -> Difference:
    mine = (table.item_id == place.item_id, table.source == place.source)
    stored: dict[str, Any] = {}
    for row in place.session.scalars(select(table).where(*mine)):
        stored[name({column: getattr(row, column) for column in columns})] = row
    new: dict[str, dict[str, Any]] = {}
    for row in given:
        if isinstance(row, Mapping) and _usable(row, columns):
            fields = {column: _plain(row.get(column)) for column in columns}
            new[name(fields)] = fields
    old = {key: {c: getattr(row, c) for c in columns} for key, row in stored.items()}
    difference = compare(old, new)
    gone = [stored[key].id for key, _ in difference.removed]
    gone += [stored[key].id for key, _, _ in difference.changed]
    if gone:
        place.session.execute(delete(table).where(table.id.in_(gone)))
    fresh = [value for _, value in difference.added] + [v for _, _, v in difference.changed]
    base = {"item_id": place.item_id, "source": place.source}
    insert_rows(place.session, table, [base | row for row in fresh])
    return difference


def _usable(row: Mapping[str, Any], columns: Sequence[str]) -> bool:
    ports = [row.get(column) for column in columns if column.endswith("port")]
    return all(isinstance(port, int) and 0 <= port < 65536 for port in ports)


def _plain(value: Any) -> Any:
    return value if isinstance(value, int) else str(value or "")[:255]


_WRITERS: Mapping[str, Callable[[_Place, Section], Difference]] = {
    "interfaces": _write_interfaces,
    "listeners": _write_listeners,
    "connections": _write_connections,
    "software": lambda place, section: Difference(
        *replace_software(place.session, place.item_id, place.source, section.rows or ())
    ),
}
