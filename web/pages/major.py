"""A major incident: who leads, what happened, what was announced, and the report of it."""

from collections.abc import Callable, Mapping

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, StaleVersion
from server.desk.problems.actions import major as actions
from server.desk.problems.models import MajorIncident
from server.desk.problems.queries import major as queries
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import (
    affected_services_of,
    find_ticket,
    may_work_on,
)
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext
from server.people.queries.last_change import last_change
from server.people.queries.people import names_of_people
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.pages.wording import ticket_wording
from web.presenters.conflicts import saved_meanwhile
from web.presenters.ticket_parts import minutes_text

major = Blueprint("major", __name__, url_prefix="/major-incidents")


@major.route("/<string:reference>")
def show(reference: str) -> ResponseReturnValue:
    """Show how a ticket is run as a major incident, or offer to declare it one."""
    return _page(find_ticket(current_session(), current_actor(), reference), {})


def _page(
    ticket: Ticket, errors: dict[str, str], status: int = 200, *, stale: bool = False
) -> ResponseReturnValue:
    session, actor, now = current_session(), current_actor(), current_time()
    row = queries.major_of(session, ticket.id)
    stored = {name: getattr(row, name) if row else None for name in actions.ROLES}
    roles = stored | {
        name: whole(request.form[name]) for name in actions.ROLES if name in request.form
    }
    ids = {*stored.values(), *roles.values()}
    people = names_of_people(session, actor, [one for one in ids if one is not None])
    lasted = ((row.ended_at or now) - row.declared_at) if row else None
    body = render_template(
        "major/show.html",
        ticket=ticket,
        major=row,
        works=may_work_on(session, actor, ticket.id),
        time_line=queries.time_line(session, ticket.id) if row else (),
        children=queries.children_of(session, actor, ticket.id),
        services=affected_services_of(session, actor, ticket.id),
        people=people,
        roles=roles,
        version=request.form.get("version") if errors and not stale else actions.stamp_of(row),
        theirs=_saved_meanwhile(row, people) if stale and row else (),
        change=last_change(session, actor, actions.subject_of(ticket.id)) if stale else None,
        lasted=minutes_text(int(lasted.total_seconds() // 60), reader()) if lasted else "",
        errors=errors,
        typed=request.form,
        offered=request.args.get("children", ""),
        wording=ticket_wording(),
    )
    return body, status


def _saved_meanwhile(row: MajorIncident, people: Mapping[int, str]) -> list[tuple[str, str]]:
    """Return what somebody else saved where it is not what was typed."""
    labels = {"bridge": gettext("Where they meet"), "lessons": gettext("What was learnt")}
    found = saved_meanwhile(request.form, row, labels)
    roles = {
        "manager_id": gettext("Incident manager"),
        "technical_id": gettext("Technical lead"),
        "communications_id": gettext("Speaks to people"),
    }
    for name, label in roles.items():
        stored = getattr(row, name)
        if whole(request.form.get(name)) != stored:
            found.append((label, people.get(stored, "") if stored else ""))
    return found


@major.route("/<string:reference>", methods=["POST"])
def run(reference: str) -> ResponseReturnValue:
    """Declare a ticket a major incident, or change how it is run."""
    form = request.form
    row = queries.major_of(
        current_session(), find_ticket(current_session(), current_actor(), reference).id
    )
    lessons = form.get("lessons", row.lessons if row else "")
    draft = actions.MajorDraft(
        whole(form.get("manager_id")),
        whole(form.get("technical_id")),
        whole(form.get("communications_id")),
        form.get("bridge", ""),
        lessons,
        tuple(form.get("children", "").replace(",", " ").split()),
    )

    def write(ticket: Ticket) -> None:
        session, actor = current_session(), current_actor()
        _, now_run = actions.lock_major(session, actor, ticket.id)
        if form.get("version", "") != actions.stamp_of(now_run):
            raise StaleVersion("it was changed after you opened the form")
        actions.run_major(session, actor, ticket.id, draft, current_time())

    return _act(reference, write, gettext("Saved."))


@major.route("/<string:reference>/updates", methods=["POST"])
def update(reference: str) -> ResponseReturnValue:
    """Write a fact or an announcement."""
    kind, text = request.form.get("kind", "fact"), request.form.get("text", "")

    def write(ticket: Ticket) -> None:
        now = current_time()
        actions.update_major(current_session(), current_actor(), ticket.id, kind, text, now)

    announced = kind == "announcement"
    told = gettext("Everybody concerned is told.") if announced else gettext("Written down.")
    return _act(reference, write, told)


def _act(reference: str, write: Callable[[Ticket], None], told: str) -> ResponseReturnValue:
    ticket = find_ticket(current_session(), current_actor(), reference)
    address = url_for("major.show", reference=ticket.reference)
    try:
        write(ticket)
    except CadastreError as error:
        stale = isinstance(error, StaleVersion)
        errors, status = refuse_in_words(error)
        fresh = find_ticket(current_session(), current_actor(), reference)
        return _page(fresh, errors, status, stale=stale)
    return done(told, address)
