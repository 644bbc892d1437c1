"""Carrying out a delivery of a personnel list: read, decide, write in small steps.

As with directories, the plan is pure (``rules.roster_plan``), and every step compares what is with
what should be: a delivery that was cut short is finished by doing it again.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from cmdb.records.parties import OrganisationClosure, Person
from server.foundation.audit import record
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.permissions import system_actor
from server.people.models import PersonWord, Roster, RosterRun
from server.people.roster_writing import RosterWork, write_managers, write_missing, write_said
from server.people.rules.logins import login_key
from server.people.rules.roster_lines import Line, read_lines
from server.people.rules.roster_plan import (
    KnownPerson,
    RosterPlan,
    RosterReport,
    StoredWord,
    plan_roster,
)
from server.people.sync_parties import ROWS_AT_ONCE

#: So much a delivery may be once it is unpacked; a file of 250,000 people is a quarter of it.
MOST_BYTES = 200_000_000
_EXAMPLES = 50


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is known of a list and its delivery, without rows."""

    run_id: int
    roster_id: int
    code: str
    organisation_id: int
    columns: Mapping[str, str]
    complete: bool
    creates: bool
    rows: Sequence[Mapping[str, str]]


def packed(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Return the lines of a delivery as they wait in ``RosterRun.packed``."""
    return zlib.compress(json.dumps(rows, ensure_ascii=False).encode())


def carry_out(
    database: Database, run_id: int, now: datetime, *, confirm: bool = False
) -> RosterReport:
    """Bring people to what a delivery says.

    Opens its own transactions. When too many would be disabled nothing is written and the state is
    "held" until this is called with ``confirm``; a list that cannot be read is "failed". Raises
    ``NotFound`` for a delivery that does not exist or has been carried out.
    """
    delivery = _begin(database, run_id)
    report = RosterReport()
    try:
        _carry_out(database, delivery, report, now, confirm=confirm)
    except InvalidValue as error:
        report.state, report.error = "failed", "; ".join(error.fields.values())
    except BaseException:
        report.state, report.error = "failed", "it broke off; the log says why"
        raise
    finally:
        _end(database, delivery, report)
    return report


def _carry_out(
    database: Database, delivery: Delivery, report: RosterReport, now: datetime, *, confirm: bool
) -> None:
    lines, faults = read_lines(delivery.rows, delivery.columns, now.date())
    with database.reading() as session:
        known = _known(session, delivery.organisation_id)
        plan = _planned(session, delivery, lines, known)
    _tell_plan(report, delivery, plan, faults)
    if plan.doubt and not confirm:
        report.state = "held"
        return
    work = RosterWork(database, delivery.code, delivery.organisation_id, now, report)
    people = dict(plan.people)
    write_said(work, plan, people)
    write_missing(work, plan.missing)
    write_managers(work, _managers(lines, people, known), people)
    report.state = "finished"


def foresee(
    database: Database, roster: Roster, rows: Sequence[Mapping[str, str]], now: datetime
) -> tuple[RosterPlan, RosterReport]:
    """Return what a delivery would do, and a report of it; writes nothing.

    Raises ``InvalidValue`` for a list that cannot be read.
    """
    delivery = _delivery(roster, 0, rows)
    lines, faults = read_lines(rows, delivery.columns, now.date())
    with database.reading() as session:
        plan = _planned(session, delivery, lines, _known(session, delivery.organisation_id))
    report = RosterReport(state="held" if plan.doubt else "planned")
    _tell_plan(report, delivery, plan, faults)
    return plan, report


def _planned(
    session: Session, delivery: Delivery, lines: Sequence[Line], known: Sequence[KnownPerson]
) -> RosterPlan:
    stored = _stored(session, delivery.code)
    return plan_roster(lines, stored, known, complete=delivery.complete, creates=delivery.creates)


def _tell_plan(
    report: RosterReport, delivery: Delivery, plan: RosterPlan, faults: Sequence[str]
) -> None:
    report.lines_read = len(delivery.rows)
    report.doubt, report.leaving = plan.doubt, list(plan.leaving[:_EXAMPLES])
    report.note_conflicts([*faults, *plan.conflicts])


def _managers(
    lines: Sequence[Line], people: Mapping[str, int], known: Sequence[KnownPerson]
) -> dict[str, int | None]:
    """Return each line's manager: a number or address of the list, or of somebody known."""
    addresses = {one.email_key: one.person_id for one in known if one.email_key}
    numbers = {one.employee_number: one.person_id for one in known if one.employee_number}
    mails = {
        login_key(line.said["email"]): people[line.key]
        for line in lines
        if "email" in line.said and line.key in people
    }
    found: dict[str, int | None] = {}
    for line in lines:
        name = line.manager
        candidates = [place.get(name) for place in (people, numbers)]
        candidates += [place.get(login_key(name)) for place in (mails, addresses)]
        found[line.key] = next((one for one in candidates if one is not None), None)
    return found


def _stored(session: Session, code: str) -> dict[str, StoredWord]:
    rows = session.execute(
        select(
            PersonWord.person_id,
            PersonWord.external_key,
            PersonWord.digest,
            PersonWord.gone,
            Person.active,
        )
        .join(Person, Person.id == PersonWord.person_id)
        .where(PersonWord.source == code),
        execution_options={"yield_per": ROWS_AT_ONCE},
    )
    return {row.external_key: StoredWord(*row) for row in rows}


def _known(session: Session, organisation_id: int) -> list[KnownPerson]:
    """Return the people of the list's organisation and of all below it: of others it is silent."""
    below = select(OrganisationClosure.descendant_id).where(
        OrganisationClosure.ancestor_id == organisation_id
    )
    rows = session.execute(
        select(Person.id, Person.employee_number, Person.email_key).where(
            Person.organisation_id.in_(below)
        ),
        execution_options={"yield_per": ROWS_AT_ONCE},
    )
    return [KnownPerson(*row) for row in rows]


def _begin(database: Database, run_id: int) -> Delivery:
    with database.writing() as session:
        run = session.get(RosterRun, run_id)
        if run is None or run.packed is None:
            raise NotFound("delivery", run_id)
        roster = session.get_one(Roster, run.roster_id)
        run.state = "running"
        return _delivery(roster, run_id, json.loads(zlib.decompress(run.packed)))


def _delivery(roster: Roster, run_id: int, rows: Sequence[Mapping[str, str]]) -> Delivery:
    return Delivery(
        run_id,
        roster.id,
        roster.code,
        roster.organisation_id,
        roster.columns,
        roster.complete,
        roster.creates,
        rows,
    )


def _end(database: Database, delivery: Delivery, report: RosterReport) -> None:
    with database.writing() as session:
        run = session.get_one(RosterRun, delivery.run_id)
        run.state, run.report, run.finished_at = report.state, report.document(), utc_now()
        if report.state != "held":
            run.packed = None
        told = {"run": run.id, "disabled": report.persons_deactivated}
        actor = system_actor("personnel list")
        record(session, actor, f"roster_{report.state}", f"roster:{delivery.roster_id}", told)
