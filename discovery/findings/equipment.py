"""What a device tells of its own equipment now: supplies, battery, power over Ethernet."""

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
