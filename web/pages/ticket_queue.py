"""The queue: which tickets there are, narrowed by a view and by filters, all in the address."""

from dataclasses import dataclass, replace

from flask import Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, NotFound
from cmdb.records.parties import Group
from server.desk.tickets.actions.bulk import BulkDraft, change_many
from server.desk.tickets.queries import TicketFilter, count_tickets, list_tickets
from server.desk.tickets.queries.exporting import ticket_csv
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.paging import PageRequest
from server.foundation.permissions import Actor, Permission
from server.foundation.translation import gettext, ngettext
from server.items.queries import get_item
from server.people.queries.groups import GroupFilter, list_groups
from web.pages.frame import done, list_url, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.pages.wording import ticket_wording
from web.presenters.faults import fault_text
from web.presenters.lists import Column, Paging, Sorting, Tab
from web.presenters.urls import with_query

_PAGE = 50
#: What a filter of the queue is called in the address, beside view, sort and place.
_FILTERS = ("q", "kind", "priority", "state", "item", "service", "group")


def index() -> ResponseReturnValue:
    """List the tickets of a view, the most pressing first."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.TICKET_READ)
    views = _views(actor)
    view = next((one for one in views if one.key == request.args.get("view")), views[0])
    wanted = _narrowed(view.filter)
    sort = request.args.get("sort", view.sort)
    asked = PageRequest(sort, request.args.get("after", ""), _PAGE)
    page = list_tickets(session, actor, wanted, asked)
    return render_template(
        "tickets/index.html",
        rows=page.rows,
        columns=_columns(actor),
        sorting=Sorting.parse(sort),
        paging=_paging(len(page.rows), page.next_cursor, count_tickets(session, actor, wanted)),
        list_url=list_url,
        tabs=_tabs(views, actor),
        view=view.key,
        narrowed=any(request.args.get(name) for name in _FILTERS),
        about=_about(wanted),
        groups=_own_groups(actor) if view.key == "groups" else [],
        wording=ticket_wording(),
        counts_services=actor.may(Permission.IMPACT_COUNT_HIDDEN),
        filters=request.args,
        works=actor.may(Permission.TICKET_WORK),
        export_url=with_query(
            url_for("tickets.export"), request.args.to_dict(flat=False), {"after": None}
        ),
        reader=reader(),
    )


def export() -> ResponseReturnValue:
    """Return the list as it is narrowed now, for a spreadsheet."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.TICKET_READ)
    views = _views(actor)
    view = next((one for one in views if one.key == request.args.get("view")), views[0])
    lines = ticket_csv(session, actor, _narrowed(view.filter))
    headers = {"Content-Disposition": 'attachment; filename="tickets.csv"'}
    return Response("".join(lines), 200, headers, mimetype="text/csv")


def bulk() -> ResponseReturnValue:
    """Do the same to the selected tickets, and say what became of them."""
    session, actor, form = current_session(), current_actor(), request.form
    actor.require(Permission.TICKET_WORK)
    draft = BulkDraft(
        whole(form.get("group_id")), whole(form.get("assignee_id")), note=form.get("note", "")
    )
    here = url_for("tickets.index", view=form.get("view") or None)
    try:
        found = change_many(session, actor, form.getlist("selected"), draft, current_time())
    except CadastreError as error:
        errors, _ = refuse_in_words(error)
        flash(next(iter(errors.values())), "error")
        return redirect(here, 303)
    refused = [one for one in found if one.fault]
    for one in refused[:5]:
        flash(f"{one.reference}: {fault_text(one.fault, reader())}", "error")
    done_to = len(found) - len(refused)
    text = ngettext("%(num)d ticket changed.", "%(num)d tickets changed.", done_to)
    return done(text % {"num": done_to}, here)


@dataclass(frozen=True)
class _View:
    """A way to look at the queue that one comes back to."""

    key: str
    label: str
    filter: TicketFilter
    sort: str = "priority"
    counted: bool = False


def _views(actor: Actor) -> tuple[_View, ...]:
    opened = TicketFilter(open=True)
    me = actor.person_id or -1
    requested = TicketFilter(requester_id=me)
    if not actor.may(Permission.TICKET_WORK):
        return (
            _View("open", gettext("Open"), opened, "-activity"),
            _View("requested", gettext("Asked by me"), requested, "-created"),
            _View("all", gettext("All"), TicketFilter(), "-created"),
        )
    views = [
        _View("open", gettext("Open"), opened, counted=True),
        _View("mine", gettext("Mine"), replace(opened, assignee_id=me), counted=True),
        _View("unassigned", gettext("Unassigned"), replace(opened, unassigned=True), counted=True),
        _View("requested", gettext("Asked by me"), requested, "-created"),
        _View("all", gettext("All"), TicketFilter(), "-created"),
    ]
    if actor.group_ids:
        group_id = whole(request.args.get("group"))
        chosen = group_id if group_id in actor.group_ids else min(actor.group_ids)
        filters = replace(opened, group_id=chosen)
        views.insert(2, _View("groups", gettext("My groups"), filters))
    return tuple(views)


def _narrowed(filters: TicketFilter) -> TicketFilter:
    """Add the filters of the address; what makes no sense narrows nothing."""
    given = request.args
    words = ticket_wording().words
    kind, state = given.get("kind", ""), given.get("state", "")
    priority = whole(given.get("priority"))
    return replace(
        filters,
        text=given.get("q", "")[:200],
        kind=kind if kind in words.kinds else "",
        state=state if state in words.states else "",
        priority=priority if priority in words.priorities else None,
        item_id=whole(given.get("item")),
        service_id=whole(given.get("service")),
        group_id=filters.group_id or whole(given.get("group")),
    )


def _tabs(views: tuple[_View, ...], actor: Actor) -> list[Tab]:
    session = current_session()
    return [
        Tab(
            view.key,
            view.label,
            with_query(url_for("tickets.index"), {}, {"view": view.key}),
            count_tickets(session, actor, view.filter) if view.counted else None,
        )
        for view in views
    ]


def _own_groups(actor: Actor) -> list[Group]:
    """Return the groups one may choose between; nothing to choose among one."""
    if len(actor.group_ids) < 2 or not actor.may(Permission.GROUP_READ):
        return []
    wanted = GroupFilter(member_id=actor.person_id)
    return list(list_groups(current_session(), actor, wanted, PageRequest("name", limit=50)).rows)


def _about(wanted: TicketFilter) -> str:
    """Return the name of the item or service the list is narrowed to."""
    item_id = wanted.item_id or wanted.service_id
    if item_id is None:
        return ""
    try:
        return get_item(current_session(), current_actor(), item_id).name
    except NotFound:
        return gettext("an item outside your view")


def _paging(shown: int, cursor: str | None, total: int) -> Paging:
    # Back to the first page is one step: cursors lead forward only, the browser leads back.
    first = list_url(after=None) if request.args.get("after") else None
    return Paging(shown, total, first, list_url(after=cursor) if cursor else None)


def _columns(actor: Actor) -> tuple[Column, ...]:
    columns = [
        Column(gettext("Priority"), "priority"),
        Column(gettext("Ticket"), main=True),
        Column(gettext("State")),
        Column(gettext("Promised"), narrow_screen=False),
        Column(gettext("Services hit"), narrow_screen=False),
        Column(gettext("Requester"), narrow_screen=False),
        Column(gettext("Assignee"), narrow_screen=False),
        Column(gettext("Opened"), "created", narrow_screen=False),
    ]
    if not actor.may(Permission.IMPACT_COUNT_HIDDEN):
        del columns[4]
    return tuple(columns)
