"""Statements into links: what both ends say of one cable becomes one link.

Every cable may be told several times: by two protocols, from both ends, by name and by MAC. The
statements between two devices are joined in this order: both ports equal; one port equal and the
other unknown; what an end says of its own port outweighs what its neighbour says of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from discovery.topology.values import Link, Port, Statement

_RECIPROCAL, _ONE_SIDED, _SPANNING = 0.98, 0.85, 0.75


@dataclass(slots=True)
class _Cable:
    """A link in the making between devices ``x`` and ``y`` (x sorts first)."""

    x: Port
    y: Port
    said: set[str] = field(default_factory=set)

    def takes(self, x: Port, y: Port) -> bool:
        return _same(self.x, x) and _same(self.y, y)

    def add(self, x: Port, y: Port, said: str) -> None:
        self.x, self.y = _better(self.x, x), _better(self.y, y)
        self.said.add(said)


def links_of(statements: Iterable[Statement]) -> list[Link]:
    """Return one link for each cable that the statements tell of."""
    between: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for one in statements:
        between[min(one.local.device, one.target), max(one.local.device, one.target)].append(one)
    return [link for pair in sorted(between) for link in _cables(pair[0], between[pair])]


def _cables(first: str, statements: Sequence[Statement]) -> Iterator[Link]:
    """Join what was said between two devices; LLDP and CDP first, then the spanning tree."""
    cables: list[_Cable] = []
    for one in sorted(statements, key=_strength):
        x, y = (one.local, one.remote) if one.local.device == first else (one.remote, one.local)
        end = "a" if one.local.device == first else "b"
        said = f"{one.protocol}:{end}"
        found = _place(cables, x, y, end, one.protocol)
        if found is None:
            cables.append(_Cable(x, y, {said}))
        else:
            found.add(x, y, said)
    for cable in cables:
        evidence = tuple(sorted(cable.said))
        yield Link(cable.x, cable.y, evidence, _confidence(evidence))


def _strength(one: Statement) -> tuple[int, int, object, object, str]:
    unknown = (not one.local.known) + (not one.remote.known)
    return one.protocol == "stp", unknown, one.local.order, one.remote.order, one.protocol


def _place(cables: list[_Cable], x: Port, y: Port, end: str, protocol: str) -> _Cable | None:
    exact = [cable for cable in cables if cable.takes(x, y)]
    if exact:
        return exact[0]
    if protocol == "stp":  # a second tree over the same cable, told with other numbers
        return next((c for c in cables if _is(c.x, x) or _is(c.y, y)), None)
    return next((cable for cable in cables if _contradicts_only_hearsay(cable, x, y, end)), None)


def _contradicts_only_hearsay(cable: _Cable, x: Port, y: Port, end: str) -> bool:
    """Whether both speak of one port for sure and differ in what one end said of the other's."""
    told_by = {said.rpartition(":")[2] for said in cable.said}
    if told_by == {end}:
        return False  # the same device telling of two ports tells of two cables
    return _is(cable.y, y) if end == "b" else _is(cable.x, x)


def _same(one: Port, other: Port) -> bool:
    """Whether two words for a port can mean the same one."""
    if not one.known or not other.known:
        return not (one.name and other.name) or one.name.casefold() == other.name.casefold()
    return _is(one, other)


def _is(one: Port, other: Port) -> bool:
    if one.index is not None and other.index is not None:
        return one.index == other.index
    return one.bridge_port is not None and one.bridge_port == other.bridge_port


def _better(one: Port, other: Port) -> Port:
    return other if (other.known and not one.known) or (not one.name and not one.known) else one


def _confidence(evidence: Sequence[str]) -> float:
    protocols = {said.partition(":")[0] for said in evidence}
    if protocols == {"stp"}:
        return _SPANNING
    ends = {said.rpartition(":")[2] for said in evidence if not said.startswith("stp")}
    return _RECIPROCAL if len(ends) > 1 else _ONE_SIDED
