"""A part of the estate as a map draws it, in the states after failures that somebody imagines.

What is drawn depends on the question; the states never do: they come from the whole graph.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemId, ItemNotInGraph
from cmdb.engine.impact.engine import ImpactEngine
from cmdb.engine.impact.report import ImpactReport
from cmdb.snapshot.live import LIVE, Snapshot
from server.foundation.permissions import Actor, Permission
from server.items.impact import ImpactAnswer, answer_impact
from server.items.map_relations import MappedRelation, relations_among
from server.items.map_states import (
    Causes,
    MappedGroup,
    MappedItem,
    drawn_in_sight,
    mapped_groups,
)
from server.items.queries import require_items
from server.items.sites import standing_at

Way = Literal["needs", "needed_by", "both"]

#: Nearest items that one map speaks of; what lies beyond is counted, and bundled by nobody.
MAX_ITEMS = 10_000


@dataclass(frozen=True, slots=True)
class MapQuestion:
    """What a map is asked.

    ``about``: items, with what they need, what needs them, or both; ``towards``: only what lies on
    the ways between them and that item; ``site``: everything that stands there. Without any of
    these the map shows what ``failed`` reach. ``depth`` trims what is drawn, no state. ``as_of``
    asks for the graph as it was recorded at a moment; rights and names are today's.
    """

    about: tuple[int, ...] = ()
    way: Way = "both"
    towards: int | None = None
    site: int | None = None
    depth: int | None = None
    failed: tuple[int, ...] = ()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class EstateMap:
    """What one map shows, nearest items first; everything named in it is in the actor's sight."""

    items: Sequence[MappedItem]
    #: Relations along which failures travel, with both ends among the items.
    relations: Sequence[MappedRelation]
    groups: Sequence[MappedGroup]
    answer: ImpactAnswer | None
    #: Items of the answer to the question that are too far away to be drawn.
    left_out: int
    sequence: int


def draw_estate(session: Session, actor: Actor, question: MapQuestion) -> EstateMap:
    """Return the part of the estate that ``question`` is about.

    Raises ``ItemNotFound`` for an item that does not exist or is out of sight, ``HistoryNotKept``
    for a moment before the horizon of the change log.
    """
    actor.require(Permission.ITEM_READ)
    require_items(session, actor, _named(question))
    snapshot = _graph(session, question.as_of)
    past = None if question.as_of is None else snapshot.sequence
    engine = snapshot.engine
    report = engine.impact(_inside(engine, question.failed))
    distances = _scope(session, engine, report, question, past)
    nearest = sorted(distances, key=lambda item: (distances[item], item))
    seen = drawn_in_sight(session, actor, nearest[:MAX_ITEMS])
    drawn = [item_id for item_id in nearest[:MAX_ITEMS] if item_id in seen]
    relations = relations_among(session, drawn, past)
    answer = _answer(session, actor, question, snapshot)
    causes = Causes(session, actor, report, seen)
    return EstateMap(
        items=[causes.mapped(seen[item_id], distances[item_id]) for item_id in drawn],
        relations=relations,
        groups=mapped_groups(session, actor, report, relations, past),
        answer=answer,
        left_out=max(0, len(nearest) - MAX_ITEMS),
        sequence=snapshot.sequence,
    )


def _graph(session: Session, as_of: datetime | None) -> Snapshot:
    return LIVE.at(session) if as_of is None else LIVE.as_of(session, as_of)


def _answer(
    session: Session, actor: Actor, question: MapQuestion, snapshot: Snapshot
) -> ImpactAnswer | None:
    if not question.failed:
        return None
    return answer_impact(session, actor, question.failed, 0, snapshot)


def _named(question: MapQuestion) -> list[int]:
    single = (question.towards, question.site)
    return [*question.about, *question.failed, *(one for one in single if one is not None)]


def _inside(engine: ImpactEngine, item_ids: Iterable[int]) -> list[ItemId]:
    """Return the items that take part in impact; the retired and the planned do not."""
    found = []
    for item_id in dict.fromkeys(item_ids):
        try:
            engine.suppliers(ItemId(item_id), within=0)
            found.append(ItemId(item_id))
        except ItemNotInGraph:
            continue
    return found


def _scope(
    session: Session,
    engine: ImpactEngine,
    report: ImpactReport,
    question: MapQuestion,
    past: int | None,
) -> dict[int, int]:
    """Return the items to draw, each with its distance from what the question is about."""
    found: dict[int, int] = dict.fromkeys((*question.about, *question.failed), 0)
    if question.site is not None:
        found |= dict.fromkeys(standing_at(session, question.site, past), 1) | {question.site: 0}
    if question.towards is not None:
        return found | _between(engine, question)
    for item in _inside(engine, question.about):
        _merge(found, _around(engine, item, question))
    if not question.about and question.site is None:
        reached = zip(report.ids.tolist(), report.distances.tolist(), strict=True)
        _merge(found, dict(reached))
    return found


def _around(engine: ImpactEngine, item: ItemId, question: MapQuestion) -> dict[int, int]:
    found: dict[int, int] = {}
    if question.way != "needed_by":
        near = engine.suppliers(item, question.depth)
        _merge(found, dict(zip(near.ids.tolist(), near.distances.tolist(), strict=True)))
    if question.way != "needs":
        near = engine.dependants(item, question.depth)
        _merge(found, dict(zip(near.ids.tolist(), near.distances.tolist(), strict=True)))
    return found


def _merge(found: dict[int, int], more: Mapping[int, int]) -> None:
    for item, distance in more.items():
        found[item] = min(distance, found.get(item, distance))


def _between(engine: ImpactEngine, question: MapQuestion) -> dict[int, int]:
    """Return what lies on any way from the items asked about to ``towards``, either way round."""
    found = {question.towards: 0} if question.towards is not None else {}
    for far in _inside(engine, found):
        below, above = engine.suppliers(far), engine.dependants(far)
        for item in _inside(engine, question.about):
            needs, needed_by = engine.suppliers(item), engine.dependants(item)
            for one, other in ((needs, above), (needed_by, below)):
                ways = dict(zip(one.ids.tolist(), one.distances.tolist(), strict=True))
                if int(far) in ways:
                    both = set(ways).intersection(other.ids.tolist()) | {int(far)}
                    _merge(found, {i: ways[i] for i in both if i in ways})
    return found
