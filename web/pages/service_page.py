"""A service's own page: what it stands on, how redundantly, what takes it down, what changed."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.model import standing_model
from cmdb.records.items import Item
from cmdb.snapshot.live import LIVE
from server.desk.tickets.queries import services_not_up
from server.desk.workspace.queries import desk_on_item
from server.desk.workspace.queries.suspects import suspects_before
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.items import queries
from server.items.blast import service_classes
from server.items.impacts.outages import OutageQuestion, outages_of
from server.items.impacts.weak_points import weak_points_of
from server.items.map_states import Drawn
from server.items.maps import EstateMap, MapQuestion, draw_estate
from server.items.services.proposals import count_open
from web.pages.frame import reader, url_for
from web.pages.item_tabs import class_name
from web.pages.wording import change_wording, ticket_wording
from web.presenters.outages import hours_text, percent_text, share_text
from web.presenters.redundancy import slack_text, standing_text
from web.presenters.suspects import far_ends, suspect_lines
from web.presenters.windows import window_text

service = Blueprint("service", __name__, url_prefix="/services")

_MANY = 1000
#: Single points of failure that are named; whoever has more has other worries.
_POINTS = 50
#: What keeps a service down, as far as it is named.
_OUTAGES = 8
#: Members of one layer that are named; the map shows them all.
_NAMED = 24


@service.route("/<int:service_id>")
def show(service_id: int) -> ResponseReturnValue:
    """Show one service; what is no service has its item's page."""
    session, actor = current_session(), current_actor()
    item = queries.get_item(session, actor, service_id)
    if item.class_code not in service_classes():
        return redirect(url_for("items.show", item_id=item.id))
    estate = draw_estate(session, actor, MapQuestion(about=(item.id,), way="needs"))
    return render_template(
        "services/show.html",
        item=item,
        parties=queries.parties_of(session, [item.id]).get(item.id, []),
        state=_state(item),
        proposed=count_open(session, [item.id]).get(item.id, 0),
        layers=_layers(estate, item.id),
        groups=_groups(estate),
        around=desk_on_item(session, actor, item.id, limit=10),
        suspects=_lately(item),
        ticket_words=ticket_wording(),
        change_words=change_wording(),
        window=lambda change: window_text(change, reader()),
        class_name=class_name,
        month=request.args.get("month", "")[:7] or None,
        **_weak_points(item),
    )


@service.route("/<int:service_id>/availability")
def availability(service_id: int) -> ResponseReturnValue:
    """Show how often the service is down by what it stands on, and through whom. A fragment."""
    found = outages_of(current_session(), current_actor(), service_id, OutageQuestion(_OUTAGES))
    return render_template(
        "services/availability.html",
        told=found,
        up=share_text(found.availability, reader()),
        hours=lambda hours: hours_text(hours, reader()),
        kept=None if found.target is None else found.availability * 100 >= found.target,
        target=None if found.target is None else share_text(found.target / 100, reader()),
        percent=lambda share: percent_text(share, reader()),
    )


def _state(item: Item) -> tuple[str, int] | None:
    """Return (state, open tickets that reach it); None where the reader may read no tickets."""
    session, actor = current_session(), current_actor()
    if not actor.may(Permission.TICKET_READ):
        return None
    reached = services_not_up(session, actor, _MANY)
    return next(((state, count) for one, state, count in reached if one.id == item.id), ("up", 0))


def _weak_points(item: Item) -> dict[str, Any]:
    """Return the single points: live for a small service, else of the stored sweep with its age."""
    found = weak_points_of(current_session(), current_actor(), item.id, _POINTS)
    return {"points": found.rows, "points_hidden": found.hidden, "stamp": found.stamp}


def _layers(estate: EstateMap, service_id: int) -> Sequence[tuple[int, list[Drawn], int]]:
    """Return (steps below, the first members by class and name, how many more) of each layer."""
    members = [one for one in estate.items if one.item.id != service_id]
    found = []
    for steps, layer in groupby(members, key=lambda one: one.distance):
        items = sorted((one.item for one in layer), key=lambda one: (one.class_code, one.name_key))
        found.append((steps, items[:_NAMED], max(0, len(items) - _NAMED)))
    return found


def _groups(estate: EstateMap) -> Sequence[dict[str, Any]]:
    """Return the redundancy groups below the service: those that may lose nothing, then nearest."""
    known = {one.item.id: one for one in estate.items}
    rows = [
        {
            "group": one.group,
            "dependant": known[one.group.dependant_id].item,
            "steps": known[one.group.dependant_id].distance,
            "members": [known[member].item for member in one.members if member in known],
            "text": standing_text(one.standing, reader()) if one.standing else "",
            "slack": slack_text(one.standing, reader()) if one.standing else "",
            "tight": one.standing is not None and one.standing.slack < 1,
            "left": one.standing.slack if one.standing else _MANY,
        }
        for one in estate.groups
        if one.group.dependant_id in known
    ]
    return sorted(rows, key=lambda row: (row["left"] >= 1, row["steps"], row["left"]))


def _lately(item: Item) -> Sequence[Any]:
    """Return what changed on the service and below it in the last days, as lines."""
    session, actor, now = current_session(), current_actor(), current_time()
    rows = suspects_before(session, actor, [item.id], now, LIVE.at(session), limit=8)
    far = far_ends(rows)
    names = queries.names_of(session, actor, sorted(far)) if far else {}
    return suspect_lines(rows, now, names, standing_model(), reader())
