"""Findings as an observation, the only shape in which anything enters the register."""

from datetime import datetime
from typing import Any

from cmdb.observation import Observation, Origin
from cmdb.vocabulary import SNMP
from discovery.assembly.identifiers import identifiers, origin_key
from discovery.assembly.identity import DeviceIdentity, identify
from discovery.assembly.sections import sections
from discovery.findings import DeviceFindings, ProbeState
from discovery.knowledge.rules import Knowledge, load_knowledge

#: A device that answered all questions is believed; one that was cut short a little less.
_COMPLETE, _CUT_SHORT = 0.9, 0.7


def assemble(
    findings: DeviceFindings,
    organisation_id: int,
    observed_at: datetime,
    knowledge: Knowledge | None = None,
) -> Observation:
    """Make an observation of one visit; ``observed_at`` is aware UTC.

    ``knowledge`` defaults to the shipped tables. Values hold what the device says of itself; what
    it does not say is left out, so that a probe that failed takes nothing back.
    """
    identity = identify(findings, knowledge if knowledge is not None else load_knowledge())
    return Observation(
        origin=Origin(
            source=SNMP,
            key=origin_key(findings, identity),
            confidence=_COMPLETE if findings.complete else _CUT_SHORT,
        ),
        class_code=identity.class_code,
        organisation_id=organisation_id,
        observed_at=observed_at,
        identifiers=identifiers(findings, identity),
        values=_values(findings, identity),
        sections=sections(findings),
        readings=_readings(findings),
    )


def _values(findings: DeviceFindings, identity: DeviceIdentity) -> dict[str, Any]:
    system = findings.system
    said = {
        "name": system.name or findings.address,
        "vendor": identity.vendor,
        "model": identity.model,
        "serial": identity.serial,
        "os_name": identity.os_name,
        "os_version": identity.os_version,
        "sys_descr": system.description,
        "sys_object_id": system.object_id,
        "sys_location": system.location,
        "sys_contact": system.contact,
    }
    return {name: value for name, value in said.items() if value}


def _readings(findings: DeviceFindings) -> dict[str, Any]:
    """Return what changes at every visit and makes no history."""
    readings: dict[str, Any] = {
        "address": findings.address,
        "seconds": round(findings.seconds, 1),
        "problems": [
            {"probe": outcome.probe, "reason": outcome.reason}
            for outcome in findings.outcomes
            if outcome.state is not ProbeState.DONE
        ],
    }
    if findings.system.uptime_seconds is not None:
        readings["sys_uptime"] = int(findings.system.uptime_seconds)
    return readings
