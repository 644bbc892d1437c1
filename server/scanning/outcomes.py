"""What came of one address in a run: recorded, or why not."""

from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.inventory.outcomes import Author, Outcome
from discovery.findings import DeviceFindings, Unreachable
from server.scanning.models import ScanOutcome
from server.scanning.recording import record_device

_LONGEST_REASON = 500


def outcome_of(
    session: Session,
    place: tuple[int, int],
    result: DeviceFindings | Unreachable,
    author: Author,
    now: datetime,
    observed_at: datetime | None = None,
) -> ScanOutcome:
    """Record what came of an address and return its row, not yet added.

    ``place`` is the run and the organisation; ``observed_at`` is when the device was asked, if that
    was not now. What the register raises is the caller's: the transaction is lost then.
    """
    run_id, organisation_id = place
    outcome = ScanOutcome(run_id=run_id, address=result.address, at=observed_at or now)
    if isinstance(result, Unreachable):
        outcome.state, outcome.reason = "unreachable", result.reason[:_LONGEST_REASON]
        return outcome
    outcome.name, outcome.seconds = result.system.name, round(result.seconds, 2)
    outcome.reason = "; ".join(one.reason for one in result.outcomes if one.reason)
    outcome.reason = outcome.reason[:_LONGEST_REASON]
    recorded = record_device(session, result, organisation_id, author, now, observed_at)
    outcome.item_id, outcome.outcome = recorded.item_id, recorded.outcome
    outcome.state = "review" if recorded.outcome is Outcome.REVIEW else "found"
    if recorded.outcome is Outcome.REFUSED:
        outcome.state, outcome.reason = "failed", recorded.detail
    return outcome


def refused_outcome(
    run_id: int, result: DeviceFindings | Unreachable, reason: str, now: datetime
) -> ScanOutcome:
    """Return the row of a device that the register refuses."""
    name = result.system.name if isinstance(result, DeviceFindings) else ""
    return ScanOutcome(
        run_id=run_id, address=result.address, at=now, state="failed", name=name, reason=reason
    )
