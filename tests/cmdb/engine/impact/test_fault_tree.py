"""The fault tree of an item: gates, circles, what is cut; held to the plain engine."""

from collections.abc import Iterator
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.fault_tree import (
    FaultEvent,
    FaultGate,
    fault_tree,
    minimal_cut_sets,
)
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.reference import ReferenceEngine
from cmdb.engine.impact.values import State
from tests.cmdb.engine.impact.topologies import (
    SOME,
    Question,
    drawn,
    group,
    hard,
    letter,
    questions,
    soft,
)


def told(event: FaultEvent) -> str:
    """Write a tree in a line: `S(or A B)`; * elsewhere, ^ a circle, + deeper."""
    marks = {"elsewhere": "*", "circle": "^", "deeper": "+"}
    name = chr(event.item) + marks.get(event.ending, "")
    return name + "".join(
        f"({gate.sign} {' '.join(map(told, gate.inputs))})" for gate in event.gates
    )


def test_hard_relations_are_or_gates_and_groups_vote() -> None:
    """A ──> S, {B C D | 2} ──> S, {E F | 1} ──> B; a soft relation takes nothing down."""
    graph = drawn([*hard("AS"), *soft("XS")], [group("BCD", "S", 2), group("EF", "B", 1)])
    top = fault_tree(PortableGraph.of(graph), letter("S")).event
    assert told(top) == "S(or A)(voting B(and E F) C D)"
    (votes,) = [gate for gate in top.gates if gate.sign == "voting"]
    assert (votes.needed, votes.size, votes.total, votes.required) == (2, 3, 3.0, 2.0)


def test_a_group_that_needs_every_member_is_an_or_gate_and_one_that_needs_none_is_none() -> None:
    """{A B | 2} ──> S, {C D | 0} ──> S."""
    graph = drawn([], [group("AB", "S", 2), group("CD", "S", 0)])
    assert told(fault_tree(PortableGraph.of(graph), letter("S")).event) == "S(or A B)"


def test_capacity_counts_the_largest_members() -> None:
    """{A 10, B 10, C 40 | capacity 25} ──> S: the loss of C alone is too much."""
    graph = drawn([], [group("ABC", "S", 25, "capacity", (10, 10, 40))])
    (gate,) = fault_tree(PortableGraph.of(graph), letter("S")).event.gates
    assert (gate.needed, gate.rule, gate.total, gate.required) == (1, "capacity", 60.0, 25.0)


def test_what_several_need_is_opened_once_and_circles_are_cut() -> None:
    """A ──> B ──> S, A ──> S, and B needs S: S <──> B."""
    graph = PortableGraph.of(drawn(hard("AB", "BS", "AS", "SB", "ZA")))
    tree = fault_tree(graph, letter("S"))
    assert told(tree.event) == "S(or A(or Z) B(or A* S^))"
    assert tree.below == 3


def test_a_tree_ends_where_it_was_asked_to() -> None:
    """D ──> C ──> B ──> A."""
    graph = PortableGraph.of(drawn(hard("DC", "CB", "BA")))
    assert told(fault_tree(graph, letter("A"), depth=2).event) == "A(or B(or C+))"
    assert told(fault_tree(graph, letter("D")).event) == "D"


def test_what_is_too_much_to_list_is_counted() -> None:
    """A hundred items ──> S."""
    graph = PortableGraph.of(drawn(hard(*(f"{chr(200 + n)}S" for n in range(100)))))
    (gate,) = fault_tree(graph, letter("S"), most=41).event.gates
    assert (len(gate.inputs), gate.left_out, gate.size) == (40, 60, 100)


def test_causes_that_need_two_stand_beside_those_that_need_one() -> None:
    """{A B | 1} ──> C ──> S, and A stands on X, B on Y."""
    graph = PortableGraph.of(drawn(hard("CS", "XA", "YB"), [group("AB", "C", 1)]))
    cuts = minimal_cut_sets(graph, letter("S"))
    assert [chr(item) for item in cuts.single] == ["C"]
    assert ["".join(map(chr, pair)) for pair in cuts.pairs] == ["AB", "AY", "BX", "XY"]
    fewer = minimal_cut_sets(graph, letter("S"), most=2)
    assert (["".join(map(chr, pair)) for pair in fewer.pairs], fewer.untried) == (["AB"], 2)


def falls(top: FaultEvent, failed: frozenset[ItemId]) -> bool:
    """Reckon a whole tree: the least fixed point over its events."""
    opened = {event.item: event for event in top.events() if event.ending == "opened"}
    down = set(failed)
    while True:
        new = {
            item
            for item, event in opened.items()
            if item not in down and any(_gives(gate, down) for gate in event.gates)
        }
        if not new:
            return top.item in down
        down |= new


def _gives(gate: FaultGate, down: set[ItemId]) -> bool:
    # Of capacity, the number that is needed is the least one: the exact sum is the engine's.
    return sum(one.item in down for one in gate.inputs) >= gate.needed


def _by_number(question: Question) -> Iterator[bool]:
    yield from (one.rule == "capacity" for one in question.graph.groups)


@SOME
@given(questions(), st.data())
def test_a_tree_says_what_the_plain_engine_says(question: Question, data: st.DataObject) -> None:
    """Exactly, where groups count members; where they count capacity, a tree is never too calm."""
    top = data.draw(st.sampled_from(question.graph.items))
    tree = fault_tree(PortableGraph.of(question.graph), top, depth=99)
    is_down = ReferenceEngine(question.graph).impact(question.failed).state(top) is State.DOWN
    said = falls(tree.event, question.failed)
    assert said or not is_down
    if not any(_by_number(question)):
        assert said == is_down


@SOME
@given(questions(), st.data())
def test_cut_sets_are_those_of_the_plain_engine(question: Question, data: st.DataObject) -> None:
    """Of up to eight items, every one and every two are tried literally."""
    items = question.graph.items[:8]
    top = data.draw(st.sampled_from(items))
    engine = ReferenceEngine(question.graph)
    cuts = minimal_cut_sets(PortableGraph.of(question.graph), top)
    others = [item for item in items if item != top]

    def fatal(*failed: ItemId) -> bool:
        return engine.impact(failed).state(top) is State.DOWN

    alone = [item for item in others if fatal(item)]
    assert [item for item in cuts.single if item in others] == sorted(alone)
    pairs = [pair for pair in combinations(sorted(set(others) - {*alone}), 2) if fatal(*pair)]
    assert [pair for pair in cuts.pairs if {*pair} <= {*others}] == pairs
