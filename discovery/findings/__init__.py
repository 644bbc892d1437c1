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
from discovery.findings.equipment import BatteryFinding, PoeFinding, SupplyFinding
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
    "AddressFinding",
    "AdjacencyFinding",
    "BatteryFinding",
    "BridgePortFinding",
    "DeviceFindings",
    "EntityFinding",
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
    "SpanningPortFinding",
    "SpanningTreeFinding",
    "StackFinding",
    "StandbyFinding",
    "SupplyFinding",
    "SystemFinding",
    "Unreachable",
    "VlanFinding",
    "VlanPortFinding",
    "Why",
]
