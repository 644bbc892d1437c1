"""A network of 2,000 bridges with 50,000 stations, drawn by rule, and how long its topology takes.

Sites of 50 bridges, each a tree of three levels in one broadcast domain; every bridge has learnt
every station of its site on the port that leads to it. Half the bridges speak no LLDP.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator

from discovery.findings import (
    BridgePortFinding,
    DeviceFindings,
    InterfaceFinding,
    LearntFinding,
    NeighbourFinding,
    SystemFinding,
)
from discovery.topology.values import Device, Topology

SITES, BRIDGES, STATIONS = 40, 50, 1250
_FAN = 4


def network(sites: int = SITES) -> tuple[list[Device], set[tuple[str, str]]]:
    """Return the devices, and the pairs that are cabled."""
    devices: list[Device] = []
    cables: set[tuple[str, str]] = set()
    for site in range(sites):
        devices += _site(site)
        cables |= {(_key(site, (one - 1) // _FAN), _key(site, one)) for one in range(1, BRIDGES)}
    return devices, cables


def _key(site: int, bridge: int) -> str:
    return f"site{site:02}-sw{bridge:02}"


def _mac(site: int, kind: int, number: int) -> str:
    return f"00:1b:{site:02x}:{kind:02x}:{number >> 8:02x}:{number & 255:02x}"


def _site(site: int) -> Iterator[Device]:
    below = _subtrees()
    stations: dict[int, list[int]] = defaultdict(list)
    for station in range(STATIONS):
        stations[station % BRIDGES].append(station)
    for bridge in range(BRIDGES):
        yield _bridge(site, bridge, below, stations)


def _subtrees() -> list[set[int]]:
    below = [{bridge} for bridge in range(BRIDGES)]
    for bridge in range(BRIDGES - 1, 0, -1):
        below[(bridge - 1) // _FAN] |= below[bridge]
    return below


def _bridge(
    site: int, bridge: int, below: list[set[int]], stations: dict[int, list[int]]
) -> Device:
    """Port 1 leads up, 2 to 5 to the bridges below, from 10 on to one station each."""
    learnt: dict[int, list[str]] = defaultdict(list)
    children = [one for one in range(bridge * _FAN + 1, bridge * _FAN + 1 + _FAN) if one < BRIDGES]
    for other in range(BRIDGES):
        if other == bridge:
            for place, station in enumerate(stations[other]):
                learnt[10 + place].append(_mac(site, 1, station))
            continue
        child = next((n for n, one in enumerate(children) if other in below[one]), None)
        port = 1 if child is None else 2 + child
        learnt[port] += [_mac(site, 0, other), *(_mac(site, 1, one) for one in stations[other])]
    ports = sorted({1, *range(2, 2 + len(children)), *learnt})
    neighbours = []
    if bridge % 2 == 0 and bridge and ((bridge - 1) // _FAN) % 2 == 0:
        parent = (bridge - 1) // _FAN
        neighbours.append(_neighbour(site, parent, (bridge - 1) % _FAN + 2))
    findings = DeviceFindings(
        address=f"10.{site}.0.{bridge + 1}",
        port=161,
        credential="made",
        version="2c",
        system=SystemFinding(name=_key(site, bridge), bridge_mac=_mac(site, 0, bridge)),
        interfaces=tuple(InterfaceFinding(n, f"ge{n}", type=6) for n in ports),
        bridge_ports=tuple(BridgePortFinding(n, n) for n in ports),
        learnt=tuple(LearntFinding(None, n, n, tuple(learnt[n])) for n in sorted(learnt)),
        neighbours=tuple(neighbours),
    )
    return Device(_key(site, bridge), findings)


def _neighbour(site: int, parent: int, port: int) -> NeighbourFinding:
    return NeighbourFinding(
        protocol="lldp",
        local_port=1,
        chassis_id=_mac(site, 0, parent),
        chassis_id_kind="mac",
        port_id=f"ge{port}",
        port_id_kind="interface_name",
        name=_key(site, parent),
    )


def digest(topology: Topology) -> str:
    """Return a digest of all that a topology says."""
    return hashlib.sha256(repr(topology).encode()).hexdigest()
