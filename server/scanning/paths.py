"""The way of a frame: from one item to another over the cables that were found."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cmdb.records.items import Item
from server.foundation.permissions import Actor, Permission
from server.items.queries import get_item, names_of
from server.items.scope import visible_items
from server.scanning.models import NetworkLink

#: What a step over a doubtful link costs besides: a sure detour of two beats an unlikely cable.
_DOUBT = 2.0
#: More cables are a table of their own: the ports of the device.
_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a way, seen in the direction of the way."""

    link: NetworkLink
    item_id: int
    name: str
    port: str
    next_id: int
    next_name: str
    next_port: str


def shortest(ends: Iterable[tuple[int, int, int, float]], start: int, goal: int) -> list[int]:
    """Return the numbers of the links from ``start`` to ``goal``, empty where there is no way.

    ``ends`` are (number, one end, other end, confidence). Few links and sure ones come first; of
    equal ways the one of the smaller numbers. Dijkstra over the links: O(links log links).

    >>> shortest([(1, 10, 20, 1.0), (2, 20, 30, 1.0), (3, 10, 30, 0.2)], 10, 30)
    [1, 2]
    """
    near: dict[int, list[tuple[int, int, float]]] = defaultdict(list)
    for number, one, other, confidence in ends:
        cost = 1 + _DOUBT * (1 - confidence)
        near[one].append((number, other, cost))
        near[other].append((number, one, cost))
    waiting: list[tuple[float, tuple[int, ...], int]] = [(0.0, (), start)]
    settled: set[int] = set()
    while waiting:
        cost, way, here = heappop(waiting)
        if here == goal:
            return list(way)
        if here in settled:
            continue
        settled.add(here)
        for number, there, more in near[here]:
            if there not in settled:
                heappush(waiting, (cost + more, (*way, number), there))
    return []


def find_path(session: Session, actor: Actor, start_id: int, end_id: int) -> list[Step]:
    """Return the way between two items over cables, empty where none is known.

    Only links whose ends are both in sight are taken. Raises ``ItemNotFound`` for an end out of
    sight.
    """
    actor.require(Permission.DISCOVERY_READ)
    for item_id in (start_id, end_id):
        get_item(session, actor, item_id)
    seen = select(Item.id).where(visible_items(actor, Permission.ITEM_READ))
    rows = session.execute(
        select(NetworkLink.id, NetworkLink.start_id, NetworkLink.end_id, NetworkLink.confidence)
        .where(NetworkLink.layer == 2)
        .where(NetworkLink.start_id.in_(seen), NetworkLink.end_id.in_(seen))
        .order_by(NetworkLink.id)
    ).all()
    way = shortest([(n, one, other, sure) for n, one, other, sure in rows], start_id, end_id)
    links = {
        row.id: row for row in session.scalars(select(NetworkLink).where(NetworkLink.id.in_(way)))
    }
    names = _names(session, actor, list(links.values()))
    steps: list[Step] = []
    for number in way:
        steps.append(_step(links[number], steps[-1].next_id if steps else start_id, names))
    return steps


def attachments_of(session: Session, actor: Actor, item_id: int) -> list[Step]:
    """Return where an item is plugged in: its cables, seen from it, by its own port."""
    actor.require(Permission.DISCOVERY_READ)
    get_item(session, actor, item_id)
    seen = select(Item.id).where(visible_items(actor, Permission.ITEM_READ))
    rows = session.scalars(
        select(NetworkLink)
        .where(or_(NetworkLink.start_id == item_id, NetworkLink.end_id == item_id))
        .where(NetworkLink.layer == 2)
        .where(NetworkLink.start_id.in_(seen), NetworkLink.end_id.in_(seen))
        .order_by(NetworkLink.id)
        .limit(_MOST_SHOWN)
    )
    links = list(rows)
    names = _names(session, actor, links)
    steps = (_step(link, item_id, names) for link in links)
    return sorted(steps, key=lambda one: (one.port, one.next_name, one.next_port))


def _names(session: Session, actor: Actor, links: Sequence[NetworkLink]) -> Mapping[int, str]:
    ids = sorted({one for link in links for one in (link.start_id, link.end_id)})
    return names_of(session, actor, ids)


def _step(link: NetworkLink, here: int, names: Mapping[int, str]) -> Step:
    ends = (link.start_id, link.start_port), (link.end_id, link.end_port)
    (item_id, port), (next_id, next_port) = ends if ends[0][0] == here else ends[::-1]
    return Step(link, item_id, names[item_id], port, next_id, names[next_id], next_port)
