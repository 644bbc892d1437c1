"""What follows from sightings by one rule.

>>> from cmdb.model import shipped_model
>>> from cmdb.engine.derivation.shipment import shipped_rules
>>> seen = [
...     Sighting(End(1, "virtual_machine"), End(2, "server"), "5432", {"port": 5432}),
...     Sighting(End(1, "virtual_machine"), End(1, "virtual_machine"), "80"),
... ]
>>> found = decide(shipped_rules()["calls"], seen, shipped_model())
>>> [(one.type, one.start, one.end) for one in found]
[('calls', 1, 2)]
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cmdb.engine.derivation.rules import DerivationRule
from cmdb.model import Model
from cmdb.observation import GroupMembership
from cmdb.vocabulary import RelationTypeCode

#: How much of what was seen is kept as evidence of one relation.
MOST_TOLD = 20


class End(NamedTuple):
    """One item of a sighting."""

    item_id: int
    class_code: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """Two items seen together, the first one in the order its evidence defines.

    ``key`` is what providers have in common that stand in for each other (a port). ``stale``: not
    seen now, but seen lately enough to count in a group.
    """

    near: End
    far: End
    key: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Derived:
    """A relation that follows, in the reading direction of its type."""

    type: RelationTypeCode
    start: int
    end: int
    weight: float
    confidence: float
    evidence: Mapping[str, Any]
    group: GroupMembership | None = None

    @property
    def key(self) -> tuple[int, int, str]:
        """Return what is unique among derived relations."""
        return (self.start, self.end, self.type)


@dataclass(slots=True)
class _Pair:
    """Everything seen of one pair; ``dependant`` and ``provider`` by the type's own word."""

    start: int
    end: int
    dependant: int
    provider: int
    keys: set[str] = field(default_factory=set)
    told: list[Mapping[str, Any]] = field(default_factory=list)
    stale: bool = True


def decide(rule: DerivationRule, sightings: Iterable[Sighting], model: Model) -> list[Derived]:
    """Return the relations that follow from ``sightings``, by (start, end).

    A pair the rule or the relationship type does not join is passed over, and so is an item seen
    with itself. Complexity: linear in the sightings.
    """
    pairs = _pairs(rule, sightings, model)
    groups = _groups(rule, pairs)
    found = []
    for pair in pairs:
        group = groups.get((pair.dependant, pair.provider))
        if not pair.stale and (group is not None or not rule.only_groups):
            found.append(_derived(rule, pair, group))
    return found


def _pairs(rule: DerivationRule, sightings: Iterable[Sighting], model: Model) -> Sequence[_Pair]:
    starts, ends = (_within(codes, model) for codes in (rule.starts, rule.ends))
    provider_first = model.relation_type(rule.type).provider == "start"
    found: dict[tuple[int, int], _Pair] = {}
    for seen in sightings:
        start, end = (seen.near, seen.far) if rule.direction == "forward" else (seen.far, seen.near)
        fits = (starts is None or start.class_code in starts) and (
            ends is None or end.class_code in ends
        )
        if start.item_id == end.item_id or not fits:
            continue
        if not model.allows(rule.type, start.class_code, end.class_code):
            continue
        dependant, provider = (end, start) if provider_first else (start, end)
        pair = found.setdefault(
            (start.item_id, end.item_id),
            _Pair(start.item_id, end.item_id, dependant.item_id, provider.item_id),
        )
        pair.keys.add(seen.key)
        pair.stale &= seen.stale
        if seen.told and seen.told not in pair.told:
            pair.told.append(seen.told)
    return [found[key] for key in sorted(found)]


def _within(codes: Sequence[str], model: Model) -> frozenset[str] | None:
    if not codes:
        return None
    return frozenset[str]().union(*(model.descendants(code) for code in codes))


def _groups(rule: DerivationRule, pairs: Sequence[_Pair]) -> dict[tuple[int, int], GroupMembership]:
    """Return the group of each (dependant, provider) that has one.

    A provider with several ports is in the largest group that it fits into; of equally large ones
    in the first.
    """
    if rule.group is None:
        return {}
    members: dict[tuple[int, str], set[int]] = defaultdict(set)
    for pair in pairs:
        for key in pair.keys if rule.group.by else {""}:
            members[pair.dependant, key].add(pair.provider)
    found: dict[tuple[int, int], GroupMembership] = {}
    largest_first = sorted(members.items(), key=lambda one: (-len(one[1]), one[0]))
    for (dependant, key), providers in largest_first:
        free = [p for p in sorted(providers) if (dependant, p) not in found]
        if len(free) < rule.group.least:
            continue
        how, threshold = rule.group.terms(len(free))
        name = f"{rule.group.name} {key}".strip()
        for provider in free:
            found[dependant, provider] = GroupMembership(name, how, threshold)
    return found


def _derived(rule: DerivationRule, pair: _Pair, group: GroupMembership | None) -> Derived:
    told = sorted(pair.told, key=lambda one: sorted((k, str(v)) for k, v in one.items()))
    evidence: dict[str, Any] = {"rule": rule.code}
    if told:
        evidence[rule.evidence] = [dict(one) for one in told[:MOST_TOLD]]
    if len(told) > MOST_TOLD:
        evidence["more"] = len(told) - MOST_TOLD
    return Derived(rule.type, pair.start, pair.end, rule.weight, rule.confidence, evidence, group)
