"""What the probes found: plain, frozen values that know neither SNMP nor the register.

Empty text means "the device does not say"; None stands for an unknown number or state. Text has
been cleaned on arrival: no control characters, no outer blanks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class SystemFinding:
    """Who the device says it is (SNMPv2-MIB system group, SNMP-FRAMEWORK-MIB engine).

    ``object_id`` is dotted without a leading dot; ``engine_id`` and ``bridge_mac`` are hexadecimal
    (``80001f88…``, ``00:1b:…``). ``services`` is the sum of sysServices (RFC 3418): 2 = layer 2,
    4 = layer 3, 64 = applications.
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
    fitted. Kinds are the words of the LLDP subtypes (``mac``, ``interface_name``, ``address``, …).
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
    """How the device names itself to its neighbours (lldpLocChassisId)."""

    chassis_id: str = ""
    chassis_id_kind: str = ""


@dataclass(frozen=True, slots=True)
class Harvest:
    """What one probe brings: fields of ``DeviceFindings`` by name, and what it could not get.

    ``cut_short`` says that reading was broken off, so that rows may be missing that are there;
    complaints alone are about what the device never answers.
    """

    fields: Mapping[str, object]
    rows: int
    complaints: tuple[str, ...] = ()
    cut_short: bool = False


class ProbeState(StrEnum):
    """How a probe ended."""

    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ProbeOutcome:
    """How one probe ended, how many rows it brought, and why it is not complete.

    ``cut_short``: rows may be missing that the device has (see ``Harvest``).
    """

    probe: str
    state: ProbeState
    rows: int = 0
    seconds: float = 0.0
    reason: str = ""
    cut_short: bool = False


@dataclass(frozen=True, slots=True)
class DeviceFindings:
    """Everything one visit to a device brought.

    ``credential`` is the name of the credential that worked, never its secret. ``particulars`` maps
    the OIDs that the knowledge tables ask of this make to the text answered.
    """

    address: str
    port: int
    credential: str
    version: str
    system: SystemFinding = SystemFinding()
    interfaces: tuple[InterfaceFinding, ...] = ()
    addresses: tuple[AddressFinding, ...] = ()
    entities: tuple[EntityFinding, ...] = ()
    neighbours: tuple[NeighbourFinding, ...] = ()
    chassis: LocalChassis = LocalChassis()
    particulars: dict[str, str] = field(default_factory=dict)
    outcomes: tuple[ProbeOutcome, ...] = ()
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether every probe that was asked came to its end."""
        return all(outcome.state is ProbeState.DONE for outcome in self.outcomes)


class Why(StrEnum):
    """Why a device could not be read."""

    SILENT = "silent"
    REFUSED = "refused"
    UNRESOLVED = "unresolved"
    UNINTELLIGIBLE = "unintelligible"
    SLOW = "slow"
    UNSENDABLE = "unsendable"


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No findings: ``why`` for programs, ``reason`` as one sentence for people."""

    address: str
    port: int
    why: Why
    reason: str


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a scan has come; counts are addresses, except ``sent`` (packets)."""

    total: int
    asked: int
    answered: int
    read: int
    sent: int
    elapsed_seconds: float

    @property
    def rate(self) -> float:
        """Addresses settled per second since the start."""
        return self.asked / self.elapsed_seconds if self.elapsed_seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """A guess from the rate so far; None while there is none."""
        return (self.total - self.asked) / self.rate if self.rate > 0 else None
