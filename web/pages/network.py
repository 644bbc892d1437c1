"""The network that was found: map and table, exports, ports of a device, unknown devices."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from server.foundation.edge.requests import current_actor, current_session
from server.foundation.edge.tables import CSV, GRAPHML, saved_answer
from server.foundation.permissions import Permission
from server.items.queries import get_item, names_of
from server.items.sites import sites_in_sight
from server.scanning import network as queries
from server.scanning import paths, wireless
from server.scanning.drawing import as_csv, as_graphml
from server.scanning.network import HalfLinkView, LinkView, LinkWish
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
#: Rows of a table; the files hold every link.
_SHOWN = 500


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


def _links(most: int | None) -> list[LinkView]:
    """Return the links that the address asks for: by layer, site, VLAN, and a word of a name."""
    layer, vlan = whole(asked_choice("layer", _LAYERS)) or 2, whole(request.args.get("vlan"))
    return queries.list_links(
        current_session(),
        current_actor(),
        layer=layer,
        site_id=_asked_site(),
        asked=LinkWish(asked_words(), vlan, most),
    )


def _halves() -> list[HalfLinkView]:
    words = asked_words().casefold()
    found = queries.list_half_links(
        current_session(), current_actor(), site_id=_asked_site(), most=None
    )
    return [
        one
        for one in found
        if words in f"{one.name} {one.half.remote_name} {one.half.remote_chassis}".casefold()
    ]


@network.get("/network")
def show() -> str:
    """Draw the network, and say the same in a table."""
    links = _links(_SHOWN + 1)
    halves = _halves() if asked_choice("strangers", ("1",)) else []
    cut = max(len(links), len(halves)) > _SHOWN
    links, halves = links[:_SHOWN], halves[:_SHOWN]
    graph = network_map(
        links, halves, reader(), lambda item_id: url_for("network.ports", item_id=item_id)
    )
    # Part of the links would be taken for all of them in a picture.
    drawn = len(graph.nodes) <= MOST_NODES and not cut
    return render_template(
        "discovery/network.html",
        tabs=discovery_tabs(url_for, reader()),
        links=links,
        halves=halves,
        graph=graph.as_json(reader()) if drawn and graph.nodes else None,
        drawn=drawn,
        most=MOST_NODES,
        cut=_SHOWN if cut else 0,
        asked=request.args,
        narrowed=any(request.args.get(name) for name in ("q", "site", "vlan")),
        sites=_sites(),
        proof=lambda link: proof_text(link.evidence, reader()),
        why=lambda half: reason_text(half.reason, reader()),
    )


@network.get("/network.csv")
def table() -> ResponseReturnValue:
    """Return the links as lines of a spreadsheet."""
    return saved_answer(as_csv(_links(None)), CSV, "network.csv")


@network.get("/network.graphml")
def graph() -> ResponseReturnValue:
    """Return the links as GraphML, for programs that draw and measure graphs."""
    return saved_answer(as_graphml(_links(None)), GRAPHML, "network.graphml")


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
    rows = strangers(_halves())
    return render_template(
        "discovery/unknown.html",
        tabs=discovery_tabs(url_for, reader()),
        rows=rows[:_SHOWN],
        more=max(0, len(rows) - _SHOWN),
        anything=bool(rows) or queries.has_read_devices(current_session(), current_actor()),
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
