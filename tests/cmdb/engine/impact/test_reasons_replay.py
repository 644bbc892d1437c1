"""Every reason and path an engine prints can be replayed by hand on the light values."""

import pytest
from hypothesis import given

from cmdb.engine.graph import ItemId, ListedGraph, RedundancyGroup
from cmdb.engine.impact.compact.report import ArrayReport
from cmdb.engine.impact.compact.spread import Fall
from cmdb.engine.impact.compact.wide import Scratch, WideWalk
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.reference import ReferenceEngine
from cmdb.engine.impact.report import ImpactReport
from cmdb.engine.impact.values import AffectedItem, Reason, ReasonKind, State, Step
from tests.cmdb.engine.impact.literal import group_verdict
from tests.cmdb.engine.impact.topologies import SOME, Question, questions


def wide_impact(graph: ListedGraph, failed: frozenset[ItemId]) -> ImpactReport:
    """The portable engine's answer as the wide walk gives it, however small."""
    arrays = PortableGraph.of(graph).arrays
    begun = Fall.start(arrays.vertex(item) for item in failed)
    found = WideWalk(arrays, Scratch(arrays), begun).spread()
    return ArrayReport(arrays, tuple(sorted(failed)), found)


def narrow_impact(graph: ListedGraph, failed: frozenset[ItemId]) -> ImpactReport:
    return PortableGraph.of(graph).impact(failed)


def plain_impact(graph: ListedGraph, failed: frozenset[ItemId]) -> ImpactReport:
    return ReferenceEngine(graph).impact(failed)


@pytest.mark.parametrize("ask", [plain_impact, narrow_impact, wide_impact])
@SOME
@given(question=questions())
def test_every_printed_reason_can_be_replayed(ask: type, question: Question) -> None:
    report: ImpactReport = ask(question.graph, question.failed)
    for row in report.affected():
        _replay(question, report, row)
        assert all(report.distance(item) < row.distance for item in row.reason.evidence) or (
            row.reason.kind is ReasonKind.FAILED
        )


@pytest.mark.parametrize("ask", [plain_impact, narrow_impact, wide_impact])
@SOME
@given(question=questions())
def test_every_path_leads_from_a_failed_item_in_as_many_steps_as_its_distance(
    ask: type, question: Question
) -> None:
    report: ImpactReport = ask(question.graph, question.failed)
    for row in report.affected():
        assert len(row.path) == row.distance
        start = row.path[0].provider if row.path else row.item
        assert start in question.failed
        ends = [step.dependant for step in row.path]
        assert ends[-1:] == [row.item][: len(ends)]
        assert [step.provider for step in row.path[1:]] == ends[:-1]
        assert all(_exists(question.graph, step) for step in row.path)


@pytest.mark.parametrize("ask", [plain_impact, narrow_impact, wide_impact])
@SOME
@given(question=questions())
def test_the_columns_of_causes_equal_the_reasons_one_by_one(ask: type, question: Question) -> None:
    report: ImpactReport = ask(question.graph, question.failed)
    causes = report.causes()
    for place, row in enumerate(report.affected()):
        step = row.reason.step
        assert causes.kinds[place] == row.reason.kind
        assert causes.providers[place] == (step.provider if step else -1)
        group = step.group_id if step else None
        assert causes.groups[place] == (-1 if group is None else group)


def _replay(question: Question, report: ImpactReport, row: AffectedItem) -> None:
    reason = row.reason
    if reason.kind is ReasonKind.FAILED:
        assert row.item in question.failed
    elif reason.kind is ReasonKind.HARD_PROVIDER:
        assert report.state(reason.evidence[0]) is row.state
    elif reason.kind is ReasonKind.SOFT_PROVIDER:
        assert report.state(reason.evidence[0]) >= State.DEGRADED
        assert row.state is State.DEGRADED
    else:
        _replay_group(question.graph, report, reason)


def _replay_group(graph: ListedGraph, report: ImpactReport, reason: Reason) -> None:
    """With the evidence alone down, and all else up, the group gives the item its state."""
    assert reason.group is not None
    group = _group(graph, reason.group.group_id)
    assert all(report.state(item) is State.DOWN for item in reason.evidence)
    alone = dict.fromkeys(graph.items, State.UP) | dict.fromkeys(reason.evidence, State.DOWN)
    assert group_verdict(group, alone) is reason.state
    assert reason.group.holds == (reason.state is not State.DOWN)
    assert set(reason.evidence) <= {lost.item for lost in reason.group.lost}


def _group(graph: ListedGraph, number: int | None) -> RedundancyGroup:
    return next(group for group in graph.groups if group.group_id == number)


def _exists(graph: ListedGraph, step: Step) -> bool:
    if step.kind == "member":
        group = _group(graph, step.group_id)
        members = {(provider, relation) for provider, _, relation in group.members}
        return (step.provider, step.relation_id) in members and group.dependant == step.dependant
    return any(
        (edge.provider, edge.dependant, edge.kind, edge.relation_id)
        == (step.provider, step.dependant, step.kind, step.relation_id)
        for edge in graph.dependencies
    )
