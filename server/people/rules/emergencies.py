"""Breaking the glass: for how long, and what is signed of it. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

#: Nobody stays in a state of emergency longer at one go.
MOST_HOURS = 8
SHORTEST_REASON = 10


def draft_fault(reason: str, hours: int) -> dict[str, str]:
    """Return field → what is wrong with a wish to break the glass; {} when nothing is.

    >>> draft_fault("the core switch is down", 2)
    {}
    """
    faults = {}
    if len(reason.strip()) < SHORTEST_REASON:
        faults["reason"] = f"must say in at least {SHORTEST_REASON} letters what has happened"
    if not 1 <= hours <= MOST_HOURS:
        faults["hours"] = f"must be 1 to {MOST_HOURS}"
    return faults


def end_of(taken_at: datetime, hours: int) -> datetime:
    """Return when it ends by itself."""
    return taken_at + timedelta(hours=hours)


def signed_document(use: Any) -> Mapping[str, Any]:
    """Return what the signature covers of an ``EmergencyUse``: who, what, why and until when."""
    return {
        "id": use.id,
        "person": use.person_id,
        "organisation": use.organisation_id,
        "role": use.role,
        "reason": use.reason,
        "taken_at": use.taken_at.isoformat(timespec="microseconds"),
        "ends_at": use.ends_at.isoformat(timespec="microseconds"),
    }
