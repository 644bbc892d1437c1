"""Who must approve, how many of them, and whether enough of them have.

>>> board = {"rule:1": Demand("rule:1", "at_least", 2)}
>>> said = [Vote("approved", 7, ("rule:1",)), Vote("approved", 8, ("rule:1",)), Vote("pending")]
>>> standing_of(said[:2], board), standing_of(said, board)
('approved', 'pending')
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Literal

Standing = Literal["pending", "approved", "rejected"]
QUORUMS = ("any", "all", "at_least", "percent")


@dataclass(frozen=True, slots=True)
class Party:
    """A person or a group; exactly one of the two."""

    person_id: int | None = None
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Why a party has a say: the role it has, and on which touched item or reached service.

    ``demand`` is the key of the demand it counts towards; without one the party alone must agree.
    """

    party: Party
    role: str
    of: str = ""
    item_id: int | None = None
    demand: str = ""
    name: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what is kept beside the approval."""
        found: dict[str, Any] = {"role": self.role}
        if self.item_id is not None:
            found |= {"of": self.of, "item_id": self.item_id}
        if self.demand:
            found["demand"] = self.demand
        if self.name:
            found["name"] = self.name
        return found


@dataclass(frozen=True, slots=True)
class Demand:
    """How many of those asked for one reason must agree; ``number`` for ``at_least`` and percent.

    ``hours`` is how long they have before it goes to their deputies or the change managers.
    """

    key: str
    quorum: str = "all"
    number: int = 0
    hours: int = 0
    name: str = ""

    def needed(self, asked: int) -> int:
        """Return how many of ``asked`` must agree; a percentage is rounded up.

        >>> [Demand("cab", "percent", share).needed(3) for share in (1, 34, 67, 100)]
        [1, 2, 3, 3]
        """
        if self.quorum == "any":
            return 1
        if self.quorum == "at_least":
            return self.number
        if self.quorum == "percent":
            return max(1, -(-asked * self.number // 100))
        return asked

    def as_json(self) -> dict[str, Any]:
        """Return what is kept of it with the round."""
        return {
            "key": self.key,
            "quorum": self.quorum,
            "number": self.number,
            "hours": self.hours,
            "name": self.name,
        }


@dataclass(frozen=True, slots=True)
class Vote:
    """What one approval says: "pending", "approved" or "rejected", and who said it."""

    decision: str
    decided_by_id: int | None = None
    demands: Sequence[str] = ()


def resolve_approvers(
    claims: Iterable[Claim],
    excluded: AbstractSet[int],
    members: Mapping[int, AbstractSet[int]],
) -> dict[Party, list[Claim]]:
    """Return who must approve, each once with every reason, in the order of the claims.

    ``excluded`` are author and implementer, who never count; ``members`` maps groups to their
    active people, and a group in which nobody else is left does not count either.
    """
    found: dict[Party, list[Claim]] = {}
    for claim in claims:
        if _may_decide(claim.party, excluded, members):
            found.setdefault(claim.party, []).append(claim)
    return found


def _may_decide(
    party: Party, excluded: AbstractSet[int], members: Mapping[int, AbstractSet[int]]
) -> bool:
    if party.group_id is not None:
        return bool(members.get(party.group_id, frozenset()) - excluded)
    return party.person_id not in excluded


def unreachable(
    demands: Iterable[Demand], asked: Mapping[Party, Sequence[Claim]]
) -> list[tuple[Demand, int]]:
    """Return the demands that those who are asked cannot meet, each with how many there are.

    A quorum is never made smaller to fit: that would be less than what somebody once decided.
    """
    counts: dict[str, int] = {}
    for claims in asked.values():
        for key in {claim.demand for claim in claims}:
            counts[key] = counts.get(key, 0) + 1
    return [
        (demand, counts.get(demand.key, 0))
        for demand in demands
        if not counts.get(demand.key) or demand.needed(counts[demand.key]) > counts[demand.key]
    ]


def standing_of(votes: Iterable[Vote], demands: Mapping[str, Demand]) -> Standing:
    """Return where a round of approval stands: every demand must be met, one that fails ends it."""
    heard: dict[str, list[Vote]] = {}
    for number, vote in enumerate(votes):
        for key in vote.demands or (f"#{number}",):
            heard.setdefault(key, []).append(vote)
    found = {_standing(demands.get(key, Demand(key)), said) for key, said in heard.items()}
    if "rejected" in found:
        return "rejected"
    return "approved" if found == {"approved"} else "pending"


def seats_taken(
    person_id: int, pending: Sequence[Vote], heard: Iterable[Vote], demands: Mapping[str, Demand]
) -> list[int]:
    """Return the places in ``pending`` that somebody's yes fills: one for each head that counts.

    Where so many of several must agree, a second place would be used up without counting, and those
    who were asked could no longer be enough.

    >>> board = {"rule:1": Demand("rule:1", "at_least", 2), "rule:2": Demand("rule:2")}
    >>> waiting = [Vote("pending", None, (key,)) for key in ("rule:1", "rule:1", "rule:2")]
    >>> seats_taken(7, waiting, [], board)
    [0, 2]
    >>> seats_taken(7, waiting[:2], [Vote("approved", 7, ("rule:1",))], board)
    []
    """
    by_head = {key for key, demand in demands.items() if demand.quorum != "all"}
    counted = {key for vote in heard if vote.decided_by_id == person_id for key in vote.demands}
    found = []
    for place, vote in enumerate(pending):
        if not vote.demands or any(one not in counted & by_head for one in vote.demands):
            found.append(place)
            counted.update(vote.demands)
    return found


def _standing(demand: Demand, said: Sequence[Vote]) -> Standing:
    needed = demand.needed(len(said))
    agreed = [vote for vote in said if vote.decision == "approved"]
    pending = sum(vote.decision == "pending" for vote in said)
    # A deputy who answers for two of a board is still one head.
    heads = len({vote.decided_by_id for vote in agreed})
    have = len(agreed) if demand.quorum == "all" else heads
    if have >= needed:
        return "approved"
    return "rejected" if have + pending < needed else "pending"
