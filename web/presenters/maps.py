"""A dependency graph as the map draws it: states in words, groups as brackets, edges explained."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from web.presenters import names
from web.presenters.reader import Reader
from web.presenters.states import state_sign


@dataclass(frozen=True)
class MapNode:
    """One item. ``kind`` is its class in the reader's language, ``note`` why it is as it is.

    ``count`` is the number of items where the node is a bundle of them; ``place`` its centre where
    the browser is not to lay the map out; ``failed`` says that somebody lets it fail, ``wave``
    after how many steps a failure came; ``lit`` that it stands on the way that was asked for.
    """

    id: str
    name: str
    kind: str
    state: str
    url: str = ""
    note: str = ""
    focus: bool = False
    failed: bool = False
    chosen: bool = False
    lit: bool = False
    wave: int = 0
    count: int = 0
    place: tuple[float, float] | None = None


@dataclass(frozen=True)
class MapEdge:
    """``dependant`` needs ``provider`` (hard) or suffers without it; ``detail``: source and age.

    ``carries`` is the state that came along it, "" for none.
    """

    id: str
    dependant: str
    provider: str
    label: str
    hard: bool = True
    detail: str = ""
    carries: str = ""
    lit: bool = False


@dataclass(frozen=True)
class MapGroup:
    """A redundancy group: ``dependant`` needs ``needs`` of ``members``, ``up`` of them are up.

    ``state`` is what the group passes on to its dependant; ``label`` (on the bracket) and ``note``
    (on hover) stand in for the words that are made of the numbers.
    """

    id: str
    dependant: str
    name: str
    needs: int
    members: tuple[str, ...]
    up: int
    state: str
    label: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class MapGraph:
    """All that one map draws; edges and groups whose ends are not among the nodes are left out."""

    nodes: tuple[MapNode, ...]
    edges: tuple[MapEdge, ...] = ()
    groups: tuple[MapGroup, ...] = ()

    def as_json(self, reader: Reader) -> dict[str, list[dict[str, Any]]]:
        """Return what static/src/map/elements.js reads."""
        known = {node.id for node in self.nodes}
        return {
            "nodes": [_node(node, reader) for node in self.nodes],
            "edges": [
                _edge(edge) for edge in self.edges if {edge.dependant, edge.provider} <= known
            ],
            "groups": list(_groups(self.groups, known, reader)),
        }


def _node(node: MapNode, reader: Reader) -> dict[str, Any]:
    sign = state_sign(node.state, reader.gettext)
    return {
        "id": node.id,
        "name": names.visible(node.name),
        "kind": node.kind,
        "state": sign.state,
        "shape": sign.shape,
        "word": sign.word,
        "css": sign.css,
        "url": node.url,
        "note": node.note,
        "focus": node.focus,
        "failed": node.failed,
        "chosen": node.chosen,
        "lit": node.lit,
        "wave": node.wave,
        "count": node.count,
        "place": node.place,
    }


def _edge(edge: MapEdge) -> dict[str, Any]:
    return {
        "id": edge.id,
        "dependant": edge.dependant,
        "provider": edge.provider,
        "label": edge.label,
        "hard": edge.hard,
        "detail": edge.detail,
        "carries": edge.carries.replace("_", "-"),
        "lit": edge.lit,
    }


def _groups(
    groups: Iterable[MapGroup], known: set[str], reader: Reader
) -> Iterable[dict[str, Any]]:
    for group in groups:
        members = [member for member in group.members if member in known]
        if group.dependant not in known or not members:
            continue
        numbers = {"needs": group.needs, "members": len(group.members), "up": group.up}
        yield {
            "id": group.id,
            "dependant": group.dependant,
            "name": names.visible(group.name),
            "members": members,
            "css": state_sign(group.state, reader.gettext).css,
            # Short, for the bracket itself; the note is for the hover.
            "label": reader.gettext("%(needs)s of %(members)s") % numbers
            if group.label is None
            else group.label,
            "note": reader.gettext("needs %(needs)s of %(members)s, %(up)s up") % numbers
            if group.note is None
            else group.note,
        }
