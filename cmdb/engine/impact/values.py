"""The words of an impact answer: states, reasons, steps, standings of groups.

>>> State.DOWN > State.DEGRADED > State.AT_RISK > State.UP
True
>>> State.AT_RISK.text
'at_risk'
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.graph import GroupRule, GroupTerms, ItemId

Ids = NDArray[np.int64]
StepKind = Literal["failed", "hard", "member", "soft"]
"""How a state reached an item: it failed itself, over a relation, or over membership of a group."""


class State(IntEnum):
    """How an item stands after a failure; a larger number is worse."""

    UP = 0
    AT_RISK = 1
    DEGRADED = 2
    DOWN = 3

    @property
    def text(self) -> str:
        """The word of the interfaces: `up`, `at_risk`, `degraded`, `down`."""
        return self.name.lower()


class ReasonKind(IntEnum):
    """Which rule gave an item its state."""

    FAILED = 0
    HARD_PROVIDER = 1
    GROUP_SHORT = 2
    SOFT_PROVIDER = 3
    GROUP_REDUCED = 4
    GROUP_LOST_MEMBER = 5

    @property
    def text(self) -> str:
        """The word of the interfaces, as `group_short`."""
        return self.name.lower()


def reason_kind(state: State, step_kind: StepKind) -> ReasonKind:
    """Name the rule that gave `state` over a step of the given kind."""
    if step_kind == "member":
        return _GROUP_REASONS[state]
    return _OTHER_REASONS[step_kind]


_OTHER_REASONS: dict[StepKind, ReasonKind] = {
    "failed": ReasonKind.FAILED,
    "hard": ReasonKind.HARD_PROVIDER,
    "soft": ReasonKind.SOFT_PROVIDER,
}
_GROUP_REASONS = {
    State.DOWN: ReasonKind.GROUP_SHORT,
    State.DEGRADED: ReasonKind.GROUP_REDUCED,
    State.AT_RISK: ReasonKind.GROUP_LOST_MEMBER,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One hop of a failure's way; `group_id` is set when it went through a redundancy group."""

    provider: ItemId
    dependant: ItemId
    kind: StepKind
    relation_id: int
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class LostMember:
    """A fallen member of a group, its weight there, and how far from a failed item it fell."""

    item: ItemId
    weight: float
    distance: int


@dataclass(frozen=True, slots=True)
class GroupStanding:
    """How one redundancy group stands after the failure.

    Amounts are capacity for a capacity group, else numbers of members. `slack` is what may still be
    lost before the group falls short; it is negative by what is missing when it already has.
    `lost` is ordered by distance, then by item.
    """

    group_id: int
    rule: GroupRule
    total: float
    required: float
    remaining: float
    holds: bool
    lost: tuple[LostMember, ...]

    @property
    def slack(self) -> float:
        """What may still be lost; negative when the group is short."""
        return self.remaining - self.required


def standing_of(terms: GroupTerms, lost: Iterable[LostMember]) -> GroupStanding:
    """Add up how a group stands without its lost members, given in any order."""
    gone = tuple(sorted(lost, key=lambda member: (member.distance, member.item)))
    weight = sum(member.weight for member in gone)
    return GroupStanding(
        terms.group_id,
        terms.rule,
        terms.total,
        terms.required,
        remaining=terms.total - weight,
        holds=weight <= terms.spare,
        lost=gone,
    )


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item has its state: enough to replay the rule.

    `evidence` are the items whose state makes the rule fire. Each is nearer to a failed item than
    `item` is, so that two items of a cycle never explain each other.
    """

    item: ItemId
    state: State
    kind: ReasonKind
    step: Step | None = None
    provider_state: State | None = None
    group: GroupStanding | None = None
    evidence: tuple[ItemId, ...] = ()


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What keeps an item from a worse state.

    `holding` are its groups that lost a member and hold; `softened` its soft providers that are
    degraded or down, of which no more than *degraded* gets through.
    """

    item: ItemId
    state: State
    holding: tuple[GroupStanding, ...]
    softened: tuple[ItemId, ...]


@dataclass(frozen=True, slots=True)
class AffectedItem:
    """One row of the answer; `path` leads from a failed item here, in `distance` steps."""

    item: ItemId
    state: State
    distance: int
    reason: Reason
    path: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Items reachable from `item` in one direction, nearest first (then by id), without it."""

    item: ItemId
    ids: Ids
    distances: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class SinglePoints:
    """Pairs (cause, service): `causes[i]` failing alone takes `services[i]` down.

    Ordered by cause, then service; a service is not listed as its own cause.
    """

    causes: Ids
    services: Ids


@dataclass(frozen=True, slots=True)
class Guards:
    """Pairs (group, service): when `groups[i]` falls short, `services[i]` goes down.

    Only groups that can lose a member and hold. Ordered by group, then service.
    """

    groups: Ids
    services: Ids


@dataclass(frozen=True, slots=True)
class GroupLosses:
    """How many items go down, members included, when all members of `groups[i]` fail at once.

    `owners[i]` is the dependant of the group, `alike[i]` the lowest group of the very same members,
    `members[i]` how many there are, `services[i]` how many go down of those that were asked for.
    Ascending by group; 0 for a group without members.
    """

    groups: Ids
    owners: Ids
    alike: Ids
    members: NDArray[np.int64]
    down: NDArray[np.int64]
    services: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """How many items go down, itself included, when `ids[i]` fails alone."""

    ids: Ids
    down: NDArray[np.int64]

    def as_mapping(self) -> Mapping[ItemId, int]:
        """Give the same as a mapping from item to number."""
        return {
            ItemId(item): count
            for item, count in zip(self.ids.tolist(), self.down.tolist(), strict=True)
        }
