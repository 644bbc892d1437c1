"""Reading questions of identity for an actor: those that wait, and one with its candidates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from cmdb.engine.identity import Candidate, Decision, Line
from cmdb.engine.identity import Outcome as IdentityOutcome
from cmdb.errors import CadastreError, NotFound
from cmdb.inventory.door import Inventory
from cmdb.inventory.stored import restored_observation
from cmdb.observation import Observation
from cmdb.query.items import find_items
from cmdb.records.identity import IdentityReview
from cmdb.records.items import Item
from server.foundation.paging import Page, PageRequest, SortKey, count_up_to, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.items.scope import items_in_reach, visible_items

#: Columns of an item that stand beside what was reported.
_COLUMNS = ("name", "stage", "environment", "criticality", "vendor", "model", "serial")


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """An item that a question could mean; ``item`` is None when it is out of the actor's sight."""

    item_id: int
    item: Item | None
    score: float
    lines: tuple[Line, ...]
    #: Whether the actor may decide for it.
    writable: bool


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A question with what was seen and what it could mean, decided anew on what is known now.

    ``outcome`` is what would be decided today; it may have become clear since. ``values`` maps an
    attribute to what was reported and what each candidate in sight says.
    """

    review: IdentityReview
    seen: Observation
    outcome: str
    why: str
    candidates: list[CandidateRow]
    values: Mapping[str, tuple[Any, Mapping[int, Any]]]


def open_reviews(session: Session, actor: Actor, request: PageRequest) -> Page[IdentityReview]:
    """Return one page of observations that fit several items, oldest first.

    They wait for those who may change items there.
    """
    actor.require(Permission.ITEM_WRITE)
    oldest = PageRequest("id", request.cursor, request.limit)
    sorts = {"id": SortKey(IdentityReview.id, int)}
    return fetch_page(session, _open(actor), oldest, sorts, IdentityReview.id)


def count_open_reviews(session: Session, actor: Actor) -> int:
    """Count the questions that wait for the actor; 0 for those who may not decide."""
    if not actor.may(Permission.ITEM_WRITE):
        return 0
    return count_up_to(session, _open(actor).with_only_columns(IdentityReview.id))


def _open(actor: Actor) -> Select[Any]:
    return select(IdentityReview).where(IdentityReview.resolved_at.is_(None), _in_scope(actor))


def _in_scope(actor: Actor) -> ColumnElement[bool]:
    columns = ScopeColumns(
        organisation=IdentityReview.organisation_id, item_class=IdentityReview.class_code
    )
    return visible(actor, Permission.ITEM_WRITE, columns)


def find_review(
    session: Session, actor: Actor, review_id: int, *, lock: bool = False
) -> IdentityReview:
    """Return a question, open or answered. Raises ``NotFound``."""
    actor.require(Permission.ITEM_WRITE)
    query = select(IdentityReview).where(IdentityReview.id == review_id, _in_scope(actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    review = session.scalar(query)
    if review is None:
        raise NotFound("review", review_id)
    return review


def review_of(session: Session, actor: Actor, review_id: int, now: datetime) -> ReviewView:
    """Return a question with its candidates side by side. Raises ``NotFound``."""
    review = find_review(session, actor, review_id)
    seen = restored_observation(review.observation)
    decision = _decide_now(session, review, seen, now)
    ids = [candidate.item_id for candidate in decision.candidates]
    items = find_items(session, ids, visible_items(actor))
    writable = find_items(session, ids, visible_items(actor, Permission.ITEM_WRITE))
    rows = [
        CandidateRow(c.item_id, items.get(c.item_id), c.score, c.lines, c.item_id in writable)
        for c in decision.candidates
    ]
    return ReviewView(
        review, seen, decision.outcome, decision.why, rows, _side_by_side(seen, items.values())
    )


def _decide_now(
    session: Session, review: IdentityReview, seen: Observation, now: datetime
) -> Decision:
    """Decide on what is known now; an answered question shows what was known when it was asked."""
    asked = Decision(
        IdentityOutcome.REVIEW,
        candidates=tuple(_candidate(one) for one in review.candidates),
        why=review.why,
    )
    if review.resolved_at is not None:
        return asked
    try:
        found = Inventory(session, now).identify(seen)
    except CadastreError:
        return asked  # its class is not known any more
    if found is None:
        return asked
    return found if found.candidates else Decision(found.outcome, found.item_id, why=found.why)


def _candidate(stored: Mapping[str, Any]) -> Candidate:
    lines = tuple(Line(**line) for line in stored["lines"])
    return Candidate(stored["item_id"], stored["score"], lines)


def _side_by_side(
    seen: Observation, items: Iterable[Item]
) -> dict[str, tuple[Any, Mapping[int, Any]]]:
    known = {item.id: _values(item) for item in items}
    names = sorted({*seen.values, *(name for name in _COLUMNS if name in seen.values)})
    return {
        name: (
            seen.values.get(name),
            {item_id: values.get(name) for item_id, values in known.items()},
        )
        for name in names
    }


def _values(item: Item) -> dict[str, Any]:
    return dict(item.attributes) | {name: getattr(item, name) for name in _COLUMNS}


def successor_of(session: Session, actor: Actor, item_id: int) -> int | None:
    """Return what an item has become by merging, if the actor may see that; None otherwise."""
    actor.require(Permission.ITEM_READ)
    reach = items_in_reach(actor)
    found = session.scalar(select(Item.merged_into_id).where(Item.id == item_id, reach))
    while found is not None:
        row = session.execute(
            select(Item.id, Item.merged_into_id).where(Item.id == found, reach)
        ).first()
        if row is None:
            return None
        if row.merged_into_id is None:
            return int(row.id)
        found = row.merged_into_id
    return None
