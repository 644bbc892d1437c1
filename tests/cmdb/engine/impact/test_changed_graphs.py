"""A graph whose lists have moved answers every question as one built anew from the same facts."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cmdb.engine.graph import ItemId, ListedGraph
from cmdb.engine.impact.causes import CauseQuestion
from cmdb.engine.impact.collisions import CollisionQuestion, PlannedChange
from cmdb.engine.impact.compact.build import build_arrays
from cmdb.engine.impact.compact.columns import columns_of
from cmdb.engine.impact.compact.patching import patched
from cmdb.engine.impact.compact.room import with_room
from cmdb.engine.impact.portable import PortableGraph
from tests.cmdb.engine.impact.topologies import SOME, Question, questions


def grown(graph: ListedGraph, other: ListedGraph, changed: Sequence[ItemId]) -> ListedGraph:
    """`graph`, in which the items `changed` need what they need in `other`."""
    return ListedGraph(
        graph.items,
        (
            *(edge for edge in graph.dependencies if edge.dependant not in changed),
            *(edge for edge in other.dependencies if edge.dependant in changed),
        ),
        (
            *(group for group in graph.groups if group.dependant not in changed),
            *(
                replace(group, group_id=group.group_id + 1_000)
                for group in other.groups
                if group.dependant in changed
            ),
        ),
    )


def changed_in_place(
    graph: ListedGraph, after: ListedGraph, changed: Sequence[ItemId]
) -> PortableGraph:
    """Build `graph` with room, ask it something, and let its lists move until it is `after`."""
    arrays, _ = build_arrays(columns_of(graph), np.zeros(len(graph.items), np.bool_))
    roomy, room = with_room(arrays)
    before = PortableGraph(roomy)
    before.causes(CauseQuestion(graph.items[:1]))
    needs = ListedGraph(
        tuple(changed),
        tuple(edge for edge in after.dependencies if edge.dependant in changed),
        tuple(group for group in after.groups if group.dependant in changed),
    )
    return before.succeeded_by(patched(roomy, room, columns_of(needs), {}))


@SOME
@given(questions(), questions(), st.data())
def test_moved_lists_change_no_answer(
    question: Question, other: Question, data: st.DataObject
) -> None:
    graph = question.graph
    changed = sorted(data.draw(st.sets(st.sampled_from(graph.items), min_size=1, max_size=6)))
    after = grown(graph, other.graph, changed)
    moved, anew = changed_in_place(graph, after, changed), PortableGraph.of(after)
    for ask in (_impact, _causes, _collisions, _weak_points):
        assert ask(moved, question) == ask(anew, question)


def _impact(graph: PortableGraph, question: Question) -> object:
    report = graph.impact(question.failed)
    return report.ids.tolist(), report.states.tolist(), report.distances.tolist()


def _causes(graph: PortableGraph, question: Question) -> object:
    items = question.graph.items
    watched = np.array([*items[::2], 4], np.int64)
    report = graph.causes(CauseQuestion(items[::3], watched, {items[0]: 2.0}))
    ranked = [(one.item, one.score, one.evidence.silent.tolist()) for one in report.ranked]
    return ranked, report.ties, report.together, report.unexplained


def _collisions(graph: PortableGraph, question: Question) -> object:
    items = question.graph.items
    changes = tuple(
        PlannedChange(place, items[place : place + 2], place % 4, place % 4 + 2)
        for place in range(len(items))
    )
    return graph.collisions(CollisionQuestion(changes, items))


def _weak_points(graph: PortableGraph, question: Question) -> object:
    services = question.graph.items[::2]
    points, guards = graph.single_points(services), graph.guards(services)
    pairs = points.causes.tolist(), points.services.tolist()
    return pairs, guards.groups.tolist(), guards.services.tolist()
