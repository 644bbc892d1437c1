"""Findings as an observation, the only shape in which anything enters the register."""

from datetime import datetime
from ipaddress import ip_address
from typing import Any

from cmdb.observation import Observation, Origin
from cmdb.vocabulary import (
    ACCESS_POINT,
    FIREWALL,
    NETWORK_DEVICE,
    ROUTER,
    SNMP,
    SWITCH,
    ClassCode,
)
from discovery.assembly.chassis import chassis_of
from discovery.assembly.identifiers import host_name_of, identifiers, origin_key
from discovery.assembly.identity import DeviceIdentity, identify
from discovery.assembly.sections import is_port, sections
from discovery.findings import DeviceFindings, ProbeState
from discovery.knowledge.rules import Knowledge, load_knowledge

_NETWORK_CLASSES = {
    *(NETWORK_DEVICE, ROUTER, SWITCH, FIREWALL, ACCESS_POINT),
    *map(ClassCode, ("wireless_controller", "load_balancer")),
}
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
    host_name = host_name_of(system.name)
    chassis = chassis_of(findings.entities)
    said = {
        "name": system.name or findings.address,
        "fqdn": host_name if "." in host_name else "",
        "management_address": _only_address(findings),
        "vendor": identity.vendor,
        "model": identity.model,
        "serial": identity.serial,
        "hardware_revision": chassis.hardware_revision if chassis else "",
        "os_name": identity.os_name,
        "os_version": identity.os_version,
        "sys_name": system.name,
        "sys_descr": system.description,
        "sys_object_id": system.object_id,
        "sys_location": system.location,
        "sys_contact": system.contact,
        "engine_id": system.engine_id,
    }
    if identity.class_code in _NETWORK_CLASSES:
        said |= _network_values(findings)
    return {name: value for name, value in said.items() if value}


def _network_values(findings: DeviceFindings) -> dict[str, Any]:
    members = [one for one in findings.entities if one.kind == "chassis"]
    ports = [one for one in findings.interfaces if is_port(one)]
    return {
        "chassis_id": findings.chassis.chassis_id,
        "base_mac": findings.system.bridge_mac,
        "port_count": len(ports),
        "stack_members": len(members) if len(members) > 1 else 0,
    }


def _only_address(findings: DeviceFindings) -> str:
    """Return the address where to manage the device, if there is no doubt.

    Of several addresses the one that was asked is chance, and would change from visit to visit.
    """
    own = {one.address for one in findings.addresses if _is_reachable(one.address)}
    return findings.address if own <= {findings.address} else ""


def _is_reachable(address: str) -> bool:
    parsed = ip_address(address)
    return not (parsed.is_loopback or parsed.is_link_local or parsed.is_multicast)


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
