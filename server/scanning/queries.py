"""Credentials (never their secrets) and probes, as far as an actor may see them."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.scanning.models import Probe, ScanOutcome, ScanRange, ScanRun, SnmpCredential


def _seen_credentials(actor: Actor) -> ColumnElement[bool]:
    columns = ScopeColumns(SnmpCredential.organisation_id)
    return visible(actor, Permission.DISCOVERY_READ, columns)


def list_credentials(session: Session, actor: Actor) -> list[SnmpCredential]:
    """Return the credentials by name."""
    actor.require(Permission.DISCOVERY_READ)
    query = select(SnmpCredential).where(_seen_credentials(actor))
    return list(session.scalars(query.order_by(SnmpCredential.name_key, SnmpCredential.id)))


def get_credential(session: Session, actor: Actor, credential_id: int) -> SnmpCredential:
    """Return one credential. Raises ``NotFound``."""
    actor.require(Permission.DISCOVERY_READ)
    row = session.scalar(
        select(SnmpCredential).where(SnmpCredential.id == credential_id, _seen_credentials(actor))
    )
    if row is None:
        raise NotFound("credential", credential_id)
    return row


def _seen_probes(actor: Actor) -> ColumnElement[bool]:
    return visible(actor, Permission.DISCOVERY_READ, ScopeColumns(Probe.organisation_id))


def list_probes(session: Session, actor: Actor, request: PageRequest) -> Page[Probe]:
    """Return one page of probes, newest first."""
    actor.require(Permission.DISCOVERY_READ)
    query = select(Probe).where(_seen_probes(actor))
    newest = PageRequest("-id", request.cursor, request.limit)
    return fetch_page(session, query, newest, {"id": SortKey(Probe.id, int)}, Probe.id)


def get_probe(session: Session, actor: Actor, probe_id: int) -> Probe:
    """Return one probe. Raises ``NotFound``."""
    actor.require(Permission.DISCOVERY_READ)
    row = session.scalar(select(Probe).where(Probe.id == probe_id, _seen_probes(actor)))
    if row is None:
        raise NotFound("probe", probe_id)
    return row


def _seen_ranges(actor: Actor) -> ColumnElement[bool]:
    return visible(actor, Permission.DISCOVERY_READ, ScopeColumns(ScanRange.organisation_id))


def list_ranges(session: Session, actor: Actor) -> list[ScanRange]:
    """Return the ranges by name."""
    actor.require(Permission.DISCOVERY_READ)
    query = select(ScanRange).where(_seen_ranges(actor))
    return list(session.scalars(query.order_by(ScanRange.name_key, ScanRange.id)))


def get_range(session: Session, actor: Actor, range_id: int) -> ScanRange:
    """Return one range. Raises ``NotFound``."""
    actor.require(Permission.DISCOVERY_READ)
    row = session.scalar(select(ScanRange).where(ScanRange.id == range_id, _seen_ranges(actor)))
    if row is None:
        raise NotFound("range", range_id)
    return row


def _seen_runs(actor: Actor) -> ColumnElement[bool]:
    return visible(actor, Permission.DISCOVERY_READ, ScopeColumns(ScanRun.organisation_id))


def list_runs(session: Session, actor: Actor, request: PageRequest) -> Page[ScanRun]:
    """Return one page of runs, newest first."""
    actor.require(Permission.DISCOVERY_READ)
    query = select(ScanRun).where(_seen_runs(actor))
    newest = PageRequest("-id", request.cursor, request.limit)
    return fetch_page(session, query, newest, {"id": SortKey(ScanRun.id, int)}, ScanRun.id)


def get_run(session: Session, actor: Actor, run_id: int) -> ScanRun:
    """Return one run. Raises ``NotFound``."""
    actor.require(Permission.DISCOVERY_READ)
    row = session.scalar(select(ScanRun).where(ScanRun.id == run_id, _seen_runs(actor)))
    if row is None:
        raise NotFound("run", run_id)
    return row


def list_outcomes(
    session: Session, actor: Actor, run_id: int, request: PageRequest
) -> Page[ScanOutcome]:
    """Return one page of what came of a run's devices, newest first. Raises ``NotFound``."""
    run = get_run(session, actor, run_id)
    query = select(ScanOutcome).where(ScanOutcome.run_id == run.id)
    newest = PageRequest("-id", request.cursor, request.limit)
    return fetch_page(session, query, newest, {"id": SortKey(ScanOutcome.id, int)}, ScanOutcome.id)
