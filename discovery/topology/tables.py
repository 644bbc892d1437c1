"""What bridges learnt: for each VLAN and port, the MAC addresses behind it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from sys import intern

from discovery.findings import LearntFinding
from discovery.topology.identities import usable_mac
from discovery.topology.marks import mark
from discovery.topology.ports import Ports
from discovery.topology.values import Device, Port

#: Scope of rows that belong to no VLAN in particular, and of all VLANs of a bridge together.
ALL = 0


@dataclass(slots=True)
class Bridge:
    """One bridge: for each scope (VLAN), the MAC addresses behind each of its ports."""

    key: str
    ports: list[Port] = field(default_factory=list)
    learnt: dict[int, dict[int, set[str]]] = field(default_factory=dict)

    def macs(self) -> set[str]:
        """Return all addresses it learnt."""
        return set().union(*self.learnt.get(ALL, {}).values())

    def beside(self) -> set[str]:
        """Return the addresses that have a port in some VLAN, but none in all VLANs together."""
        vlans = (table for scope, table in self.learnt.items() if scope != ALL)
        macs = {mac for table in vlans for macs in table.values() for mac in macs}
        return macs - self.macs() if macs else macs


class Tables:
    """The tables of all bridges, each read when it is first asked for.

    ``marks`` has every bridge by its key, ascending; the same mark means the same table.
    """

    def __init__(self, marks: Mapping[str, str], read: Callable[[str], Bridge]) -> None:
        self.marks = dict(sorted(marks.items()))
        self._read = read
        self._bridges: dict[str, Bridge] = {}

    def bridge(self, key: str) -> Bridge:
        """Return a bridge; KeyError where there is none."""
        if key not in self._bridges:
            self._bridges[key] = self._read(key)
        return self._bridges[key]

    def bridges(self, keys: Iterable[str]) -> list[Bridge]:
        """Return bridges in the order of their keys."""
        return [self.bridge(key) for key in keys]


def tables_of(devices: Iterable[Device], ports: Mapping[str, Ports]) -> Tables:
    """Return the tables of the devices that forward frames: those that learnt on a port."""
    found = {}
    for device in devices:
        bridge = bridge_of(device, ports[device.key])
        if bridge.learnt:
            found[device.key] = bridge
    return Tables({key: key for key in found}, found.__getitem__)


def bridge_of(device: Device, ports: Ports) -> Bridge:
    """Return what a device learnt; nothing where it is no bridge."""
    bridge = Bridge(device.key)
    numbers: dict[Port, int] = {}
    vlans: dict[int, dict[int, set[str]]] = {}
    for port, row in _rows(device, ports):
        number = numbers.setdefault(port, len(numbers))
        macs = {intern(mac) for mac in row.macs if usable_mac(mac)}
        for scope in {ALL, row.vlan or ALL}:
            vlans.setdefault(scope, {}).setdefault(number, set()).update(macs)
    bridge.ports = list(numbers)
    bridge.learnt = {scope: _steady(table) for scope, table in vlans.items()}
    return bridge


def table_mark(device: Device, ports: Ports) -> str:
    """Return a mark of all that ``bridge_of`` looks at, empty for a device that is no bridge."""
    rows = [(port, row.vlan, row.macs) for port, row in _rows(device, ports)]
    return mark(rows) if rows else ""


def _rows(device: Device, ports: Ports) -> Iterator[tuple[Port, LearntFinding]]:
    for row in device.findings.learnt:
        if not row.own and (row.bridge_port or row.interface_index):
            yield _port(row.interface_index, row.bridge_port, ports), row


def _port(index: int | None, bridge_port: int, ports: Ports) -> Port:
    port = ports.port(index) if index else ports.bridge_port(bridge_port)
    return port if port.index is None else ports.trunk(ports.port(ports.bare(port.index)))


def _steady(table: dict[int, set[str]]) -> dict[int, set[str]]:
    """Drop what was learnt on two ports at once: it moves, or loops, and says nothing."""
    seen: set[str] = set()
    twice: set[str] = set()
    for macs in table.values():
        twice |= seen & macs
        seen |= macs
    return {number: macs - twice for number, macs in table.items()} if twice else table
