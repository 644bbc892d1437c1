"""Who must approve, and whether enough of them have."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Literal

Standing = Literal["pending", "approved", "rejected"]


@dataclass(frozen=True, slots=True)
class Party:
    """A person or a group; exactly one of the two."""

    person_id: int | None = None
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Why a party has a say: the role it has, and on which touched item or reached service."""

    party: Party
    role: str
    of: str = ""
    item_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what is kept beside the approval."""
        if self.item_id is None:
            return {"role": self.role}
        return {"role": self.role, "of": self.of, "item_id": self.item_id}


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


def standing_of(decisions: Iterable[str]) -> Standing:
    """Return where a round of approval stands: everybody must agree, and one refusal ends it.

    >>> standing_of(["approved", "pending"]), standing_of(["approved", "rejected"])
    ('pending', 'rejected')
    """
    said = list(decisions)
    if "rejected" in said:
        return "rejected"
    return "approved" if said and all(one == "approved" for one in said) else "pending"
