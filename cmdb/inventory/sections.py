"""Sections of an observation: lists of facts that replace, as a whole, what a source said before.

A section whose digest is the one stored costs one comparison. A changed one is compared member by
member, written as differences, and told to history: the first sight is one row, later changes are
one row each up to ``MEMBER_ROWS``, beyond that one row with the difference attached.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, bindparam, select
from sqlalchemy.orm import Session

from cmdb.inventory.chronicle import history_row
from cmdb.inventory.difference import Difference, Place, compare
from cmdb.inventory.interfaces import write_interfaces
from cmdb.inventory.known import KnownItem, SourceState
from cmdb.inventory.noise import steady, worth_telling
from cmdb.inventory.outcomes import Author
from cmdb.inventory.pending import Pending
from cmdb.inventory.ports import write_connections, write_listeners
from cmdb.inventory.software import Catalogued, write_software
from cmdb.inventory.storable import LONGEST_FACT, storable
from cmdb.observation import Section
from cmdb.records.asking import asked
from cmdb.records.facts import FactSection
from cmdb.records.history import FLAPPING_WITHIN, HistoryEntry

MEMBER_ROWS = 200
SOFTWARE = "software"
#: How many earlier differences of a section are read to know what flaps.
_LOOKED_BACK = 1000


class SectionWriter:
    """Writes the sections of observations into the tables of facts."""

    def __init__(
        self,
        session: Session,
        pending: Pending,
        author: Author,
        now: datetime,
        catalogued: Catalogued,
    ) -> None:
        self._session = session
        self._pending = pending
        self._author = author
        self._now = now
        self._catalogued = catalogued

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
        is_new = bool(item.first_sections)
        place = Place(self._session, item.id, state.source, self._now, self._pending, is_new=is_new)
        documents = Documents(place)
        for section in sections:
            if state.digests.get(section.name) == section.digest:
                continue
            if section.rows is None:
                resend.append(section.name)
                continue
            state.digests[section.name] = section.digest
            if section.folded:
                continue
            difference = self._write(place, section, documents)
            differs |= bool(difference)
            if difference and section.name not in item.first_sections:
                self._tell(place, section.name, difference, observed_at)
        documents.store()
        # The row that tells of a new item has told of its sections.
        item.first_sections = {}
        return resend, differs

    def _write(self, place: Place, section: Section, documents: "Documents") -> Difference:
        if section.name == SOFTWARE:
            return write_software(place, section, self._catalogued)
        clean = replace(section, rows=storable(section.rows, longest=LONGEST_FACT))
        writer = _WRITERS.get(section.name)
        return writer(place, clean) if writer else documents.write(clean)

    def _tell(self, place: Place, name: str, difference: Difference, observed_at: datetime) -> None:
        heard = (place.source, observed_at)
        what = {"kind": "section", "subject": name}
        details = _details(difference)
        if any("member" in detail for detail in details):
            details = worth_telling(details, self._told_of_late(place, name))
        rows = [
            history_row(place.item_id, self._author, self._now, heard, detail=detail, **what)
            for detail in details
        ]
        self._pending.insert(HistoryEntry, rows)

    def _told_of_late(self, place: Place, name: str) -> list[dict[str, Any]]:
        since = self._now - FLAPPING_WITHIN
        found = _told_since(self._session, item_id=place.item_id, subject=name, since=since)
        return list(found.scalars())


@asked
def _told_since(_dialect: str) -> Executable:
    query = select(HistoryEntry.detail).where(
        HistoryEntry.item_id == bindparam("item_id"),
        HistoryEntry.kind == "section",
        HistoryEntry.subject == bindparam("subject"),
        HistoryEntry.at >= bindparam("since"),
    )
    return query.order_by(HistoryEntry.id.desc()).limit(_LOOKED_BACK)


def _details(difference: Difference) -> list[dict[str, Any]]:
    if difference.was_empty:
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


class Documents:
    """The small sections of one report: read at once, and the new ones written at once."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._stored: dict[str, FactSection] | None = {} if place.is_new else None
        self._fresh: list[dict[str, Any]] = []

    def write(self, section: Section) -> Difference:
        """Make the rows what the source sees now; ``store`` writes them."""
        rows = [dict(row) for row in section.rows or () if isinstance(row, Mapping)]
        stored = self._known().get(section.name)
        old = _named(stored.rows if stored else ())
        if stored is None:
            place = self._place
            key = {"item_id": place.item_id, "source": place.source, "name": section.name}
            self._fresh.append(key | {"rows": rows, "updated_at": place.now})
        else:
            stored.rows = rows
            stored.updated_at = self._place.now
        return compare(old, _named(rows))

    def store(self) -> None:
        """Write the sections that were not stored before."""
        self._place.pending.insert(FactSection, self._fresh)

    def _known(self) -> dict[str, FactSection]:
        if self._stored is None:
            place = self._place
            mine = (FactSection.item_id == place.item_id, FactSection.source == place.source)
            found = place.session.scalars(select(FactSection).where(*mine))
            self._stored = {row.name: row for row in found}
        return self._stored


#: By which field a row is known, in this order; a disk is "sda", a memory module "DIMM 1".
_NAMING = ("name", "mount", "slot", "local_port", "model")


def _named(rows: Sequence[Any]) -> dict[str, Any]:
    """Give each row of a document a name that survives reordering; twins are numbered."""
    named: dict[str, Any] = {}
    numbers: dict[str, int] = {}
    for row in rows:
        base = next((str(row[key]) for key in _NAMING if row.get(key)), "entry")
        numbers[base] = numbers.get(base, 0) + 1
        named[base if numbers[base] == 1 else f"{base} {numbers[base]}"] = steady(row)
    return named


_WRITERS: Mapping[str, Callable[[Place, Section], Difference]] = {
    "interfaces": write_interfaces,
    "listeners": write_listeners,
    "connections": write_connections,
}
