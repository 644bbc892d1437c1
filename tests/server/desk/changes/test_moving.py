"""A change is carried out inside its window, and only while it breaks no more than approved."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from cmdb.errors import Conflict, InvalidValue
from cmdb.inventory.door import Inventory
from cmdb.observation import ItemReference, SeenRelation
from cmdb.vocabulary import DEPENDS_ON, PERSON
from server.desk.changes import actions, queries
from server.desk.changes.actions import ChangeDraft, ChangeMove, Decision
from server.foundation.audit import AuditEntry, verify
from server.foundation.database import Database
from server.foundation.errors import IllegalMove
from tests.server.desk.estate import NOW, Estate

START = NOW + timedelta(hours=2)
END = NOW + timedelta(hours=4)


def scheduled(database: Database, estate: Estate, item_id: int) -> str:
    """Plan, ask and approve; return the reference."""
    world = estate.world
    draft = ChangeDraft(
        "Patch",
        implementation_plan="Patch",
        back_out_plan="Unpatch",
        item_ids=(item_id,),
        window_start=START,
        window_end=END,
    )
    with database.writing() as session:
        reference = actions.draft_change(session, world.agent, draft, NOW).reference
        actions.move_change(session, world.agent, reference, ChangeMove("assessment"), NOW)
        actions.request_approval(session, world.agent, reference, NOW)
    with database.writing() as session:
        agreed = Decision("approved")
        change = actions.decide(session, world.change_manager, reference, agreed, NOW)
        assert change.state == "scheduled"
    return reference


def step(database: Database, estate: Estate, reference: str, at: datetime, to: ChangeMove) -> str:
    with database.writing() as session:
        return actions.move_change(session, estate.world.agent, reference, to, at).state


def test_a_change_goes_its_way_to_the_end(database: Database, estate: Estate) -> None:
    reference = scheduled(database, estate, estate.app)
    inside = START + timedelta(minutes=5)
    assert step(database, estate, reference, inside, ChangeMove("implementing")) == "implementing"
    assert step(database, estate, reference, END, ChangeMove("review")) == "review"
    with pytest.raises(InvalidValue, match="review"):
        step(database, estate, reference, END, ChangeMove("closed"))
    done = ChangeMove("closed", review="All as planned")
    assert step(database, estate, reference, END, done) == "closed"
    with pytest.raises(IllegalMove, match="'closed' cannot become 'draft'"):
        step(database, estate, reference, END, ChangeMove("draft"))
    with database.reading() as session:
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject.like("change:%")))
        assert list(acts) == ["change_approval_requested", "change_approved"]
        assert verify(session).whole


@pytest.mark.parametrize("at", [START - timedelta(minutes=1), END])
def test_it_does_not_start_outside_its_window(
    database: Database, estate: Estate, at: datetime
) -> None:
    reference = scheduled(database, estate, estate.app)
    with pytest.raises(Conflict, match="window is not open"):
        step(database, estate, reference, at, ChangeMove("implementing"))


def test_it_does_not_start_when_it_would_break_more_than_was_approved(
    database: Database, estate: Estate
) -> None:
    reference = scheduled(database, estate, estate.app)
    with database.writing() as session:
        needs = SeenRelation(
            DEPENDS_ON, ItemReference(item_id=estate.reports), ItemReference(item_id=estate.app)
        )
        Inventory(session, NOW).relate([needs], PERSON, estate.world.root.id)
    with pytest.raises(Conflict, match="1 services would suffer more"):
        step(database, estate, reference, START, ChangeMove("implementing"))
    back = ChangeMove("assessment", reason="Reports depends on it now")
    assert step(database, estate, reference, START, back) == "assessment"
    with database.reading() as session:
        rows = queries.approvals_of(session, estate.world.agent, reference)
        assert [row.approval.decision for row in rows] == ["void"]
