"""What the probes found: plain, frozen values that know neither SNMP nor the register.

Empty text means "the device does not say"; None stands for an unknown number or state. Text has
been cleaned on arrival: no control characters, no outer blanks.
"""

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
from discovery.findings.outcomes import (
    Harvest,
    ProbeOutcome,
    ProbeState,
    ScanProgress,
    Unreachable,
    Why,
)
from discovery.findings.whole import (
    DeviceFindings,
)

__all__ = [
    "AccessPointFinding",
    "AddressFinding",
    "AdjacencyFinding",
    "BatteryFinding",
    "BridgePortFinding",
    "DeviceFindings",
    "EntityFinding",
    "EntityPortFinding",
    "Harvest",
    "InterfaceFinding",
    "LearntFinding",
    "LocalChassis",
    "LocalPortFinding",
    "NearbyFinding",
    "NeighbourFinding",
    "PoeFinding",
    "ProbeOutcome",
    "ProbeState",
    "RouteFinding",
    "ScanProgress",
    "SensorFinding",
    "SpanningPortFinding",
    "SpanningTreeFinding",
    "StackFinding",
    "StandbyFinding",
    "StationFinding",
    "SupplyFinding",
    "SystemFinding",
    "TransceiverFinding",
    "Unreachable",
    "VlanFinding",
    "VlanPortFinding",
    "Why",
]
