"""What happens to clocks, as other features hear of it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ClockReached:
    """A clock reached a level of its target; 100 is a breach. Told once for each.

    ``holder`` is whose clock it is, as on ``SlaClock``.
    """

    ticket_id: int
    measure: str
    percent: int
    at: datetime
    holder: str = ""
