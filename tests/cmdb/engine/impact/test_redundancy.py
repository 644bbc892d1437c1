"""What hangs on whole redundancy groups."""

import numpy as np
import pytest
from hypothesis import given

from cmdb.engine.graph import ItemId, ItemNotInGraph
from cmdb.engine.impact.engine import ImpactEngine
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.reference import ReferenceEngine
from tests.cmdb.engine.impact.topologies import (
    ENGINES,
    SOME,
    EngineMaker,
    Question,
    drawn,
    group,
    hard,
    letter,
    questions,
)

both_engines = pytest.mark.parametrize("engine", ENGINES, ids=["plain", "portable"])


def guards(engine: ImpactEngine, services: str) -> list[tuple[int, str]]:
    found = engine.guards(map(letter, services))
    return list(zip(found.groups.tolist(), map(chr, found.services.tolist()), strict=True))


@both_engines
def test_a_group_guards_whatever_stands_on_its_dependant(engine: EngineMaker) -> None:
    """{A B | 1} ──> C ──> S, T;  U stands alone"""
    pair = group("AB", "C", 1)
    graph = engine(drawn(hard("CS", "CT"), [pair], alone="U"))
    assert guards(graph, "STU") == [(pair.group_id, "S"), (pair.group_id, "T")]


@both_engines
def test_a_group_that_can_lose_nobody_guards_nothing(engine: EngineMaker) -> None:
    """{A B | 2} ──> S;  { | 1} ──> S"""
    assert guards(engine(drawn(groups=[group("AB", "S", 2), group("", "S", 1)])), "S") == []


@both_engines
def test_redundancy_behind_redundancy_guards_its_own_dependant_only(engine: EngineMaker) -> None:
    """{A B | 1} ──> C, {C D | 1} ──> S"""
    inner, outer = group("AB", "C", 1), group("CD", "S", 1)
    assert guards(engine(drawn(groups=[inner, outer])), "S") == [(outer.group_id, "S")]


@both_engines
def test_losing_all_members_takes_along_what_each_of_them_does(engine: EngineMaker) -> None:
    """{A B | 1} ──> C ──> D;  A ──> E"""
    services = [letter(one) for one in "DB"]
    graph = engine(drawn(hard("CD", "AE", "FG"), [group("AB", "C", 1), group("", "G", 1)]))
    losses = graph.group_losses([*services, letter("G")])
    columns = (losses.owners, losses.members, losses.down, losses.services)
    told = {owner: counts for owner, *counts in zip(*map(np.ndarray.tolist, columns), strict=True)}
    assert told == {letter("C"): [len("AB"), len("ABCDE"), len("DB")], letter("G"): [0, 0, 0]}


@both_engines
def test_a_service_outside_the_graph_is_refused(engine: EngineMaker) -> None:
    with pytest.raises(ItemNotInGraph):
        engine(drawn(hard("AB"))).guards([ItemId(9)])
    with pytest.raises(ItemNotInGraph):
        engine(drawn(hard("AB"))).group_losses([ItemId(9)])


@SOME
@given(questions())
def test_both_engines_say_the_same(question: Question) -> None:
    plain, fast = ReferenceEngine(question.graph), PortableGraph.of(question.graph)
    for services in (question.failed, question.graph.items):
        expected, found = plain.guards(services), fast.guards(services)
        assert found.groups.tolist() == expected.groups.tolist()
        assert found.services.tolist() == expected.services.tolist()
    lost, gone = plain.group_losses(question.failed), fast.group_losses(question.failed)
    assert gone.services.tolist() == lost.services.tolist()
    assert gone.alike.tolist() == lost.alike.tolist()
    assert gone.members.tolist() == lost.members.tolist()
    assert gone.groups.tolist() == lost.groups.tolist()
    assert gone.owners.tolist() == lost.owners.tolist()
    assert gone.down.tolist() == lost.down.tolist()
