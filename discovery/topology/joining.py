"""Weaker evidence joins stronger, and never contradicts it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from discovery.topology.ports import Ports
from discovery.topology.values import HalfLink, Link, Port

_TAKEN = "a better proof joins this port to another device"


def joined(
    links: Sequence[Link],
    more: Iterable[Link],
    ports: Mapping[str, Ports],
    refused: list[HalfLink] | None = None,
) -> list[Link]:
    """Return ``links`` with weaker ones added.

    A link that is known already gains evidence; one whose port is taken by a better proof is left
    out, and told in ``refused`` where that is given. A bundle (LAG) and its members are one port.
    """
    found = list(links)
    taken: dict[Port, list[int]] = defaultdict(list)
    for place, link in enumerate(found):
        for end in _ends(link, ports):
            taken[end].append(place)
    for link in more:
        ends = _ends(link, ports)
        places = sorted({place for end in ends for place in taken.get(end, ())})
        same = [place for place in places if pair_of(found[place]) == pair_of(link)]
        if same:
            found[same[0]] = _strengthened(found[same[0]], link)
        elif not places:
            for end in ends:
                taken[end].append(len(found))
            found.append(link)
        elif refused is not None:
            refused.append(_refused(link))
    return found


def pair_of(link: Link) -> frozenset[str]:
    """Return the two devices of a link."""
    return frozenset((link.a.device, link.b.device))


def _ends(link: Link, ports: Mapping[str, Ports]) -> list[Port]:
    return [ports[port.device].trunk(port) for port in (link.a, link.b) if port.known]


def _strengthened(link: Link, other: Link) -> Link:
    return replace(
        link,
        a=link.a if link.a.known or link.a.name else other.a,
        b=link.b if link.b.known or link.b.name else other.b,
        evidence=tuple(sorted({*link.evidence, *other.evidence})),
        vlans=tuple(sorted({*link.vlans, *other.vlans})),
    )


def _refused(link: Link) -> HalfLink:
    protocol, _, end = link.evidence[0].partition(":")
    local, remote = (link.a, link.b) if end == "a" else (link.b, link.a)
    return HalfLink(local, protocol, _TAKEN, remote_port=remote.name, remote_key=remote.device)
