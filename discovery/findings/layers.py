"""What a device knows of the network around it: bridging, VLANs, spanning tree, routes.

A port is named as the tables name it: ``bridge_port`` is dot1dBasePort and ``interface_index`` the
ifIndex where the device says which belongs to it. ``context`` is the VLAN in whose own view of the
bridge a row was read (Cisco: ``community@vlan``, SNMPv3 context ``vlan-N``), else empty.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LocalPortFinding:
    """How the device calls one of its ports to its neighbours (lldpLocPortTable)."""

    number: int
    id: str = ""
    id_kind: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class BridgePortFinding:
    """A port of the bridge and its interface (dot1dBasePortTable)."""

    port: int
    interface_index: int | None = None


@dataclass(frozen=True, slots=True)
class SpanningTreeFinding:
    """The spanning tree as the device sees it; ``root`` and ``bridge`` are MAC addresses.

    ``root_port`` is a bridge port, 0 on the root itself.
    """

    context: str = ""
    protocol: str = ""
    priority: int | None = None
    bridge: str = ""
    root: str = ""
    root_cost: int | None = None
    root_port: int | None = None


@dataclass(frozen=True, slots=True)
class SpanningPortFinding:
    """One port in the spanning tree, and the bridge that speaks for its segment.

    ``designated_port`` is the number of that bridge's port, without the priority in its high bits.
    """

    port: int
    state: str = ""
    root: str = ""
    designated_bridge: str = ""
    designated_port: int | None = None
    cost: int | None = None
    context: str = ""


@dataclass(frozen=True, slots=True)
class LearntFinding:
    """MAC addresses that the bridge learnt on one port, or its own (``own``), sorted.

    ``vlan`` is None where the table does not tell (BRIDGE-MIB; a filtering database that several
    VLANs share). ``bridge_port`` is 0 where only the interface is known.
    """

    vlan: int | None
    bridge_port: int
    interface_index: int | None
    macs: tuple[str, ...]
    own: bool = False


@dataclass(frozen=True, slots=True)
class VlanFinding:
    """A VLAN that exists on the device."""

    id: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class VlanPortFinding:
    """A port takes part in a VLAN; ``untagged`` frames carry no tag there."""

    vlan: int
    bridge_port: int
    interface_index: int | None
    untagged: bool


@dataclass(frozen=True, slots=True)
class StackFinding:
    """The interface ``upper`` runs on top of ``lower``; ``bundle`` says it is a member of a LAG."""

    upper: int
    lower: int
    bundle: bool = False


@dataclass(frozen=True, slots=True)
class NearbyFinding:
    """A station that the device reaches directly (ARP, IPv6 neighbour discovery)."""

    interface_index: int
    address: str
    mac: str


@dataclass(frozen=True, slots=True)
class RouteFinding:
    """A route; ``next_hop`` is empty for what is attached directly."""

    destination: str
    next_hop: str = ""
    interface_index: int | None = None
    protocol: str = ""


@dataclass(frozen=True, slots=True)
class AdjacencyFinding:
    """A routing protocol's neighbour: OSPF by address and router id, IS-IS by system id and MAC."""

    protocol: str
    interface_index: int | None = None
    neighbour: str = ""
    address: str = ""
    mac: str = ""
    up: bool = True


@dataclass(frozen=True, slots=True)
class StandbyFinding:
    """An address that several routers share (HSRP, VRRP), and whether this one holds it now."""

    protocol: str
    interface_index: int
    group: int
    address: str = ""
    mac: str = ""
    active: bool = False
