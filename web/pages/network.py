"""The network that was found: map and table, exports, ports of a device, unknown devices."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.foundation.edge.requests import current_actor, current_session
from server.foundation.permissions import Permission
from server.items.queries import get_item, names_of
from server.items.sites import sites_in_sight
from server.scanning import network as queries
from server.scanning import paths, wireless
from server.scanning.drawing import as_csv, as_graphml
from server.scanning.network import HalfLinkView, LinkView
from web.pages.frame import reader, url_for, whole
from web.pages.lists import asked_choice, asked_words
from web.presenters.equipment import equipment_rows, optic_readings, optic_text
from web.presenters.network import (
    MOST_NODES,
    discovery_tabs,
    network_map,
    path_map,
    proof_text,
    reason_text,
    strangers,
)

network = Blueprint("network", __name__, url_prefix="/discovery")

_LAYERS = ("2", "3")


def _sites() -> list[tuple[str, str]]:
    """Return the sites to choose from, by name; a room or rack that was asked for is one more."""
    sites = {one.id: one.name for one in sites_in_sight(current_session(), current_actor())}
    return [(str(key), name) for key, name in (sites | _asked_place()).items()]


def _asked_place() -> dict[int, str]:
    """Return the place that the address asks for, with its name; one out of sight is none."""
    asked = whole(request.args.get("site"))
    return names_of(current_session(), current_actor(), [] if asked is None else [asked])


def _asked_site() -> int | None:
    return next(iter(_asked_place()), None)


def _links() -> list[LinkView]:
    """Return the links that the address asks for: by layer, site, VLAN, and a word of a name."""
    layer = whole(asked_choice("layer", _LAYERS)) or 2
    words, vlan = asked_words().casefold(), whole(request.args.get("vlan"))
    found = queries.list_links(
        current_session(), current_actor(), layer=layer, site_id=_asked_site()
    )
    return [
        one
        for one in found
        if words in f"{one.start_name} {one.end_name}".casefold()
        and (vlan is None or vlan in one.link.vlans)
    ]


def _halves() -> list[HalfLinkView]:
    words = asked_words().casefold()
    found = queries.list_half_links(current_session(), current_actor(), site_id=_asked_site())
    return [
        one
        for one in found
        if words in f"{one.name} {one.half.remote_name} {one.half.remote_chassis}".casefold()
    ]


@network.get("/network")
def show() -> str:
    """Draw the network, and say the same in a table."""
    links = _links()
    halves = _halves() if asked_choice("strangers", ("1",)) else []
    graph = network_map(
        links, halves, reader(), lambda item_id: url_for("network.ports", item_id=item_id)
    )
    drawn = len(graph.nodes) <= MOST_NODES
    return render_template(
        "discovery/network.html",
        tabs=discovery_tabs(url_for, reader()),
        links=links,
        halves=halves,
        graph=graph.as_json(reader()) if drawn and graph.nodes else None,
        drawn=drawn,
        most=MOST_NODES,
        asked=request.args,
        sites=_sites(),
        proof=lambda link: proof_text(link.evidence, reader()),
        why=lambda half: reason_text(half.reason, reader()),
    )


@network.get("/network.csv")
def table() -> ResponseReturnValue:
    """Return the links as lines of a spreadsheet."""
    return _file(as_csv(_links()), "text/csv", "network.csv")


@network.get("/network.graphml")
def graph() -> ResponseReturnValue:
    """Return the links as GraphML, for programs that draw and measure graphs."""
    return _file(as_graphml(_links()), "application/graphml+xml", "network.graphml")


def _file(text: str, kind: str, name: str) -> Response:
    answer = Response(text, content_type=f"{kind}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@network.get("/path")
def path() -> str:
    """Show the way of a frame between two items: drawn, and cable by cable."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.DISCOVERY_READ)
    ends = [whole(request.args.get(name)) for name in ("start", "end")]
    known = names_of(session, actor, [one for one in ends if one is not None])
    start, end = ((one, known[one]) if one in known else None for one in ends)
    steps = paths.find_path(session, actor, start[0], end[0]) if start and end else []
    graph = path_map(steps, reader(), lambda item_id: url_for("items.show", item_id=item_id))
    return render_template(
        "discovery/path.html",
        tabs=discovery_tabs(url_for, reader()),
        start=start,
        end=end,
        steps=steps,
        graph=graph.as_json(reader()) if steps else None,
        proof=lambda link: proof_text(link.evidence, reader()),
    )


@network.get("/unknown")
def unknown() -> str:
    """List the neighbours that nobody knows: what is left to be visited or explained."""
    return render_template(
        "discovery/unknown.html",
        tabs=discovery_tabs(url_for, reader()),
        rows=strangers(_halves()),
        why=lambda reason: reason_text(reason, reader()),
    )


@network.get("/devices/<int:item_id>")
def ports(item_id: int) -> str:
    """Show the ports of a device: neighbour, VLANs, addresses behind them."""
    session, actor = current_session(), current_actor()
    item = get_item(session, actor, item_id)
    return render_template(
        "discovery/ports.html",
        item=item,
        equipment=equipment_rows(queries.equipment_of(session, actor, item_id), reader()),
        ports=queries.ports_of(session, actor, item_id),
        wireless=wireless.wireless_of(session, actor, item_id),
        optic=optic_text,
        readings=lambda optic: optic_readings(optic, reader()),
    )


@network.get("/devices/<int:item_id>/cables")
def cables(item_id: int) -> str:
    """Say where an item is plugged in: a part of its own page."""
    session, actor = current_session(), current_actor()
    return render_template(
        "discovery/cables.html",
        item_id=item_id,
        steps=paths.attachments_of(session, actor, item_id),
        proof=lambda link: proof_text(link.evidence, reader()),
    )
