"""Visiting a device: asked outside any transaction; what it says enters by the one door."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cmdb.inventory.outcomes import Author, Outcome, Recorded
from discovery.findings import DeviceFindings, ProbeState, Unreachable
from discovery.scan.blocking import scan_host
from discovery.settings import ScanSettings
from discovery.snmp.credentials import Credential
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import HopelessJob, JobContext
from server.foundation.secrets import SecretBox
from server.scanning.actions import open_credential
from server.scanning.fitting import Standpoint, remember_fit
from server.scanning.mapping import ask_topology
from server.scanning.models import Probe, SnmpCredential
from server.scanning.recording import record_device


@dataclass(frozen=True, slots=True)
class _Task:
    probe_id: int
    target: str
    port: int
    organisation_id: int
    asked_by_id: int | None
    credential: Credential


def run_probe(context: JobContext) -> Mapping[str, Any]:
    """Visit one device and record what it says. Payload: ``probe_id``."""
    task = _read(context)
    settings = ScanSettings(port=task.port)
    found = scan_host(task.target, [task.credential], settings, should_stop=context.cancelled)
    if isinstance(found, Unreachable):
        return _missed(context, task, found)
    return _record(context, task, found)


def _read(context: JobContext) -> _Task:
    with context.database.reading() as session:
        probe = session.get(Probe, context.payload["probe_id"])
        if probe is None or probe.credential_id is None:
            raise HopelessJob("the probe or its credential is gone")
        row = session.get_one(SnmpCredential, probe.credential_id)
        credential = open_credential(row, SecretBox(context.settings.key_file))
        return _Task(
            probe.id,
            probe.target,
            probe.port,
            probe.organisation_id,
            probe.asked_by_id,
            credential,
        )


def _missed(context: JobContext, task: _Task, missed: Unreachable) -> Mapping[str, Any]:
    with context.database.writing() as session:
        miss_probe(session.get_one(Probe, task.probe_id), missed.reason, utc_now())
    return {"reason": missed.reason}


def _record(context: JobContext, task: _Task, found: DeviceFindings) -> Mapping[str, Any]:
    now = utc_now()
    author = Author(task.asked_by_id, context.request_id)
    with context.database.writing() as session:
        recorded = record_device(session, found, task.organisation_id, author, now)
        probe = session.get_one(Probe, task.probe_id)
        close_probe(probe, found, recorded, now)
        remember_fit(session, Standpoint(task.organisation_id, None, task.port), found, now)
        ask_topology(session)
    return {"item_id": recorded.item_id, "outcome": recorded.outcome}


def miss_probe(probe: Probe, reason: str, now: datetime) -> None:
    """Write down that a device could not be visited."""
    probe.state, probe.reason, probe.finished_at = "unreachable", reason, now


def close_probe(probe: Probe, found: DeviceFindings, recorded: Recorded, now: datetime) -> None:
    """Write down what came of a visit."""
    probe.finished_at = now
    probe.item_id = recorded.item_id
    probe.outcome = recorded.outcome
    probe.state = "review" if recorded.outcome is Outcome.REVIEW else "found"
    if recorded.outcome is Outcome.REFUSED:
        probe.state, probe.reason = "failed", recorded.detail
    probe.detail = {
        "interfaces": len(found.interfaces),
        "neighbours": len(found.neighbours),
        "seconds": round(found.seconds, 2),
        "credential": found.credential,
        "problems": [
            {"probe": outcome.probe, "reason": outcome.reason}
            for outcome in found.outcomes
            if outcome.state is not ProbeState.DONE
        ],
    }
