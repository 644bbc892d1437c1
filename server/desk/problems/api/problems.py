"""REST over problems, known errors, what incidents may share, and major incidents."""

from typing import Any, cast

from flask import Response
from flask.views import MethodView

from cmdb.errors import InvalidValue
from server.desk.problems.actions import major as running
from server.desk.problems.actions import problems as actions
from server.desk.problems.api.blueprint import problems
from server.desk.problems.models import MajorIncident, Problem
from server.desk.problems.queries import known, major, proposing
from server.desk.problems.queries import problems as queries
from server.desk.problems.schemas import problems as schemas
from server.desk.tickets.api.unchanged import check_unchanged
from server.desk.tickets.queries import affected_item_ids, find_ticket
from server.foundation.edge.conditional import check_version, with_etag
from server.foundation.edge.document import CHECKS_VERSION, LOOKS_UP, READS_VERSION
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.edge.schemas import page_request
from server.items.impacts.hints import CHANGES, ChangeReader

_ONE = "/problems/<string:reference>"
_MAJOR = "/tickets/<string:reference>/major-incident"


def _answer(row: Problem, status: int = 200) -> Response:
    return with_etag(schemas.ProblemRecordSchema, row, row.version, status)


@problems.route("/problems")
class Problems(MethodView):
    """Every problem in sight."""

    @problems.arguments(schemas.ProblemQuerySchema, location="query")
    @problems.response(200, schemas.ProblemPage)
    def get(self, query: dict[str, Any]) -> Any:
        """List problems, the newest first unless sorted by created or priority."""
        page = page_request(query)
        wanted = queries.ProblemFilter(query["q"], query["state"], query["open"])
        found = queries.list_problems(current_session(), current_actor(), wanted, page)
        return schemas.problem_page(found)

    @problems.arguments(schemas.ProblemDraftSchema)
    @problems.response(201, schemas.ProblemRecordSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Open a problem over incidents and items."""
        lists = {name: tuple(body[name]) for name in ("tickets", "item_ids")}
        draft = actions.ProblemDraft(**body | lists)
        row = actions.open_problem(current_session(), current_actor(), draft, current_time())
        return _answer(row, 201)


@problems.route(_ONE)
class OneProblem(MethodView):
    """One problem, by reference or id."""

    @problems.doc(**READS_VERSION)
    @problems.response(200, schemas.ProblemRecordSchema)
    def get(self, reference: str) -> Any:
        """Return a problem; its ETag serves If-Match."""
        return _answer(queries.find_problem(current_session(), current_actor(), reference))

    @problems.doc(**CHECKS_VERSION)
    @problems.arguments(schemas.ProblemPatchSchema)
    @problems.response(200, schemas.ProblemRecordSchema)
    def patch(self, body: dict[str, Any], reference: str) -> Any:
        """Change some fields; with If-Match only what was read last."""
        session, actor = current_session(), current_actor()
        check_version(queries.lock_problem(session, actor, reference).version)
        return _answer(actions.edit_problem(session, actor, reference, body, current_time()))


@problems.route(f"{_ONE}/moves")
class ProblemMoves(MethodView):
    """Steps of a problem's life."""

    @problems.arguments(schemas.ProblemMoveSchema)
    @problems.response(200, schemas.ProblemRecordSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Take a step: a known error needs its workaround, solving the cause and how."""
        session, actor = current_session(), current_actor()
        return _answer(
            actions.move_problem(session, actor, reference, body["state"], current_time())
        )


@problems.route(f"{_ONE}/entries")
class ProblemEntries(MethodView):
    """What was found, and which steps were taken."""

    @problems.response(200, schemas.ProblemEntrySchema(many=True))
    def get(self, reference: str) -> Any:
        """List notes and steps, oldest first."""
        session = current_session()
        row = queries.find_problem(session, current_actor(), reference)
        return schemas.entry_rows(queries.entries_of(session, row.id))

    @problems.arguments(schemas.ProblemNoteDraftSchema)
    @problems.response(201, schemas.ProblemEntrySchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Write a note."""
        session, actor = current_session(), current_actor()
        return actions.note_problem(session, actor, reference, body["text"], current_time())


@problems.route(f"{_ONE}/tickets")
class ProblemTickets(MethodView):
    """The tickets behind which a problem lies."""

    @problems.response(200, schemas.ProblemTicketSchema(many=True))
    def get(self, reference: str) -> Any:
        """List the tickets in sight."""
        session, actor = current_session(), current_actor()
        row = queries.find_problem(session, actor, reference)
        return queries.tickets_of(session, actor, row.id)

    @problems.arguments(schemas.ProblemTicketDraftSchema)
    @problems.response(201, schemas.ProblemRecordSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Say that the problem lies behind a ticket."""
        session, actor, now = current_session(), current_actor(), current_time()
        return _answer(actions.gather_ticket(session, actor, reference, body["ticket"], now), 201)


@problems.route(f"{_ONE}/tickets/<string:ticket>")
class OneProblemTicket(MethodView):
    """One ticket of a problem."""

    @problems.response(204)
    def delete(self, reference: str, ticket: str) -> None:
        """Say that the problem does not lie behind it after all."""
        actions.leave_ticket(current_session(), current_actor(), reference, ticket)


@problems.route(f"{_ONE}/items")
class ProblemItems(MethodView):
    """What a problem is about."""

    @problems.response(200, schemas.ProblemItemSchema(many=True))
    def get(self, reference: str) -> Any:
        """List the items in sight, the cause first."""
        session, actor = current_session(), current_actor()
        row = queries.find_problem(session, actor, reference)
        return schemas.item_rows(queries.items_of(session, actor, row.id))

    @problems.arguments(schemas.ProblemItemsDraftSchema)
    @problems.response(200, schemas.ProblemRecordSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Name more items, or the cause."""
        session, actor = current_session(), current_actor()
        named = (body["item_ids"], body["cause_item_id"])
        return _answer(actions.name_items(session, actor, reference, *named))


@problems.route(f"{_ONE}/items/<int:item_id>")
class OneProblemItem(MethodView):
    """One item of a problem."""

    @problems.response(204)
    def delete(self, reference: str, item_id: int) -> None:
        """Take an item off the problem."""
        actions.take_off_item(current_session(), current_actor(), reference, item_id)


@problems.route("/known-errors")
class KnownErrors(MethodView):
    """How to live with what is known."""

    @problems.doc(**LOOKS_UP)
    @problems.arguments(schemas.KnownErrorQuerySchema, location="query")
    @problems.response(200, schemas.KnownErrorSchema(many=True))
    def get(self, query: dict[str, Any]) -> Any:
        """List known errors on a ticket's items or on one item: by item, model or software."""
        session, actor = current_session(), current_actor()
        if bool(query["ticket"]) == (query["item_id"] is not None):
            raise InvalidValue({"ticket": "name a ticket or an item, not both"})
        ids = [query["item_id"]] if query["item_id"] is not None else []
        if query["ticket"]:
            ids = list(affected_item_ids(session, find_ticket(session, actor, query["ticket"]).id))
        return [schemas.known_row(one) for one in known.known_errors_on(session, actor, ids)]


@problems.route("/problem-proposals")
class ProblemProposals(MethodView):
    """What open incidents may have in common."""

    @problems.response(200, schemas.ProblemProposalSchema(many=True))
    def get(self) -> Any:
        """List failures that would explain several open incidents at once, with the evidence."""
        found = proposing.propose_problems(
            current_session(),
            current_actor(),
            current_time(),
            cast("ChangeReader", installation().lent[CHANGES]),
        )
        return [schemas.proposal_row(one) for one in found]


@problems.route(_MAJOR)
class OneMajorIncident(MethodView):
    """A ticket that is run as a major incident."""

    @problems.doc(**READS_VERSION)
    @problems.response(200, schemas.MajorIncidentSchema)
    def get(self, reference: str) -> Any:
        """Return who leads it, since when, and what was learnt; its ETag serves If-Match."""
        return _major(major.find_major(current_session(), current_actor(), reference)[1])

    @problems.doc(**CHECKS_VERSION)
    @problems.arguments(schemas.MajorIncidentDraftSchema)
    @problems.response(200, schemas.MajorIncidentSchema)
    def put(self, body: dict[str, Any], reference: str) -> Any:
        """Declare a ticket a major incident, or change how one is run.

        With If-Match only what was read last.
        """
        session, actor = current_session(), current_actor()
        ticket, row = running.lock_major(session, actor, reference)
        check_unchanged(running.version_of(row), running.subject_of(ticket.id))
        draft = running.MajorDraft(**body | {"children": tuple(body["children"])})
        return _major(running.run_major(session, actor, ticket.id, draft, current_time()))


def _major(row: MajorIncident) -> Response:
    return with_etag(schemas.MajorIncidentSchema, row, running.version_of(row))


@problems.route(f"{_MAJOR}/updates")
class MajorUpdates(MethodView):
    """The time line of a major incident."""

    @problems.response(200, schemas.MajorUpdateSchema(many=True))
    def get(self, reference: str) -> Any:
        """List what happened, oldest first."""
        session = current_session()
        ticket, _ = major.find_major(session, current_actor(), reference)
        return schemas.entry_rows(major.time_line(session, ticket.id))

    @problems.arguments(schemas.MajorUpdateDraftSchema)
    @problems.response(201, schemas.MajorUpdateSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Write a fact, or an announcement that is told on every ticket that belongs to it."""
        session, actor = current_session(), current_actor()
        return running.update_major(
            session, actor, reference, body["kind"], body["text"], current_time()
        )
