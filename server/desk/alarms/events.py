"""What alarms do, as reactions hear of it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    """An alarm opened a ticket about an item, or took one up again."""

    ticket_id: int
    item_id: int
    at: datetime
