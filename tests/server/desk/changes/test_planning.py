"""What a plan holds beside its words: tasks, differences of the register, templates, collisions."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cmdb.errors import Conflict, InvalidValue
from cmdb.inventory.door import Inventory
from cmdb.observation import GroupMembership, ItemReference, SeenRelation
from cmdb.records.items import Item
from cmdb.records.relations import Relation
from cmdb.vocabulary import DEPENDS_ON, PERSON
from server.desk.changes import actions, queries
from server.desk.changes.actions import ChangeMove, DifferenceDraft, TaskDraft, TemplateDraft
from server.desk.changes.models import ChangeRound
from server.foundation.audit import AuditEntry
from server.foundation.database import Database
from server.foundation.errors import SegregationOfDuties
from tests.server.desk.changes.planned import END, START, draft_of, planned, scheduled
from tests.server.desk.estate import NOW, Estate, put_many


def test_what_is_planned_for_the_register_waits_for_approval_and_lands_by_one_act(
    database: Database, estate: Estate
) -> None:
    world = estate.world
    held = (
        DifferenceDraft("attribute", estate.app, "vendor", "Acme"),
        DifferenceDraft("unrelate", estate.app, "depends_on", other_id=estate.db),
        DifferenceDraft("relate", estate.app, "depends_on", other_id=estate.san),
    )
    early = planned(database, estate, estate.app, differences=held)
    manager = world.configuration_manager
    with database.writing() as session, pytest.raises(Conflict, match="not applied"):
        actions.apply_differences(session, world.agent, early, NOW)
    reference = scheduled(database, estate, estate.app, differences=held, author=manager)
    with database.writing() as session:
        assert session.get_one(Item, estate.app).vendor == ""
        actions.apply_differences(session, manager, reference, NOW)
    with database.reading() as session:
        assert session.get_one(Item, estate.app).vendor == "Acme"
        live = select(Relation.end_id).where(
            Relation.start_id == estate.app, Relation.valid_to.is_(None)
        )
        assert set(session.scalars(live)) == {estate.san}
    with database.writing() as session, pytest.raises(Conflict, match="already"):
        actions.apply_differences(session, manager, reference, NOW)


def test_who_may_not_change_an_item_is_told_which_line_and_nothing_lands(
    database: Database, estate: Estate
) -> None:
    held = (DifferenceDraft("attribute", estate.app, "vendor", "Acme"),)
    reference = scheduled(database, estate, estate.app, differences=held)
    reader = estate.world.change_manager
    with pytest.raises(InvalidValue) as refused, database.writing() as session:
        actions.apply_differences(session, reader, reference, NOW)
    assert refused.value.fields == {
        "differences.0": "you may not change this item, and nobody who may has agreed to it"
    }
    with database.reading() as session:
        assert session.get_one(Item, estate.app).vendor == ""


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("kind", {"kind": "paint"}),
        ("item_id", {"item_id": 999_999}),
        ("subject", {"subject": "wingspan"}),
        ("to", {"subject": "criticality", "to": "soon"}),
        ("other_id", {"kind": "relate", "subject": "depends_on", "other_id": 999_999}),
        ("subject", {"kind": "relate", "subject": "loves", "other": "db"}),
        ("item_id", {"item": "db"}),
    ],
)
def test_a_difference_that_cannot_be_is_named(
    database: Database, estate: Estate, field: str, values: dict[str, Any]
) -> None:
    drafted: dict[str, Any] = {"kind": "attribute", "item_id": estate.app, "subject": "vendor"}
    for name in ("item", "other"):
        if name in values:
            drafted[f"{name}_id"] = getattr(estate, values[name])
    drafted |= {name: value for name, value in values.items() if name not in {"item", "other"}}
    held = draft_of(estate.app, differences=(DifferenceDraft(**drafted),))
    with pytest.raises(InvalidValue) as refused, database.writing() as session:
        actions.draft_change(session, estate.world.agent, held, NOW)
    assert set(refused.value.fields) == {f"differences.0.{field}"}


def test_tasks_are_done_in_their_order_and_not_before_approval(
    database: Database, estate: Estate
) -> None:
    agent = estate.world.agent
    tasks = (TaskDraft("Stop it"), TaskDraft("Swap it", agent.person_id))
    reference = scheduled(database, estate, estate.app, tasks=tasks)
    with database.writing() as session:
        change = queries.find_change(session, agent, reference)
        first, second = queries.tasks_on(session, change.id)
        with pytest.raises(Conflict, match="before this one"):
            actions.mark_task(session, agent, reference, second.id, done=True, now=NOW)
        actions.mark_task(session, agent, reference, first.id, done=True, now=NOW)
        actions.mark_task(session, agent, reference, second.id, done=True, now=NOW)
        assert second.done_by_id == agent.person_id
        change.state = "assessment"
        with pytest.raises(Conflict, match="not to be done yet"):
            actions.mark_task(session, agent, reference, first.id, done=False, now=NOW)


def test_an_edit_tells_who_voided_which_approvals_by_changing_what(
    database: Database, estate: Estate
) -> None:
    agent = estate.world.agent
    reference = scheduled(database, estate, estate.app)
    with database.writing() as session:
        values = {"tasks": [TaskDraft("One more thing")]}
        change = actions.edit_change(session, agent, reference, values, NOW)
        assert (change.state, change.digest) == ("assessment", "")
    with database.reading() as session:
        kept = session.get_one(ChangeRound, (change.id, 1))
        assert (kept.voided_by_id, kept.voided_for) == (agent.person_id, ["tasks"])
        voided = session.scalars(
            select(AuditEntry).where(AuditEntry.act == "change_approvals_voided")
        ).one()
        approvals = queries.approvals_of(session, agent, reference)
        assert voided.detail["approvals"] == [row.approval.id for row in approvals]
        assert voided.detail["digest"] == kept.digest


def test_a_round_keeps_the_impact_that_was_approved(database: Database, estate: Estate) -> None:
    reference = scheduled(database, estate, estate.app)
    with database.reading() as session:
        (row,) = queries.rounds_of(session, estate.world.change_manager, reference)
        assert row.round.impact["services"] == [
            {"item_id": estate.orders, "state": "down", "criticality": 0}
        ]
        assert row.names == {estate.orders: "Orders"}
        said = session.scalars(select(AuditEntry).where(AuditEntry.act == "change_approved")).one()
        assert said.detail["digest"] == row.round.digest


def test_two_changes_that_together_take_the_last_redundancy_collide(
    database: Database, estate: Estate
) -> None:
    """Two nodes, of which the application needs one: each change alone leaves the other.

    node-0 ──┐
             ├──(1 of 2)──> app ──> orders
    node-1 ──┘
    """
    agent = estate.world.agent
    with database.writing() as session:
        one, two = put_many(session, estate, 2)
        group = GroupMembership("nodes", "at_least", 1)
        legs = [
            SeenRelation(
                DEPENDS_ON, ItemReference(item_id=estate.app), ItemReference(item_id=i), group=group
            )
            for i in (one, two)
        ]
        Inventory(session, NOW).relate(legs, PERSON, estate.world.root.id)
    first = scheduled(database, estate, one, author=estate.world.configuration_manager)
    with database.writing() as session:
        second = actions.draft_change(session, agent, draft_of(two), NOW)
        found = queries.preview_change(session, agent, second.id)
        (met,) = found.collisions
        assert met.change.reference == first
        assert (met.items, met.services) == ((), ())
        assert [item.name for item in met.only_together] == ["Orders"]
        assert "collides" in {point.code for point in found.risk_points}
        apart = {"window_start": END, "window_end": END + timedelta(hours=1)}
        actions.edit_change(session, agent, second.id, apart, NOW)
        assert queries.preview_change(session, agent, second.id).collisions == ()


def test_a_change_out_of_sight_collides_without_a_name(database: Database, estate: Estate) -> None:
    hidden = scheduled(database, estate, estate.app)
    with database.writing() as session:
        outsider = estate.world.outsider
        plan = queries.Plan([estate.app], estate.world.sales.id, window_start=START, window_end=END)
        found = queries.preview(session, outsider, plan)
        assert not found.collisions
        assert found.hidden_collisions == 1
        assert hidden not in repr(found.collisions)


def _template(database: Database, estate: Estate, **values: Any) -> int:
    texts = {"implementation_plan": "Reboot", "back_out_plan": "Boot the old kernel"}
    draft = TemplateDraft("Reboot", texts=texts, tasks=("Reboot",), **values)
    world = estate.world
    with database.writing() as session:
        template = actions.create_template(session, world.agent, draft, NOW)
        with pytest.raises(InvalidValue, match="is draft"):
            actions.draft_change(
                session, world.agent, draft_of(estate.laptop, template_id=template.id), NOW
            )
        own = actions.create_template(session, world.admin, draft, NOW)
    with pytest.raises(SegregationOfDuties), database.writing() as session:
        actions.approve_template(session, world.admin, own.id, NOW)
    with database.writing() as session:
        actions.approve_template(session, world.change_manager, template.id, NOW)
    return template.id


def test_a_standard_change_is_scheduled_at_once_while_it_follows_its_template(
    database: Database, estate: Estate
) -> None:
    template_id = _template(database, estate, class_codes=("laptop",))
    agent = estate.world.agent
    bare = actions.ChangeDraft(
        "", item_ids=(estate.laptop,), template_id=template_id, window_start=START, window_end=END
    )
    with database.writing() as session:
        change = actions.draft_change(session, agent, bare, NOW)
        assert (change.kind, change.title, change.implementation_plan) == (
            "standard",
            "Reboot",
            "Reboot",
        )
        actions.move_change(session, agent, change.id, ChangeMove("assessment"), NOW)
        assert actions.request_approval(session, agent, change.id, NOW).state == "scheduled"
        edited = {"item_ids": [estate.app], "test_plan": "Look"}
        actions.edit_change(session, agent, change.id, edited, NOW)
        assert change.state == "assessment"
        with pytest.raises(InvalidValue) as refused:
            actions.request_approval(session, agent, change.id, NOW)
        assert set(refused.value.fields) >= {"test_plan", "item_ids", "risk"}


def test_an_emergency_goes_straight_to_any_one_who_has_a_say(
    database: Database, estate: Estate
) -> None:
    world = estate.world
    with database.writing() as session:
        draft = draft_of(estate.db, kind="emergency")
        change = actions.draft_change(session, world.configuration_manager, draft, NOW)
        actions.request_approval(session, world.configuration_manager, change.id, NOW)
        said = actions.Decision("approved")
        change = actions.decide(session, world.agent, change.id, said, NOW)
        assert change.state == "scheduled"
