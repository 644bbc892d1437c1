"""The queue: which tickets there are, narrowed by a view and by filters, all in the address."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import NotFound
from cmdb.records.parties import Group
from server.desk.mail.queries.letters import LetterFilter, count_letters
from server.desk.mail.rules.states import HELD
from server.desk.tickets.queries import TicketFilter, count_each, list_tickets
from server.desk.tickets.queries.exporting import ticket_csv, ticket_rows
from server.desk.tickets.queries.kept import NARROWING, TICKET_VIEWS, narrowed, standing_filter
from server.desk.tickets.queries.narrowing import looked_up
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.edge.tables import CSV, saved_answer
from server.foundation.paging import COUNT_LIMIT, PageRequest
from server.foundation.permissions import Actor, Permission
from server.foundation.search.index import NEWEST
from server.foundation.translation import gettext
from server.imports.workbooks import WORKBOOK, pieces_of, write_workbook
from server.items.models import SavedView
from server.items.queries import get_item
from server.people.queries.groups import GroupFilter, list_groups
from web.pages.frame import reader, url_for, whole
from web.pages.kept_views import KeptViews
from web.pages.wording import ticket_wording
from web.presenters.lists import Column, Paging, Sorting, Tab
from web.presenters.urls import with_query

_PAGE = 50
#: What of the address stays when something was done to many.
KEEPING = (*NARROWING, "sort")
#: Views of the house that say how many they hold.
_COUNTED = ("open", "mine", "unassigned")


def index() -> ResponseReturnValue:
    """List the tickets of a view, the most pressing first."""
    return queue_page({}, {}, ())


def queue_page(
    typed: Mapping[str, str],
    picked: Mapping[str, Sequence[tuple[int, str]]],
    ticked: Collection[str],
) -> str:
    """Draw the queue, with what was typed and picked below it and the tickets that stay ticked."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.TICKET_READ)
    views = _views(actor)
    view = next((one for one in views if one.key == _list_args().get("view")), views[0])
    wanted = _filter(view)
    sort = _list_args().get("sort", view.sort)
    asked = PageRequest(sort, _list_args().get("after", ""), _PAGE)
    found = looked_up(session, actor, wanted)
    # With words the newest so many are put in order, and the page says so.
    most = COUNT_LIMIT + 1 if found.ids is None else NEWEST
    listed = found if found.ids is None else TicketFilter(ids=found.ids[:NEWEST])
    page = list_tickets(session, actor, listed, asked)
    counted = [one for one in views if one.counted]
    total, *numbers = count_each(session, actor, [found, *(one.filter for one in counted)])
    return render_template(
        "tickets/index.html",
        rows=page.rows,
        columns=_columns(actor),
        sorting=Sorting.parse(sort),
        paging=_paging(len(page.rows), page.next_cursor, min(total, most)),
        beyond=most if total > most else 0,
        list_url=_list_url,
        tabs=_tabs(views, dict(zip((one.key for one in counted), numbers, strict=True))),
        kept=KEPT.menu("tickets", q=_kept_query(view.key), sort=_list_args().get("sort", "")),
        view=view.key,
        narrowed=any(_list_args().get(name) for name in NARROWING),
        about=_about(wanted),
        groups=_own_groups(actor) if view.key == "groups" else [],
        wording=ticket_wording(),
        counts_services=actor.may(Permission.IMPACT_COUNT_HIDDEN),
        filters=_list_args(),
        keeping=KEEPING,
        typed=typed,
        picked=picked,
        ticked=ticked,
        steps=_steps(),
        works=actor.may(Permission.TICKET_WORK),
        held_letters=_held_letters(actor),
        exports=[
            (words, with_query(address, _narrowing(), {"after": None}))
            for words, address in (
                ("CSV", url_for("tickets.export")),
                ("XLSX", url_for("tickets.export_workbook")),
            )
        ],
        reader=reader(),
    )


def _held_letters(actor: Actor) -> int:
    """Return how many letters wait for somebody's word where the reader works on tickets."""
    if not actor.may(Permission.TICKET_WORK):
        return 0
    return count_letters(current_session(), actor, LetterFilter(HELD))


def _list_args() -> Mapping[str, str]:
    """Return how the list is narrowed; a form that is refused says so in its fields."""
    if request.method != "POST":
        return request.args
    return {name: request.form[name] for name in (*KEEPING, "view") if request.form.get(name)}


def _narrowing() -> dict[str, list[str]]:
    return {name: [value] for name, value in _list_args().items()}


def _list_url(**changes: object) -> str:
    return with_query(url_for("tickets.index"), _narrowing(), changes)


def _steps() -> list[tuple[str, str]]:
    """Return the (code, label) of the states that a step leads to."""
    wording = ticket_wording()
    ends = {move.end for move in wording.words.moves}
    return [(code, label) for code, label in wording.choices("state") if code in ends]


def export() -> ResponseReturnValue:
    """Return the list as it is narrowed now, for a spreadsheet."""
    lines = ticket_csv(current_session(), current_actor(), _exported())
    return saved_answer("".join(lines), CSV, "tickets.csv")


def export_workbook() -> ResponseReturnValue:
    """Return the list as it is narrowed now as a workbook."""
    book = write_workbook(ticket_rows(current_session(), current_actor(), _exported()))
    return saved_answer(pieces_of(book), WORKBOOK, "tickets.xlsx")


def _exported() -> TicketFilter:
    actor = current_actor()
    actor.require(Permission.TICKET_READ)
    views = _views(actor)
    return _filter(next((one for one in views if one.key == _list_args().get("view")), views[0]))


@dataclass(frozen=True)
class _View:
    """A way to look at the queue that one comes back to."""

    key: str
    label: str
    filter: TicketFilter
    sort: str = "priority"
    counted: bool = False


def _views(actor: Actor) -> tuple[_View, ...]:
    works = actor.may(Permission.TICKET_WORK)
    group_id = whole(_list_args().get("group"))
    labels = {
        "open": gettext("Open"),
        "mine": gettext("Mine"),
        "groups": gettext("My groups"),
        "unassigned": gettext("Unassigned"),
        "requested": gettext("Asked by me"),
        "all": gettext("All"),
    }
    if not works:
        labels = {key: labels[key] for key in ("open", "requested", "all")}
    elif not actor.group_ids:
        del labels["groups"]
    latest = {"open": "priority" if works else "-activity"} | dict.fromkeys(
        ("requested", "all"), "-created"
    )
    return tuple(
        _View(
            key,
            label,
            standing_filter(actor, key, group_id),
            latest.get(key, "priority"),
            counted=works and key in _COUNTED,
        )
        for key, label in labels.items()
    )


def _filter(view: "_View") -> TicketFilter:
    """Return the filter of a view with the filters of the address."""
    return narrowed(view.filter, _list_args(), ticket_wording().words)


def _address(view: SavedView) -> str:
    sort = f"&sort={view.sort}" if view.sort else ""
    return f"{url_for('tickets.index')}?{view.query}{sort}"


#: Views of the list that people keep.
KEPT = KeptViews(TICKET_VIEWS, _address)


def _kept_query(view: str) -> str:
    """Return what of the address a kept view keeps."""
    given = {name: _list_args().get(name, "") for name in NARROWING}
    return urlencode({"view": view} | {name: value for name, value in given.items() if value})


def _tabs(views: tuple[_View, ...], counts: Mapping[str, int]) -> list[Tab]:
    return [
        Tab(
            view.key,
            view.label,
            with_query(url_for("tickets.index"), {}, {"view": view.key}),
            counts.get(view.key),
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
    first = _list_url(after=None) if _list_args().get("after") else None
    return Paging(shown, total, first, _list_url(after=cursor) if cursor else None)


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
