"""What happens to items, as other features hear of it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ItemsReported:
    """Agents' reports about items have landed; ``changed`` unless they said nothing new."""

    item_ids: tuple[int, ...]
    organisation_id: int
    changed: bool = True


@dataclass(frozen=True, slots=True)
class WantedReportCame:
    """An agent has sent everything, as somebody had wanted ``since`` then."""

    agent_row_id: int
    since: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class ServiceCreated:
    """A person drew a business service together from its members."""

    item_id: int
    member_ids: tuple[int, ...]
