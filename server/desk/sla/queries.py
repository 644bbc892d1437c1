"""The agreements in force, those that held before, and the clocks of a ticket."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from server.desk.sla.models import SlaClock, SlaSection
from server.desk.sla.rules.agreements import (
    SECTIONS,
    Agreements,
    read_agreements,
    shipped_agreements,
)
from server.desk.sla.rules.targets import MEASURES

_INFO = "sla_agreements"
_STAMP = "sla_agreements_stamp"
_ENDS = "sla_agreements_ends"
_EARLIER = "sla_agreements_earlier"
_AT = "sla_agreements_at"
#: What was read last, by the state of the table; every process keeps its own.
_READ: dict[tuple[tuple[str, str], ...], Agreements] = {}
#: The same of what held before, by its text.
_READ_EARLIER: dict[str, Agreements] = {}
_KEPT = 8
#: Of a digest as a version: JSON's numbers are whole up to 2**53.
_DIGITS = 13
#: How the names of rows begin that hold what was agreed until a moment.
_BEFORE = "before "


@dataclass(frozen=True, slots=True)
class Earlier:
    """When something else was agreed: from ``since`` (None: always) until ``until``."""

    since: datetime | None
    until: datetime


def agreements_of(session: Session) -> Agreements:
    """Return calendars and targets in force; one small statement a session."""
    known: Agreements | None = session.info.get(_INFO)
    if known is None:
        known = session.info[_INFO] = _current(session)
    return known


def forget_agreements(session: Session) -> None:
    """Let this session read the agreements anew; whoever changes them calls it."""
    for key in (_INFO, _STAMP, _ENDS, _EARLIER, _AT):
        session.info.pop(key, None)


def agreed_since(session: Session, moment: datetime | None = None) -> datetime | None:
    """Return since when that holds which is agreed at a moment, or now; None: it always did.

    What was changed before earlier agreements were kept holds since it was written.
    """
    ends = _ends(session)
    since = max(ends or [at for _, at in _stamp(session)], default=None)
    if moment is None or since is None or moment >= since:
        return since
    before = [one for one in ends if one <= moment]
    return before[-1] if before else _since(_kept(session, ends[0])) if ends else None


def agreements_version(session: Session) -> int:
    """Return a number that is another one once the agreements were changed."""
    since = agreed_since(session)
    told = [since and since.isoformat(), agreements_document(session)]
    text = json.dumps(told, sort_keys=True, default=str)
    return int(sha256(text.encode()).hexdigest()[:_DIGITS], 16)


def agreements_at(session: Session, moment: datetime | None) -> Agreements | None:
    """Return what was agreed at a moment; None where nobody knows that any longer.

    A ticket that was solved is held to what was agreed then. Without a moment it is what is agreed
    now. One statement more where the moment lies before the last change.
    """
    since = agreed_since(session)
    if moment is None or since is None or moment >= since:
        return agreements_of(session)
    kept = _kept_at(session, moment)
    if kept is None:
        return None
    read: dict[datetime, Agreements | None] = session.info.setdefault(_AT, {})
    until = next(one for one in _ends(session) if moment < one)
    if until not in read:
        read[until] = _read_earlier(kept["sections"])
    return read[until]


def _read_earlier(sections: Mapping[str, Any]) -> Agreements | None:
    text = json.dumps(sections)
    if text not in _READ_EARLIER:
        try:
            agreements = read_agreements(sections)
        except InvalidValue:
            # Of an older version, and no longer what this one understands.
            return None
        while len(_READ_EARLIER) >= _KEPT:
            _READ_EARLIER.pop(next(iter(_READ_EARLIER)), None)
        _READ_EARLIER[text] = agreements
    return _READ_EARLIER.get(text)


def agreed_document_at(session: Session, moment: datetime) -> Mapping[str, Any] | None:
    """Return the document of what was agreed at a moment; None where nobody knows it."""
    since = agreed_since(session)
    if since is None or moment >= since:
        return agreements_document(session)
    kept = _kept_at(session, moment)
    return None if kept is None else kept["sections"]


def earlier_agreements(session: Session) -> list[Earlier]:
    """Return when something else was agreed, the oldest first; one statement, if ever."""
    ends = _ends(session)
    if not ends:
        return []
    begun = [_since(_kept(session, ends[0])), *ends[:-1]]
    return [Earlier(since, until) for since, until in zip(begun, ends, strict=True)]


def keep_agreed(session: Session, now: datetime, person_id: int | None) -> None:
    """Keep what was agreed until now; whoever changes it calls this before."""
    name = f"{_BEFORE}{now.isoformat()}"
    if session.get(SlaSection, name) is not None:
        # Changed twice at one moment: what stood between never held.
        return
    since = agreed_since(session)
    document = {
        "since": None if since is None else since.isoformat(),
        "sections": agreements_document(session),
    }
    text = json.dumps(document, ensure_ascii=False)
    session.add(SlaSection(section=name, document=text, updated_at=now, updated_by_id=person_id))


def _kept_at(session: Session, moment: datetime) -> Mapping[str, Any] | None:
    """Return what was kept of a moment before the last change, as ``SlaSection`` says."""
    until = next((one for one in _ends(session) if moment < one), None)
    if until is None:
        return None
    kept = _kept(session, until)
    since = _since(kept)
    return None if since is not None and moment < since else kept


def _kept(session: Session, until: datetime) -> Mapping[str, Any]:
    known: dict[datetime, Mapping[str, Any]] = session.info.setdefault(_EARLIER, {})
    if until not in known:
        row = session.get_one(SlaSection, f"{_BEFORE}{until.isoformat()}")
        known[until] = json.loads(row.document)
    return known[until]


def _since(kept: Mapping[str, Any]) -> datetime | None:
    since = kept["since"]
    return None if since is None else datetime.fromisoformat(since)


def _ends(session: Session) -> list[datetime]:
    """Return until when each of the kept agreements held, in order."""
    known: list[datetime] | None = session.info.get(_ENDS)
    if known is None:
        ends = (_until(name) for name, _ in _stamp(session))
        known = session.info[_ENDS] = sorted(one for one in ends if one is not None)
    return known


def _until(name: str) -> datetime | None:
    """Return until when the row of that name held; None for a section in force."""
    if not name.startswith(_BEFORE):
        return None
    return datetime.fromisoformat(name.removeprefix(_BEFORE))


def agreements_document(session: Session) -> dict[str, Any]:
    """Return the document of the agreements in force."""
    changed = changed_agreements(session)
    return {name: changed.get(name, shipped_agreements()[name]) for name in SECTIONS}


def changed_agreements(session: Session) -> Mapping[str, Any]:
    """Return the sections that are not as shipped."""
    query = select(SlaSection.section, SlaSection.document)
    rows = session.execute(query.where(SlaSection.section.in_(SECTIONS)))
    return {section: json.loads(text) for section, text in rows}


def clocks_of(session: Session, ticket_id: int) -> Sequence[SlaClock]:
    """Return the clocks of a ticket that the caller has found in sight."""
    query = select(SlaClock).where(SlaClock.ticket_id == ticket_id)
    return sorted(
        session.scalars(query), key=lambda clock: (MEASURES.index(clock.measure), clock.holder)
    )


def _current(session: Session) -> Agreements:
    stamp = tuple((name, at.isoformat()) for name, at in _stamp(session))
    if stamp not in _READ:
        agreements = read_agreements(agreements_document(session))
        while len(_READ) >= _KEPT:
            _READ.pop(next(iter(_READ)), None)
        _READ[stamp] = agreements
    return _READ[stamp]


def _stamp(session: Session) -> Sequence[tuple[str, datetime]]:
    """Return the names of all rows, and when they were written."""
    known: list[tuple[str, datetime]] | None = session.info.get(_STAMP)
    if known is None:
        query = select(SlaSection.section, SlaSection.updated_at).order_by(SlaSection.section)
        rows = session.execute(query)
        known = session.info[_STAMP] = [(name, at) for name, at in rows]
    return known
