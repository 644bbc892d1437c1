"""Everything one visit to a device brought."""

from dataclasses import dataclass, field

from discovery.findings.device import (
    AddressFinding,
    EntityFinding,
    InterfaceFinding,
    LocalChassis,
    NeighbourFinding,
    SystemFinding,
)
from discovery.findings.equipment import (
    AccessPointFinding,
    BatteryFinding,
    EntityPortFinding,
    PoeFinding,
    SensorFinding,
    StationFinding,
    SupplyFinding,
    TransceiverFinding,
)
from discovery.findings.layers import (
    AdjacencyFinding,
    BridgePortFinding,
    LearntFinding,
    LocalPortFinding,
    NearbyFinding,
    RouteFinding,
    SpanningPortFinding,
    SpanningTreeFinding,
    StackFinding,
    StandbyFinding,
    VlanFinding,
    VlanPortFinding,
)
from discovery.findings.outcomes import ProbeOutcome, ProbeState


@dataclass(frozen=True, slots=True)
class DeviceFindings:
    """Everything one visit to a device brought.

    ``credential`` is the name of the credential that worked, never its secret. ``particulars`` maps
    the OIDs that the knowledge tables ask of this make to the text answered. ``cdp_id`` is what the
    device calls itself to its neighbours by CDP, ``system_id`` by IS-IS.
    """

    address: str
    port: int
    credential: str
    version: str
    system: SystemFinding = field(default_factory=SystemFinding)
    interfaces: tuple[InterfaceFinding, ...] = ()
    addresses: tuple[AddressFinding, ...] = ()
    entities: tuple[EntityFinding, ...] = ()
    neighbours: tuple[NeighbourFinding, ...] = ()
    chassis: LocalChassis = field(default_factory=LocalChassis)
    cdp_id: str = ""
    local_ports: tuple[LocalPortFinding, ...] = ()
    bridge_ports: tuple[BridgePortFinding, ...] = ()
    spanning_trees: tuple[SpanningTreeFinding, ...] = ()
    spanning_ports: tuple[SpanningPortFinding, ...] = ()
    learnt: tuple[LearntFinding, ...] = ()
    vlans: tuple[VlanFinding, ...] = ()
    vlan_ports: tuple[VlanPortFinding, ...] = ()
    stack: tuple[StackFinding, ...] = ()
    nearby: tuple[NearbyFinding, ...] = ()
    routes: tuple[RouteFinding, ...] = ()
    system_id: str = ""
    adjacencies: tuple[AdjacencyFinding, ...] = ()
    standbys: tuple[StandbyFinding, ...] = ()
    supplies: tuple[SupplyFinding, ...] = ()
    batteries: tuple[BatteryFinding, ...] = ()
    poe: tuple[PoeFinding, ...] = ()
    entity_ports: tuple[EntityPortFinding, ...] = ()
    sensors: tuple[SensorFinding, ...] = ()
    transceivers: tuple[TransceiverFinding, ...] = ()
    access_points: tuple[AccessPointFinding, ...] = ()
    stations: tuple[StationFinding, ...] = ()
    particulars: dict[str, str] = field(default_factory=dict)
    outcomes: tuple[ProbeOutcome, ...] = ()
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether every probe that was asked came to its end."""
        return all(outcome.state is ProbeState.DONE for outcome in self.outcomes)
