"""The agreements in force, and the clocks of a ticket."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.desk.sla.models import SlaClock, SlaSection
from server.desk.sla.rules.agreements import (
    SECTIONS,
    Agreements,
    read_agreements,
    shipped_agreements,
)
from server.desk.sla.rules.targets import MEASURES

_INFO = "sla_agreements"
#: What was read last, by the state of the table; every process keeps its own.
_READ: dict[tuple[tuple[str, str], ...], Agreements] = {}
_KEPT = 8


def agreements_of(session: Session) -> Agreements:
    """Return calendars and targets in force; one small statement a session."""
    known: Agreements | None = session.info.get(_INFO)
    if known is None:
        known = session.info[_INFO] = _current(session)
    return known


def forget_agreements(session: Session) -> None:
    """Let this session read the agreements anew; whoever changes them calls it."""
    session.info.pop(_INFO, None)


def agreements_document(session: Session) -> dict[str, Any]:
    """Return the document of the agreements in force."""
    changed = changed_agreements(session)
    return {name: changed.get(name, shipped_agreements()[name]) for name in SECTIONS}


def changed_agreements(session: Session) -> Mapping[str, Any]:
    """Return the sections that are not as shipped."""
    rows = session.execute(select(SlaSection.section, SlaSection.document))
    return {section: json.loads(text) for section, text in rows}


def clocks_of(session: Session, ticket_id: int) -> Sequence[SlaClock]:
    """Return the clocks of a ticket that the caller has found in sight."""
    query = select(SlaClock).where(SlaClock.ticket_id == ticket_id)
    return sorted(
        session.scalars(query), key=lambda clock: (MEASURES.index(clock.measure), clock.holder)
    )


def _current(session: Session) -> Agreements:
    query = select(SlaSection.section, SlaSection.updated_at).order_by(SlaSection.section)
    stamp = tuple((section, at.isoformat()) for section, at in session.execute(query))
    if stamp not in _READ:
        agreements = read_agreements(agreements_document(session))
        while len(_READ) >= _KEPT:
            _READ.pop(next(iter(_READ)), None)
        _READ[stamp] = agreements
    return _READ[stamp]
