"""What a batch has decided to insert, kept until its end: a statement per table, not per item."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Executable, select
from sqlalchemy.orm import Session

from cmdb.inventory.known import SourceState
from cmdb.records.among import among_listed, listed
from cmdb.records.asking import asked
from cmdb.records.base import Base
from cmdb.records.bulk import insert_rows, update_rows
from cmdb.records.facts import Address, Interface
from cmdb.records.sources import ItemSource

#: The addresses of an interface, each with the length of its prefix.
Addresses = Sequence[tuple[str, int]]


class Pending:
    """Rows of facts and history that wait, and digests that became known."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: dict[type[Base], list[dict[str, Any]]] = {}
        self._digests: dict[int, dict[str, str]] = {}
        self._interfaces: list[tuple[dict[str, Any], Addresses]] = []
        self._items: set[int] = set()

    def insert(self, entity: type[Base], rows: Sequence[dict[str, Any]]) -> None:
        """Let these rows be inserted, after all that was given before."""
        if rows:
            self._rows.setdefault(entity, []).extend(rows)
            self._items.update(row["item_id"] for row in rows)

    def insert_interfaces(self, rows: Iterable[tuple[dict[str, Any], Addresses]]) -> None:
        """Let these interfaces be inserted, each with its addresses, which need its id."""
        for row, addresses in rows:
            self._interfaces.append((row, addresses))
            self._items.add(row["item_id"])

    def note_digests(self, state: SourceState) -> None:
        """Let the digests of a source be stored."""
        if state.id is not None:
            self._digests[state.id] = dict(state.digests)

    def make_readable(self, item_id: int) -> None:
        """Write, if anything of this item waits: who reads it again must find it."""
        if item_id in self._items:
            self.write()

    def write(self) -> None:
        """Write everything that waits."""
        rows, self._rows = self._rows, {}
        self._items.clear()
        self._write_interfaces()
        for entity, waiting in rows.items():
            insert_rows(self._session, entity, waiting)
        digests, self._digests = self._digests, {}
        if digests:
            told = [{"id": row_id, "digests": known} for row_id, known in digests.items()]
            update_rows(self._session, ItemSource, told)

    def _write_interfaces(self) -> None:
        waiting, self._interfaces = self._interfaces, []
        if not waiting:
            return
        session = self._session
        insert_rows(session, Interface, [row for row, _ in waiting])
        items = listed(session, sorted({row["item_id"] for row, _ in waiting}))
        ids = {
            (item_id, source, name): own
            for item_id, source, name, own in _interfaces_of(session, items=items)
        }
        addresses = [
            {
                "item_id": row["item_id"],
                "interface_id": ids[row["item_id"], row["source"], row["name"]],
                "address": address,
                "prefix_length": length,
            }
            for row, given in waiting
            for address, length in given
        ]
        insert_rows(session, Address, addresses)


@asked
def _interfaces_of(dialect: str) -> Executable:
    return select(Interface.item_id, Interface.source, Interface.name, Interface.id).where(
        among_listed(dialect, Interface.item_id, "items")
    )
