"""REST over clocks, and over the calendars and targets they follow."""

from datetime import datetime
from typing import Any

from flask import Response
from flask.views import MethodView

from cmdb.errors import InvalidValue
from server.desk.sla.actions.agreeing import SUBJECT, change_agreements, lock_agreements
from server.desk.sla.queries import (
    agreed_document_at,
    agreed_since,
    agreements_document,
    agreements_version,
    changed_agreements,
    earlier_agreements,
)
from server.desk.sla.rules.agreements import SECTIONS, shipped_agreements
from server.desk.sla.rules.targets import whose_of
from server.desk.tickets.actions.clocks import explain_breach
from server.desk.tickets.api.blueprint import tickets
from server.desk.tickets.api.unchanged import check_unchanged
from server.desk.tickets.queries import find_ticket, may_work_on
from server.desk.tickets.queries.achieving import achievable_targets
from server.desk.tickets.queries.clocks import ClockFace, faces_of
from server.desk.tickets.queries.first_line import first_line
from server.desk.tickets.schemas.clocks import (
    AchievableQuerySchema,
    AchievableTargetsSchema,
    BreachReasonSchema,
    FirstLineQuerySchema,
    FirstLineSchema,
    ServiceLevelsDraftSchema,
    ServiceLevelsQuerySchema,
    ServiceLevelsSchema,
    TicketClockSchema,
    achievable_document,
    first_line_document,
)
from server.foundation.edge.conditional import with_etag
from server.foundation.edge.document import CHECKS_VERSION, READS_VERSION
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission


@tickets.route("/tickets/<string:reference>/clocks")
class Clocks(MethodView):
    """What was promised about a ticket."""

    @tickets.response(200, TicketClockSchema(many=True))
    def get(self, reference: str) -> Any:
        """Return the clocks as they stand now, computed from what happened.

        What lines and suppliers promise the desk is for those who work on the ticket.
        """
        session, actor = current_session(), current_actor()
        ticket = find_ticket(session, actor, reference)
        works = may_work_on(session, actor, ticket.id)
        faces = faces_of(session, ticket, current_time(), works=works)
        return [clock_row(face) for face in faces]


@tickets.route("/tickets/<string:reference>/clocks/<string:measure>/reason")
class BreachReason(MethodView):
    """Why a promise was missed."""

    @tickets.arguments(BreachReasonSchema)
    @tickets.response(204)
    def put(self, body: dict[str, Any], reference: str, measure: str) -> None:
        """Say why the promise was missed."""
        session, actor = current_session(), current_actor()
        explain_breach(session, actor, reference, measure, body["reason"], body["holder"])


@tickets.route("/service-levels")
class ServiceLevels(MethodView):
    """Calendars and targets."""

    @tickets.doc(**READS_VERSION)
    @tickets.arguments(ServiceLevelsQuerySchema, location="query")
    @tickets.response(200, ServiceLevelsSchema)
    def get(self, query: dict[str, Any]) -> Any:
        """Return the calendars and targets in force, or those that were at a moment.

        The ETag is of what is in force in either case, and serves If-Match.
        """
        current_actor().require(Permission.TICKET_READ)
        return _answer(_agreements_at(query["at"]))

    @tickets.doc(**CHECKS_VERSION)
    @tickets.arguments(ServiceLevelsDraftSchema)
    @tickets.response(200, ServiceLevelsSchema)
    def patch(self, body: dict[str, Any]) -> Any:
        """Replace sections; with If-Match only what was read last.

        Open clocks are reckoned anew in the background. What was agreed until now is kept, and
        holds for the tickets that are solved.
        """
        session, actor = current_session(), current_actor()
        lock_agreements(session, actor)
        check_unchanged(agreements_version(session), SUBJECT)
        change_agreements(session, actor, body["sections"], current_time())
        return _answer(_agreements())


@tickets.route("/service-levels/achievable")
class AchievableTargets(MethodView):
    """Targets that could have been kept."""

    @tickets.arguments(AchievableQuerySchema, location="query")
    @tickets.response(200, AchievableTargetsSchema)
    def get(self, query: dict[str, Any]) -> Any:
        """Return what the newest tickets say, by service, measure and priority."""
        session, actor, now = current_session(), current_actor(), current_time()
        share = query["share"] / 100
        return achievable_document(achievable_targets(session, actor, query["days"], share, now))


@tickets.route("/service-levels/first-line")
class FirstLineShare(MethodView):
    """What the first line solves."""

    @tickets.arguments(FirstLineQuerySchema, location="query")
    @tickets.response(200, FirstLineSchema)
    def get(self, query: dict[str, Any]) -> Any:
        """Return how many tickets the first line solved, by category and by service."""
        session, actor = current_session(), current_actor()
        return first_line_document(first_line(session, actor, query["days"], current_time()))


def _answer(told: dict[str, Any]) -> Response:
    return with_etag(ServiceLevelsSchema, told, agreements_version(current_session()))


def _agreements() -> dict[str, Any]:
    session = current_session()
    return {
        "sections": agreements_document(session),
        "changed": sorted(changed_agreements(session)),
        "since": agreed_since(session),
        "until": None,
        "earlier": earlier_agreements(session),
    }


def _agreements_at(moment: datetime | None) -> dict[str, Any]:
    """Return what was agreed at a moment. Raises ``InvalidValue`` where nobody knows it."""
    now = _agreements()
    if moment is None or now["since"] is None or moment >= now["since"]:
        return now
    sections = agreed_document_at(current_session(), moment)
    if sections is None:
        raise InvalidValue({"at": "nobody kept what was agreed then"})
    found = next(one for one in now["earlier"] if moment < one.until)
    shipped = shipped_agreements()
    return now | {
        "sections": sections,
        "changed": sorted(name for name in SECTIONS if sections.get(name) != shipped[name]),
        "since": found.since,
        "until": found.until,
    }


def clock_row(face: ClockFace) -> dict[str, Any]:
    """Return what ``TicketClockSchema`` dumps."""
    row, reading = face.clock, face.reading
    names = (
        "measure",
        "holder",
        "calendar",
        "target_minutes",
        "started_at",
        "stopped_at",
        "reason",
    )
    return {name: getattr(row, name) for name in names} | {
        "whose": whose_of(row.measure, row.holder),
        "holder_name": face.holder_name,
        "away": face.away,
        "due_at": reading.due_at,
        "breached_at": reading.breached_at,
        "used_minutes": int(reading.used.total_seconds() // 60),
        "left_minutes": int(reading.left.total_seconds() // 60),
        "running": reading.running,
        "if_resumed_now": face.if_resumed_now,
    }
