"""Questions that nobody has to answer any more: what they were about has landed since."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from cmdb.inventory.questions import SAME, fingerprint_of
from cmdb.observation import Observation
from cmdb.records.identity import IdentityReview


def has_become_clear(session: Session, seen: Observation, item_id: int, now: datetime) -> None:
    """Close the question about an earlier word of this source, for ``seen`` has found its item.

    By the same evidence alone: another machine may speak with the same key, and its question stays.
    What waited is older than what has landed, and goes.
    """
    waiting = update(IdentityReview).where(
        IdentityReview.organisation_id == seen.organisation_id,
        IdentityReview.source == seen.origin.source,
        IdentityReview.key == seen.origin.key,
        IdentityReview.fingerprint == fingerprint_of(seen.identifiers),
        IdentityReview.resolved_at.is_(None),
    )
    session.execute(waiting.values(resolved_at=now, resolution=SAME, item_id=item_id))
