"""Rows into statements: this port of mine leads to that port of theirs; the rest are half-links."""

from collections.abc import Iterator, Mapping

from discovery.findings import NeighbourFinding, SpanningPortFinding
from discovery.topology.identities import Identities
from discovery.topology.local_ports import with_local_ports
from discovery.topology.ports import Ports
from discovery.topology.values import Device, HalfLink, Port, Statement

_CARRYING = {"blocking", "listening", "learning", "forwarding", ""}


def neighbour_statements(
    device: Device, ports: Mapping[str, Ports], identities: Identities
) -> Iterator[Statement | HalfLink]:
    """Yield a statement for each row of LLDP and CDP whose neighbour is known, else a half-link."""
    findings = device.findings
    for row in with_local_ports(findings.neighbours, findings.interfaces):
        local = _local(row, ports[device.key])
        target, reason = identities.neighbour(row)
        if target == device.key:
            yield _half(row, local, "the device lists itself as its neighbour", target)
        elif target:
            remote = ports[target].find(row.port_id_kind, row.port_id, row.port_description)
            yield Statement(row.protocol, local, target, remote)
        else:
            yield _half(row, local, reason)


def _local(row: NeighbourFinding, ports: Ports) -> Port:
    if row.local_index is not None:
        return ports.port(row.local_index)
    if not row.local_port:  # a number that is no port: the other end may tell
        return Port(ports.key)
    if not ports.interfaces:
        return ports.port(row.local_port)
    name = row.local_name or row.local_port_description or row.local_port_id
    return Port(ports.key, None, name or str(row.local_port))


def _half(row: NeighbourFinding, local: Port, reason: str, target: str = "") -> HalfLink:
    return HalfLink(
        local=local,
        protocol=row.protocol,
        reason=reason,
        remote_name=row.name,
        remote_chassis=row.chassis_id,
        remote_port=row.port_id,
        remote_description=row.platform or row.description,
        remote_addresses=row.addresses,
        remote_key=target,
    )


def spanning_statements(
    device: Device, ports: Mapping[str, Ports], identities: Identities
) -> Iterator[Statement | HalfLink]:
    """Yield a statement for each port whose segment another bridge speaks for.

    Bridges swallow the messages of the spanning tree, so the designated bridge is on the very
    segment: nothing that takes part in the tree is between.
    """
    own = ports[device.key]
    mine = {one.bridge for one in device.findings.spanning_trees} | {
        device.findings.system.bridge_mac
    }
    for row in device.findings.spanning_ports:
        told = row.designated_bridge
        if not told or told in mine or row.state not in _CARRYING:
            continue
        target = identities.owner("mac", told)
        local = own.bridge_port(row.port)
        if target == device.key or (local.index is None and own.interfaces):
            continue  # its own other instance; a port that is not on the outside
        if target:
            yield Statement("stp", local, target, _designated(row, ports[target]))
        else:
            yield HalfLink(
                local, "stp", "no known device is the designated bridge", remote_chassis=told
            )


def _designated(row: SpanningPortFinding, ports: Ports) -> Port:
    if row.designated_port is None:
        return Port(ports.key)
    found = ports.bridge_port(row.designated_port)
    return found if found.index is not None else Port(ports.key)
