"""One advisory as a whole: on how many items it is, and which versions it means."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.foundation.permissions import Actor
from server.items.advisories import queries
from server.items.advisories.actions import told_by
from server.items.advisories.models import Advisory, AdvisoryRange
from server.items.advisories.values import VersionRange

#: A kernel's advisory has a range for each branch and package; more nobody reads.
MOST_RANGES = 200


@dataclass(frozen=True, slots=True)
class AdvisoryDetail:
    """An advisory with the items in sight it is on, and the first ``MOST_RANGES`` of its ranges."""

    advisory: Advisory
    items: int
    ranges: tuple[VersionRange, ...]
    ranges_total: int


def advisory_detail(session: Session, actor: Actor, advisory_id: int) -> AdvisoryDetail:
    """Return an advisory that means something in sight. Raises ``NotFound``."""
    found = queries.advisory(session, actor, advisory_id)
    of_it = AdvisoryRange.advisory_id == found.id
    query = select(AdvisoryRange).where(of_it).order_by(AdvisoryRange.id).limit(MOST_RANGES)
    ranges = tuple(told_by(row) for row in session.scalars(query))
    total = session.scalar(select(func.count()).select_from(AdvisoryRange).where(of_it)) or 0
    return AdvisoryDetail(found, queries.items_of(session, actor, found), ranges, total)
