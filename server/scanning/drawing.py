"""The network as files: lines for spreadsheets, GraphML for programs."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from server.foundation.sheets import MARK, csv_text
from server.scanning.network import LinkView

_HEAD = (
    *("layer", "start", "start_port", "end", "end_port"),
    *("proof", "confidence", "vlans", "shared", "first_seen_at", "last_seen_at"),
)
_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"


def as_csv(links: Iterable[LinkView]) -> str:
    """Return links as CSV (RFC 4180) with a head line; no cell is a formula."""
    return MARK + csv_text([_HEAD, *map(_values, links)])


def _values(one: LinkView) -> tuple[object, ...]:
    link = one.link
    return (
        link.layer,
        one.start_name,
        link.start_port,
        one.end_name,
        link.end_port,
        " ".join(link.evidence),
        link.confidence,
        " ".join(map(str, link.vlans)),
        "yes" if link.shared else "no",
        link.first_seen_at.isoformat(),
        link.last_seen_at.isoformat(),
    )


def as_graphml(links: Iterable[LinkView]) -> str:
    """Return links as an undirected graph; ports and proof are data of its edges."""
    found = list(links)
    names = {one.link.start_id: one.start_name for one in found}
    names |= {one.link.end_id: one.end_name for one in found}
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<graphml xmlns="{_NAMESPACE}">',
        '<key id="name" for="node" attr.name="name" attr.type="string"/>',
        *(
            f'<key id="{key}" for="edge" attr.name="{key}" attr.type="string"/>'
            for key in ("start_port", "end_port", "proof", "vlans")
        ),
        '<graph edgedefault="undirected">',
    ]
    for item_id in sorted(names):
        name = escape(_printable(names[item_id]))
        lines.append(f'<node id="i{item_id}"><data key="name">{name}</data></node>')
    lines += [_edge(one) for one in found]
    return "\n".join([*lines, "</graph>", "</graphml>", ""])


def _edge(one: LinkView) -> str:
    link = one.link
    data = {
        "start_port": link.start_port,
        "end_port": link.end_port,
        "proof": " ".join(link.evidence),
        "vlans": " ".join(map(str, link.vlans)),
    }
    told = "".join(
        f"<data key={quoteattr(key)}>{escape(_printable(value))}</data>"
        for key, value in data.items()
    )
    return f'<edge id="l{link.id}" source="i{link.start_id}" target="i{link.end_id}">{told}</edge>'


def _printable(words: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in words)
