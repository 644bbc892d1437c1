"""The demo company's catalogue, and what its people have ordered from it."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from cmdb.records.parties import Person
from server.demo.stage import Stage
from server.desk.catalogue.actions import (
    publish_offering,
    shipped_offerings,
    write_offering,
)
from server.desk.ordering.actions.deciding import decide_order
from server.desk.ordering.actions.fulfilling import do_task
from server.desk.ordering.actions.placing import OrderDraft, place_order
from server.desk.tickets.actions.moving import MoveDraft, move_ticket
from server.foundation.permissions import Actor, system_actor

_DESK, _HANDS = "Demo Service Desk", "Demo Workplace"


@dataclass(frozen=True, slots=True)
class Ordered:
    """Something that was ordered so many days ago, and how far it has come.

    Days among the answers count from then. ``decision`` is the manager's, "" while it waits;
    ``done`` are the tasks that were done.
    """

    code: str
    days: int
    answers: Mapping[str, Any]
    decision: str = ""
    comment: str = ""
    done: tuple[str, ...] = ()
    solved: bool = False


ORDERS = (
    Ordered(
        "shared_folder",
        21,
        {"folder": "\\\\files\\finance", "rights": "read"},
        decision="approved",
        done=("grant",),
        solved=True,
    ),
    Ordered(
        "new_laptop",
        12,
        {"model": "strong", "reason": "Drawings take minutes to open on the present one."},
        decision="rejected",
        comment="Yours is a year old; ask the service desk for more memory.",
    ),
    Ordered(
        "new_employee",
        5,
        {
            "full_name": "Noa Iglesias",
            "first_day": 10,
            "department": "Logistics",
            "equipment": ["laptop", "headset"],
        },
        decision="approved",
        done=("account",),
    ),
    Ordered(
        "guest_network",
        3,
        {
            "visitor": "Auditors, three people",
            "from_day": 4,
            "to_day": 6,
            "devices": 6,
            "rules": True,
        },
    ),
    Ordered("new_laptop", 2, {"model": "light", "reason": "I visit customers every week."}),
    Ordered("shared_folder", 1, {"folder": "\\\\files\\bridge", "rights": "change"}),
)


def publish_catalogue(session: Session, stage: Stage) -> None:
    """Publish the shipped offerings, with the company's teams in them."""
    actor = system_actor("demo")
    at = stage.now - timedelta(days=60)
    for code, document in shipped_offerings().items():
        staffed = _staffed(document, stage.teams)
        write_offering(session, actor, code, staffed, at, stage.organisation_id)
        publish_offering(session, actor, code, at)


def _staffed(document: Mapping[str, Any], teams: Mapping[str, int]) -> dict[str, Any]:
    """Return an offering that says which team does what, and who is asked without a manager."""
    found = deepcopy(dict(document))
    for step in found.get("approvals", ()):
        step["fallback_group_id"] = teams[_DESK]
    for task in found.get("tasks", ()):
        task["group_id"] = teams[_HANDS]
    found["ticket"]["group_id"] = teams[_DESK]
    return found


def write_order(session: Session, stage: Stage, plan: Ordered) -> None:
    """Place an order at its time and lead it to where it stands today."""
    at = stage.now - timedelta(days=plan.days)
    person = session.get_one(Person, stage.chance.choice(stage.people))
    draft = OrderDraft(_dated(plan.answers, at))
    order = place_order(session, _as(stage, person.id), plan.code, draft, at)
    reference = order.ticket_id
    stage.settle(session)
    if plan.decision:
        at += timedelta(hours=5)
        manager = _as(stage, person.manager_id) if person.manager_id else None
        asked = manager or stage.member_of(stage.teams[_DESK], 3)
        decide_order(session, asked, reference, plan.decision, plan.comment, at)
        stage.settle(session)
    worker = stage.member_of(stage.teams[_HANDS], 1)
    for code in plan.done:
        at += timedelta(hours=3)
        do_task(session, worker, reference, code, at)
        stage.settle(session)
    if plan.solved:
        told = MoveDraft("resolved", resolution_code="fulfilled", resolution_text="It is there.")
        move_ticket(session, worker, reference, told, at + timedelta(minutes=10))


def _dated(answers: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Return answers with days in the place of their distances."""
    return {
        code: (at + timedelta(days=value)).date().isoformat() if code.endswith("_day") else value
        for code, value in answers.items()
    }


def _as(stage: Stage, person_id: int | None) -> Actor:
    """Return somebody of the company as an actor."""
    return replace(
        system_actor("demo"),
        kind="person",
        person_id=person_id,
        organisation_id=stage.organisation_id,
    )
