"""Holding the register's history against a plan once its window is over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict
from cmdb.inventory.lookup import parts
from cmdb.records.history import HistoryEntry
from cmdb.records.relations import Relation
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import DERIVED, PERSON
from server.desk.changes.events import ChangeVerified
from server.desk.changes.models import Change, ChangeFinding, ChangeTask
from server.desk.changes.queries import change_item_ids, differences_on, lock_change
from server.desk.changes.rules.after import DOCUMENTS
from server.desk.changes.rules.verification import Expected, Found, Heard, judge, verdict_of
from server.foundation.audit import record
from server.foundation.events import publish
from server.foundation.permissions import Actor, system_actor

#: Kinds of history that are differences of an item.
DIFFERENCES = ("changed", "section", "related", "unrelated")
#: Who speaks for people and for our own rules: neither is discovery.
NOT_DISCOVERY = (str(PERSON), str(DERIVED))
_STATES = ("implementing", "review", "closed")
#: How long after the window discovery may take to speak.
GRACE = timedelta(hours=1)
#: How long an unknown outcome is looked at again.
PATIENCE = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class _Span:
    """From when differences count, and from when a word counts as said afterwards."""

    start: datetime
    end: datetime


def verify_change(session: Session, actor: Actor, reference: str | int, now: datetime) -> Change:
    """Compare what discovery found with what was planned, and keep it line by line.

    Raises ``Conflict`` before the window is over, or for a change that was never carried out.
    """
    change = lock_change(session, actor, reference)
    if change.state not in _STATES:
        raise Conflict("a change that was not carried out has nothing to verify")
    over = change.finished_at or change.window_end
    if over is None or over > now:
        raise Conflict("the window is not over yet")
    span = _Span(change.started_at or change.window_start or over, over)
    found = _lines(session, change, span, now)
    session.execute(delete(ChangeFinding).where(ChangeFinding.change_id == change.id))
    session.add_all(_row(change.id, one) for one in found)
    before = change.verification
    change.verification, change.verified_at = judge(found), now
    change.updated_at = now
    change.version += 1
    if change.verification != "unknown":
        _ask_for_documents(session, change)
    session.flush()
    if change.verification != before:
        detail = {"verdict": change.verification, "lines": len(found)}
        record(session, actor, "change_verified", f"change:{change.id}", detail)
        told = ChangeVerified(change.id, now, actor.person_id, change.verification, len(found))
        publish(session, told)
    return change


def verify_due(session: Session, now: datetime) -> int:
    """Verify every change whose window is over for an hour; those unknown again for three days."""
    rows = session.scalars(
        select(Change).where(
            Change.state.in_(_STATES),
            Change.window_end <= now - GRACE,
            Change.window_end > now - PATIENCE,
            Change.verification.in_(("", "unknown")),
        )
    ).all()
    actor = system_actor("changes.tend")
    for change in rows:
        verify_change(session, actor, change.id, now)
    return len(rows)


def _lines(session: Session, change: Change, span: _Span, now: datetime) -> list[Found]:
    item_ids = change_item_ids(session, change.id)
    planned = [
        Expected(
            row.kind,
            row.item_id,
            row.subject,
            row.other_id,
            row.value.get("from"),
            row.value.get("to"),
        )
        for row in differences_on(session, change.id)
    ]
    heard = _heard(session, sorted({*item_ids, *(one.item_id for one in planned)}), span.end)
    found = [line for one in planned for line in verdict_of(one, heard.get(one.item_id))]
    spoken = {one.item_id for one in planned}
    found += [
        Found(item_id, "", "silent")
        for item_id in item_ids
        if item_id not in heard and item_id not in spoken
    ]
    # An item that was heard and of which nothing was planned is as planned: nothing.
    found += [
        Found(item_id, "", "as_planned")
        for item_id in item_ids
        if item_id in heard and item_id not in spoken
    ]
    return found + _unexpected(session, item_ids, planned, span, now)


def _heard(session: Session, item_ids: Sequence[int], since: datetime) -> Mapping[int, Heard]:
    """Return what sources of discovery said of items after the window; silent ones are left out."""
    words: dict[int, dict[str, object]] = {}
    relations: dict[int, set[tuple[str, int]]] = {}
    for part in parts(item_ids):
        said = select(ItemSource).where(
            ItemSource.item_id.in_(part),
            ItemSource.source.not_in(NOT_DISCOVERY),
            ItemSource.last_seen_at >= since,
        )
        for row in session.scalars(said.order_by(ItemSource.last_seen_at)):
            mine = words.setdefault(row.item_id, {})
            mine.update({name: word[0] for name, word in row.words.items()})
        live = select(Relation.start_id, Relation.type_code, Relation.end_id).where(
            Relation.start_id.in_(part), Relation.valid_to.is_(None), Relation.source != str(PERSON)
        )
        for start, code, end in session.execute(live):
            relations.setdefault(start, set()).add((code, end))
    return {
        item_id: Heard(item_id, said_of, frozenset(relations.get(item_id, ())))
        for item_id, said_of in words.items()
    }


def _unexpected(
    session: Session,
    item_ids: Sequence[int],
    planned: Sequence[Expected],
    span: _Span,
    now: datetime,
) -> list[Found]:
    """Return the differences that discovery found around the window and nobody had planned."""
    known = {(one.item_id, one.subject) for one in planned}
    found: list[Found] = []
    for part in parts(item_ids):
        query = select(HistoryEntry).where(
            HistoryEntry.item_id.in_(part),
            HistoryEntry.kind.in_(DIFFERENCES),
            HistoryEntry.source.not_in(NOT_DISCOVERY),
            HistoryEntry.observed_at >= span.start,
            HistoryEntry.observed_at <= min(now, span.end + PATIENCE),
        )
        found += [
            Found(
                row.item_id,
                row.subject,
                "unexpected",
                None,
                row.detail.get("new"),
                row.id,
                row.source,
            )
            for row in session.scalars(query.order_by(HistoryEntry.id).limit(500))
            if (row.item_id, row.subject) not in known
        ]
    return found


def _row(change_id: int, one: Found) -> ChangeFinding:
    return ChangeFinding(
        change_id=change_id,
        item_id=one.item_id,
        subject=one.subject,
        verdict=one.verdict,
        detail={"expected": one.expected, "seen": one.seen, "source": one.source},
        history_id=one.history_id,
    )


def _ask_for_documents(session: Session, change: Change) -> None:
    """Leave one task to bring the documents up to date; a second verification leaves no second."""
    there = select(ChangeTask.id).where(
        ChangeTask.change_id == change.id,
        ChangeTask.phase == "after",
        ChangeTask.title == DOCUMENTS,
    )
    if session.scalar(there) is None:
        session.add(
            ChangeTask(
                change_id=change.id,
                position=10_000,
                title=DOCUMENTS,
                owner_id=change.implementer_id or change.author_id,
                phase="after",
            )
        )
