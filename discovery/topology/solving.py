"""The whole network from what all devices said: the one function others call.

In this order, and what comes later never contradicts what came before: LLDP and CDP, spanning tree,
the tables of bridges with these links held fixed, endpoints on edge ports; layer 3 stands beside
them. The same observations give the same bytes, whatever order they come in.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from discovery.topology.endpoints import attachments, endpoints
from discovery.topology.identities import Identities
from discovery.topology.joining import joined
from discovery.topology.media import media_of
from discovery.topology.pairing import links_of
from discovery.topology.passing import not_passing
from discovery.topology.ports import Ports
from discovery.topology.regions import Region, regions
from discovery.topology.routing import routing_links
from discovery.topology.stating import neighbour_statements, spanning_statements
from discovery.topology.subnets import subnets
from discovery.topology.tables import Tables, tables_of
from discovery.topology.values import (
    Device,
    HalfLink,
    Link,
    Port,
    Segment,
    Statement,
    Topology,
)

_Read = Callable[[Device, Mapping[str, Ports], Identities], Iterator[Statement | HalfLink]]


def solve(devices: Iterable[Device]) -> Topology:
    """Return the topology of all devices; see the modules for the rules and their sources.

    Complexity: linear in rows for neighbour protocols; per region of bridges that hear of each
    other quadratic in bridges, with sets of addresses as bits.
    """
    ordered = sorted(devices, key=lambda one: one.key)
    ports = {device.key: Ports(device) for device in ordered}
    return Solving(ordered, ports, tables_of(ordered, ports)).topology()


class Solving:
    """One derivation: of devices by ascending key, and of the tables of those that are bridges.

    What devices learnt is read from ``tables`` alone. ``regions`` holds the regions afterwards;
    ``standing`` are regions of an earlier derivation whose tables are the same.
    """

    def __init__(
        self,
        devices: Sequence[Device],
        ports: Mapping[str, Ports],
        tables: Tables,
        standing: Iterable[Region] = (),
    ) -> None:
        self._devices = devices
        self._ports = ports
        self._tables = tables
        self._identities = Identities(devices)
        self._owners = self._identities.macs()
        self.regions = regions(tables, self._owners, standing)
        self._halves: list[HalfLink] = []
        self._segments: list[Segment] = []

    def topology(self) -> Topology:
        """Return the network."""
        told = links_of(self._statements(neighbour_statements))
        told, passing = not_passing(told, self.regions, self._tables, self._owners, self._ports)
        self._halves += passing
        spanning = links_of(self._statements(spanning_statements))
        links = self._with_tables(joined(told, spanning, self._ports, self._halves))
        hanging = endpoints(self.regions, self._inner(links), self._tables, self._owners)
        links = joined(links, attachments(hanging, self._ports), self._ports)
        routed, strangers = routing_links(self._devices, self._ports, self._identities)
        return Topology(
            links=tuple(sorted((*links, *routed), key=_link_order)),
            half_links=tuple(sorted({*self._halves, *strangers}, key=_half_order)),
            segments=tuple(
                sorted(self._segments, key=lambda one: [port.order for port in one.ports])
            ),
            endpoints=tuple(hanging),
            subnets=subnets(self._devices, self._ports),
        )

    def _statements(self, read: _Read) -> list[Statement]:
        found: list[Statement] = []
        for device in self._devices:
            for one in read(device, self._ports, self._identities):
                if isinstance(one, HalfLink):
                    self._halves.append(one)
                else:
                    found.append(one)
        return found

    def _with_tables(self, links: list[Link]) -> list[Link]:
        media = media_of(self.regions, links, self._tables, self._owners, self._ports)
        self._segments += [one.segment for one in media if one.segment is not None]
        return joined(links, [one.link for one in media if one.link is not None], self._ports)

    def _inner(self, links: Iterable[Link]) -> set[Port]:
        """Return the ports that lead to other bridges."""
        keys = self._tables.marks
        found = {port for segment in self._segments for port in segment.ports}
        for link in links:
            if link.a.device in keys and link.b.device in keys:
                found |= {self._ports[port.device].trunk(port) for port in (link.a, link.b)}
        return found


def _link_order(link: Link) -> tuple[object, ...]:
    return link.layer, link.a.order, link.b.order, link.evidence


def _half_order(half: HalfLink) -> tuple[object, ...]:
    seen = half.remote_chassis, half.remote_name, half.remote_port, half.remote_key
    return half.local.order, half.protocol, seen, half.reason, half.remote_addresses
