"""Sections of an observation: interfaces, neighbours and components as rows, each with a digest."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cmdb.observation import Section
from discovery.findings import (
    AddressFinding,
    DeviceFindings,
    InterfaceFinding,
    NeighbourFinding,
    ProbeState,
)

#: Words for the ifTypes that matter (IANAifType); the agent uses the same words.
_TYPES = {
    **dict.fromkeys((6, 7, 26, 62, 69, 117), "ethernet"),
    **dict.fromkeys((71, 157, 188), "wireless"),
    24: "loopback",
    209: "bridge",
    161: "bond",
    **dict.fromkeys((135, 136), "vlan"),
    **dict.fromkeys((131, 150, 166), "tunnel"),
    **dict.fromkeys((23, 108), "ppp"),
    **dict.fromkeys((22, 33), "serial"),
    56: "fibre_channel",
    199: "infiniband",
    53: "virtual",
}
_VIRTUAL_TYPES = {"loopback", "bridge", "bond", "vlan", "tunnel", "virtual"}
_COMPONENT_KINDS = {"chassis", "stack", "module", "power_supply", "fan", "backplane", "cpu"}


def sections(findings: DeviceFindings) -> tuple[Section, ...]:
    """Return a section for each question that was answered as far as the device answers it.

    A section replaces what was known, so one whose reading was broken off is not sent: it would
    make ports vanish that are still there.
    """
    outcomes = {outcome.probe: outcome for outcome in findings.outcomes}
    whole = {
        name
        for name, outcome in outcomes.items()
        if outcome.state is not ProbeState.FAILED and not outcome.cut_short
    }
    if "vendor_tables" not in outcomes:  # most makes have none
        whole.add("vendor_tables")
    rows: dict[str, tuple[set[str], Sequence[Mapping[str, Any]]]] = {
        "interfaces": ({"interfaces", "addresses"}, interface_rows(findings)),
        "neighbours": ({"lldp", "cdp"}, _neighbours(findings.neighbours)),
        "components": ({"entities", "vendor_tables"}, component_rows(findings)),
        "spanning": ({"spanning"}, spanning_rows(findings)),
    }
    return tuple(
        Section(name, digest(content), content)
        for name, (probes, content) in rows.items()
        if probes <= whole
    )


def digest(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the SHA-256 of the rows as canonical JSON (sorted keys, no blanks, UTF-8).

    >>> digest([{"b": 1, "a": 2}]) == digest([{"a": 2, "b": 1}])
    True
    """
    canonical = json.dumps(rows, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def interface_rows(findings: DeviceFindings) -> list[dict[str, Any]]:
    """Return the interfaces by ifIndex, each with its addresses."""
    addresses: dict[int, list[AddressFinding]] = {}
    for address in findings.addresses:
        addresses.setdefault(address.interface_index, []).append(address)
    names = unique_names(findings.interfaces)
    return [
        _interface(one, names[one.index], addresses.get(one.index, ()))
        for one in findings.interfaces
    ]


def _interface(
    interface: InterfaceFinding, name: str, addresses: Iterable[AddressFinding]
) -> dict[str, Any]:
    kind = _TYPES.get(interface.type or 0, "other")
    return {
        "name": name,
        "description": interface.description,
        "alias": interface.alias,
        "mac": interface.mac,
        "type": kind,
        "mtu": interface.mtu,
        "speed_mbps": round(interface.speed_mbps) or None if interface.speed_mbps else None,
        "up": interface.up,
        "admin_up": interface.admin_up,
        "virtual": kind in _VIRTUAL_TYPES and not interface.connector_present,
        "index": interface.index,
        "addresses": [
            {"address": one.address, "prefix_length": one.prefix_length} for one in addresses
        ],
    }


def is_port(interface: InterfaceFinding) -> bool:
    """Whether the interface is a socket for a cable, as far as its type tells."""
    kind = _TYPES.get(interface.type or 0, "other")
    return kind in {"ethernet", "fibre_channel"} and interface.connector_present is not False


def unique_names(interfaces: Sequence[InterfaceFinding]) -> Mapping[int, str]:
    """Return a name per ifIndex: ifName, else ifDescr, else the index; twins carry their index.

    Names, not indexes, identify an interface: indexes may change at a reboot.
    """
    plain = {one.index: one.name or one.description or str(one.index) for one in interfaces}
    seen: dict[str, int] = {}
    for name in plain.values():
        seen[name] = seen.get(name, 0) + 1
    return {
        index: name if seen[name] == 1 else f"{name} ({index})" for index, name in plain.items()
    }


def _neighbours(rows: Iterable[NeighbourFinding]) -> list[dict[str, Any]]:
    """Sort the rows: the order of the table changes with the clock of the device."""
    return sorted(
        (_neighbour(row) for row in rows),
        key=lambda row: tuple(
            str(row[key]) for key in ("local_port", "protocol", "remote_chassis", "remote_port")
        ),
    )


def _neighbour(row: NeighbourFinding) -> dict[str, Any]:
    return {
        "local_port": row.local_name or str(row.local_port),
        "local_index": row.local_index,
        "local_rule": row.local_rule,
        "protocol": row.protocol,
        "remote_name": row.name,
        "remote_chassis": row.chassis_id,
        "remote_chassis_kind": row.chassis_id_kind,
        "remote_port": row.port_id,
        "remote_port_kind": row.port_id_kind,
        "remote_port_description": row.port_description,
        "remote_description": row.description,
        "remote_platform": row.platform,
        "remote_addresses": sorted(row.addresses),
        "remote_capabilities": list(row.capabilities),
    }


def component_rows(findings: DeviceFindings) -> list[dict[str, Any]]:
    """Return the parts that can be ordered or replaced: those with a serial number or a model."""
    return [
        {
            "name": one.name or one.description or f"{one.kind} {one.index}",
            "kind": one.kind,
            "index": one.index,
            "parent_index": one.parent,
            "position": one.position,
            "vendor": one.vendor,
            "model": one.model,
            "serial": one.serial,
            "description": one.description,
            "hardware_revision": one.hardware_revision,
            "firmware_revision": one.firmware_revision,
            "software_revision": one.software_revision,
        }
        for one in findings.entities
        if one.kind in _COMPONENT_KINDS and (one.serial or one.model)
    ]


def spanning_rows(findings: DeviceFindings) -> list[dict[str, Any]]:
    """Return the spanning trees the device takes part in, and whether it is the root of each."""
    trees = {
        (one.context, one.root, bool(one.bridge) and one.root == one.bridge, one.priority)
        for one in findings.spanning_trees
        if one.root
    }
    return [
        {"name": f"VLAN {vlan}" if vlan else "", "root": root, "is_root": is_root, "priority": rank}
        for vlan, root, is_root, rank in sorted(trees, key=str)
    ]
