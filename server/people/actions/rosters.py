"""Setting up personnel lists, and taking deliveries of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from server.foundation.audit import record
from server.foundation.duplicates import refusing_duplicates
from server.foundation.jobs.queue import enqueue
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import require_over
from server.people.models import Directory, Roster, RosterRun
from server.people.queries.organisations import organisation
from server.people.rostering import packed
from server.people.rules.logins import login_key
from server.people.rules.roster_lines import USUALLY_WINS, check_columns
from server.people.rules.words import LOCAL

#: The kind of job that carries a delivery out, as in ``server.wiring.JOBS``.
READ_ROSTER = "people.read_roster"


def create_roster(
    session: Session, actor: Actor, particulars: Mapping[str, Any], now: datetime
) -> Roster:
    """Add a personnel list and return it, with its id.

    ``particulars``: columns of ``Roster``. Needs ``admin:directory`` in the organisation. Raises
    ``DuplicateName`` and ``InvalidValue``.
    """
    values = {"columns": {}, "wins": list(USUALLY_WINS)} | dict(particulars)
    values["code"] = login_key(values["code"])
    try:
        organisation(session, actor, values["organisation_id"])
    except NotFound as error:
        raise InvalidValue({"organisation_id": "there is no such organisation"}) from error
    require_over(actor, Permission.ADMIN_DIRECTORY, values["organisation_id"])
    check_columns(values["columns"], values["wins"])
    taken = select(Directory.id).where(Directory.code == values["code"])
    if values["code"] == LOCAL or session.scalar(taken) is not None:
        raise InvalidValue({"code": "another source of people has this code"})
    row = Roster(created_at=now, updated_at=now, **values)
    with refusing_duplicates(session, "personnel list", "code", row.code):
        session.add(row)
    record(session, actor, "roster_created", f"roster:{row.id}", {"wins": row.wins})
    return row


def change_roster(
    session: Session, actor: Actor, roster: Roster, changes: Mapping[str, Any], now: datetime
) -> Roster:
    """Change a list from ``queries.rosters.roster``; it counts from the next delivery on."""
    require_over(actor, Permission.ADMIN_DIRECTORY, roster.organisation_id)
    check_columns(changes.get("columns", roster.columns), changes.get("wins", roster.wins))
    for column, value in changes.items():
        setattr(roster, column, value)
    roster.updated_at = now
    roster.version += 1
    session.flush()
    told = {"fields": sorted(changes), "wins": roster.wins}
    record(session, actor, "roster_changed", f"roster:{roster.id}", told)
    return roster


def deliver(
    session: Session,
    actor: Actor,
    roster: Roster,
    rows: Sequence[Mapping[str, str]],
    now: datetime,
    *,
    file_name: str = "",
) -> RosterRun:
    """Take the lines of a list, by header, and have them carried out; return the run.

    Raises ``Conflict`` for a list that is switched off, ``InvalidValue`` for one without lines.
    """
    run = take_delivery(session, actor, roster, rows, now, file_name=file_name)
    _ask(session, run, confirm=False)
    return run


def take_delivery(
    session: Session,
    actor: Actor,
    roster: Roster,
    rows: Sequence[Mapping[str, str]],
    now: datetime,
    *,
    file_name: str = "",
) -> RosterRun:
    """Do as ``deliver``, but leave it to the caller to carry it out."""
    require_over(actor, Permission.ADMIN_DIRECTORY, roster.organisation_id)
    if not roster.enabled:
        raise Conflict("this personnel list is switched off")
    if not rows:
        raise InvalidValue({"file": "it holds no lines"})
    # What was held back before speaks of yesterday.
    _let_go(session, roster)
    run = RosterRun(
        roster_id=roster.id,
        file_name=file_name[:200],
        started_at=now,
        state="queued",
        report={},
        packed=packed(rows),
    )
    session.add(run)
    session.flush()
    told = {"run": run.id, "lines": len(rows)}
    record(session, actor, "roster_delivered", f"roster:{roster.id}", told)
    return run


def confirm_run(session: Session, actor: Actor, roster: Roster, run: RosterRun) -> RosterRun:
    """Have a delivery that was held back carried out all the same.

    Raises ``Conflict`` for one that is not held.
    """
    require_over(actor, Permission.ADMIN_DIRECTORY, roster.organisation_id)
    if run.state != "held":
        raise Conflict(f"this delivery is not held back, it is {run.state}")
    run.state = "queued"
    record(session, actor, "roster_confirmed", f"roster:{roster.id}", {"run": run.id})
    _ask(session, run, confirm=True)
    return run


def _ask(session: Session, run: RosterRun, *, confirm: bool) -> None:
    payload = {"run_id": run.id, "confirm": confirm}
    enqueue(session, READ_ROSTER, payload, key=f"roster:{run.roster_id}:{run.id}")


def _let_go(session: Session, roster: Roster) -> None:
    held = select(RosterRun).where(RosterRun.roster_id == roster.id, RosterRun.state == "held")
    for run in session.scalars(held):
        run.state, run.packed = "replaced", None
