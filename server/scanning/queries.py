"""Credentials (never their secrets), visits, ranges and runs, as far as an actor may see them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.foundation.paging import Page, PageRequest
from server.foundation.permissions import Actor
from server.scanning.models import Probe, ScanOutcome, ScanRange, ScanRun, SnmpCredential
from server.scanning.sight import get_seen, newest_first, seen


def list_credentials(session: Session, actor: Actor) -> list[SnmpCredential]:
    """Return the credentials by name."""
    query = seen(actor, SnmpCredential)
    return list(session.scalars(query.order_by(SnmpCredential.name_key, SnmpCredential.id)))


def get_credential(session: Session, actor: Actor, credential_id: int) -> SnmpCredential:
    """Return one credential. Raises ``NotFound``."""
    return get_seen(session, actor, SnmpCredential, credential_id, "credential")


def list_probes(session: Session, actor: Actor, request: PageRequest) -> Page[Probe]:
    """Return one page of probes, newest first."""
    return newest_first(session, seen(actor, Probe), Probe, request)


def get_probe(session: Session, actor: Actor, probe_id: int) -> Probe:
    """Return one probe. Raises ``NotFound``."""
    return get_seen(session, actor, Probe, probe_id, "probe")


def list_ranges(session: Session, actor: Actor) -> list[ScanRange]:
    """Return the ranges by name."""
    query = seen(actor, ScanRange)
    return list(session.scalars(query.order_by(ScanRange.name_key, ScanRange.id)))


def get_range(session: Session, actor: Actor, range_id: int) -> ScanRange:
    """Return one range. Raises ``NotFound``."""
    return get_seen(session, actor, ScanRange, range_id, "range")


def list_runs(session: Session, actor: Actor, request: PageRequest) -> Page[ScanRun]:
    """Return one page of runs, newest first."""
    return newest_first(session, seen(actor, ScanRun), ScanRun, request)


def get_run(session: Session, actor: Actor, run_id: int) -> ScanRun:
    """Return one run. Raises ``NotFound``."""
    return get_seen(session, actor, ScanRun, run_id, "run")


def list_outcomes(
    session: Session, actor: Actor, run_id: int, request: PageRequest
) -> Page[ScanOutcome]:
    """Return one page of what came of a run's devices, newest first. Raises ``NotFound``."""
    run = get_run(session, actor, run_id)
    query = select(ScanOutcome).where(ScanOutcome.run_id == run.id)
    return newest_first(session, query, ScanOutcome, request)
