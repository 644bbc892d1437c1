"""The map of the estate: asked a question, drawn, and let fail piece by piece."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from cmdb.model import standing_model
from cmdb.query.items import ItemFilter
from cmdb.records.items import Item
from cmdb.vocabulary import SERVICE
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.items import queries
from server.items.map_relations import recorded_moments
from server.items.maps import EstateMap, draw_estate
from server.items.sites import sites_in_sight, sites_of
from web.pages.choices import class_choices
from web.pages.frame import reader
from web.pages.item_tabs import class_name, reason_of
from web.pages.map_question import DEPTHS, MapAddress, read_address
from web.presenters.estate_map import Drawing

estate = Blueprint("estate", __name__, url_prefix="/map")

#: Services that are offered to begin with.
_OFFERED = 12


@estate.route("")
def show() -> ResponseReturnValue:
    """Draw the part of the estate that the address asks for; offer questions when it asks none."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.ITEM_READ)
    address = read_address()
    sites = sites_in_sight(session, actor)
    shared: dict[str, Any] = {
        "address": address,
        "sites": sites,
        "depths": DEPTHS,
        "classes": class_choices(reader().language, abstract=True),
        "class_name": class_name,
        "reason": reason_of,
    }
    if not address.asks:
        return render_template("map/offer.html", services=_offered(), **shared)
    drawn = draw_estate(session, actor, address.question)
    names = {site.id: site.name for site in sites}
    places = sites_of(session, [one.item.id for one in drawn.items], names)
    drawing = Drawing(drawn, _known_class(address), (places, names), standing_model(), reader())
    return render_template(
        "map/show.html",
        estate=drawn,
        drawing=drawing,
        map_data=drawing.graph.as_json(reader()),
        chosen=_chosen(drawn, address),
        items=_named(drawn, address),
        **_times(address),
        **shared,
    )


def _times(address: MapAddress) -> dict[str, Any]:
    """Return the stops of the time slider, which of them is shown, and what the field holds."""
    moments = recorded_moments(current_session())
    asked = address.question.as_of
    stop = len(moments) if asked is None else sum(moment <= asked for moment in moments) - 1
    local = "" if asked is None else asked.astimezone(reader().zone).strftime("%Y-%m-%dT%H:%M:%S")
    return {"moments": moments, "stop": max(stop, 0), "asked_at": local}


def _known_class(address: MapAddress) -> Any:
    """Return the view; a class that there is not narrows nothing."""
    view = address.view
    return view if standing_model().find_class(view.class_code) else view.of_any_class()


def _offered() -> Any:
    """Return the most critical services in sight."""
    filters = ItemFilter(class_code=SERVICE, stage="in_use")
    page = queries.list_items(
        current_session(), current_actor(), filters, PageRequest("name", limit=500)
    )
    return sorted(page.rows, key=_tier)[:_OFFERED]


def _tier(item: Item) -> int:
    return 9 if item.criticality is None else item.criticality


def _chosen(drawn: EstateMap, address: MapAddress) -> Any:
    chosen = address.view.chosen
    return next((one for one in drawn.items if one.item.id == chosen), None)


def _named(drawn: EstateMap, address: MapAddress) -> Mapping[int, Any]:
    """Return the items that the address names, for what is filled in on the page."""
    wanted = address.view.asked | address.view.failed
    return {one.item.id: one.item for one in drawn.items if one.item.id in wanted}
