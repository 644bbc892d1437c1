"""Address ranges as people write them.

``10.1.0.0/16``, ``10.1.2.3``, ``10.1.2.10-10.1.3.20``, ``10.1.2.10-20`` and IPv6 alike. Network and
broadcast address of an IPv4 network are left out, as no device has them.
"""

import ipaddress
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: A /12 of IPv4: a larger range is a typing error or wants several scans.
MAX_ADDRESSES = 1 << 20

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class BadRange(ValueError):
    """A range cannot be read; the text says which and why."""


@dataclass(frozen=True, slots=True)
class AddressRange:
    """Consecutive addresses, both ends included; never held in memory one by one."""

    first: _Address
    last: _Address

    def __len__(self) -> int:
        return int(self.last) - int(self.first) + 1

    def __iter__(self) -> Iterator[str]:
        make = type(self.first)
        return (str(make(number)) for number in range(int(self.first), int(self.last) + 1))


def parse_range(words: str) -> AddressRange:
    """Read one range. Raises BadRange.

    >>> list(parse_range("10.0.0.0/30"))
    ['10.0.0.1', '10.0.0.2']
    >>> len(parse_range("10.0.0.250-10.0.1.5"))
    12
    >>> list(parse_range("10.0.0.9-10"))
    ['10.0.0.9', '10.0.0.10']
    """
    words = words.strip()
    try:
        found = _network(words) if "/" in words else _span(words)
    except ValueError as error:
        raise BadRange(f"{words!r} is not an address range: {error}") from None
    if len(range(int(found.first), int(found.last) + 1)) == 0:
        raise BadRange(f"{words!r} ends before it begins")
    return found


def _network(words: str) -> AddressRange:
    network = ipaddress.ip_network(words, strict=False)
    if network.num_addresses > MAX_ADDRESSES:
        raise ValueError(f"more than {MAX_ADDRESSES:,} addresses")
    first, last = network.network_address, network.broadcast_address
    if network.version == 4 and network.num_addresses > 2:
        first, last = first + 1, last - 1
    return AddressRange(first, last)


def _span(words: str) -> AddressRange:
    start, dash, end = words.partition("-")
    first = ipaddress.ip_address(start.strip())
    if not dash:
        return AddressRange(first, first)
    end = end.strip()
    if end.isdigit():
        head, separator, _ = str(first).rpartition("." if first.version == 4 else ":")
        end = head + separator + end
    last = ipaddress.ip_address(end)
    if last.version != first.version:
        raise ValueError("its ends are of different IP versions")
    if int(last) - int(first) >= MAX_ADDRESSES:
        raise ValueError(f"more than {MAX_ADDRESSES:,} addresses")
    return AddressRange(first, last)


@dataclass(frozen=True, slots=True)
class Targets:
    """Several ranges as one list; an address that lies in two of them is asked once."""

    ranges: tuple[AddressRange, ...]

    def __len__(self) -> int:
        return sum(len(one) for one in self.ranges)

    def __iter__(self) -> Iterator[str]:
        for one in self.ranges:
            yield from one

    def __str__(self) -> str:
        return ", ".join(f"{one.first}-{one.last}" for one in self.ranges)

    def address_at(self, place: int) -> str | None:
        """Return the address at a place, counted from 0; None behind the last.

        >>> parse_targets(["10.0.0.1-2", "10.0.0.9"]).address_at(2)
        '10.0.0.9'
        """
        for one in self.ranges:
            if place < len(one):
                return str(type(one.first)(int(one.first) + place))
            place -= len(one)
        return None

    def remaining(self, start: str | None, without: Iterable[str] = ()) -> "Targets":
        """Return the targets from an address on (None: all), without some.

        >>> str(parse_targets(["10.0.0.1-9"]).remaining("10.0.0.3", ["10.0.0.1", "10.0.0.5"]))
        '10.0.0.3-10.0.0.4, 10.0.0.6-10.0.0.9'
        """
        over = sorted({ipaddress.ip_address(one) for one in without}, key=_place)
        first = _place(ipaddress.ip_address(start)) if start else (0, 0)
        left = [
            AddressRange(type(one.first)(max(int(one.first), first[1])), one.last)
            if one.first.version == first[0]
            else one
            for one in self.ranges
            if _place(one.last) >= first
        ]
        return Targets(tuple(_cut(left, over)))


def _place(address: _Address) -> tuple[int, int]:
    return address.version, int(address)


def _cut(ranges: Iterable[AddressRange], over: Iterable[_Address]) -> Iterator[AddressRange]:
    """Yield the ranges without some addresses; both are in order."""
    waiting = deque(over)
    for one in ranges:
        start = int(one.first)
        while waiting and _place(waiting[0]) <= _place(one.last):
            here = int(waiting.popleft())
            if here < start:
                continue
            if here > start:
                yield AddressRange(type(one.first)(start), type(one.first)(here - 1))
            start = here + 1
        if start <= int(one.last):
            yield AddressRange(type(one.first)(start), one.last)


def parse_targets(lines: Iterable[str]) -> Targets:
    """Read ranges, one each; blanks and ``#`` comments are skipped. Raises BadRange.

    >>> len(parse_targets(["10.0.0.0/24", "10.0.0.128/25", "# lab", "10.1.0.1"]))
    255
    """
    found = [parse_range(words) for line in lines if (words := line.partition("#")[0].strip())]
    if not found:
        raise BadRange("no address range given")
    targets = Targets(tuple(_merged(found)))
    if len(targets) > MAX_ADDRESSES:
        raise BadRange(f"{len(targets):,} addresses are more than {MAX_ADDRESSES:,} in one scan")
    return targets


def _merged(ranges: Iterable[AddressRange]) -> Iterator[AddressRange]:
    """Join overlapping ranges, in order of address."""
    ordered = sorted(ranges, key=lambda one: (one.first.version, int(one.first)))
    current = ordered[0]
    for following in ordered[1:]:
        same_family = following.first.version == current.first.version
        if same_family and int(following.first) <= int(current.last) + 1:
            last = max(current.last, following.last, key=int)
            current = AddressRange(current.first, last)
        else:
            yield current
            current = following
    yield current
