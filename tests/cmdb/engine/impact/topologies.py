"""Small graphs for the tests of the engines: drawn by hand with letters, or random."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st

from cmdb.engine.graph import (
    Dependency,
    GroupMember,
    GroupRule,
    ItemId,
    ListedGraph,
    RedundancyGroup,
)
from cmdb.engine.impact.engine import ImpactEngine
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.reference import ReferenceEngine
from cmdb.engine.impact.report import ImpactReport

# A busy machine is no reason to fail: the examples are not timed.
SOME = settings(deadline=None)
MANY = settings(deadline=None, max_examples=200)

EngineMaker = Callable[[ListedGraph], ImpactEngine]
ENGINES: tuple[EngineMaker, ...] = (ReferenceEngine, PortableGraph.of)


def letter(name: str) -> ItemId:
    return ItemId(ord(name))


def hard(*pairs: str) -> list[Dependency]:
    """`hard("AB", "BC")`: B needs A, C needs B."""
    return [
        Dependency(letter(ends[0]), letter(ends[1]), "hard", relation_id=number)
        for number, ends in enumerate(pairs, 100)
    ]


def soft(*pairs: str) -> list[Dependency]:
    return [
        Dependency(letter(ends[0]), letter(ends[1]), "soft", 0.5, number)
        for number, ends in enumerate(pairs, 200)
    ]


def group(
    members: str,
    dependant: str,
    threshold: float,
    rule: GroupRule = "at_least",
    capacities: Iterable[float] = (),
) -> RedundancyGroup:
    """`group("AB", "C", 1)`: C needs at least one of A and B. The number is made of all letters."""
    amounts = list(capacities) or [1.0] * len(members)
    slots = tuple(
        (letter(name), amount, number)
        for number, (name, amount) in enumerate(zip(members, amounts, strict=True), 300)
    )
    number = int.from_bytes((dependant + members).encode())
    return RedundancyGroup(number, letter(dependant), rule, threshold, slots)


def drawn(
    dependencies: Iterable[Dependency] = (),
    groups: Iterable[RedundancyGroup] = (),
    alone: str = "",
) -> ListedGraph:
    return ListedGraph.of(dependencies, groups, map(letter, alone))


def states(report: ImpactReport) -> dict[str, str]:
    """Affected items by letter, in words."""
    return {chr(row.item): row.state.text for row in report.affected()}


def fail(engine: ImpactEngine, names: str) -> ImpactReport:
    return engine.impact([letter(name) for name in names])


@dataclass(frozen=True)
class Question:
    """A random graph and what fails in it."""

    graph: ListedGraph
    failed: frozenset[ItemId]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Graphs of up to 40 items with everything the engines must bear: cycles, parallel relations,
    self loops, ends that are no items, groups that are empty, tiny, repeated or ask too much.
    """
    count = draw(st.integers(1, 40))
    items = [ItemId(number * 3 + 5) for number in range(count)]
    ends = st.sampled_from([*items, ItemId(4)]) if draw(st.booleans()) else st.sampled_from(items)
    graph = ListedGraph(
        tuple(items),
        tuple(_dependencies(draw, ends)),
        tuple(_groups(draw, ends, draw(st.integers(0, count)))),
    )
    return Question(graph, frozenset(draw(st.sets(st.sampled_from(items), max_size=4))))


def _dependencies(draw: st.DrawFn, ends: st.SearchStrategy[ItemId]) -> Iterable[Dependency]:
    kinds = st.sampled_from(["hard", "hard", "soft"])
    for number, (provider, dependant, kind) in enumerate(
        draw(st.lists(st.tuples(ends, ends, kinds), max_size=60))
    ):
        yield Dependency(provider, dependant, "soft" if kind == "soft" else "hard", 0.5, number)


_RULES: tuple[GroupRule, ...] = ("at_least", "percent", "capacity")
_TENTHS = st.integers(0, 40).map(lambda tenths: tenths / 10)
_THRESHOLDS: dict[GroupRule, st.SearchStrategy[float]] = {
    "at_least": st.integers(0, 5).map(float),
    "percent": st.sampled_from([0, 10, 33.33, 50, 66.67, 75, 99, 100, 120]),
    "capacity": st.integers(0, 120).map(lambda tenths: tenths / 10),
}


def _groups(
    draw: st.DrawFn, ends: st.SearchStrategy[ItemId], count: int
) -> Iterable[RedundancyGroup]:
    for number in range(count):
        rule = draw(st.sampled_from(_RULES))
        chosen = draw(st.lists(st.tuples(ends, _TENTHS), max_size=5))
        members: tuple[GroupMember, ...] = tuple(
            (provider, capacity, number * 10 + slot)
            for slot, (provider, capacity) in enumerate(chosen)
        )
        yield RedundancyGroup(number, draw(ends), rule, draw(_THRESHOLDS[rule]), members)
