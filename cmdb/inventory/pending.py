"""What a batch has decided to insert, kept until its end: a statement per table, not per item."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from cmdb.inventory.known import SourceState
from cmdb.records.base import Base
from cmdb.records.bulk import insert_rows
from cmdb.records.sources import ItemSource


class Pending:
    """Rows of facts and history that wait, and digests that became known."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: dict[type[Base], list[dict[str, Any]]] = {}
        self._digests: dict[int, dict[str, str]] = {}
        self._items: set[int] = set()

    def insert(self, entity: type[Base], rows: Sequence[dict[str, Any]]) -> None:
        """Let these rows be inserted, after all that was given before."""
        if rows:
            self._rows.setdefault(entity, []).extend(rows)
            self._items.update(row["item_id"] for row in rows)

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
        for entity, waiting in rows.items():
            insert_rows(self._session, entity, waiting)
        digests, self._digests = self._digests, {}
        if digests:
            told = [{"id": row_id, "digests": known} for row_id, known in digests.items()]
            self._session.execute(update(ItemSource), told)
