"""The rules of the design, read aloud: every item asks every rule until nothing changes.

Knows nothing of levels, counters or distances, and adds capacities as exact fractions.
"""

from collections.abc import Collection, Mapping
from fractions import Fraction

from cmdb.engine.graph import ItemId, ListedGraph, RedundancyGroup
from cmdb.engine.impact.values import State

States = Mapping[ItemId, State]


def literal_states(graph: ListedGraph, failed: Collection[ItemId]) -> dict[ItemId, State]:
    """States of all items, by applying the rules until they change nothing."""
    states = dict.fromkeys(graph.items, State.UP)
    states.update(dict.fromkeys(failed, State.DOWN))
    while True:
        after = {item: max(state, _worst(graph, states, item)) for item, state in states.items()}
        if after == states:
            return states
        states = after


def _worst(graph: ListedGraph, states: States, item: ItemId) -> State:
    verdicts = [State.UP]
    for relation in graph.dependencies:
        if relation.dependant == item and relation.provider in states:
            provider = states[relation.provider]
            if relation.kind == "hard":
                verdicts.append(provider)
            elif provider >= State.DEGRADED:
                verdicts.append(State.DEGRADED)
    verdicts += (group_verdict(group, states) for group in graph.groups if group.dependant == item)
    return max(verdicts)


def group_verdict(group: RedundancyGroup, states: States) -> State:
    """What one group does to its dependant when items stand as in `states`."""
    capacity: dict[ItemId, Fraction] = {}
    for provider, amount, _ in group.members:
        if provider in states and provider != group.dependant:
            capacity[provider] = max(capacity.get(provider, Fraction(0)), Fraction(str(amount)))
    lost = {provider for provider in capacity if states[provider] is State.DOWN}
    if not lost:
        return State.UP
    threshold = Fraction(str(group.threshold))
    up = len(capacity) - len(lost)
    total = sum(capacity.values())
    remaining = total - sum(capacity[provider] for provider in lost)
    if group.rule == "at_least":
        return State.AT_RISK if up >= threshold else State.DOWN
    if group.rule == "percent":
        share = round(Fraction(100 * up, len(capacity)), 2)
        return State.AT_RISK if share >= threshold else State.DOWN
    if remaining < threshold or total < threshold:
        return State.DOWN
    return State.DEGRADED if remaining < total else State.AT_RISK
