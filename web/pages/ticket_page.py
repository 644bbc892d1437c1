"""A ticket's page: the conversation, and beside it what the ticket touches."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import NotFound
from cmdb.model import standing_model
from server.desk.changes.queries.nearby import Nearby, changes_nearby
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import affected_item_ids, find_ticket, parts_of, watcher_ids
from server.desk.tickets.queries.clocks import FROM_SUPPLIER
from server.desk.tickets.rules.lifecycle import open_moves
from server.desk.tickets.rules.words import Move
from server.desk.workspace.queries import (
    AffectedPart,
    TicketPage,
    related_tickets,
    ticket_suspects,
    ticket_workspace,
)
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.errors import PermissionDenied
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.impact import ImpactAnswer, answer_impact
from server.items.queries import names_of
from server.people.queries.groups import group
from server.people.queries.people import names_of_people
from web.pages.frame import list_url, reader
from web.pages.item_tabs import reason_of
from web.pages.ticket_letters import letters_on
from web.pages.wording import change_wording, ticket_wording
from web.presenters.conversation import Names, mentioned_people, system_line
from web.presenters.impact import path_map
from web.presenters.lists import Tab
from web.presenters.own_fields import PREFIX, given_fields, inputs_of, shown_fields
from web.presenters.suspects import far_ends, suspect_lines
from web.presenters.tickets import Reach, priority_reason, priority_sum
from web.presenters.values import class_label
from web.presenters.writing import passages, pieces

_KINDS_SHOWN = {"public": ("public",), "internal": ("internal",), "system": ("system",)}
_GROUPS_READ = 5
#: Affected items that the page lists before one asks for all: who suffers must not be out of view.
_ITEMS_SHOWN = 10
#: How far ahead a planned change is worth knowing of.
_NEAR = timedelta(days=7)


@dataclass(frozen=True)
class Act:
    """What is being done on the page: a panel that is open, and what was wrong in it.

    ``name`` is "edit", "assign", "reply", "add" or the state a move leads to; ``typed`` what was
    filled in; ``chosen`` the (id, name) that were picked, by field; ``theirs`` what somebody else
    saved meanwhile, by field.
    """

    name: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    theirs: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, Sequence[tuple[int, str]]] = field(default_factory=dict)


def show(reference: str) -> ResponseReturnValue:
    """Show one ticket; ``act`` in the address opens a panel."""
    return ticket_page(reference, Act(request.args.get("act", "")))


def ticket_page(reference: str, act: Act, status: int = 200) -> ResponseReturnValue:
    """Draw the page of a ticket, with a panel open where something is being done."""
    session, actor = current_session(), current_actor()
    page = ticket_workspace(session, actor, reference)
    ticket, wording = page.header.ticket, ticket_wording()
    may_count = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    shown = _shown(page)
    body = render_template(
        "tickets/show.html",
        page=page,
        ticket=ticket,
        act=act,
        wording=wording,
        moves=_moves(page),
        reason=priority_reason(ticket, _reach(page) if may_count else None, wording, reader()),
        sum_text=priority_sum(ticket, wording, reader()),
        entries=shown,
        line_of=_lines(page, shown),
        said_at=_said_at(page, shown),
        letters=letters_on(page),
        pieces=pieces,
        passages=passages,
        entry_tabs=_entry_tabs(),
        entry_filter=request.args.get("show", "all"),
        items_shown=_items_shown(page),
        may_write=_may_write(page),
        me=actor,
        impact_reason=reason_of,
        class_name=_class_name,
        details=shown_fields(wording, ticket.category, ticket.fields, reader()),
        **_own_inputs(ticket, act),
    )
    return body, status


def _own_inputs(ticket: Ticket, act: Act) -> dict[str, Any]:
    """Return the category's fields where the ticket is being edited."""
    if act.name != "edit":
        return {}
    values, occurred_at = given_fields(act.typed, reader())
    stored = {**ticket.fields, "occurred_at": ticket.occurred_at, **values}
    if occurred_at is not None:
        stored["occurred_at"] = occurred_at
    category = act.typed.get("category", ticket.category)
    own = {one.removeprefix("fields."): text for one, text in act.errors.items()}
    return {
        "inputs": inputs_of(ticket_wording(), category, stored, reader()),
        "own_errors": {PREFIX + code: text for code, text in own.items()},
    }


def _class_name(code: str) -> str:
    return class_label(standing_model(), code, reader().language)


def _reach(page: TicketPage) -> Reach:
    ticket = page.header.ticket
    return Reach(ticket.service_count, ticket.worst_criticality, ticket.people_count)


def _moves(page: TicketPage) -> list[Move]:
    """Return the steps that the reader may take from here."""
    ticket = page.header.ticket
    parts = parts_of(current_actor(), ticket, works=page.header.may_work)
    return open_moves(ticket_wording().words, ticket.kind, ticket.state, parts)


def _may_write(page: TicketPage) -> bool:
    """Say whether the reader writes here: who works on it, whose it is, who follows it."""
    ticket, me = page.header.ticket, current_actor().person_id
    if page.header.may_work or (me is not None and me == ticket.requester_id):
        return True
    return me in watcher_ids(current_session(), ticket.id)


def _shown(page: TicketPage) -> Sequence[Any]:
    wanted = _KINDS_SHOWN.get(request.args.get("show", ""))
    return [row for row in page.entries if wanted is None or row.entry.kind in wanted]


def _entry_tabs() -> list[Tab]:
    labels = (
        ("all", gettext("All")),
        ("public", gettext("Public")),
        ("internal", gettext("Internal")),
        ("system", gettext("System")),
    )
    return [
        Tab(key, label, list_url(show=None if key == "all" else key, act=None))
        for key, label in labels
    ]


def _said_at(page: TicketPage, rows: Sequence[Any]) -> dict[int, datetime]:
    """Return when a supplier said what somebody wrote down, by entry; for who works on it."""
    written = [row.entry for row in rows if page.header.may_work]
    return {
        entry.id: datetime.fromisoformat(entry.detail[FROM_SUPPLIER])
        for entry in written
        if FROM_SUPPLIER in entry.detail
    }


def _lines(page: TicketPage, rows: Sequence[Any]) -> dict[int, Any]:
    """Return the words of the lines that the ticket's history wrote, by entry."""
    system = [row.entry for row in rows if row.entry.kind == "system"]
    names = _names(page, [entry.detail for entry in system])
    wording = ticket_wording()
    return {entry.id: system_line(entry.detail, names, wording, reader()) for entry in system}


def _names(page: TicketPage, details: Sequence[Mapping[str, Any]]) -> Names:
    header = page.header
    known = [header.requester, header.assignee, *(row.author for row in page.entries)]
    people = {one.id: one.display_name for one in known if one is not None}
    missing = mentioned_people(details) - set(people)
    session, actor = current_session(), current_actor()
    if missing:
        people |= names_of_people(session, actor, missing)
    groups = _groups(page, details)
    items = {part.item.id: part.item.name for part in page.affected}
    gone = {i for d in details for key in ("added", "removed") for i in d.get(key) or ()}
    if gone - set(items):
        items |= names_of(session, actor, sorted(gone - set(items)))
    return Names(people, groups, items)


def _groups(page: TicketPage, details: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Return the names of the groups that lines mention; few ever had the same ticket."""
    known = {page.header.group.id: page.header.group.name} if page.header.group else {}
    keys = ("group_id", "from_group_id")
    ids = {d[key] for d in details for key in keys if d.get(key) is not None} - set(known)
    for group_id in sorted(ids)[:_GROUPS_READ]:
        with suppress(NotFound, PermissionDenied):
            known[group_id] = group(current_session(), current_actor(), group_id).name
    return known


def _items_shown(page: TicketPage) -> Sequence[AffectedPart]:
    """Return the affected items to begin with: the cause and the worst, or all when asked for."""
    if request.args.get("items") == "all" or len(page.affected) <= _ITEMS_SHOWN:
        return page.affected
    worst = sorted(page.affected, key=lambda part: (not part.is_cause, -(part.state or 0)))
    return worst[:_ITEMS_SHOWN]


def show_suspects(reference: str) -> ResponseReturnValue:
    """Show what changed on the affected items, and upstream of them, before the failure."""
    session, actor = current_session(), current_actor()
    ticket, rows = ticket_suspects(session, actor, reference)
    far = far_ends(rows)
    names = names_of(session, actor, sorted(far)) if far else {}
    failed_at = ticket.occurred_at or ticket.created_at
    return render_template(
        "tickets/suspects.html",
        suspects=suspect_lines(rows, failed_at, names, standing_model(), reader()),
    )


def show_related(reference: str) -> ResponseReturnValue:
    """Show the other open tickets on the same items, and those of the same requester."""
    ticket, related = related_tickets(current_session(), current_actor(), reference)
    return render_template(
        "tickets/related.html",
        ticket=ticket,
        on_same_items=[one for one in related if one.item_ids],
        of_requester=[one for one in related if one.same_requester],
        wording=ticket_wording(),
    )


def show_following(reference: str) -> ResponseReturnValue:
    """Show the entry of the menu by which one follows a ticket, or no longer."""
    session, actor = current_session(), current_actor()
    ticket = find_ticket(session, actor, reference)
    follows = actor.person_id in watcher_ids(session, ticket.id)
    return render_template("tickets/following.html", ticket=ticket, follows=follows)


def show_map(reference: str) -> ResponseReturnValue:
    """Show how the failure spreads, as a map and as a table."""
    ticket = find_ticket(current_session(), current_actor(), reference)
    return render_template(
        "tickets/map.html",
        ticket=ticket,
        answer=_spread(ticket),
        reason=reason_of,
        class_name=_class_name,
    )


def map_data(reference: str) -> ResponseReturnValue:
    """Return what the map draws: the ways by which the failure reaches services."""
    answer = _spread(find_ticket(current_session(), current_actor(), reference))
    graph = path_map(answer.services or answer.rows, standing_model(), reader())
    return jsonify(graph.as_json(reader()))


def _spread(ticket: Ticket) -> ImpactAnswer:
    session = current_session()
    return answer_impact(session, current_actor(), affected_item_ids(session, ticket.id))


def show_planned(reference: str) -> ResponseReturnValue:
    """Show the changes of the coming days that touch the same items or hit the same services."""
    session, actor = current_session(), current_actor()
    page = ticket_workspace(session, actor, reference)
    now = current_time()
    asked = Nearby(
        item_ids=[part.item.id for part in page.affected],
        service_ids=[row.item.id for row in page.services],
        start=now,
        end=now + _NEAR,
    )
    return render_template(
        "tickets/planned.html",
        ticket=page.header.ticket,
        collisions=changes_nearby(session, actor, asked),
        wording=change_wording(),
    )
