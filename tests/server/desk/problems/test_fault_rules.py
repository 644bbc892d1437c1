"""What is told of a fault tree, and how causes stand that need two."""

import pytest

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.fault_tree import FaultEvent, FaultGate
from server.desk.problems.rules.sight import in_sight
from server.desk.problems.rules.verdicts import cause_text, standing_of


def event(item: int, *inputs: FaultEvent, left_out: int = 0) -> FaultEvent:
    """Return an event that any of the inputs brings about."""
    if not inputs:
        return FaultEvent(ItemId(item), "basic")
    gate = FaultGate(1, len(inputs) + left_out, inputs, left_out=left_out)
    return FaultEvent(ItemId(item), "opened", (gate,))


#: 3 ──> 2 ──> 1, 4 ──> 1, and 6 ──> 5 ──> 1
_TREE = event(1, event(2, event(3)), event(4), event(5, event(6)), left_out=7)


def test_who_may_count_what_is_hidden_reads_every_line() -> None:
    assert in_sight(_TREE, {1}, counts=True) == _TREE


def test_others_read_of_hidden_items_only_what_leads_to_one_they_see() -> None:
    told = in_sight(_TREE, {1, 3, 5}, counts=False)
    assert [(one.item, one.ending) for one in told.events()] == [
        (1, "opened"),
        (2, "opened"),
        (3, "basic"),
        # What it needs is not told: neither a line nor a number.
        (5, "basic"),
    ]
    (gate,) = told.gates
    assert (gate.size, gate.left_out) == (10, 0)
    assert [one.item for one in in_sight(_TREE, {1}, counts=False).events()] == [1]


@pytest.mark.parametrize(
    ("verdicts", "standing"),
    [
        ({}, "open"),
        ({1: "suspected"}, "suspected"),
        ({1: "confirmed"}, "suspected"),
        ({1: "confirmed", 2: "confirmed"}, "confirmed"),
        ({1: "confirmed", 2: "ruled_out"}, "ruled_out"),
        ({3: "confirmed"}, "open"),
    ],
)
def test_two_causes_stand_as_both_do(verdicts: dict[int, str], standing: str) -> None:
    assert standing_of((1, 2), verdicts) == standing


def test_a_cause_is_told_by_its_name_and_what_shows_it() -> None:
    assert cause_text("san-1", "") == "san-1"
