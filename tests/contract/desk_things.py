"""What stands around the tickets of the endpoint kit's world: routing, absences, hand-overs."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.parties import Organisation
from server.desk.alarms.actions.ruling import change_rule
from server.desk.announcements.actions.writing import move_announcement, write_announcement
from server.desk.announcements.rules.lifecycle import AnnouncementDraft
from server.desk.availability.actions.keeping import keep_outages
from server.desk.availability.models import ServiceOutage
from server.desk.knowledge.actions import ArticleDraft, write_article
from server.desk.problems.actions.major import MajorDraft, run_major
from server.desk.problems.actions.problems import ProblemDraft, open_problem
from server.desk.routines.actions.macros import add_macro
from server.desk.routines.actions.scheduling import ScheduleDraft, save_schedule
from server.desk.routines.rules.macros import Macro
from server.desk.routing.actions.on_call import (
    DutyDraft,
    StandInDraft,
    add_stand_in,
    put_duty,
)
from server.desk.routing.actions.shifts import add_shift
from server.desk.routing.actions.skills import add_skill
from server.desk.routing.models import DeskGroup, RoutingRule
from server.desk.routing.rules.shifts import ShiftDraft
from server.desk.tickets.actions import TicketDraft, open_ticket
from server.desk.tickets.actions.absences import AbsenceDraft, add_absence
from server.desk.tickets.actions.escalating import HandoverDraft, escalate
from server.desk.tickets.actions.ruling import add_rule
from server.desk.tickets.models import Ticket
from server.foundation.permissions import Actor, system_actor
from tests.contract.order_things import order_things, shared_offerings
from tests.support.people import BEGINNING, make_group


def desk_things(
    session: Session, admin: Actor, place_id: int, there: Mapping[str, int], now: datetime
) -> dict[str, int | str]:
    """Write down an absence and hand a ticket over."""
    away = AbsenceDraft(now, now + timedelta(days=3), there["other"])
    absence, _ = add_absence(session, admin, away, now)
    handed = open_ticket(session, admin, TicketDraft("Handed", organisation_id=place_id), now)
    escalate(session, admin, handed.id, HandoverDraft(there["group"], "Look at it"), now)
    outside = _outside(session, admin, place_id, now)
    day = ShiftDraft("Day", "Europe/Madrid", {"mon": ["08:00-16:00"]})
    shift = add_shift(session, admin, there["group"], day, now)
    weeks = DutyDraft("Europe/Madrid", date(2026, 1, 5), [there["person"]])
    put_duty(session, admin, there["group"], weeks, now)
    days = StandInDraft(there["person"], date(2998, 1, 1), date(2998, 1, 2))
    stand_in = add_stand_in(session, admin, there["group"], days, now)
    around: dict[str, int | str] = {
        "absence": absence.id,
        "handed": handed.reference,
        "outside": outside.reference,
        "shift": shift.id,
        "stand_in": stand_in.id,
    }
    around |= _outage(session, admin, place_id, there["service"], now)
    around |= order_things(session, admin, there, now)
    return around | _problem_things(session, admin, place_id, there, now)


def _outside(session: Session, admin: Actor, place_id: int, now: datetime) -> Ticket:
    """Open a ticket that a supplier has."""
    hotline = make_group(session, session.get_one(Organisation, place_id), f"Hotline {place_id}")
    session.add(DeskGroup(group_id=hotline.id, line="supplier", assignment="none", updated_at=now))
    session.flush()
    draft = TicketDraft("Outside", organisation_id=place_id, group_id=hotline.id)
    return open_ticket(session, admin, draft, now)


def _outage(
    session: Session, admin: Actor, place_id: int, service_id: int, now: datetime
) -> dict[str, int | str]:
    """Let a service be down that is never to be."""
    draft = TicketDraft("Down", organisation_id=place_id, affected_item_ids=(service_id,))
    ticket = open_ticket(session, admin, draft, now)
    keep_outages(session, ticket, now, named=True)
    query = select(ServiceOutage.id).where(ServiceOutage.ticket_id == ticket.id)
    return {"outage": session.scalars(query).one()}


def _problem_things(
    session: Session, admin: Actor, place_id: int, there: Mapping[str, int], now: datetime
) -> dict[str, int | str]:
    """Open a problem over a ticket and an item, and run a ticket as a major incident."""
    behind, major = (
        open_ticket(session, admin, TicketDraft(title, organisation_id=place_id), now)
        for title in ("Behind", "Major")
    )
    draft = ProblemDraft(
        "It leaks",
        tickets=(behind.reference,),
        item_ids=(there["item"],),
        organisation_id=place_id,
    )
    problem = open_problem(session, admin, draft, now)
    run_major(session, admin, major.id, MajorDraft(), now)
    told = AnnouncementDraft("Works", item_ids=(there["item"],), organisation_id=place_id)
    announcement = write_announcement(session, admin, told, now)
    move_announcement(session, admin, announcement.id, "published", "", now)
    return {
        "announcement": announcement.id,
        "problem": problem.reference,
        "behind": behind.reference,
        "major": major.reference,
    }


def shared_desk_things(session: Session) -> dict[str, int | str]:
    """Write what belongs to no organisation."""
    never = [{"field": "words", "test": "any", "values": ["nothing of the kind"]}]
    document = {"name": "Pressing", "conditions": never, "priority": 1}
    rule: RoutingRule = add_rule(session, system_actor("tests"), document, BEGINNING)
    draft = ArticleDraft("Restart it", "Press the button.", "everyone", "published")
    article = write_article(session, system_actor("tests"), draft, BEGINNING)
    kept = {"name": "Too full", "signal": "filesystem", "threshold": 90}
    change_rule(session, system_actor("tests"), "full_filesystem", kept, BEGINNING)
    add_macro(session, system_actor("tests"), "noted", Macro("Noted", note="Seen."), BEGINNING)
    skill = add_skill(session, system_actor("tests"), "linux", "Linux", BEGINNING)
    found: dict[str, int | str] = {
        "skill": skill.code,
        "routing_rule": rule.id,
        "article": article.id,
        "alarm_rule": "full_filesystem",
        "macro": "noted",
        "schedule": _schedule(session),
    }
    return found | shared_offerings(session)


def _schedule(session: Session) -> int:
    place_id = session.scalars(select(Organisation.id).order_by(Organisation.id)).first()
    draft = ScheduleDraft("Yearly", "prepared", BEGINNING, "year", organisation_id=place_id)
    return save_schedule(session, system_actor("tests"), draft, BEGINNING).id
