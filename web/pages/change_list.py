"""Which changes there are, narrowed by a view and by filters, all in the address."""

from dataclasses import dataclass, replace

from flask import render_template, request
from flask.typing import ResponseReturnValue

from server.desk.changes.queries import ChangeFilter, count_changes, list_changes
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.paging import PageRequest
from server.foundation.permissions import Actor, Permission
from server.foundation.translation import gettext
from web.pages.change_corners import corners
from web.pages.frame import list_url, reader, url_for, whole
from web.pages.wording import change_wording
from web.presenters.changes import risk_tone
from web.presenters.lists import Column, Paging, Sorting, Tab
from web.presenters.windows import window_text

_PAGE = 50
_FILTERS = ("q", "kind", "state", "item", "service")


@dataclass(frozen=True)
class _View:
    """A way to look at the changes that one comes back to."""

    key: str
    label: str
    filter: ChangeFilter
    counted: bool = False


def index() -> ResponseReturnValue:
    """List the changes of a view, the newest first."""
    session, actor = current_session(), current_actor()
    views = _views(actor)
    view = next((one for one in views if one.key == request.args.get("view")), views[0])
    wanted = _narrowed(view.filter)
    sort = request.args.get("sort", "-created")
    page = list_changes(
        session, actor, wanted, PageRequest(sort, request.args.get("after", ""), _PAGE)
    )
    total = count_changes(session, actor, wanted)
    following = list_url(after=page.next_cursor) if page.next_cursor else None
    first = list_url(after=None) if request.args.get("after") else None
    return render_template(
        "changes/index.html",
        rows=page.rows,
        columns=_columns(),
        sorting=Sorting.parse(sort),
        paging=Paging(len(page.rows), total, first, following),
        list_url=list_url,
        tabs=[_tab(one, actor) for one in views],
        view=view.key,
        corners=corners(),
        filters=request.args,
        narrowed=any(request.args.get(name) for name in _FILTERS),
        wording=change_wording(),
        window=lambda change: window_text(change, reader()),
        risk_tone=risk_tone,
    )


def _views(actor: Actor) -> tuple[_View, ...]:
    waiting = _View(
        "waiting", gettext("For me to approve"), ChangeFilter(waiting=True), counted=True
    )
    if not actor.may(Permission.CHANGE_READ):
        return (waiting,)
    opened = ChangeFilter(open=True)
    me = actor.person_id or -1
    return (
        _View("open", gettext("Open"), opened, counted=True),
        waiting,
        _View("planned", gettext("Planned by me"), replace(opened, author_id=me)),
        _View("mine", gettext("Carried out by me"), replace(opened, implementer_id=me)),
        _View("all", gettext("All"), ChangeFilter()),
    )


def _narrowed(filters: ChangeFilter) -> ChangeFilter:
    """Add the filters of the address; what makes no sense narrows nothing."""
    given, words = request.args, change_wording().words
    kind, state = given.get("kind", ""), given.get("state", "")
    return replace(
        filters,
        text=given.get("q", "")[:200],
        kind=kind if kind in words.kinds else "",
        state=state if state in words.states else "",
        item_id=whole(given.get("item")),
        service_id=whole(given.get("service")),
    )


def _tab(view: _View, actor: Actor) -> Tab:
    number = count_changes(current_session(), actor, view.filter) if view.counted else None
    return Tab(view.key, view.label, url_for("changes.index", view=view.key), number)


def _columns() -> tuple[Column, ...]:
    return (
        Column(gettext("Risk"), "risk", numeric=True),
        Column(gettext("Change"), main=True),
        Column(gettext("State")),
        Column(gettext("Kind"), narrow_screen=False),
        Column(gettext("Window"), narrow_screen=False),
        Column(gettext("Planned by"), narrow_screen=False),
        Column(gettext("Created"), "created", narrow_screen=False),
    )
