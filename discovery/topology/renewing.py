"""The topology again, after some devices changed: the same as from scratch, at a part of the cost.

Nothing is patched. Everything that is cheap is derived anew from sketches of all devices; what is
dear, the regions of bridges and their tables, is a question that was answered before, as long as
all that the answer depends on is the same (``regions.py``).
"""

import gc
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from zlib import decompress

from discovery.findings import DeviceFindings, InterfaceFinding
from discovery.findings.storing import unpack
from discovery.topology.marks import mark_of_bytes
from discovery.topology.memory import (
    KeptRegion,
    Memory,
    Note,
    answers_from,
    answers_json,
    read_memory,
)
from discovery.topology.ports import Ports
from discovery.topology.regions import Region
from discovery.topology.sketching import sketch_document, sketch_from, sketch_of
from discovery.topology.solving import Solving
from discovery.topology.tables import Bridge, Tables, bridge_of, table_mark
from discovery.topology.values import Device, Topology


class Facts(NamedTuple):
    """A visited device: the caller's key, its findings as they are stored, what else is known."""

    key: str
    packed: bytes
    names: tuple[str, ...] = ()
    role: str = ""


class Card(NamedTuple):
    """A network card of a machine that was never visited."""

    machine: str
    name: str
    mac: str
    up: bool | None = None


class Renewed(NamedTuple):
    """A topology, its devices (machines too) and endpoints counted, and what to remember."""

    topology: Topology
    devices: int
    endpoints: int
    memory: bytes


def macs_heard(facts: Iterable[Facts], memory: bytes) -> set[str]:
    """Return the MAC addresses that devices tell to have learnt, and perhaps some of yesterday."""
    kept = read_memory(memory)
    macs = {mac for one in kept.regions for mac in one.region.macs}
    for one in facts:
        note = kept.notes.get(one.key)
        if note is not None and note.facts == mark_of_bytes(one.packed):
            macs.update(note.beside)
        else:
            for row in json.loads(decompress(one.packed)).get("learnt", ()):
                macs.update(row["macs"])
    return macs


def renew(facts: Sequence[Facts], cards: Iterable[Card], memory: bytes = b"") -> Renewed:
    """Return what ``solve`` says of the same devices and of the machines whose MACs they learnt.

    ``cards`` are in the order in which a machine's are numbered; those that nobody hears of take
    no part. ``memory`` is what an earlier call returned, of whatever devices. Linear in all that
    devices say beside their tables; tables are read of the regions that are not as they were.
    """
    with _uncollected():
        visited = _Visited(facts, read_memory(memory))
        machines = _machines(cards, visited.macs())
        devices = sorted((*visited.devices, *machines), key=lambda one: one.key)
        ports = visited.ports | {one.key: Ports(one) for one in machines}
        solving = Solving(devices, ports, visited.tables, visited.standing)
        topology = solving.topology()
        memory = visited.memory(solving.regions).to_bytes()
    return Renewed(topology, len(devices), len(topology.endpoints), memory)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the collector: of a million values nearly all live to the end, and none is in a circle.

    Looking for circles among them again and again took a third of the time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def renew_known(facts: Sequence[Facts], cards: Iterable[Card], memory: bytes = b"") -> Renewed:
    """Return the same, of the endpoints those alone that are known to be somebody."""
    found = renew(facts, cards, memory)
    known = tuple(one for one in found.topology.endpoints if one.device)
    return found._replace(topology=replace(found.topology, endpoints=known))


def _machines(cards: Iterable[Card], heard: set[str]) -> list[Device]:
    found: dict[str, list[InterfaceFinding]] = defaultdict(list)
    for card in cards:
        if card.mac in heard:
            mine = found[card.machine]
            mine.append(
                InterfaceFinding(len(mine) + 1, card.name, type=6, mac=card.mac, up=card.up)
            )
    return [
        Device(key, DeviceFindings("", 0, "", "", interfaces=tuple(interfaces)))
        for key, interfaces in found.items()
    ]


@dataclass(frozen=True, slots=True)
class _Told:
    """The answers that a region came with: their marks, and the JSON."""

    marks: dict[str, str]
    answers: bytes


class _Visited:
    """The visited devices: as they were remembered where their facts are the same."""

    def __init__(self, facts: Sequence[Facts], kept: Memory) -> None:
        self._facts = {one.key: one for one in facts}
        self._notes: dict[str, Note] = {}
        self._fresh: dict[str, Bridge] = {}
        self.devices: list[Device] = []
        self.ports: dict[str, Ports] = {}
        for one in facts:
            self._take(one, kept.notes.get(one.key))
        marks = {key: note.table for key, note in self._notes.items() if note.table}
        self.tables = Tables(marks, self._bridge)
        self._told: dict[int, _Told] = {}  # by the id of the region, which stays as long
        self.standing = [self._stand(one) for one in kept.regions if one.region.stands(marks)]

    def _take(self, one: Facts, note: Note | None) -> None:
        mark = mark_of_bytes(one.packed)
        if note is None or note.facts != mark:
            device = Device(one.key, unpack(one.packed), one.names, role=one.role)
            ports = Ports(device)
            bridge = bridge_of(device, ports)
            if bridge.learnt:
                self._fresh[one.key] = bridge
            note = _note(device, ports, bridge, mark)
        self._notes[one.key] = note
        sketch = sketch_from(json.loads(note.sketch))
        self.devices.append(Device(one.key, sketch, one.names, role=one.role))
        self.ports[one.key] = Ports(self.devices[-1])

    def _bridge(self, key: str) -> Bridge:
        if key in self._fresh:
            return self._fresh[key]
        return bridge_of(Device(key, unpack(self._facts[key].packed)), self.ports[key])

    def _stand(self, kept: KeptRegion) -> Region:
        region = kept.region
        region.answers = answers_from(kept.answers)
        self._told[id(region)] = _Told(_marks(region.answers), kept.answers)
        return region

    def macs(self) -> set[str]:
        """Return all addresses that devices told to have learnt."""
        macs = {mac for note in self._notes.values() for mac in note.beside}
        macs.update(*(one.macs for one in self.standing))
        covered = {key for one in self.standing for key in one.members}
        for key in self.tables.marks.keys() - covered:
            macs |= self.tables.bridge(key).macs()
        return macs

    def memory(self, regions: Iterable[Region]) -> Memory:
        """Return what to remember of the devices and of their regions."""
        kept = []
        for region in regions:
            told = self._told.get(id(region))
            same = told is not None and told.marks == _marks(region.answers)
            answers = told.answers if told and same else answers_json(region.answers)
            kept.append(KeptRegion(region, answers))
        return Memory(self._notes, kept)


def _marks(answers: Mapping[str, tuple[str, Any]]) -> dict[str, str]:
    return {question: mark for question, (mark, _) in answers.items()}


def _note(device: Device, ports: Ports, bridge: Bridge, mark: str) -> Note:
    table = table_mark(device, ports) if bridge.learnt else ""
    macs = {mac for row in device.findings.learnt for mac in row.macs}
    sketch = json.dumps(sketch_document(sketch_of(device.findings)), separators=(",", ":"))
    return Note(mark, table, tuple(sorted(macs - bridge.macs())), sketch.encode())
