"""What a device says of itself and of whom it sees by LLDP and CDP."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SystemFinding:
    """Who the device says it is (SNMPv2-MIB system group, SNMP-FRAMEWORK-MIB engine).

    ``object_id`` is dotted without a leading dot; ``engine_id`` and ``bridge_mac`` are hexadecimal
    (``80001f88…``, ``00:1b:…``). ``services`` is the sum of sysServices (RFC 3418): 2 = layer 2,
    4 = layer 3, 64 = applications. ``forwards``: it hands packets of others on (ipForwarding).
    """

    object_id: str = ""
    description: str = ""
    name: str = ""
    location: str = ""
    contact: str = ""
    uptime_seconds: float | None = None
    services: int | None = None
    engine_id: str = ""
    bridge_mac: str = ""
    forwards: bool | None = None


@dataclass(frozen=True, slots=True)
class InterfaceFinding:
    """One row of ifTable joined with ifXTable (RFC 2863).

    ``type`` is the number of the IANA registry, ``speed_mbps`` is in megabit per second, ``mac`` is
    lower case with colons and empty when the row has none.
    """

    index: int
    name: str = ""
    description: str = ""
    alias: str = ""
    type: int | None = None
    mtu: int | None = None
    speed_mbps: float | None = None
    mac: str = ""
    admin_up: bool | None = None
    up: bool | None = None
    connector_present: bool | None = None


@dataclass(frozen=True, slots=True)
class AddressFinding:
    """An address of the device itself, on the interface with that ifIndex."""

    interface_index: int
    address: str
    prefix_length: int | None = None


@dataclass(frozen=True, slots=True)
class EntityFinding:
    """One physical component (ENTITY-MIB, RFC 6933); ``kind`` is the word of its class."""

    index: int
    kind: str
    parent: int = 0
    position: int | None = None
    name: str = ""
    description: str = ""
    vendor: str = ""
    model: str = ""
    serial: str = ""
    hardware_revision: str = ""
    firmware_revision: str = ""
    software_revision: str = ""


@dataclass(frozen=True, slots=True)
class NeighbourFinding:
    """One row of a neighbour table: who is seen on which of our ports.

    ``local_port`` is the protocol's own number of our port, with what the protocol says about that
    port; ``base_port_index`` is the ifIndex if that number is a bridge port. Which interface it
    really is, is decided afterwards: ``local_index`` (ifIndex), ``local_name``, and
    ``local_rule``, the rule that decided (``name``, ``ifIndex``, ``basePort``), empty when none
    fitted. Kinds are the words of the LLDP subtypes (``mac``, ``interface_name``, …).
    """

    protocol: str
    local_port: int
    local_port_id: str = ""
    local_port_id_kind: str = ""
    local_port_description: str = ""
    base_port_index: int | None = None
    local_index: int | None = None
    local_name: str = ""
    local_rule: str = ""
    chassis_id: str = ""
    chassis_id_kind: str = ""
    port_id: str = ""
    port_id_kind: str = ""
    port_description: str = ""
    name: str = ""
    description: str = ""
    platform: str = ""
    addresses: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalChassis:
    """How the device names itself to its neighbours (lldpLocChassisId, lldpLocSysName)."""

    chassis_id: str = ""
    chassis_id_kind: str = ""
    name: str = ""
