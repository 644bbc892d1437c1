"""Agents: installing one, watching it arrive, and how all of them are."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.permissions import Permission
from server.foundation.translation import gettext, ngettext
from server.items import enrolled
from server.items.enrolment import TokenDraft, create_token, revoke_agent, revoke_token
from server.items.foreign.admitting import count_waiting
from server.items.models import Agent
from server.items.suspecting import suspicion_of
from server.items.wanting import machines_behind, want_report, want_reports
from web.agent_archive import NAME, agent_archive
from web.pages.choices import organisation_choices, organisation_names
from web.pages.frame import done, list_url, reader, url_for, whole
from web.pages.lists import asked_choice, asked_page, asked_words, is_narrowed, paging_of
from web.pages.refusals import refuse_in_words
from web.presenters.agents import (
    DIALECTS,
    SILENT_AFTER,
    condition,
    install_lines,
    is_loopback,
    troubles,
)
from web.presenters.lists import Column, Sorting
from web.presenters.section_names import section_label

agents = Blueprint("agents", __name__, url_prefix="/administration/agents")

_LONGEST_DAYS = 365
_LONGEST_VERSION = 64
#: What the list may be narrowed to.
_SHOWN = ("silent", "problems", "suspect", "outdated", "revoked", "every")


@agents.route("")
def index() -> ResponseReturnValue:
    """List the agents, and offer to install another."""
    return _index({}), 200


def _index(errors: dict[str, str]) -> str:
    session, actor, now = current_session(), current_actor(), current_time()
    shown = asked_choice("show", _SHOWN)
    wanted = _filter(asked_words(), shown, asked_words("version", _LONGEST_VERSION), now)
    asked = asked_page("heard")
    page = enrolled.list_agents(session, actor, wanted, asked)
    return render_template(
        "agents/index.html",
        rows=[
            (agent, condition(agent, now), troubles(agent.problems, reader()))
            for agent in page.rows
        ],
        columns=_columns(),
        sorting=Sorting.parse(asked.sort),
        paging=paging_of(page, enrolled.count_agents(session, actor, wanted)),
        list_url=list_url,
        words=wanted.q,
        version=wanted.version,
        shown=shown,
        narrowed=is_narrowed(),
        tokens=enrolled.usable_tokens(session, actor, now),
        places=organisation_names(session, actor),
        organisations=organisation_choices(session, actor, Permission.ADMIN_AGENTS),
        packed=agent_archive(),
        dialects=DIALECTS,
        waiting=count_waiting(session, actor),
        errors=errors,
        typed=request.form,
    )


def _filter(words: str, shown: str, version: str, now: datetime) -> enrolled.AgentFilter:
    packed = agent_archive()
    return enrolled.AgentFilter(
        words,
        now - SILENT_AFTER if shown == "silent" else None,
        {"revoked": True, "every": None}.get(shown, False),
        suspect=True if shown == "suspect" else None,
        troubled=True if shown == "problems" else None,
        version=version,
        not_version=packed.version if packed and shown == "outdated" else "",
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column(gettext("Machine"), "hostname", main=True),
        Column(gettext("Condition")),
        Column(gettext("Last report"), "heard"),
        Column(gettext("Version"), narrow_screen=False),
        Column(gettext("Organisation"), narrow_screen=False),
        Column(gettext("Problems"), numeric=True, narrow_screen=False),
        Column(gettext("Enrolled"), "enrolled", narrow_screen=False),
    )


@agents.route("/install", methods=["POST"])
def install() -> ResponseReturnValue:
    """Make an enrolment token and show, this once, the lines that use it."""
    session, actor, now = current_session(), current_actor(), current_time()
    try:
        draft = _draft()
        token = create_token(session, actor, draft, now)
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _index(errors), status
    server = installation().settings.base_url
    return render_template(
        "agents/install.html",
        draft=draft,
        lines=install_lines(server, token, NAME, reader()),
        token=token,
        only_here=is_loopback(server),
        server=server,
        packed=agent_archive(),
        arrivals_url=_arrivals_url(draft.organisation_id, now, 0, 0),
    )


def _draft() -> TokenDraft:
    form = request.form
    days = whole(form.get("days")) or 1
    uses = form.get("uses", "1")
    if days > _LONGEST_DAYS:
        raise InvalidValue({"days": f"must be from 1 to {_LONGEST_DAYS}"})
    return TokenDraft(
        name=form.get("name", "").strip()[:200] or gettext("agents"),
        organisation_id=whole(form.get("organisation_id")) or 0,
        uses=None if uses == "any" else whole(uses) or 1,
        valid_for=timedelta(days=days),
    )


@agents.route("/arrivals")
def arrivals() -> ResponseReturnValue:
    """Greet who has enrolled since; answers 204 while nothing has changed."""
    organisation_id = whole(request.args.get("organisation")) or 0
    since = _moment(request.args.get("since", ""))
    found = enrolled.enrolled_since(current_session(), current_actor(), organisation_id, since)
    reported = sum(agent.last_report_at is not None for agent in found)
    known = (request.args.get("enrolled"), request.args.get("reported"))
    if known == (str(len(found)), str(reported)):
        return make_response("", 204)
    return render_template(
        "agents/arrivals.html",
        found=found,
        arrivals_url=_arrivals_url(organisation_id, since, len(found), reported),
    )


def _arrivals_url(organisation_id: int, since: datetime, enrolled_now: int, reported: int) -> str:
    return url_for(
        "agents.arrivals",
        organisation=organisation_id,
        since=since.timestamp(),
        enrolled=enrolled_now,
        reported=reported,
    )


def _moment(text: str) -> datetime:
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidValue({"since": "must be a moment"}) from error


@agents.route("/<int:agent_id>")
def show(agent_id: int) -> ResponseReturnValue:
    """Show one agent with what it could not collect."""
    session, actor = current_session(), current_actor()
    agent: Agent = enrolled.agent(session, actor, agent_id)
    return render_template(
        "agents/show.html",
        agent=agent,
        machines=machines_behind(session, agent),
        suspicion=suspicion_of(session, actor, agent),
        condition=condition(agent, current_time()),
        organisation=organisation_names(session, actor).get(agent.organisation_id),
        packed=agent_archive(),
        dialects=DIALECTS,
        section_name=lambda name: section_label(name, reader()),
    )


@agents.route("/report-now", methods=["POST"])
def report_now() -> ResponseReturnValue:
    """Want a whole report of every agent in the list as it was filtered."""
    session, actor, now, form = current_session(), current_actor(), current_time(), request.form
    shown, version = form.get("show", ""), form.get("version", "")[:_LONGEST_VERSION]
    wanted = _filter(form.get("q", "")[:200], shown if shown in _SHOWN else "", version, now)
    asked = want_reports(session, actor, wanted, now)
    words = ngettext(
        "%(num)d agent sends everything at its next word.",
        "%(num)d agents send everything at their next word.",
        asked,
    )
    return done(words, url_for("agents.index"))


@agents.route("/<int:agent_id>/report-now", methods=["POST"])
def report_now_one(agent_id: int) -> ResponseReturnValue:
    """Want a whole report of one agent."""
    want_report(current_session(), current_actor(), agent_id, current_time())
    told = gettext("It sends everything at its next word.")
    return done(told, url_for("agents.show", agent_id=agent_id))


@agents.route("/<int:agent_id>/revoke", methods=["POST"])
def revoke(agent_id: int) -> ResponseReturnValue:
    """Refuse an agent's reports from now on."""
    revoke_agent(current_session(), current_actor(), agent_id, current_time())
    return done(gettext("The agent is revoked."), url_for("agents.index"))


@agents.route("/tokens/<int:token_id>/revoke", methods=["POST"])
def forget_token(token_id: int) -> ResponseReturnValue:
    """Make an enrolment token useless."""
    revoke_token(current_session(), current_actor(), token_id, current_time())
    return done(gettext("The enrolment token is revoked."), url_for("agents.index"))
