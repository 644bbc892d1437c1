"""The ports of one device by everything that others may call them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property

from discovery.findings import InterfaceFinding
from discovery.topology.naming import spellings, unit_of
from discovery.topology.values import Device, Port

#: ifTypes of sockets for cables and radios.
_PHYSICAL = {6, 7, 26, 62, 69, 71, 117}
_BUNDLE = 161
_DEEPEST = 8


class Ports:
    """Looks ports up; built once for each device, linear in what it says."""

    def __init__(self, device: Device) -> None:
        findings = device.findings
        self.key = device.key
        self._findings = findings
        self.interfaces = {one.index: one for one in findings.interfaces}
        self._bridge = {one.port: one.interface_index for one in findings.bridge_ports}
        self._bridge_of = {index: port for port, index in sorted(self._bridge.items()) if index}
        self._local = {one.number: one for one in findings.local_ports}
        self.by_mac: dict[str, list[int]] = defaultdict(list)
        for one in findings.interfaces:
            if one.mac:
                self.by_mac[one.mac].append(one.index)
        self.by_address = {one.address: one.interface_index for one in findings.addresses}
        self._addressed = set(self.by_address.values())
        self._lower: dict[int, list[int]] = defaultdict(list)
        self.bundle: dict[int, int] = {}
        for row in findings.stack:
            self._lower[row.upper].append(row.lower)
            if row.bundle or self._type(row.upper) == _BUNDLE:
                self.bundle[row.lower] = row.upper

    def _type(self, index: int) -> int | None:
        interface = self.interfaces.get(index)
        return interface.type if interface else None

    def port(self, index: int) -> Port:
        """Return the port with that ifIndex."""
        interface, local = self.interfaces.get(index), self._local.get(index)
        name = (interface.name or interface.description) if interface else ""
        if not interface and local:
            told = local.id if local.id_kind == "interface_name" else local.description
            name = told or local.id
        return Port(self.key, index, name or str(index), self._bridge_of.get(index))

    def bridge_port(self, number: int) -> Port:
        """Return the port with that bridge port number.

        Where the bridge knows no such port but an interface has that number, it is the ifIndex:
        Alcatel's OmniSwitch fills Q-BRIDGE rows so.
        """
        index = self._bridge.get(number)
        if index:
            return self.port(index)
        if number not in self._bridge and number in self.interfaces:
            return self.port(number)
        return Port(self.key, None, str(number), number)

    def bare(self, index: int) -> int:
        """Return the socket below an interface: a VLAN's or unit's port, a bundle as it is."""
        for _ in range(_DEEPEST):
            interface = self.interfaces.get(index)
            if interface is None or (interface.type in _PHYSICAL and not unit_of(interface.name)):
                return index
            below = self._below(index, interface)
            if below is None:
                return index
            index = below
        return index

    def _below(self, index: int, interface: InterfaceFinding) -> int | None:
        unit = unit_of(interface.name or interface.description)
        if unit:
            named = self._named((unit,))
            if named is not None:
                return named
        lower = [one for one in self._lower.get(index, ()) if one in self.interfaces]
        return lower[0] if len(lower) == 1 and interface.type != _BUNDLE else None

    def trunk(self, port: Port) -> Port:
        """Return the bundle that a port is a member of, or the port itself."""
        if port.index is None:
            return port
        index = self.bundle.get(port.index, port.index)
        return port if index == port.index else self.port(index)

    def find(self, kind: str, said: str, description: str = "") -> Port:
        """Return the port that another device means; without a number where none fits for sure."""
        index = self._by_mac(said, description) if kind == "mac" else None
        if index is None and kind == "address":
            index = self.by_address.get(said)
        if index is None:
            index = self._named((said, description))
        if index is None and said.isdigit():
            index = self._numbered(int(said))
        if index is None:
            return Port(self.key, None, description if kind == "mac" and description else said)
        return self.port(index)

    def _numbered(self, number: int) -> int | None:
        if number in self.interfaces or number in self._local:
            return number
        if not self.interfaces and not self._local:
            return number
        return self._bridge.get(number)

    def _by_mac(self, said: str, description: str) -> int | None:
        """Return the interface with a MAC; of several the one described, else the only socket."""
        found = self.by_mac.get(said, [])
        if len(found) <= 1:
            local = found or [n for n, one in self._local.items() if one.id == said]
            return local[0] if len(local) == 1 else None
        named = self._named((description,))
        if named in found:
            return named
        sockets = {self.bare(index) for index in found} & set(self.sockets(found))
        return min(sockets) if len(sockets) == 1 else None

    def sockets(self, indexes: Iterable[int]) -> list[int]:
        """Return those that are sockets for a cable."""
        return [index for index in indexes if self._type(index) in _PHYSICAL]

    @cached_property
    def _names(self) -> list[dict[str, int]]:
        """Ports by what names them, the most exact first; many a device is asked for none."""
        interfaces, local = self._findings.interfaces, self._findings.local_ports
        return [
            *(_unique((one.index, read(one)) for one in interfaces) for read in _NAMES),
            _unique((one.number, one.id) for one in local),
            _unique((one.number, one.description) for one in local),
        ]

    def _named(self, words: Iterable[str]) -> int | None:
        for said in words:
            for form in spellings(said):
                for names in self._names:
                    if form in names:
                        return names[form]
        return None

    def owner_port(self, mac: str) -> Port:
        """Return the port that carries a MAC of the device, without number if several do."""
        found = self.by_mac.get(mac, [])
        bare = sorted({self.bare(index) for index in found})
        if len(bare) > 1:
            bare = self._most_likely(bare)
        return self.port(bare[0]) if len(bare) == 1 else Port(self.key)

    def _most_likely(self, indexes: list[int]) -> list[int]:
        """Prefer the only socket that is up, else the one that has an address (Linux: br0)."""
        up = [index for index in indexes if self.interfaces[index].up is not False]
        sockets = self.sockets(up)
        if len(sockets) == 1:
            return sockets
        return [index for index in sockets or up if index in self._addressed]


def _unique(pairs: Iterable[tuple[int, str]]) -> dict[str, int]:
    """Return numbers by the spellings that belong to one alone; exact spellings come first."""
    exact: dict[str, set[int]] = defaultdict(set)
    short: dict[str, set[int]] = defaultdict(set)
    for number, name in pairs:
        forms = spellings(name)
        if forms:
            exact[forms[0]].add(number)
            short[forms[-1]].add(number)
    found = {form: min(numbers) for form, numbers in short.items() if len(numbers) == 1}
    for form, numbers in exact.items():
        if len(numbers) == 1:
            found[form] = min(numbers)
        else:
            found.pop(form, None)
    return found


_NAMES: tuple[Callable[[InterfaceFinding], str], ...] = (
    lambda one: one.name,
    lambda one: one.description,
    lambda one: one.alias,
)
