"""Which port of a bridge faces which other bridge, from their tables alone.

Lowekamp, O'Hallaron and Gross (Topology Discovery for Large Ethernet Networks, SIGCOMM 2001): in a
tree, two ports face each other exactly when no address is behind the other ports of both. So:

1. where a bridge learnt an address of another, that port faces it;
2. then the other's port is the one behind which lies all that the first sees elsewhere;
3. where neither learnt the other, the pair of ports must be the only one that fits all common
   addresses, or nothing is said.

Sets are integers used as bits: bit i of a port is address i, bit j of a side is bridge j.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from discovery.topology.tables import Bridge

#: Fewer common addresses than these allow several answers (the three-address condition).
_ENOUGH = 3

Fixed = Mapping[tuple[str, str], set[int]]


class Facing:
    """The ports of all bridges of a region towards each other, in one scope.

    ``toward[i][j]`` is the port number of bridge i that faces bridge j. ``fixed`` holds what is
    known from neighbour protocols: (bridge, other bridge) -> port numbers.
    """

    def __init__(
        self, bridges: Sequence[Bridge], scope: int, owners: Mapping[str, str], fixed: Fixed
    ) -> None:
        self.bridges = bridges
        self.place = {bridge.key: number for number, bridge in enumerate(bridges)}
        self._numbers: dict[str, int] = {}
        self.sets: list[dict[int, int]] = []
        self._port_of: list[dict[int, int]] = []
        for bridge in bridges:
            table = bridge.learnt.get(scope, {})
            self.sets.append({port: self._bits(macs) for port, macs in table.items()})
        self.all = [_union(sets.values()) for sets in self.sets]
        self.toward: list[dict[int, int]] = [{} for _ in bridges]
        self._take_fixed(fixed)
        self._take_learnt(owners)
        self._infer()

    def _bits(self, macs: set[str]) -> int:
        numbers = self._numbers
        octets = bytearray()
        for mac in macs:
            number = numbers.setdefault(mac, len(numbers))
            if number >> 3 >= len(octets):
                octets.extend(bytes((number >> 3) + 1 - len(octets)))
            octets[number >> 3] |= 1 << (number & 7)
        return int.from_bytes(octets, "little")

    def macs(self, bits: int) -> list[str]:
        """Return the addresses of a set, sorted."""
        names = list(self._numbers)
        return sorted(names[number] for number in members(bits))

    def _take_fixed(self, fixed: Fixed) -> None:
        for (key, other), numbers in fixed.items():
            if key in self.place and other in self.place and len(numbers) == 1:
                self.toward[self.place[key]][self.place[other]] = min(numbers)

    def _take_learnt(self, owners: Mapping[str, str]) -> None:
        owner_of: dict[int, int] = {}
        for mac, number in self._numbers.items():
            owner = self.place.get(owners.get(mac, ""))
            if owner is not None:
                owner_of[number] = owner
        owned = _union(1 << number for number in owner_of)
        for here, sets in enumerate(self.sets):
            seen: dict[int, set[int]] = {}
            for port, bits in sets.items():
                for number in members(bits & owned):
                    seen.setdefault(owner_of[number], set()).add(port)
            for there, ports in seen.items():
                if len(ports) == 1 and there != here:
                    self.toward[here].setdefault(there, min(ports))

    def _infer(self) -> None:
        """Fill in the other half of what is known of one side, then what neither side knows."""
        for here in range(len(self.bridges)):
            for there in range(here + 1, len(self.bridges)):
                x, y = self.toward[here].get(there), self.toward[there].get(here)
                if x is not None and y is None:
                    y = self._behind(here, x, there)
                elif y is not None and x is None:
                    x = self._behind(there, y, here)
                elif x is None and y is None:
                    x, y = self._only_pair(here, there)
                if x is not None:
                    self.toward[here][there] = x
                if y is not None:
                    self.toward[there][here] = y

    def _behind(self, here: int, x: int, there: int) -> int | None:
        """Return the port of ``there`` behind which all lies that ``here`` sees beside ``x``."""
        elsewhere = self.all[here] & ~self.sets[here].get(x, 0) & self.all[there]
        if not elsewhere:
            return None
        return next(
            (port for port, bits in self.sets[there].items() if not elsewhere & ~bits), None
        )

    def _only_pair(self, here: int, there: int) -> tuple[int | None, int | None]:
        common = self.all[here] & self.all[there]
        if common.bit_count() < _ENOUGH:
            return None, None
        lowest = common & -common
        first = next(port for port, bits in self.sets[here].items() if bits & lowest)
        second = next(port for port, bits in self.sets[there].items() if bits & lowest)
        one = first, self._behind(here, first, there)
        two = self._behind(there, second, here), second
        whole = {(x, y) for x, y in (one, two) if x is not None and y is not None}
        if len(whole) != 1:
            return None, None
        x, y = next(iter(whole))
        # Each must see something elsewhere that the other sees on this port, or it is chance.
        here_elsewhere = bool(common & ~self.sets[here][x])
        there_elsewhere = bool(common & ~self.sets[there][y])
        return (x, y) if here_elsewhere and there_elsewhere else (None, None)


def members(bits: int) -> Iterator[int]:
    """Yield the places of the bits that are set, ascending."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _union(sets: Iterable[int]) -> int:
    found = 0
    for bits in sets:
        found |= bits
    return found
