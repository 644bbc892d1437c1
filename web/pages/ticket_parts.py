"""What belongs to a ticket beside its conversation: steps, time, files, links; fragments, acts."""

from collections.abc import Callable

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from server.desk.tickets.actions import attaching, linking, tasking
from server.desk.tickets.actions.clocks import explain_breach
from server.desk.tickets.api.belongings import storage
from server.desk.tickets.queries import belongings, find_ticket, may_work_on
from server.desk.tickets.queries.clocks import faces_of
from server.desk.tickets.rules.linking import KINDS
from server.foundation.edge.files import file_answer
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.pages.sent_files import attach_sent, sent_files
from web.pages.ticket_page import Act, ticket_page
from web.pages.wording import ticket_wording
from web.presenters.clocks import clock_line, next_first
from web.presenters.ticket_parts import link_text, minutes_of, minutes_text

Write = Callable[[], object]


def show_work(reference: str) -> ResponseReturnValue:
    """Show the steps of the work, and the time it took. A fragment."""
    session, actor = current_session(), current_actor()
    ticket = find_ticket(session, actor, reference)
    works = may_work_on(session, actor, ticket.id)
    prepared = belongings.list_templates(session, actor) if works else ()
    return render_template(
        "tickets/work.html",
        ticket=ticket,
        works=works,
        tasks=belongings.tasks_of(session, actor, ticket.id),
        times=belongings.times_of(session, actor, ticket.id) if works else [],
        checklists=[one for one in prepared if one.document.get("tasks")],
        minutes_text=lambda minutes: minutes_text(minutes, reader()),
        me=actor,
    )


def show_papers(reference: str) -> ResponseReturnValue:
    """Show the files on a ticket, and what it is to others. A fragment."""
    session, actor = current_session(), current_actor()
    ticket = find_ticket(session, actor, reference)
    return render_template(
        "tickets/papers.html",
        ticket=ticket,
        works=may_work_on(session, actor, ticket.id),
        may_write=actor.may(Permission.TICKET_OPEN) or actor.may(Permission.TICKET_WORK),
        files=belongings.attachments_of(session, actor, ticket.id),
        links=belongings.links_of(session, actor, ticket.id),
        link_text=lambda link: link_text(link.kind, reader(), outgoing=link.outgoing),
        link_kinds=[(kind, link_text(kind, reader(), outgoing=True)) for kind in KINDS],
        wording=ticket_wording(),
        most_megabytes=installation().settings.max_attachment_megabytes,
        typed={name: request.args.get(name, "") for name in ("kind", "other")},
    )


def show_clocks(reference: str) -> ResponseReturnValue:
    """Show what was promised about the ticket, and how it stands. A fragment."""
    session, actor = current_session(), current_actor()
    ticket = find_ticket(session, actor, reference)
    works = may_work_on(session, actor, ticket.id)
    faces = faces_of(session, ticket, current_time(), works=works)
    return render_template(
        "tickets/clocks.html",
        ticket=ticket,
        faces=next_first(clock_line(face, reader()) for face in faces),
        works=works,
    )


def explain(reference: str, measure: str) -> ResponseReturnValue:
    """Say why a promise was missed."""
    session, actor, form = current_session(), current_actor(), request.form
    reason, holder = form.get("reason", ""), form.get("holder", "")
    return _done(
        reference,
        "work",
        lambda: explain_breach(session, actor, reference, measure, reason, holder),
        gettext("Saved."),
    )


def download(reference: str, attachment_id: int) -> Response:
    """Return a file to be saved."""
    session, actor = current_session(), current_actor()
    row = belongings.find_attachment(session, actor, reference, attachment_id)
    return file_answer(storage(), row.stored_name, row.file_name)


def attach(reference: str) -> ResponseReturnValue:
    """Attach the files of a form."""
    session, actor = current_session(), current_actor()
    kind, sent = request.form.get("kind", "public"), sent_files()

    def keep() -> None:
        ticket = find_ticket(session, actor, reference)
        if not sent:
            raise InvalidValue({"file": "choose a file first"})
        attach_sent(session, actor, ticket.id, sent, kind)

    return _done(reference, "papers", keep, gettext("Attached."))


def remove_file(reference: str, attachment_id: int) -> ResponseReturnValue:
    """Take a file off the ticket."""
    session, actor, now = current_session(), current_actor(), current_time()
    return _done(
        reference,
        "papers",
        lambda: attaching.remove_attachment(session, actor, reference, attachment_id, now),
        gettext("Taken off the ticket."),
    )


def link(reference: str) -> ResponseReturnValue:
    """Say what the ticket is to another, or let it go into the other."""
    session, actor, now, form = current_session(), current_actor(), current_time(), request.form
    kind, other = form.get("kind", ""), form.get("other", "").strip()
    if kind == "merge":
        return _merge(reference, other)
    return _done(
        reference,
        "papers",
        lambda: linking.link_ticket(session, actor, reference, kind, other, now),
        gettext("Linked."),
    )


def _merge(reference: str, other: str) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    find_ticket(session, actor, reference)
    try:
        target = linking.merge_ticket(session, actor, reference, other, current_time())
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return ticket_page(reference, Act("papers", errors, request.form), status)
    told = gettext("Merged into %(reference)s.") % {"reference": target.reference}
    return done(told, url_for("tickets.show", reference=target.reference))


def unlink(reference: str) -> ResponseReturnValue:
    """Take a link back; of a link from the other ticket, there."""
    session, actor, now, form = current_session(), current_actor(), current_time(), request.form
    ends = (reference, form.get("other", ""))
    if form.get("outgoing") != "yes":
        ends = (ends[1], ends[0])
    return _done(
        reference,
        "papers",
        lambda: linking.unlink_ticket(session, actor, ends[0], form.get("kind", ""), ends[1], now),
        gettext("The link is gone."),
    )


def add_task(reference: str) -> ResponseReturnValue:
    """Add a step, or the steps of a template."""
    session, actor, now, form = current_session(), current_actor(), current_time(), request.form

    def add() -> None:
        if form.get("template"):
            tasking.add_checklist(session, actor, reference, form["template"], now)
        else:
            draft = tasking.TaskDraft(form.get("title", ""))
            tasking.add_task(session, actor, reference, draft, now)

    return _done(reference, "work", add, gettext("Added."))


def tick_task(reference: str, task_id: int) -> ResponseReturnValue:
    """Say that a step is done, or is not; the fragment is drawn again."""
    session, actor, now = current_session(), current_actor(), current_time()
    is_done = request.form.get("done") == "yes"
    tasking.tick_task(session, actor, reference, task_id, now, done=is_done)
    if request.headers.get("HX-Request"):
        return show_work(reference)
    return done(gettext("Saved."), url_for("tickets.show", reference=reference))


def remove_task(reference: str, task_id: int) -> ResponseReturnValue:
    """Take a step away that is not done."""
    session, actor = current_session(), current_actor()
    return _done(
        reference,
        "work",
        lambda: tasking.remove_task(session, actor, reference, task_id),
        gettext("The step is gone."),
    )


def book(reference: str) -> ResponseReturnValue:
    """Book time that one worked."""
    session, actor, now, form = current_session(), current_actor(), current_time(), request.form

    def write() -> None:
        find_ticket(session, actor, reference)
        minutes = minutes_of(form.get("minutes", ""))
        if minutes is None:
            raise InvalidValue({"minutes": "must be minutes, or hours and minutes as 1:30"})
        draft = tasking.TimeDraft(minutes, form.get("note", ""))
        tasking.book_time(session, actor, reference, draft, now)

    return _done(reference, "work", write, gettext("Booked."))


def unbook(reference: str, time_id: int) -> ResponseReturnValue:
    """Take back time that one booked."""
    session, actor = current_session(), current_actor()
    return _done(
        reference,
        "work",
        lambda: tasking.remove_time(session, actor, reference, time_id),
        gettext("Taken back."),
    )


def rate(reference: str) -> ResponseReturnValue:
    """Say what one thought of how one's ticket was handled."""
    session, actor, now, form = current_session(), current_actor(), current_time(), request.form
    rating = whole(form.get("rating")) or 0
    return _done(
        reference,
        "rating",
        lambda: tasking.rate_ticket(session, actor, reference, rating, form.get("text", ""), now),
        gettext("Thank you."),
    )


def _done(reference: str, part: str, write: Write, told: str) -> ResponseReturnValue:
    """Do it and go back to where one was, or show the ticket with what was wrong."""
    ticket = find_ticket(current_session(), current_actor(), reference)
    back = "portal.show" if request.form.get("back") == "portal" else "tickets.show"
    address = url_for(back, reference=ticket.reference)
    try:
        write()
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return ticket_page(reference, Act(part, errors, request.form), status)
    return done(told, address)
