"""What lands beside the values of an observation: parties, and values that were refused."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, delete, select
from sqlalchemy.orm import Session

from cmdb.inventory.chronicle import history_row
from cmdb.inventory.lookup import parts
from cmdb.inventory.outcomes import Author
from cmdb.inventory.storable import storable_text
from cmdb.observation import Observation
from cmdb.records.among import among_listed, listed
from cmdb.records.asking import asked
from cmdb.records.bulk import insert_rows
from cmdb.records.history import HistoryEntry
from cmdb.records.items import ItemParty
from cmdb.records.sources import QuarantinedValue

_LONGEST_NAME = 200
_LONGEST_VALUE = 1000
#: Under these names wrong parties are kept; they heal when parties are said anew.
_PARTIES = "parties."


class AsideWriter:
    """Writes parties and quarantine for one item after another."""

    def __init__(self, session: Session, author: Author, now: datetime) -> None:
        self._session = session
        self._author = author
        self._now = now
        #: (item, source) with something in quarantine
        self._quarantined: set[tuple[int, str]] = set()

    def look_up(self, item_ids: Iterable[int]) -> None:
        """Read which of these items have something in quarantine: one query for a whole batch."""
        if ids := sorted(item_ids):
            found = _in_quarantine(self._session, ids=listed(self._session, ids))
            self._quarantined |= {(row[0], row[1]) for row in found}

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
        self._session.flush()
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
        self, seen: Observation, item_id: int, problems: Mapping[str, str]
    ) -> None:
        """Keep what was refused, with the reason; what is now right leaves the quarantine."""
        source = seen.origin.source
        wrong = {_kept(name): (_shown(seen, name), why) for name, why in problems.items()}
        known = self._stored(item_id, source) if (item_id, source) in self._quarantined else {}
        healed = [row_id for name, (row_id, *_) in known.items() if _said_anew(seen, name, wrong)]
        rows = [
            {
                "item_id": item_id,
                "source": source,
                "attribute": name,
                "raw": raw,
                "reason": why[:_LONGEST_VALUE],
                "at": self._now,
            }
            for name, (raw, why) in wrong.items()
            if name not in known or known[name][1] != raw
        ]
        again = [known[str(row["attribute"])][0] for row in rows if row["attribute"] in known]
        for part in parts(sorted({*healed, *again})):
            gone = QuarantinedValue.id.in_(part)
            self._session.execute(delete(QuarantinedValue).where(gone))
        if rows:
            insert_rows(self._session, QuarantinedValue, rows)
            self._quarantined.add((item_id, source))

    def _stored(self, item_id: int, source: str) -> dict[str, tuple[int, str]]:
        query = select(QuarantinedValue.attribute, QuarantinedValue.id, QuarantinedValue.raw).where(
            QuarantinedValue.item_id == item_id, QuarantinedValue.source == source
        )
        return {row[0]: (row[1], row[2]) for row in self._session.execute(query)}


def _said_anew(seen: Observation, name: str, wrong: Mapping[str, object]) -> bool:
    """Say whether the source has now said something acceptable under this name."""
    if name in wrong:
        return False
    if name.startswith(_PARTIES):
        return seen.parties is not None
    return name in {_kept(said) for said in seen.values}


def _kept(name: str) -> str:
    return storable_text(name)[:_LONGEST_NAME]


def _shown(seen: Observation, name: str) -> str:
    """Return what was said; ``repr`` writes out whatever no database takes."""
    said = seen.parties if name.startswith(_PARTIES) else seen.values.get(name)
    return repr(said)[:_LONGEST_VALUE]


def _listed(keys: Any) -> list[list[Any]]:
    return sorted(([role, person, group] for role, person, group in keys), key=str)


@asked
def _in_quarantine(dialect: str) -> Executable:
    items = among_listed(dialect, QuarantinedValue.item_id, "ids")
    return select(QuarantinedValue.item_id, QuarantinedValue.source).where(items).distinct()
