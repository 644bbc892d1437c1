"""A fault tree as one reader may see it: items out of sight have no name, and no line for some."""

from collections.abc import Collection
from dataclasses import replace

from cmdb.engine.impact.fault_tree import FaultEvent


def in_sight(top: FaultEvent, seen: Collection[int], *, counts: bool) -> FaultEvent:
    """Return the tree below a top event that is in sight, as far as it is told.

    Who may count what is hidden (``counts``) reads every line. Others read of a hidden item only
    that something stands between two that they see, and gates without what is left out. What the
    gates need is told as it is: nothing is reckoned anew.
    """
    return top if counts else _without_hidden(top, seen)


def _without_hidden(event: FaultEvent, seen: Collection[int]) -> FaultEvent:
    gates = []
    for gate in event.gates:
        below = (_without_hidden(one, seen) for one in gate.inputs)
        inputs = tuple(one for one in below if one.gates or one.item in seen)
        if inputs:
            gates.append(replace(gate, inputs=inputs, left_out=0))
    ending = "basic" if event.gates and not gates else event.ending
    return replace(event, gates=tuple(gates), ending=ending)
