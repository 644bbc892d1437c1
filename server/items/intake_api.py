"""REST for programs: bulk upsert, enrolment of agents, and their reports."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Response, request
from flask.views import MethodView
from flask_smorest import Blueprint
from werkzeug.exceptions import RequestEntityTooLarge

from cmdb.errors import InvalidValue
from cmdb.vocabulary import REST, SourceCode
from server.foundation.edge.identifiers import LARGEST_ID
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    for_anybody,
    installation,
    own_transactions,
    request_state,
)
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import page_of, page_request
from server.foundation.errors import NotSignedIn
from server.foundation.permissions import Permission
from server.items import enrolment, wanting
from server.items.actions import author_of
from server.items.bulk import BulkSettings, record_lines
from server.items.enrolled import AgentFilter, list_agents
from server.items.gathering import Arrival, gathering_of
from server.items.idempotency import BulkRequest, earlier_answer, remember_answer
from server.items.organisations import require_organisation
from server.items.payload import TooLarge, unpack
from server.items.reports import read_report
from server.items.schemas import (
    AgentQuerySchema,
    AgentSchema,
    EnrolledSchema,
    EnrolmentTokenDraftSchema,
    EnrolmentTokenSchema,
    EnrolSchema,
    TakenSchema,
    WantedCountSchema,
    WantedSchema,
)
from server.items.scope import visible_items

_IMPORT = re.compile(r"import:[A-Za-z0-9-]{1,57}")

intake = Blueprint("intake", __name__, url_prefix=PREFIX, description="For programs that report.")


@intake.route("/items/bulk", methods=["POST"])
@intake.doc(
    requestBody={"required": False, "content": {"application/x-ndjson": {"schema": {}}}},
    parameters=[
        {"in": "query", "name": "organisation_id", "required": True, "schema": {"type": "integer"}},
        {"in": "query", "name": "source", "schema": {"type": "string", "default": "rest"}},
        {"in": "header", "name": "Idempotency-Key", "schema": {"type": "string"}},
    ],
    responses={
        "200": {
            "description": "One result for each line, in order.",
            "content": {"application/x-ndjson": {"schema": {}}},
        }
    },
)
@own_transactions
def bulk_upsert() -> Response:
    """Create or update items and relations from NDJSON lines; one bad line sinks no other."""
    actor = current_actor()
    actor.require(Permission.ITEM_IMPORT)
    organisation_id = _organisation_id()
    place = installation()
    with place.database.reading() as session:
        require_organisation(session, actor, Permission.ITEM_IMPORT, organisation_id)
    settings = BulkSettings(
        organisation_id,
        _source(),
        author_of(actor),
        current_time(),
        visible_items(actor, Permission.ITEM_IMPORT),
    )
    person_id, key = actor.person_id or 0, _idempotency_key()
    asked = BulkRequest(person_id, key, organisation_id, settings.source, _body())
    if asked.key:
        with place.database.reading() as session:
            answer = earlier_answer(session, asked)
        if answer is not None:
            return _ndjson(answer)
    answer = b"".join(_result_lines(settings, asked.body))
    if asked.key:
        with place.database.writing() as session:
            remember_answer(session, asked, answer, current_time())
    return _ndjson(answer)


def _organisation_id() -> int:
    given = request.args.get("organisation_id", "")
    if not (given.isascii() and given.isdigit() and int(given) <= LARGEST_ID):
        raise InvalidValue({"organisation_id": "must be given as a query parameter, a number"})
    return int(given)


def _idempotency_key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > 200:
        raise InvalidValue({"Idempotency-Key": "must be at most 200 characters"})
    return key


def _body() -> bytes:
    """Return the request's body, unpacked."""
    try:
        return unpack(request.get_data(cache=False), request.headers.get("Content-Encoding", ""))
    except TooLarge as error:
        raise RequestEntityTooLarge(str(error)) from error


def _source() -> SourceCode:
    source = request.args.get("source", REST)
    if source != REST and not _IMPORT.fullmatch(source):
        raise InvalidValue({"source": "must be 'rest' or 'import:' and a name"})
    return SourceCode(source)


def _result_lines(settings: BulkSettings, body: bytes) -> Iterator[bytes]:
    lines = iter(body.split(b"\n"))
    for result in record_lines(installation().database, lines, settings):
        if not result.problems and type(result.id) is int:
            # Most lines are well: two numbers and a word of ours need no encoder.
            yield (
                f'{{"line":{result.line},"outcome":"{result.outcome}","id":{result.id},'
                '"problems":{}}\n'
            ).encode()
            continue
        document = {
            "line": result.line,
            "outcome": result.outcome,
            "id": result.id,
            "problems": dict(result.problems),
        }
        yield json.dumps(document, separators=(",", ":")).encode() + b"\n"


def _ndjson(body: bytes) -> Response:
    return Response(body, mimetype="application/x-ndjson")


@intake.route("/agents/enrol", methods=["POST"])
@intake.doc(security=[])
@intake.arguments(EnrolSchema)
@intake.response(201, EnrolledSchema)
@for_anybody
def enrol_agent(body: dict[str, Any]) -> Any:
    """Enrol an agent with a token; its key is shown this once."""
    wish = enrolment.EnrolmentRequest(**body)
    key = enrolment.enrol(current_session(), wish, current_time())
    return {"agent_id": wish.agent_id, "key": key}


@intake.route("/reports", methods=["POST"])
@intake.doc(requestBody={"required": True, "content": {"application/json": {"schema": {}}}})
@intake.response(202, TakenSchema)
@for_anybody
@own_transactions
def take() -> Any:
    """Take an agent's report. 202 means that it has been committed."""
    key, database = _bearer(), installation().database
    # A stranger's body is not even unpacked.
    with database.glancing() as connection:
        enrolment.require_key(connection, key)
    report = read_report(_body())
    arrival = Arrival(key, report, current_time(), request_state().request_id)
    taken = gathering_of(database).take(arrival)
    return {
        "accepted": True,
        "resend": list(taken.resend),
        "next_report_seconds": taken.next_report_seconds,
        "item": taken.item_id,
    }


def _bearer() -> str:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not key:
        raise NotSignedIn("send the agent's key as a bearer token")
    return key.strip()


@intake.route("/agents")
class Agents(MethodView):
    """Enrolled agents."""

    @intake.arguments(AgentQuerySchema, location="query")
    @intake.response(200, page_of(AgentSchema, "AgentPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List enrolled agents, the longest silent first unless asked otherwise."""
        query["sort"] = query["sort"] or "heard"
        page, revoked = page_request(query), query.pop("revoked")
        wanted = _narrowed(query, revoked=revoked)
        return list_agents(current_session(), current_actor(), wanted, page)


def _narrowed(told: dict[str, Any], *, revoked: bool | None) -> AgentFilter:
    """Return which agents a query or a body means, as the page of agents would ask."""
    silent = told.pop("silent_hours")
    return AgentFilter(
        silent_before=None if silent is None else current_time() - timedelta(hours=silent),
        troubled=told.pop("problems"),
        revoked=revoked,
        **told,
    )


@intake.route("/agents/wanted-reports", methods=["POST"])
@intake.arguments(WantedSchema)
@intake.response(202, WantedCountSchema)
def want_reports(body: dict[str, Any]) -> Any:
    """Want a whole report of every agent that fits; each sends it at its next word, paced."""
    wanted, now = _narrowed(body, revoked=False), current_time()
    return {"asked": wanting.want_reports(current_session(), current_actor(), wanted, now)}


@intake.route("/agents/<int:agent_id>/wanted-report", methods=["POST"])
@intake.response(202)
def want_report(agent_id: int) -> None:
    """Want a whole report of an agent at its next word."""
    wanting.want_report(current_session(), current_actor(), agent_id, current_time())


@intake.route("/agents/<int:agent_id>")
class OneAgent(MethodView):
    """One agent."""

    @intake.response(204)
    def delete(self, agent_id: int) -> None:
        """Revoke an agent's key."""
        enrolment.revoke_agent(current_session(), current_actor(), agent_id, current_time())


@intake.route("/enrolment-tokens")
class EnrolmentTokens(MethodView):
    """Tokens that let agents enrol."""

    @intake.arguments(EnrolmentTokenDraftSchema)
    @intake.response(201, EnrolmentTokenSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Create an enrolment token; it is shown this once."""
        hours = body["valid_hours"]
        draft = enrolment.TokenDraft(
            name=body["name"],
            organisation_id=body["organisation_id"],
            uses=body["uses"],
            valid_for=None if hours is None else timedelta(hours=hours),
        )
        token = enrolment.create_token(current_session(), current_actor(), draft, current_time())
        return {"token": token}


@intake.route("/enrolment-tokens/<int:token_id>")
class OneEnrolmentToken(MethodView):
    """One enrolment token."""

    @intake.response(204)
    def delete(self, token_id: int) -> None:
        """Revoke an enrolment token."""
        enrolment.revoke_token(current_session(), current_actor(), token_id, current_time())
