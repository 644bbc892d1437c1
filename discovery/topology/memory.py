"""What a derivation leaves to the next one: of each device a sketch, of each region its answers.

As text: a line that says by which rules it was made and what the rest sums up to, then two lines of
JSON for each device and region: what it is known by, and what was found out. Nobody depends on it:
what is missing, damaged, or made by other rules is as if there were none.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zlib import crc32

from discovery.topology.marks import mark_of_rules
from discovery.topology.media import Medium
from discovery.topology.regions import Region
from discovery.topology.values import Endpoint, Port

_DEVICE, _REGION = "device", "region"


class Note(NamedTuple):
    """A device: the mark of its facts and of its table, what it heard beside that, its sketch.

    ``beside`` are addresses that it told and that are not in its table (its own; on two ports at
    once). ``sketch`` is JSON.
    """

    facts: str
    table: str
    beside: tuple[str, ...]
    sketch: bytes


class KeptRegion(NamedTuple):
    """A region without its answers, and these as JSON."""

    region: Region
    answers: bytes


@dataclass(slots=True)
class Memory:
    """Notes by the keys of devices, and the regions."""

    notes: dict[str, Note] = field(default_factory=dict)
    regions: list[KeptRegion] = field(default_factory=list)

    def to_bytes(self) -> bytes:
        """Return all of it as text."""
        lines = b"\n".join(self._lines())
        return _head(lines) + lines

    def _lines(self) -> Iterator[bytes]:
        for key, note in self.notes.items():
            yield _json([_DEVICE, key, note.facts, note.table, note.beside])
            yield note.sketch
        for region, answers in self.regions:
            known = region.members, region.macs, region.beside, region.tables, region.owned
            yield _json([_REGION, *known])
            yield answers


def read_memory(data: bytes) -> Memory:
    """Return what was kept; nothing if it cannot be used."""
    head, _, lines = data.partition(b"\n")
    memory = Memory()
    if not lines or head + b"\n" != _head(lines):
        return memory
    told = lines.split(b"\n")
    for known, found in zip(told[::2], told[1::2], strict=True):
        kind, *words = json.loads(known)
        if kind == _DEVICE:
            key, facts, table, beside = words
            memory.notes[key] = Note(facts, table, tuple(beside), found)
        else:
            members, macs, beside, tables, owned = words
            region = Region(tuple(members), tuple(macs), tuple(beside), tables, owned)
            memory.regions.append(KeptRegion(region, found))
    return memory


def _head(lines: bytes) -> bytes:
    return f"topology {mark_of_rules()} {crc32(lines)}\n".encode()


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def answers_json(answers: Mapping[str, tuple[str, Any]]) -> bytes:
    """Return the answers of a region as JSON."""
    return _json({one: [mark, _PLAIN[one](told)] for one, (mark, told) in answers.items()})


def answers_from(text: bytes) -> dict[str, tuple[str, Any]]:
    """Return the answers that JSON tells of."""
    told = json.loads(text)
    return {one: (mark, _TOLD[one](plain)) for one, (mark, plain) in told.items()}


def _plain_ports(ports: Iterable[Port]) -> list[Any]:
    return [[one.device, one.index, one.name, one.bridge_port] for one in ports]


def _ports(plain: Iterable[Any]) -> tuple[Port, ...]:
    return tuple(Port(*one) for one in plain)


def _plain_media(media: Iterable[Medium]) -> list[Any]:
    return [[_plain_ports(one.ports), sorted(one.vlans), sorted(one.macs)] for one in media]


def _media(plain: Iterable[Any]) -> list[Medium]:
    return [Medium(_ports(ports), set(vlans), set(macs)) for ports, vlans, macs in plain]


def _plain_endpoints(endpoints: Iterable[Endpoint]) -> list[Any]:
    """Return the ports once each, and the endpoints with the places of their ports."""
    places: dict[Port, int] = {}
    rows = [
        [places.setdefault(one.port, len(places)), one.mac, one.vlans, one.device, one.alone]
        for one in endpoints
    ]
    return [_plain_ports(places), rows]


def _endpoints(plain: Any) -> list[Endpoint]:
    ports = _ports(plain[0])
    return [
        Endpoint(ports[place], mac, tuple(vlans), device, alone)
        for place, mac, vlans, device, alone in plain[1]
    ]


#: By question (``Region.answer``): how its answer becomes plain values, and how it is read.
_PLAIN: dict[str, Callable[[Any], Any]] = {
    "passing": list,
    "media": _plain_media,
    "endpoints": _plain_endpoints,
}
_TOLD: dict[str, Callable[[Any], Any]] = {
    "passing": list,
    "media": _media,
    "endpoints": _endpoints,
}
