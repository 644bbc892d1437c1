"""Answering a question of identity: the report that waited lands then, and nothing is lost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author, Outcome, Recorded
from cmdb.inventory.questions import IGNORED, NEW, SAME
from cmdb.inventory.stored import restored_observation
from cmdb.query.items import find_items
from cmdb.records.identity import IdentityReview
from cmdb.vocabulary import AGENT, INVENTORY, ClassCode
from server.foundation import audit
from server.foundation.events import publish
from server.foundation.permissions import Actor, Permission
from server.items.events import ItemsReported
from server.items.identity.queries import find_review
from server.items.models import Agent
from server.items.scope import visible_items

#: What a person may answer.
ANSWERS: Sequence[str] = (SAME, NEW, IGNORED)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person decides: it is the same as an item, a new one, or nothing to be known.

    ``class_code`` gives a new item its class where the source did not know it exactly.
    """

    answer: str
    item_id: int | None = None
    class_code: str = ""


def answer_review(
    session: Session, actor: Actor, review_id: int, given: Answer, now: datetime
) -> IdentityReview:
    """Decide a question; what was reported lands where the answer says.

    Raises ``NotFound``, ``InvalidValue`` naming the field, or ``Conflict`` when somebody else has
    decided it meanwhile.
    """
    review = find_review(session, actor, review_id, lock=True)
    if review.resolved_at is not None:
        raise Conflict("somebody has decided this already")
    _refuse_wrong(session, actor, given)
    if given.answer != IGNORED:
        recorded = _land(session, actor, review, given, now)
        review = session.get_one(IdentityReview, review_id)
        review.item_id = recorded.item_id
        _tell_agent(session, review)
    review.resolved_at, review.resolved_by_id = now, actor.person_id
    review.resolution = given.answer
    session.flush()
    detail = {"answer": given.answer, "item": review.item_id}
    audit.record(session, actor, "identity.decided", f"identity_review:{review_id}", detail)
    return review


def _refuse_wrong(session: Session, actor: Actor, given: Answer) -> None:
    if given.answer not in ANSWERS:
        raise InvalidValue({"answer": f"must be one of {', '.join(ANSWERS)}"})
    if given.answer == SAME:
        wanted = [given.item_id] if given.item_id is not None else []
        if not find_items(session, wanted, visible_items(actor, Permission.ITEM_WRITE)):
            why = (
                f"there is no item {given.item_id} that you may change" if wanted else "choose one"
            )
            raise InvalidValue({"item_id": why})
    elif given.item_id is not None:
        raise InvalidValue({"item_id": "goes with the answer 'same' only"})


def _land(
    session: Session, actor: Actor, review: IdentityReview, given: Answer, now: datetime
) -> Recorded:
    seen = restored_observation(review.observation)
    if given.class_code and given.answer == NEW:
        seen = replace(seen, class_code=ClassCode(given.class_code))
    door = Inventory(session, now, Author(actor.person_id, actor.request_id))
    recorded = door.settle(seen, given.item_id)
    if recorded.outcome is Outcome.REFUSED or recorded.item_id is None:
        raise InvalidValue(dict(recorded.problems) or {"answer": recorded.detail})
    session.flush()
    session.expire_all()
    return recorded


def _tell_agent(session: Session, review: IdentityReview) -> None:
    """Let the agent whose report waited know its item, and the others what was heard."""
    if review.source not in {AGENT, INVENTORY} or review.item_id is None:
        return
    agent = session.scalar(select(Agent).where(Agent.agent_id == review.key))
    if agent is not None and agent.organisation_id == review.organisation_id:
        agent.item_id = review.item_id
        agent.problems = {name: why for name, why in agent.problems.items() if name != "identity"}
    publish(session, ItemsReported((review.item_id,), review.organisation_id))
