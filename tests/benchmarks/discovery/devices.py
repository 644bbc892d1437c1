"""Single recorded devices against the facts that are known of them.

Counted are the expected rows that were found. An expectation whose value is not in the recording
tells nothing about the reader and is left out where that can be seen (``verbatim``).
"""

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import Any

from discovery.assembly.chassis import plausible, plausible_serial
from discovery.assembly.identity import DeviceIdentity, identify
from discovery.findings import DeviceFindings, NeighbourFinding
from discovery.knowledge.rules import load_knowledge
from discovery.topology.local_ports import with_local_ports
from discovery.topology.naming import spellings
from tests.benchmarks.discovery.networks import read_json
from tests.benchmarks.discovery.recorded import Recording, read_recording, visit

#: entPhysicalEntry.
_ENTITY = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1)
_BLANKS = re.compile(r"[^0-9a-z]+")


def score_devices(folder: Path) -> tuple[Counter[str], Counter[str], list[str]]:
    """Return expected and found rows by kind, and the devices that miss some."""
    expected: Counter[str] = Counter()
    found: Counter[str] = Counter()
    missed: list[str] = []
    for path in sorted(folder.glob("*.expected.json*")):
        name = path.name.partition(".expected")[0]
        told = read_json(path)
        recording = read_recording(folder / f"{name}.snmprec.gz")
        findings = _visit(folder, name, told, recording)
        for kind, hit in _hits(told, findings, _indexes(recording)):
            expected[kind] += 1
            found[kind] += hit
            if not hit:
                missed.append(f"{name}: {kind}")
    return expected, found, missed


def _indexes(recording: Recording) -> Set[int]:
    """Return the components that stand in ENTITY-MIB."""
    return {oid[-1] for oid in recording.oids if oid[: len(_ENTITY)] == _ENTITY}


def _visit(
    folder: Path, name: str, told: Mapping[str, Any], recording: Recording
) -> DeviceFindings:
    contexts: dict[int, Recording] = {
        int(vlan): read_recording(folder / f"{name}@{vlan}.snmprec.gz")
        for vlan in told.get("contexts", ())
        if (folder / f"{name}@{vlan}.snmprec.gz").exists() and str(vlan).isdigit()
    }
    return visit("192.0.2.1", recording, contexts)


def _hits(
    told: Mapping[str, Any], findings: DeviceFindings, indexes: Set[int]
) -> Iterator[tuple[str, bool]]:
    yield from _facts(told, identify(findings, load_knowledge()))
    yield from _rows(told, findings, indexes)
    yield from _vlans(told, findings)
    rows = with_local_ports(findings.neighbours, findings.interfaces)
    for row in told.get("links", ()):
        yield "links", any(_is(row, one) for one in rows)


def _names_a_part(row: Mapping[str, Any]) -> bool:
    """Whether a row that is not in ENTITY-MIB is about a part of which the device says what it is.

    The expectation numbers the rows of vendors' tables in its own way and puts slots, ports and
    sensors of its own making between them.
    """
    return bool(plausible(row.get("serial") or "") or plausible(row.get("model") or ""))


def _parts(findings: DeviceFindings) -> Iterator[tuple[str, str, str]]:
    """Yield name, model and serial number of all parts, in whatever table they stand."""
    for part in findings.entities:
        yield part.name, part.model, part.serial
    for point in findings.access_points:
        yield point.name, point.model, point.serial
    for optic in findings.transceivers:
        yield "", optic.model, optic.serial


def _is_part(row: Mapping[str, Any], part: tuple[str, str, str]) -> bool:
    name, model, serial = part
    if plausible(row.get("serial") or ""):
        return _bare(serial) == _bare(row["serial"])
    return _bare(row.get("name")) == _bare(name) or _bare(row.get("model")) == _bare(model)


def _rows(
    told: Mapping[str, Any], findings: DeviceFindings, indexes: Set[int]
) -> Iterator[tuple[str, bool]]:
    interfaces = {one.index for one in findings.interfaces}
    for port in told.get("ports", ()):
        yield "interfaces", port["ifIndex"] in interfaces
    addresses = {(_spelt_alike(one.address), one.interface_index) for one in findings.addresses}
    for row in (*told.get("ipv4", ()), *told.get("ipv6", ())):
        yield "addresses", (_spelt_alike(row["address"]), row["ifIndex"]) in addresses
    entities = {one.index: one for one in findings.entities}
    for row in told.get("entities", ()):
        entity = entities.get(row["index"])
        if row["index"] in indexes:
            yield "entities", entity is not None and _alike(entity.serial, row.get("serial") or "")
        elif _names_a_part(row):
            yield "entities", any(_is_part(row, part) for part in _parts(findings))


def _vlans(told: Mapping[str, Any], findings: DeviceFindings) -> Iterator[tuple[str, bool]]:
    vlans = {one.id for one in findings.vlans}
    for row in told.get("vlans", ()):
        yield "vlans", row["vlan"] in vlans
    members = {(one.vlan, one.bridge_port): one.untagged for one in findings.vlan_ports}
    for row in told.get("vlan_ports", ()):
        yield "vlan ports", members.get((row["vlan"], row["baseport"])) == bool(row["untagged"])
    pairs = {(one.upper, one.lower) for one in findings.stack}
    for row in told.get("stack", ()):
        if row["high"] and row["low"]:
            # The expectation swaps the two ends in places.
            pair = row["high"], row["low"]
            yield "interface stack", pair in pairs or pair[::-1] in pairs


def _facts(told: Mapping[str, Any], identity: DeviceIdentity) -> Iterator[tuple[str, bool]]:
    said = {
        "serial": identity.serial,
        "version": identity.os_version,
        "hardware": identity.model,
    }
    for kind, value in said.items():
        expected = str(told.get(kind) or "")
        if kind == "serial" and not plausible_serial(expected.replace("X", "")):
            continue  # zeros, a MAC address, a made-up number: a careful reader takes none of these
        if expected and kind in told.get("verbatim", ()):
            yield kind, _agrees(value, expected)


def _agrees(said: str, expected: str) -> bool:
    """Whether the one holds the other, beside blanks and signs: both sides compose names."""
    one, other = (_BLANKS.sub("", text.casefold()) for text in (said, expected))
    return bool(one) and (one in other or other in one)


def _spelt_alike(address: str) -> str:
    """Return the usual spelling: an IPv6 address may end in a dotted quad."""
    return str(ipaddress.ip_address(address))


def _alike(said: str, expected: str) -> bool:
    return not expected or expected.casefold() in said.casefold() or said in expected


def _is(told: Mapping[str, Any], row: NeighbourFinding) -> bool:
    """Whether a row is the expected one: its port by any of its names, its neighbour by one."""
    local = {form for name in ("local_ifName", "local_ifDescr") for form in _forms(told.get(name))}
    mine = {
        form
        for name in (row.local_name, row.local_port_id, row.local_port_description)
        for form in spellings(name)
    }
    remote = {_bare(told.get("remote_name")), _bare(told.get("remote_port"))} - {""}
    # A neighbour that gives no name is known by what it says it is.
    said = (row.name, row.chassis_id, row.port_id, row.port_description, row.description)
    theirs = {_bare(one) for one in said}
    told_port = _bare(told.get("remote_port"))
    port = _bare(row.port_id)
    same = bool(remote & theirs) or (bool(port) and told_port.startswith(port))
    return bool(local & mine) and (not remote or same)


def _forms(name: object) -> tuple[str, ...]:
    return spellings(str(name)) if name else ()


def _bare(name: object) -> str:
    return _BLANKS.sub("", str(name or "").casefold())
