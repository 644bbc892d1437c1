"""Finds the interface that a neighbour row speaks of.

The LLDP-MIB leaves open what its local port number is: ifIndex, bridge port, or neither. The rule,
in this order, and each row records which one decided: what the protocol says about the port matches
exactly one interface (``name``); the number is an ifIndex (``ifIndex``); the number is a bridge
port (``basePort``). Bridge ports come last because several agents number LLDP ports by ifIndex
while bridge ports with the same number exist.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from discovery.findings import InterfaceFinding, NeighbourFinding

_Read = Callable[[InterfaceFinding], str]

#: What may carry a port's name, the most exact first; each is tried on its own, so that an alias
#: that repeats another port's name does no harm.
_NAMES: tuple[_Read, ...] = (
    lambda interface: interface.name,
    lambda interface: interface.description,
    lambda interface: interface.alias,
)


def with_local_ports(
    neighbours: Iterable[NeighbourFinding], interfaces: Sequence[InterfaceFinding]
) -> tuple[NeighbourFinding, ...]:
    """Return the rows with ``local_index``, ``local_name`` and ``local_rule`` filled in.

    A row that no rule fits keeps its number and stays without an interface. Linear in rows and
    interfaces.
    """
    rows = tuple(neighbours)
    if not rows:
        return rows
    ports = _Ports(interfaces)
    return tuple(map(ports.resolved, rows))


class _Ports:
    """The device's interfaces by everything a neighbour row may call them."""

    def __init__(self, interfaces: Sequence[InterfaceFinding]) -> None:
        self._by_index = {interface.index: interface for interface in interfaces}
        self._by_name = [_unique(interfaces, read) for read in _NAMES]
        self._by_mac = _unique(interfaces, lambda interface: interface.mac)

    def resolved(self, row: NeighbourFinding) -> NeighbourFinding:
        found, rule = self._named(row), "name"
        if found is None:
            found, rule = self._by_index.get(row.local_port), "ifIndex"
        if found is None and row.base_port_index is not None:
            found, rule = self._by_index.get(row.base_port_index), "basePort"
        if found is None:
            return row
        return replace(
            row,
            local_index=found.index,
            local_name=found.name or found.description,
            local_rule=rule,
        )

    def _named(self, row: NeighbourFinding) -> InterfaceFinding | None:
        if row.local_port_id_kind == "mac" and row.local_port_id in self._by_mac:
            return self._by_mac[row.local_port_id]
        for said in (row.local_port_id, row.local_port_description):
            for names in self._by_name:
                if said.casefold() in names:
                    return names[said.casefold()]
        return None


def _unique(interfaces: Sequence[InterfaceFinding], read: _Read) -> Mapping[str, InterfaceFinding]:
    """Return the interfaces by what is said of one of them alone."""
    found: dict[str, InterfaceFinding | None] = {}
    for interface in interfaces:
        said = read(interface).casefold()
        found[said] = None if said in found else interface
    found.pop("", None)
    return {said: interface for said, interface in found.items() if interface is not None}
