"""What happens to promises about services, as other features hear of it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AvailabilityReached:
    """So much of what is allowed to a service in a month is used up. Told once for each level.

    ``percent`` is 75 or 100; ``missed``: more than that, the promise is broken. ``organisation_id``
    is the customer to whom it was promised, None for everybody.
    """

    item_id: int
    organisation_id: int | None
    measure: str
    month: str
    percent: int
    missed: bool
    at: datetime
