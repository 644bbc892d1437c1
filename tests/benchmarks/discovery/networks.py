"""Whole recorded networks against the links that are known of them."""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from discovery.assembly.identity import identify
from discovery.knowledge.rules import load_knowledge
from discovery.topology.solving import solve
from discovery.topology.values import Device, Link, Port, Topology
from tests.benchmarks.discovery.recorded import Recording, read_recording, visit


@dataclass(slots=True)
class NetworkScore:
    """What was expected of a network and what was found."""

    expected: int = 0
    found: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)


def load(folder: Path) -> dict[str, Any]:
    """Return the expectation of a network."""
    document: dict[str, Any] = json.loads((folder / "expected.json").read_text("utf-8"))
    return document


def devices_of(folder: Path, expected: Mapping[str, Any]) -> list[Device]:
    """Visit all devices of a network."""
    return [_device(folder, entry) for entry in expected["devices"]]


def _device(folder: Path, entry: Mapping[str, Any]) -> Device:
    contexts = {
        int(name.partition("@")[2].partition(".")[0]): read_recording(folder / name)
        for name in entry["vlan_files"]
    }
    main = read_recording(folder / entry["file"]) if entry["file"] else _without_main(contexts)
    findings = visit(entry["address"], main, contexts)
    serial = identify(findings, load_knowledge()).serial
    names = () if findings.system.name or findings.chassis.name else (entry["name"],)
    return Device(entry["name"], findings, names, (serial,) if serial else ())


def _without_main(contexts: Mapping[int, Recording]) -> Recording:
    """Stand for a device of which only the views of its VLANs were recorded."""
    state = (1, 3, 6, 1, 4, 1, 9, 9, 46, 1, 3, 1, 1, 2, 1)
    return Recording({(*state, vlan): 1 for vlan in contexts})


def score(expected: Mapping[str, Any], topology: Topology) -> NetworkScore:
    """Compare a topology with what is known."""
    result = NetworkScore()
    hits = [*_link_hits(expected, topology), *_outside_hits(expected, topology)]
    result.expected = len(hits)
    result.missed = [words for words, hit in hits if not hit]
    result.found = len(hits) - len(result.missed)
    result.false = [
        f"{link.a} - {link.b}"
        for link in topology.links
        if link.layer == 2 and _is_false(expected, link)
    ]
    return result


def _link_hits(expected: Mapping[str, Any], topology: Topology) -> Iterator[tuple[str, bool]]:
    for told, layer in _expected(expected):
        joined = any(one.layer == layer and _joins(told, one.a, one.b) for one in topology.links)
        yield _words(told), joined or (layer == 2 and _on_segment(told, topology))


def _outside_hits(expected: Mapping[str, Any], topology: Topology) -> Iterator[tuple[str, bool]]:
    for told in expected.get("external_neighbours", ()):
        halves = topology.half_links
        hit = any(_is_half(told, half.local, half.remote_name) for half in halves)
        yield "external " + str(told.get("remote_name") or told), hit


def _is_false(expected: Mapping[str, Any], link: Link) -> bool:
    """Whether a link is known to be none, or joins known neighbours by other ports than theirs."""
    if link.a.device == link.b.device:
        return True
    if any("a" in one and _joins(one, link.a, link.b) for one in expected.get("not_links", ())):
        return True
    known = [told for told, layer in _expected(expected) if layer == 2]
    known += [*expected.get("possible_links", ()), *expected.get("aggregate_links", ())]
    pair = {link.a.device, link.b.device}
    same = [one for one in known if {one["a"]["device"], one["b"]["device"]} == pair]
    return bool(same) and not any(_joins(one, link.a, link.b) for one in same)


def _expected(expected: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], int]]:
    for name, layer in (("links", 2), ("one_sided_links", 2), ("l3_links", 3)):
        for told in expected.get(name, ()):
            yield told, layer


def _joins(told: Mapping[str, Any], a: Port, b: Port) -> bool:
    return any(_is(told["a"], one) and _is(told["b"], two) for one, two in ((a, b), (b, a)))


def _is(told: Mapping[str, Any], port: Port) -> bool:
    if told["device"] != port.device:
        return False
    if told.get("ifIndex") is not None and port.index is not None:
        return bool(told["ifIndex"] == port.index)
    if told.get("bridge_port") is not None and port.bridge_port is not None:
        return bool(told["bridge_port"] == port.bridge_port)
    return str(told.get("port", "")).casefold() == port.name.casefold()


def _on_segment(told: Mapping[str, Any], topology: Topology) -> bool:
    return any(
        any(_is(told["a"], port) for port in segment.ports)
        and any(_is(told["b"], port) for port in segment.ports)
        for segment in topology.segments
    )


def _is_half(told: Mapping[str, Any], local: Port, name: str) -> bool:
    remote = told.get("remote_name") or told.get("remote_system_id") or ""
    return _is(told["local"], local) and name.casefold() == remote.casefold()


def _words(told: Mapping[str, Any]) -> str:
    a, b = told["a"], told["b"]
    return f"{a['device']} {a.get('port')} - {b['device']} {b.get('port')} ({told.get('protocol')})"


def read_json(path: Path) -> dict[str, Any]:
    """Read a document, packed or not."""
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            document: dict[str, Any] = json.load(stream)
            return document
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def solve_network(folder: Path) -> tuple[NetworkScore, Topology]:
    """Visit, solve and score a network."""
    expected = load(folder)
    topology = solve(devices_of(folder, expected))
    return score(expected, topology), topology
