"""Sweeping a range by job: devices enter the register as they answer, progress is told live."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import CadastreError
from cmdb.inventory.outcomes import Author
from discovery.findings import DeviceFindings, ScanProgress, Unreachable
from discovery.scan.blocking import scan_range
from discovery.settings import ScanSettings
from discovery.snmp.credentials import Ladder
from discovery.targets.ranges import Targets
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import HopelessJob, JobContext, JobStopped
from server.foundation.secrets import SecretBox
from server.scanning.actions import open_credential
from server.scanning.collectors.asking import ask_errand, usable
from server.scanning.fitting import Standpoint, fitted_at, remember_fit
from server.scanning.mapping import ask_topology
from server.scanning.models import ScanRange, ScanRun, SnmpCredential
from server.scanning.outcomes import outcome_of, refused_outcome
from server.scanning.ranges import SWEEP_ERRAND, is_under_way, new_run, targets_of

_TOLD_EVERY_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Task:
    run_id: int
    organisation_id: int
    asked_by_id: int | None
    targets: Targets
    credentials: Ladder
    settings: ScanSettings

    @property
    def here(self) -> Standpoint:
        """From where it is asked."""
        return Standpoint(self.organisation_id, None, self.settings.port)


def run_sweep_of_range(context: JobContext) -> Mapping[str, Any]:
    """Sweep a range. Payload: ``run_id`` of a run that was asked for, or ``range_id``.

    A range of a collector becomes an errand; while its last run is not over, nothing is added.
    """
    handed = _hand_over(context)
    if handed is not None:
        return handed
    task = _begin(context)
    found = unread = 0
    with _Watch(context, task.run_id) as watch:
        results = scan_range(
            task.targets,
            task.credentials,
            task.settings,
            on_progress=watch.tell,
            should_stop=context.cancelled,
        )
        try:
            for result in results:
                _take(context, task, result)
                found += isinstance(result, DeviceFindings)
                unread += isinstance(result, Unreachable)
        except BaseException as error:
            _end(context, task, "failed", str(error))
            raise
        finally:
            results.close()
    stopped = context.cancelled()
    _end(context, task, "stopped" if stopped else "done")
    if stopped:
        raise JobStopped("the sweep was stopped")
    return {"run": task.run_id, "found": found, "unread": unread}


def _hand_over(context: JobContext) -> Mapping[str, Any] | None:
    """Give a scheduled sweep to the range's collector; None for a range of this server."""
    with context.database.writing() as session:
        row = session.get(ScanRange, context.payload.get("range_id", 0))
        if row is None or row.collector_id is None or "run_id" in context.payload:
            return None
        if is_under_way(session, row):
            return {"skipped": "its collector has not finished the last sweep"}
        now = utc_now()
        run = new_run(row, now)
        session.add(run)
        session.flush()  # the errand names it
        if not usable(session, row.collector_id, row.organisation_id):
            run.state, run.reason, run.finished_at = "failed", "the collector was revoked", now
        else:
            ask_errand(session, row.collector_id, SWEEP_ERRAND, {"run_id": run.id}, now)
        return {"run": run.id, "collector": row.collector_id}


def _begin(context: JobContext) -> _Task:
    with context.database.writing() as session:
        run = _run(context, session)
        row = session.get(ScanRange, run.range_id) if run.range_id else None
        if row is None:
            run.state, run.reason, run.finished_at = "failed", "the range is gone", utc_now()
        run.state = "running" if row is not None else "failed"
        run.job_id = context.job_id or run.job_id
        if row is None:
            return _Task(run.id, 0, None, Targets(()), Ladder(()), ScanSettings())
        credentials = _ladder(context, session, row)
        if not credentials:
            run.state, run.reason, run.finished_at = "failed", "it has no credential", utc_now()
        settings = ScanSettings(port=row.port, pace=row.pace)
        task = _Task(
            run.id,
            run.organisation_id,
            run.asked_by_id,
            targets_of(row.addresses),
            credentials,
            settings,
        )
    if not task.credentials:
        raise HopelessJob("the range has no credential any more")
    return task


def _run(context: JobContext, session: Any) -> ScanRun:
    run_id = context.payload.get("run_id")
    if run_id is not None:
        run = session.get(ScanRun, run_id)
        if run is None or run.state not in {"queued", "running"}:
            raise HopelessJob("the run is gone or has ended")
        return run  # type: ignore[no-any-return]  # session.get of that class
    row = session.get(ScanRange, context.payload["range_id"])
    if row is None:
        raise HopelessJob("the range is gone")
    under_way = session.scalar(
        select(ScanRun).where(
            ScanRun.range_id == row.id, ScanRun.state == "running", ScanRun.job_id == context.job_id
        )
    )
    if under_way is not None:  # this job was here before and was cut off
        return under_way  # type: ignore[no-any-return]  # scalar of that class
    run = new_run(row, utc_now())
    session.add(run)
    session.flush()
    return run


def _ladder(context: JobContext, session: Session, row: ScanRange) -> Ladder:
    """Return the credentials of a range, with what fitted each address before."""
    secrets = SecretBox(context.settings.key_file)
    found = (session.get(SnmpCredential, one) for one in row.credential_ids)
    rows = [one for one in found if one is not None]
    here = Standpoint(row.organisation_id, None, row.port)
    fitted = fitted_at(session, here, rows)
    return Ladder(tuple(open_credential(one, secrets) for one in rows), fitted)


def _take(context: JobContext, task: _Task, result: DeviceFindings | Unreachable) -> None:
    """Record one result; a device that the register refuses is an outcome, not the end."""
    now = utc_now()
    author = Author(task.asked_by_id, context.request_id)
    place = (task.run_id, task.organisation_id)
    try:
        with context.database.writing() as session:
            session.add(outcome_of(session, place, result, author, now))
            remember_fit(session, task.here, result, now)
    except CadastreError as error:
        with context.database.writing() as session:
            session.add(refused_outcome(task.run_id, result, str(error), now))


def _end(context: JobContext, task: _Task, state: str, reason: str = "") -> None:
    with context.database.writing() as session:
        run = session.get_one(ScanRun, task.run_id)
        run.state, run.reason, run.finished_at = state, reason, utc_now()
        ask_topology(session)


class _Watch:
    """Writes how far the sweep has come, every two seconds, from a thread of its own."""

    def __init__(self, context: JobContext, run_id: int) -> None:
        self._context = context
        self._run_id = run_id
        self._last: ScanProgress | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write_on, name="scan-progress", daemon=True)

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._write()

    def tell(self, progress: ScanProgress) -> None:
        """Take the newest progress; called from the scan's thread."""
        self._last = progress

    def _write_on(self) -> None:
        while not self._over.wait(_TOLD_EVERY_SECONDS):
            self._write()

    def _write(self) -> None:
        last = self._last
        if last is None:
            return
        with self._context.database.writing() as session:
            run = session.get_one(ScanRun, self._run_id)
            run.total, run.asked = last.total, last.asked
            run.answered, run.read = last.answered, last.read
