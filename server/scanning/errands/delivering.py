"""Taking in what collectors found: each result once, whatever is sent twice.

Results of an attempt are numbered. Each is recorded in a transaction of its own together with its
number, so that a delivery that was cut off half-way goes on where it stopped when it comes again,
and one whose acknowledgement was lost changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.errors import CadastreError
from cmdb.inventory.outcomes import Author
from discovery.collector.deliveries import RUNNING, CannotAsk, Head, Result
from discovery.findings import DeviceFindings, Unreachable
from server.foundation.database import Database
from server.foundation.events import publish
from server.scanning.actions import PROBE_ERRAND
from server.scanning.collectors.asking import CHECK_ERRAND
from server.scanning.collectors.enrolling import collector_with_key
from server.scanning.collectors.models import Collector, CollectorErrand
from server.scanning.errands.events import CheckAnswered
from server.scanning.errands.handing import tell_progress
from server.scanning.fitting import Standpoint, remember_fit
from server.scanning.jobs import close_probe, miss_probe
from server.scanning.mapping import ask_topology
from server.scanning.models import Probe, ScanOutcome, ScanRange, ScanRun
from server.scanning.outcomes import outcome_of, refused_outcome
from server.scanning.ranges import SWEEP_ERRAND
from server.scanning.recording import record_device

#: What a collector's clock says is believed so far back.
_OLDEST = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A delivery as it came, with the key that it came with."""

    key: str
    head: Head
    results: list[Result]
    now: datetime
    request_id: str


def take_delivery(database: Database, came: Delivered) -> int:
    """Take a delivery; returns how many of its results were new.

    Raises ``SignInRefused`` for a key that nobody holds. What is not waited for (any more) is
    acknowledged, so that the collector can forget it.
    """
    new = 0
    for number, result in enumerate(came.results, came.head.first):
        try:
            new += _alone(database, came, number, _taking(result, came))
        except CadastreError as error:
            new += _alone(database, came, number, _refusing(result, str(error), came))
    if came.head.state != RUNNING or not came.results:
        _alone(database, came, None, _ending(came))
    return new


_Act = Callable[[Session, Collector, CollectorErrand], None]


def _alone(database: Database, came: Delivered, number: int | None, act: _Act) -> bool:
    """Do one thing in a transaction of its own, unless it was done; says whether it was."""
    with database.writing() as session:
        session.info["request_id"] = came.request_id
        collector = collector_with_key(session, came.key)
        errand = session.scalar(
            select(CollectorErrand)
            .where(
                CollectorErrand.id == came.head.errand,
                CollectorErrand.collector_id == collector.id,
                CollectorErrand.attempt == came.head.attempt,
            )
            .with_for_update()
        )
        if errand is None or (number is not None and number <= errand.delivered):
            return False
        act(session, collector, errand)
        if number is not None:
            errand.delivered = number
        return True


def _taking(result: Result, came: Delivered) -> _Act:
    def take(session: Session, collector: Collector, errand: CollectorErrand) -> None:
        said, at = result.said, _moment(result.at, came.now)
        if errand.kind == SWEEP_ERRAND and isinstance(said, DeviceFindings | Unreachable):
            _into_run(session, errand, said, came, at)
        elif errand.kind == PROBE_ERRAND and isinstance(said, DeviceFindings | Unreachable):
            _into_probe(session, errand, said, came, at)
        elif errand.kind == CHECK_ERRAND and not isinstance(said, DeviceFindings | Unreachable):
            publish(session, CheckAnswered(dict(errand.payload), collector.name, said, at))

    return take


def _moment(seconds: float, now: datetime) -> datetime:
    """Return when it was, by a clock that may be wrong: never to come, and not long ago."""
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return now
    return at if now - _OLDEST <= at <= now else now


def _into_run(
    session: Session,
    errand: CollectorErrand,
    said: DeviceFindings | Unreachable,
    came: Delivered,
    at: datetime,
) -> None:
    run = session.get(ScanRun, errand.payload["run_id"])
    if run is None:
        return
    author = Author(run.asked_by_id, came.request_id)
    place = (run.id, run.organisation_id)
    outcome = outcome_of(session, place, said, author, came.now, at)
    _put(session, outcome)
    row = session.get(ScanRange, run.range_id) if run.range_id else None
    if row is not None:
        here = Standpoint(run.organisation_id, run.collector_id, row.port)
        remember_fit(session, here, said, came.now)


def _put(session: Session, outcome: ScanOutcome) -> None:
    """Keep an outcome; an earlier attempt may have left one of the same address."""
    same = (ScanOutcome.run_id == outcome.run_id) & (ScanOutcome.address == outcome.address)
    session.execute(delete(ScanOutcome).where(same))
    session.add(outcome)


def _into_probe(
    session: Session,
    errand: CollectorErrand,
    said: DeviceFindings | Unreachable,
    came: Delivered,
    at: datetime,
) -> None:
    probe = session.get(Probe, errand.payload["probe_id"])
    if probe is None:
        return
    if isinstance(said, Unreachable):
        miss_probe(probe, said.reason, came.now)
        return
    author = Author(probe.asked_by_id, came.request_id)
    recorded = record_device(session, said, probe.organisation_id, author, came.now, at)
    close_probe(probe, said, recorded, came.now)
    here = Standpoint(probe.organisation_id, probe.collector_id, probe.port)
    remember_fit(session, here, said, came.now)
    ask_topology(session)


def _refusing(result: Result, reason: str, came: Delivered) -> _Act:
    """Return what is done with a device that the register refuses: an outcome, not the end."""

    def refuse(session: Session, _: Collector, errand: CollectorErrand) -> None:
        said = result.said
        if errand.kind == PROBE_ERRAND:
            probe = session.get(Probe, errand.payload["probe_id"])
            if probe is not None:
                probe.state, probe.reason, probe.finished_at = "failed", reason, came.now
        elif errand.kind == SWEEP_ERRAND and isinstance(said, DeviceFindings | Unreachable):
            _put(session, refused_outcome(errand.payload["run_id"], said, reason, came.now))

    return refuse


def _ending(came: Delivered) -> _Act:
    """Return what is done last: progress is told, and what is over ends."""
    head, now = came.head, came.now

    def end(session: Session, collector: Collector, errand: CollectorErrand) -> None:
        if errand.kind == SWEEP_ERRAND:
            _end_run(session, errand, head, now)
        elif errand.kind == PROBE_ERRAND:
            probe = session.get(Probe, errand.payload["probe_id"])
            if probe is not None and probe.state == "queued" and head.state != RUNNING:
                probe.state, probe.finished_at = "failed", now
                probe.reason = head.reason or "the collector stopped"
        elif head.state == "failed":
            answer = CannotAsk(head.reason)
            publish(session, CheckAnswered(dict(errand.payload), collector.name, answer, now))
        if head.state != RUNNING:
            session.delete(errand)

    return end


def _end_run(session: Session, errand: CollectorErrand, head: Head, now: datetime) -> None:
    run_id = errand.payload["run_id"]
    if head.progress is not None:
        tell_progress(session, run_id, head.progress)
    run = session.get(ScanRun, run_id)
    if run is None or head.state == RUNNING:
        return
    if run.state in {"queued", "running"}:
        run.state, run.reason, run.finished_at = head.state, head.reason, now
    ask_topology(session)
