"""What people hold of items' parts in a problem: the newest word of each, and all there were."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.items import Item
from cmdb.records.parties import Person
from server.desk.problems.models import ProblemVerdict
from server.foundation.permissions import Actor
from server.items.scope import visible_items

_MOST = 5_000


@dataclass(frozen=True, slots=True)
class SaidVerdict:
    """A verdict, the item it is about, and who gave it: None for those who are gone."""

    row: ProblemVerdict
    item: Item
    person: Person | None


def verdicts_on(session: Session, actor: Actor, problem_id: int) -> list[SaidVerdict]:
    """Return every verdict on items in sight, oldest first, on a problem found in sight."""
    query = (
        select(ProblemVerdict, Item, Person)
        .join(Item, Item.id == ProblemVerdict.item_id)
        .outerjoin(Person, Person.id == ProblemVerdict.person_id)
        .where(ProblemVerdict.problem_id == problem_id, visible_items(actor))
        .order_by(ProblemVerdict.id.desc())
        .limit(_MOST)
    )
    rows = session.execute(query).all()[::-1]
    return [SaidVerdict(row[0], row[1], row[2]) for row in rows]


def standing_verdicts(said: Sequence[SaidVerdict]) -> dict[int, SaidVerdict]:
    """Return the newest word on each item, but for those that were taken back."""
    newest = {one.row.item_id: one for one in said}
    return {item: one for item, one in newest.items() if one.row.verdict != "open"}


def latest_verdict(session: Session, problem_id: int, item_id: int) -> ProblemVerdict | None:
    """Return the newest word on one item."""
    query = select(ProblemVerdict).where(
        ProblemVerdict.problem_id == problem_id, ProblemVerdict.item_id == item_id
    )
    return session.scalar(query.order_by(ProblemVerdict.id.desc()).limit(1))
