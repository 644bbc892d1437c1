"""Which optic is in which port, and what it measures.

It is told by components, by sensors and by vendors' own tables.

A component belongs to an interface that it is (entAliasMapping), that the components above it are,
or that its name tells. So an agent that tells any of them will do.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from discovery.assembly.chassis import plausible, plausible_serial
from discovery.findings import DeviceFindings, EntityFinding, SensorFinding, TransceiverFinding

#: How an agent calls an optic, in its name, description or model.
_OPTIC = re.compile(
    r"(?i)sfp|xfp|gbic|\bcfp|xcvr|transceiver|optic|\d+g?base-?(?:[selz][rx]|lh|bx|fx|c[ur])"
    r"|\bdac\b|\baoc\b"
)
_SENDS = re.compile(r"(?i)\b(tx|transmit\w*|output|sen[dt])\b|tx[ _-]?(power|bias)")
_RECEIVES = re.compile(r"(?i)\b(rx|receiv\w*|input)\b|rx[ _-]?power")
_KINDS = {"module", "port", "other", "unknown", "container"}
_DEEPEST = 10
#: An optic may be split into so many interfaces; what holds more is a card.
_MOST_INTERFACES = 8


def transceivers_of(findings: DeviceFindings) -> Mapping[int, TransceiverFinding]:
    """Return the optics by ifIndex."""
    board = _Board(findings)
    found: dict[int, TransceiverFinding] = {}
    for told in findings.transceivers:
        for index in board.interfaces_of_told(told):
            found[index] = _filled(replace(told, interface_index=index), found.get(index))
    for index, made in board.optics():
        found[index] = _filled(found.get(index, made), made)
    for index, measured in board.measured():
        found[index] = _filled(found.get(index, measured), measured)
    return dict(sorted(found.items()))


def _filled(one: TransceiverFinding, other: TransceiverFinding | None) -> TransceiverFinding:
    """Return the one, with what it does not tell taken from the other."""
    if other is None:
        return one
    names = ("kind", "vendor", "model", "serial", "temperature_c", "volts", "bias_ma")
    missing = [
        name for name in (*names, "sent_dbm", "received_dbm") if getattr(one, name) in {"", None}
    ]
    return replace(one, **{name: getattr(other, name) for name in missing})


class _Board:
    """The components of a device, and which interfaces they belong to."""

    def __init__(self, findings: DeviceFindings) -> None:
        self._entities = {one.index: one for one in findings.entities}
        self._sensors = findings.sensors
        self._alias: dict[int, int] = {}
        for port in findings.entity_ports:
            self._alias.setdefault(port.index, port.interface_index)
        self._named = _named(findings)
        self._below: dict[int, set[int]] = defaultdict(set)
        for index, interface in self._alias.items():
            for above in self._line(index):
                self._below[above.index].add(interface)

    def _line(self, index: int) -> Iterator[EntityFinding]:
        """Yield a component and those that hold it, from the inside."""
        for _ in range(_DEEPEST):
            entity = self._entities.get(index)
            if entity is None:
                return
            yield entity
            index = entity.parent

    def interfaces_of_told(self, told: TransceiverFinding) -> list[int]:
        """Return where a row of a vendor's table belongs."""
        if told.interface_index:
            return [told.interface_index]
        return self._interfaces(told.entity_index)

    def optics(self) -> Iterator[tuple[int, TransceiverFinding]]:
        """Yield the components that are optics."""
        for entity in self._entities.values():
            words = f"{entity.name} {entity.description} {entity.model}"
            told = plausible(entity.model) or plausible_serial(entity.serial)
            if entity.kind not in _KINDS or not told or not _OPTIC.search(words):
                continue
            for interface in self._interfaces(entity.index):
                yield (
                    interface,
                    TransceiverFinding(
                        interface_index=interface,
                        entity_index=entity.index,
                        kind=entity.description,
                        vendor=entity.vendor,
                        model=plausible(entity.model),
                        serial=plausible_serial(entity.serial),
                    ),
                )

    def measured(self) -> Iterator[tuple[int, TransceiverFinding]]:
        """Yield what sensors read, by interface: of several lanes the one that is worst off."""
        readings: dict[int, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for sensor in self._sensors:
            reading = self._reading(sensor)
            if reading is not None:
                for interface in self._interfaces(sensor.index):
                    readings[interface][reading[0]].append(reading[1])
        for interface, told in readings.items():
            worst: dict[str, Any] = {
                name: round(min(values) if name.endswith("_dbm") else max(values), 4)
                for name, values in told.items()
            }
            if {"sent_dbm", "received_dbm", "bias_ma"} & worst.keys():
                yield interface, TransceiverFinding(interface_index=interface, **worst)

    def _reading(self, sensor: SensorFinding) -> tuple[str, float] | None:
        """Return which field a sensor is about, and its value there."""
        entity = self._entities.get(sensor.index)
        words = f"{entity.name} {entity.description}" if entity is not None else ""
        plain = {"celsius": ("temperature_c", 1.0), "volts": ("volts", 1.0)}
        if sensor.unit in plain:
            name, factor = plain[sensor.unit]
            return name, sensor.value * factor
        if sensor.unit == "amperes":
            return "bias_ma", sensor.value * 1000
        power = sensor.value if sensor.unit == "dbm" else _dbm(sensor.value)
        if power is None:
            return None
        if _RECEIVES.search(words):
            return "received_dbm", power
        return ("sent_dbm", power) if _SENDS.search(words) else None

    def _interfaces(self, index: int) -> list[int]:
        """Return the interfaces that a component belongs to; none for what holds many."""
        below = self._below.get(index, set())
        if below:
            return sorted(below) if len(below) <= _MOST_INTERFACES else []
        for entity in self._line(index):
            own = self._alias.get(entity.index) or self._told_by_name(entity)
            if own is not None:
                return [own]
            beside = self._below.get(entity.index, set())
            if beside:
                return sorted(beside) if len(beside) == 1 else []
        return []

    def _told_by_name(self, entity: EntityFinding) -> int | None:
        for word in f"{entity.name} {entity.description}".split():
            parts = word.split("-")  # TenGigE0/0/0/1-Rx
            for count in range(len(parts), 0, -1):
                name = "-".join(parts[:count])
                if name in self._named:
                    return self._named[name]
        return None


def _named(findings: DeviceFindings) -> dict[str, int]:
    """Return interfaces by their names; a bare number is no name to find in a sentence."""
    found: dict[str, int] = {}
    twice: set[str] = set()
    for one in findings.interfaces:
        for name in {one.name, one.description} - {""}:
            if found.setdefault(name, one.index) != one.index or name.isdigit():
                twice.add(name)
    return {name: index for name, index in found.items() if name not in twice}


def _dbm(watts: float) -> float | None:
    return 10 * math.log10(watts * 1000) if watts > 0 else None
