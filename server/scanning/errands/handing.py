"""Handing errands out: what a collector is to do, with the credentials sealed to it alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from discovery.collector.deliveries import CannotAsk, Progress
from discovery.collector.errands import purpose_of
from discovery.collector.sealing import seal
from discovery.reach.values import SNMP
from discovery.snmp.credentials import Credential
from server.foundation.errors import SecretUnreadable
from server.foundation.events import publish
from server.foundation.secrets import SecretBox
from server.scanning.actions import PROBE_ERRAND, open_credential
from server.scanning.collectors.asking import CHECK_ERRAND
from server.scanning.collectors.models import Collector, CollectorErrand
from server.scanning.errands.events import CheckAnswered
from server.scanning.fitting import MOST_TOLD, Standpoint, fitted_at
from server.scanning.ladders import NO_CREDENTIAL, open_ladder
from server.scanning.models import Probe, ScanRange, ScanRun, SnmpCredential
from server.scanning.ranges import SWEEP_ERRAND

#: What is quick comes before what takes long.
_ORDER = {CHECK_ERRAND: 0, PROBE_ERRAND: 1, SWEEP_ERRAND: 2}


@dataclass(frozen=True, slots=True)
class Held:
    """An errand that the collector still has, or of which something waits there."""

    errand: int
    attempt: int
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a collector says it stands: ``room`` is how many errands it can begin."""

    version: str
    backlog: int
    room: int
    held: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class Orders:
    """What a collector is to begin and to end."""

    errands: Sequence[Mapping[str, Any]]
    stop: Sequence[int]


class _Hopeless(Exception):
    """An errand that can never be done; the text is the reason."""


def hand_out(
    session: Session, collector: Collector, standing: Standing, secrets: SecretBox, now: datetime
) -> Orders:
    """Note how the collector stands, and return what it is to do.

    An errand that was handed out and is not held there any more is handed out again: the answer
    was lost, or the collector was started anew.
    """
    collector.version, collector.backlog = standing.version, standing.backlog
    collector.last_seen_at = now
    held = {(one.errand, one.attempt): one for one in standing.held}
    query = select(CollectorErrand).where(CollectorErrand.collector_id == collector.id)
    rows = list(session.scalars(query.order_by(CollectorErrand.id).with_for_update()))
    stop = [number for number, _ in held.keys() - {(row.id, row.attempt) for row in rows}]
    for row in rows:
        mine = held.get((row.id, row.attempt))
        if mine is None and row.state == "stopping":
            session.delete(row)
        elif mine is None:
            row.state = "waiting"
        elif row.state == "stopping":
            stop.append(row.id)
        elif mine.progress is not None and row.kind == SWEEP_ERRAND:
            tell_progress(session, row.payload["run_id"], mine.progress)
    waiting = [row for row in rows if row.state == "waiting"]
    waiting.sort(key=lambda row: (_ORDER.get(row.kind, 9), row.id))
    given = (_give(session, collector, row, secrets, now) for row in waiting[: standing.room])
    return Orders([one for one in given if one is not None], sorted(set(stop)))


def tell_progress(session: Session, run_id: int, progress: Progress) -> None:
    """Write down how far a run has come."""
    run = session.get(ScanRun, run_id)
    if run is None:
        return
    for name, count in asdict(progress).items():
        setattr(run, name, min(max(count, 0), 2**31 - 1))


def _give(
    session: Session,
    collector: Collector,
    row: CollectorErrand,
    secrets: SecretBox,
    now: datetime,
) -> Mapping[str, Any] | None:
    """Return an errand as it is handed out; None for one that can never be done, which ends."""
    try:
        work, credentials = _WORK[row.kind](session, row.payload, secrets)
    except _Hopeless as reason:
        _fail(session, collector, row, str(reason), now)
        return None
    row.attempt, row.delivered = row.attempt + 1, 0
    row.state, row.taken_at = "taken", now
    sealed = ""
    if credentials:
        entries = json.dumps([asdict(one) | {"version": one.version} for one in credentials])
        sealed = seal(entries, collector.public_key, purpose_of(row.id, row.attempt))
    return {
        "id": row.id,
        "attempt": row.attempt,
        "kind": row.kind,
        "work": work,
        "sealed": sealed,
    }


_Work = tuple[Mapping[str, Any], Sequence[Credential]]


def _sweep(session: Session, payload: Mapping[str, Any], secrets: SecretBox) -> _Work:
    run = session.get(ScanRun, payload["run_id"])
    row = session.get(ScanRange, run.range_id) if run is not None and run.range_id else None
    if run is None or row is None:
        raise _Hopeless("the range is gone")
    kept = _kept(session, row.credential_ids)
    credentials = _opened(kept, secrets)
    here = Standpoint(run.organisation_id, run.collector_id, row.port)
    fitted = fitted_at(session, here, kept, MOST_TOLD)
    if run.state == "queued":
        run.state = "running"
    addresses = row.addresses.replace(",", "\n")
    work = {"addresses": addresses, "port": row.port, "pace": row.pace, "fitted": fitted}
    return work, credentials


def _visit(session: Session, payload: Mapping[str, Any], secrets: SecretBox) -> _Work:
    probe = session.get(Probe, payload["probe_id"])
    if probe is None or probe.credential_id is None:
        raise _Hopeless("its credential is gone")
    credentials = _opened(_kept(session, [probe.credential_id]), secrets)
    return {"target": probe.target, "port": probe.port}, credentials


def _check(session: Session, payload: Mapping[str, Any], secrets: SecretBox) -> _Work:
    work = {name: payload[name] for name in ("kind", "address", "port")}
    if payload["kind"] != SNMP:
        return work, ()
    asked = payload["credential_ids"]
    try:
        ladder = open_ladder(session, asked, payload["address"], secrets, fitted=payload["fitted"])
    except SecretUnreadable as error:
        raise _Hopeless(str(error)) from error
    if not ladder:
        raise _Hopeless(NO_CREDENTIAL)
    return work | {"fitted": dict(ladder.fitted)}, ladder


_WORK = {SWEEP_ERRAND: _sweep, PROBE_ERRAND: _visit, CHECK_ERRAND: _check}


def _kept(session: Session, ids: Sequence[int]) -> list[SnmpCredential]:
    rows = (session.get(SnmpCredential, one) for one in ids)
    return [one for one in rows if one is not None]


def _opened(rows: Sequence[SnmpCredential], secrets: SecretBox) -> list[Credential]:
    try:
        opened = [open_credential(one, secrets) for one in rows]
    except SecretUnreadable as error:
        raise _Hopeless(str(error)) from error
    if not opened:
        raise _Hopeless(NO_CREDENTIAL)
    return opened


def _fail(
    session: Session, collector: Collector, row: CollectorErrand, reason: str, now: datetime
) -> None:
    """End what can never be done."""
    about: ScanRun | Probe | None = None
    if row.kind == SWEEP_ERRAND:
        about = session.get(ScanRun, row.payload["run_id"])
    elif row.kind == PROBE_ERRAND:
        about = session.get(Probe, row.payload["probe_id"])
    elif row.kind == CHECK_ERRAND:
        publish(session, CheckAnswered(dict(row.payload), collector.name, CannotAsk(reason), now))
    if about is not None and about.state in {"queued", "running"}:
        about.state, about.reason, about.finished_at = "failed", reason, now
    session.delete(row)
