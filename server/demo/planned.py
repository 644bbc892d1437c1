"""Changes of the demo company: most of them done, some coming, one still being thought about."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.demo.stage import Stage
from server.desk.changes.actions import Decision, decide, request_approval
from server.desk.changes.actions.drafting import ChangeDraft, draft_change
from server.desk.changes.actions.moving import ChangeMove, move_change
from server.desk.changes.models import Change, ChangeApproval
from server.foundation.permissions import Actor


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """One change: on what, by whom, and how many days from now its window opens."""

    title: str
    prefix: str
    place: int
    team: str
    in_days: float
    hours: int = 3
    kind: str = "normal"
    #: "closed", "scheduled", "approval" or "draft".
    ends: str = "closed"


def _past() -> tuple[ChangePlan, ...]:
    """Return a half year of routine: something every five days."""
    routine = (
        ("Firmware of access switches", "acc", "Demo Network"),
        ("Memory of a hypervisor host", "hv", "Demo Platform"),
        ("Minor update of a database", "dbi", "Demo Databases"),
        ("New application release", "comp", "Demo Web"),
        ("Certificate of a web server", "www", "Demo Security"),
        ("Storage firmware", "san", "Demo Platform"),
    )
    return tuple(
        ChangePlan(title, prefix, number, team, -5.0 * number - 4)
        for number in range(34)
        for title, prefix, team in (routine[number % len(routine)],)
    )


# fmt: off
CHANGES = (
    *reversed(_past()),
    ChangePlan("Replace core switch 1 in Bergen",
               "core", 0, "Demo Network", 3, 4, ends="scheduled"),
    ChangePlan("Replace core switch 2 in Bergen",
               "core", 1, "Demo Network", 3.05, 4, ends="approval"),
    ChangePlan("New balancer version", "lb", 0, "Demo Web", 6, 2, ends="approval"),
    ChangePlan("PostgreSQL 15.10 on the web shop",
               "dbi", 0, "Demo Databases", 9, 2, ends="scheduled"),
    ChangePlan("Move the cold chain to new hosts",
               "comp", 38, "Demo Logistics", 16, 6, ends="draft"),
)
# fmt: on

_PLAN = "Prepare, announce, carry out step by step, watch for half an hour."
_BACK = "Return to the previous version; at the latest one hour before the window ends."


def write_change(session: Session, stage: Stage, plan: ChangePlan) -> None:
    """Draft one change and lead it through its life as far as its plan says."""
    opens = _night(stage.now + timedelta(days=plan.in_days))
    drafted = min(opens - timedelta(days=8), stage.now - timedelta(hours=2))
    team = stage.teams[plan.team]
    author = stage.member_of(team, 1)
    items = stage.items[plan.prefix]
    change = draft_change(
        session,
        author,
        ChangeDraft(
            title=plan.title,
            kind=plan.kind,
            reason="Planned maintenance.",
            implementation_plan=_PLAN,
            test_plan="Sign in, place an order, read a report.",
            back_out_plan=_BACK,
            communication_plan="Service desk and owners, two days before.",
            item_ids=(items[plan.place % len(items)],),
            window_start=opens,
            window_end=opens + timedelta(hours=plan.hours),
            implementer_id=stage.member_of(team, 2).person_id,
            organisation_id=stage.organisation_id,
        ),
        drafted,
    )
    if plan.ends == "draft":
        return
    move_change(session, author, change.reference, ChangeMove("assessment"), drafted)
    request_approval(session, author, change.reference, drafted)
    if plan.ends == "approval":
        return
    _approve(session, stage, change, drafted + timedelta(minutes=90))
    if plan.ends == "closed":
        _carry_out(session, stage.member_of(team, 2), change, opens)


def _night(moment: datetime) -> datetime:
    return moment.replace(hour=20, minute=0, second=0, microsecond=0)


def _approve(session: Session, stage: Stage, change: Change, now: datetime) -> None:
    pending = session.scalars(
        select(ChangeApproval.group_id).where(
            ChangeApproval.change_id == change.id, ChangeApproval.decision == "pending"
        )
    ).all()
    for group_id in pending:
        if group_id is not None:
            approver = stage.member_of(group_id, 3)
            decide(session, approver, change.reference, Decision("approved"), now)


def _carry_out(session: Session, implementer: Actor, change: Change, opens: datetime) -> None:
    reference = change.reference
    steps = (
        (ChangeMove("implementing"), timedelta(minutes=5)),
        (ChangeMove("review"), timedelta(minutes=80)),
        (ChangeMove("closed", review="As planned."), timedelta(hours=14)),
    )
    for move, after in steps:
        move_change(session, implementer, reference, move, opens + after)
