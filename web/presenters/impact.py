"""Impact in words and as a map."""

from collections.abc import Iterable, Sequence
from typing import Any

from cmdb.model import Model
from web.presenters.maps import MapEdge, MapGraph, MapGroup, MapNode
from web.presenters.reader import Reader
from web.presenters.values import class_label


def reason_text(reason: str, because_of: str, group: str, reader: Reader) -> str:
    """Say in one sentence why an item has its state; ``because_of`` is "" for a hidden item."""
    names = {"name": because_of or reader.gettext("an item outside your view"), "group": group}
    sentences = {
        "failed": reader.gettext("failed itself"),
        "hard_provider": reader.gettext("needs %(name)s"),
        "group_short": reader.gettext("too few of “%(group)s” are left"),
        "soft_provider": reader.gettext("suffers without %(name)s"),
        "group_reduced": reader.gettext("“%(group)s” has less than all of its capacity"),
        "group_lost_member": reader.gettext("“%(group)s” lost %(name)s and holds"),
    }
    return sentences.get(reason, reason) % names


def neighbourhood_map(
    item: Any, relations: Iterable[Any], states: dict[int, str], model: Model, reader: Reader
) -> MapGraph:
    """Draw an item with its direct relations; ``relations`` are server.items RelationRow."""
    nodes = {item.id: _node(item, states, model, reader, focus=True)}
    edges: list[MapEdge] = []
    groups: dict[int, list[Any]] = {}
    for row in relations:
        kind = model.relation_type(row.relation.type_code)
        nodes[row.other.id] = _node(row.other, states, model, reader)
        if kind.provider is None:
            continue
        if row.group is not None:
            groups.setdefault(row.group.id, []).append(row)
            continue
        edges.append(_edge(row, kind, model, reader))
    drawn = tuple(_group(rows, model, states) for rows in groups.values())
    return MapGraph(tuple(nodes.values()), tuple(edges), drawn)


def _ends(row: Any, provider: str) -> tuple[str, str]:
    """Return (dependant, provider) as node ids."""
    start, end = str(row.relation.start_id), str(row.relation.end_id)
    return (start, end) if provider == "end" else (end, start)


def _edge(row: Any, kind: Any, model: Model, reader: Reader) -> MapEdge:
    dependant, provider = _ends(row, kind.provider)
    return MapEdge(
        id=f"r{row.relation.id}",
        dependant=dependant,
        provider=provider,
        label=model.label(kind, reader.language),
        hard=kind.strength == "hard",
        detail=row.relation.source,
    )


def _group(rows: Sequence[Any], model: Model, states: dict[int, str]) -> MapGroup:
    first = rows[0]
    kind = model.relation_type(first.relation.type_code)
    dependant, _ = _ends(first, kind.provider or "end")
    members = tuple(_ends(row, kind.provider or "end")[1] for row in rows)
    up = sum(states.get(int(member), "up") != "down" for member in members)
    needs = _needed(first.group, len(members))
    state = "down" if up < needs else "at_risk" if up < len(members) else "up"
    return MapGroup(f"g{first.group.id}", dependant, first.group.name, needs, members, up, state)


def _needed(group: Any, members: int) -> int:
    if group.rule == "percent":
        return -(-members * int(group.threshold) // 100)
    return min(int(group.threshold), members)


def path_map(rows: Iterable[Any], model: Model, reader: Reader) -> MapGraph:
    """Draw the paths by which failures reach the affected items (server.items AffectedRow)."""
    nodes: dict[int, MapNode] = {}
    edges: dict[str, MapEdge] = {}
    for row in rows:
        before: Any = None
        for hop in row.path:
            if hop.item is None:
                before = None
                continue
            state = {hop.item.id: hop.state.text}
            node = _node(hop.item, state, model, reader, focus=hop.kind == "failed")
            nodes.setdefault(hop.item.id, node)
            if before is not None:
                key = f"{before.id}-{hop.item.id}"
                edges[key] = MapEdge(
                    key, str(hop.item.id), str(before.id), hop.group, hard=hop.kind != "soft"
                )
            before = hop.item
    return MapGraph(tuple(nodes.values()), tuple(edges.values()))


def _node(
    item: Any, states: dict[int, str], model: Model, reader: Reader, *, focus: bool = False
) -> MapNode:
    return MapNode(
        id=str(item.id),
        name=item.name,
        kind=class_label(model, item.class_code, reader.language),
        state=states.get(item.id, "up"),
        url=f"/items/{item.id}",
        focus=focus,
    )
