"""Who hangs where: MAC addresses on the edge ports of bridges, and whose they are."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from discovery.topology.ports import Ports
from discovery.topology.regions import Region
from discovery.topology.tables import ALL, Bridge, Tables
from discovery.topology.values import Endpoint, Link, Port

_ALONE, _TOGETHER = 0.8, 0.6


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a MAC address was learnt; a port with fewer addresses is nearer to it."""

    crowd: int
    port: Port
    vlans: tuple[int, ...]

    @property
    def order(self) -> tuple[int, tuple[str, int, int, str]]:
        return self.crowd, self.port.order


def endpoints(
    regions: Iterable[Region], inner: Iterable[Port], tables: Tables, owners: Mapping[str, str]
) -> list[Endpoint]:
    """Return each address on the edge port that is nearest to it.

    ``inner`` are the ports that lead to other bridges. An address that was learnt on such ports
    only hangs somewhere that cannot be seen from here, and is left out.
    """
    closed: dict[str, list[Port]] = defaultdict(list)
    for port in sorted(inner, key=lambda one: one.order):
        closed[port.device].append(port)
    found: list[Endpoint] = []
    for region in regions:
        mine = [port for key in region.members for port in closed.get(key, ())]
        find = partial(_endpoints, tables, region.members, mine, owners)
        found += region.answer("endpoints", mine, find)
    return sorted(found, key=lambda one: (one.port.order, one.mac))


def _endpoints(
    tables: Tables, members: Sequence[str], inner: Sequence[Port], owners: Mapping[str, str]
) -> list[Endpoint]:
    closed, own = set(inner), set(members)
    best: dict[str, _Place] = {}
    for bridge in tables.bridges(members):
        for number, macs in bridge.learnt.get(ALL, {}).items():
            port = bridge.ports[number]
            if port in closed:
                continue
            for mac in macs:
                if owners.get(mac) in own:
                    continue
                place = _Place(len(macs), port, _vlans(bridge, number, mac))
                if mac not in best or place.order < best[mac].order:
                    best[mac] = place
    return [
        Endpoint(best[mac].port, mac, best[mac].vlans, owners.get(mac, ""), best[mac].crowd == 1)
        for mac in sorted(best)
    ]


def _vlans(bridge: Bridge, number: int, mac: str) -> tuple[int, ...]:
    tables = bridge.learnt.items()
    return tuple(sorted(scope for scope, table in tables if scope and mac in table.get(number, ())))


def attachments(found: Iterable[Endpoint], ports: Mapping[str, Ports]) -> Iterator[Link]:
    """Yield a link for each edge port behind which exactly one known device is.

    ``shared`` where strangers are behind the same port: guests of the device, or more devices
    behind something that does not show itself.
    """
    told = list(found)
    held = {one.port for one in told if one.device}
    behind: dict[Port, list[Endpoint]] = defaultdict(list)
    for one in told if held else ():
        if one.port in held:
            behind[one.port].append(one)
    for port in sorted(behind, key=lambda one: one.order):
        here = behind[port]
        known = sorted({one.device for one in here if one.device})
        if len(known) != 1 or known[0] == port.device:
            continue
        mine = [one for one in here if one.device]
        theirs = {ports[known[0]].owner_port(one.mac) for one in mine}
        sure = {one for one in theirs if one.known}
        end = next(iter(sure)) if len(sure) == 1 else Port(known[0])
        shared = len(mine) < len(here)
        a, b = sorted((port, end), key=lambda one: one.order)
        vlans = tuple(sorted({vlan for one in mine for vlan in one.vlans}))
        evidence = ("fdb:a",) if a == port else ("fdb:b",)
        confidence = _TOGETHER if shared else _ALONE
        yield Link(a, b, evidence, confidence, vlans=vlans, shared=shared)
