"""What a device tells of its own equipment now: supplies, battery, power, optics, wireless."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SupplyFinding:
    """What a printer uses up; ``percent`` is what is left, None where it does not measure.

    ``some`` is False for a supply of which nothing is left, and None where nobody knows.
    """

    name: str
    percent: float | None = None
    some: bool | None = None


@dataclass(frozen=True, slots=True)
class BatteryFinding:
    """How a UPS stands; ``source`` is what its output lives on (``normal``, ``battery``, …)."""

    status: str = ""
    source: str = ""
    charge_percent: int | None = None
    minutes_left: int | None = None
    seconds_on_battery: int | None = None
    temperature_c: int | None = None
    load_percent: int | None = None


@dataclass(frozen=True, slots=True)
class PoeFinding:
    """A group of ports that share a power supply for Ethernet: watts, and how many ports draw."""

    group: int
    watts: int | None = None
    drawn_watts: int | None = None
    ports: int = 0
    delivering: int = 0
    faulty: int = 0


@dataclass(frozen=True, slots=True)
class SensorFinding:
    """What a sensor of the component ``index`` reads; ``unit`` is ``celsius`` or ``dbm``, say."""

    index: int
    unit: str
    value: float


@dataclass(frozen=True, slots=True)
class EntityPortFinding:
    """Which interface a component is (entAliasMappingTable)."""

    index: int
    interface_index: int


@dataclass(frozen=True, slots=True)
class TransceiverFinding:
    """An optic in a port: what it is, and what it measures; powers in dBm, the bias in mA.

    It is in the interface ``interface_index``, or the component ``entity_index`` where that alone
    is told; 0 stands for what is not told.
    """

    interface_index: int = 0
    entity_index: int = 0
    kind: str = ""
    vendor: str = ""
    model: str = ""
    serial: str = ""
    temperature_c: float | None = None
    volts: float | None = None
    bias_ma: float | None = None
    sent_dbm: float | None = None
    received_dbm: float | None = None


@dataclass(frozen=True, slots=True)
class AccessPointFinding:
    """An access point that a controller looks after; ``stations`` are connected to it."""

    mac: str = ""
    name: str = ""
    address: str = ""
    vendor: str = ""
    model: str = ""
    serial: str = ""
    version: str = ""
    location: str = ""
    stations: int | None = None


@dataclass(frozen=True, slots=True)
class StationFinding:
    """Who is connected without a cable, to which access point and network."""

    mac: str
    name: str = ""
    address: str = ""
    access_point: str = ""
    network: str = ""
    channel: int | None = None
    signal_dbm: float | None = None
