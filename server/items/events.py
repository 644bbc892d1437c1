"""What happens to items, as other features hear of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ItemReported:
    """An agent's report about an item has landed."""

    item_id: int
    organisation_id: int


@dataclass(frozen=True, slots=True)
class ServiceCreated:
    """A person drew a business service together from its members."""

    item_id: int
    member_ids: tuple[int, ...]
