"""What people say of outages: when they were, that they were none, and why a promise was missed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from server.desk.availability.actions.telling import told_of
from server.desk.availability.models import AvailabilityTold
from server.desk.availability.queries.levels import Level, levels_of, promised_services
from server.desk.availability.queries.listing import month_asked
from server.desk.availability.queries.outages import Outage, find_outage, outage_of
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.items.queries import get_item
from server.items.scope import visible_items

_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class OutageCorrection:
    """When an outage was; None: as tickets and graph say. ``counts``: whether it was one."""

    reason: str
    began_at: datetime | None = None
    ended_at: datetime | None = None
    counts: bool = True


def correct_outage(
    session: Session, actor: Actor, outage_id: int, draft: OutageCorrection, now: datetime
) -> Outage:
    """Say when an outage was; availability follows at once, for past months too.

    Raises ``InvalidValue`` naming the field, ``NotFound``, ``PermissionDenied``.
    """
    row, ticket = find_outage(session, actor, outage_id, lock=True)
    began, ended = draft.began_at or row.began_at, draft.ended_at or row.ended_at
    faults = {}
    for name, value in (("began_at", draft.began_at), ("ended_at", draft.ended_at)):
        if value is not None and value > now:
            faults[name] = "must not lie in the future"
    if not faults and ended is not None and ended <= began:
        faults["ended_at" if draft.ended_at else "began_at"] = "it must end after it began"
    if not 0 < len(draft.reason.strip()) <= _LONGEST:
        faults["reason"] = f"must have 1 to {_LONGEST} characters"
    if faults:
        raise InvalidValue(faults)
    row.said_began_at, row.said_ended_at = draft.began_at, draft.ended_at
    row.counts, row.reason = draft.counts, draft.reason.strip()
    row.corrected_by_id = actor.person_id
    session.flush()
    subject = {"ticket": ticket.reference, "service": row.item_id, "counts": draft.counts}
    audit.record(session, actor, "availability.corrected", f"outage {row.id}", subject)
    return outage_of(row, ticket)


@dataclass(frozen=True, slots=True)
class MissedPromise:
    """Which promise was missed; ``organisation_id`` None: the one to everybody."""

    service_id: int
    measure: str
    month: str = ""
    organisation_id: int | None = None


def explain_miss(
    session: Session, actor: Actor, missed: MissedPromise, reason: str, now: datetime
) -> AvailabilityTold:
    """Say why a promise was missed. Raises ``InvalidValue``, ``NotFound``, ``Conflict``."""
    actor.require(Permission.TICKET_WORK)
    item = get_item(session, actor, missed.service_id)
    told = reason.strip()
    if not 0 < len(told) <= _LONGEST:
        raise InvalidValue({"reason": f"must have 1 to {_LONGEST} characters"})
    month = month_asked(missed.month, now)
    promised = promised_services(session, visible_items(actor), [item.id])
    levels = levels_of(session, promised, month, now)
    level = next((one for one in levels if one.organisation_id == missed.organisation_id), None)
    if level is None or missed.measure not in {one.measure for one in level.standings}:
        raise NotFound("promise", f"{missed.measure} of {item.id}")
    if not _is_missed(level, missed.measure):
        raise Conflict("the promise is not missed")
    row = told_of(session, level, missed.measure)
    row.reason, row.reason_by_id = told, actor.person_id
    session.flush()
    return row


def _is_missed(level: Level, measure: str) -> bool:
    return any(one.measure == measure and one.state == "missed" for one in level.standings)
