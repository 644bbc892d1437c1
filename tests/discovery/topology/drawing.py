"""Small networks drawn by hand: devices with just the findings that a rule looks at."""

from collections.abc import Iterable, Mapping

from discovery.findings import (
    AddressFinding,
    BridgePortFinding,
    DeviceFindings,
    InterfaceFinding,
    LearntFinding,
    LocalChassis,
    NeighbourFinding,
    SystemFinding,
)
from discovery.topology.values import Device, Topology


def mac(number: int) -> str:
    """Return a MAC address by its number."""
    return f"00:1b:21:00:{number >> 8:02x}:{number & 255:02x}"


def device(
    key: str,
    *,
    own: int = 0,
    ports: Iterable[str] = (),
    seen: Iterable[NeighbourFinding] = (),
    learnt: Mapping[int, Iterable[int]] | None = None,
    vlan: int | None = None,
    addresses: Iterable[AddressFinding] = (),
    **more: object,
) -> Device:
    """Draw a device: its own MAC by number, port names, LLDP rows, and what it learnt by port."""
    interfaces = tuple(InterfaceFinding(n, name, type=6) for n, name in enumerate(ports, 1))
    rows = (learnt or {}).items()
    findings = DeviceFindings(
        address="192.0.2.1",
        port=161,
        credential="test",
        version="2c",
        system=SystemFinding(name=key, bridge_mac=mac(own) if own else ""),
        interfaces=interfaces,
        addresses=tuple(addresses),
        neighbours=tuple(seen),
        chassis=LocalChassis(mac(own), "mac") if own else LocalChassis(),
        bridge_ports=tuple(BridgePortFinding(one.index, one.index) for one in interfaces),
        learnt=tuple(LearntFinding(vlan, p, p, tuple(map(mac, macs))) for p, macs in rows),
        **more,  # type: ignore[arg-type]  # fields of the findings, by name
    )
    return Device(key, findings)


def lldp(local: int, chassis: int, port: str, kind: str = "interface_name") -> NeighbourFinding:
    """Draw an LLDP row: on our port, a chassis by the number of its MAC, its port."""
    return NeighbourFinding(
        protocol="lldp",
        local_port=local,
        chassis_id=mac(chassis),
        chassis_id_kind="mac",
        port_id=port,
        port_id_kind=kind,
    )


def cables(topology: Topology) -> set[str]:
    """Return the links of layer 2 in words, as ``a:port - b:port``."""
    return {
        f"{link.a.device}:{link.a.name or '?'} - {link.b.device}:{link.b.name or '?'}"
        for link in topology.links
        if link.layer == 2
    }
