"""What lands beside the values of an observation: parties, and values that were refused."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.inventory.outcomes import Author
from cmdb.inventory.writing import history_row
from cmdb.observation import Observation
from cmdb.records.bulk import insert_rows
from cmdb.records.history import HistoryEntry
from cmdb.records.items import ItemParty
from cmdb.records.sources import QuarantinedValue


class AsideWriter:
    """Writes parties and quarantine for one item after another."""

    def __init__(self, session: Session, author: Author, now: datetime) -> None:
        self._session = session
        self._author = author
        self._now = now

    def write_parties(self, seen: Observation, item_id: int, *, is_new: bool) -> bool:
        """Make the observation's parties this source's word; say whether anything changed."""
        source = seen.origin.source
        mine = (ItemParty.item_id == item_id, ItemParty.source == source)
        stored = {
            (row.role, row.person_id, row.group_id): row
            for row in (() if is_new else self._session.scalars(select(ItemParty).where(*mine)))
        }
        wanted = {(p.role.value, p.person_id, p.group_id) for p in seen.parties or ()}
        if stored.keys() == wanted:
            return False
        for key in stored.keys() - wanted:
            self._session.delete(stored[key])
        rows = [
            {"item_id": item_id, "role": r, "person_id": p, "group_id": g, "source": source}
            for r, p, g in sorted(wanted - stored.keys(), key=str)
        ]
        insert_rows(self._session, ItemParty, rows)
        if not is_new:
            self._tell(seen, item_id, {"old": _listed(stored), "new": _listed(wanted)})
        return True

    def _tell(self, seen: Observation, item_id: int, detail: Mapping[str, Any]) -> None:
        heard = (seen.origin.source, seen.observed_at)
        row = history_row(item_id, self._author, self._now, heard, kind="party", detail=detail)
        insert_rows(self._session, HistoryEntry, [row])

    def write_quarantine(
        self, seen: Observation, item_id: int, problems: Mapping[str, str], *, is_new: bool
    ) -> None:
        """Keep what was refused, with the reason; what is now right leaves the quarantine."""
        source = seen.origin.source
        if not is_new:
            mine = (QuarantinedValue.item_id == item_id, QuarantinedValue.source == source)
            if self._session.scalar(select(QuarantinedValue.id).where(*mine).limit(1)):
                said = QuarantinedValue.attribute.in_([name[:200] for name in seen.values])
                self._session.execute(delete(QuarantinedValue).where(*mine, said))
        if problems:
            rows = [
                {
                    "item_id": item_id,
                    "source": source,
                    "attribute": name[:200],
                    "raw": repr(seen.values.get(name))[:1000],
                    "reason": reason,
                    "at": self._now,
                }
                for name, reason in problems.items()
            ]
            insert_rows(self._session, QuarantinedValue, rows)


def _listed(keys: Any) -> list[list[Any]]:
    return sorted(([role, person, group] for role, person, group in keys), key=str)
