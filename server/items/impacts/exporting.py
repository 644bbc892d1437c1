"""The graph, or the part of it that an impact answer is about, for other programs.

GraphML and JSON hold nodes and edges as networkx writes them (redundancy groups are nodes between
their members and the item that needs them); CSV holds one line a relation. Items out of the
actor's sight have no name and no number; they are left out for whoever may not count them.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import networkx as nx
import numpy as np
from sqlalchemy.orm import Session

from cmdb.engine.impact.networks import Network, Node
from cmdb.engine.impact.report import ImpactReport
from cmdb.errors import InvalidValue
from server.foundation.permissions import Actor, Permission
from server.foundation.sheets import csv_text
from server.items.blast import compute_impact
from server.items.impacts.graphs import AsOf, graph_at
from server.items.impacts.naming import NamedItem, group_names, name_items

Format = Literal["graphml", "json", "csv"]
FORMATS: tuple[Format, ...] = ("graphml", "json", "csv")

#: Items of one export; a larger part is asked for in pieces.
MOST_ITEMS = 50_000

#: What XML cannot hold, whatever an agent may have called its machine.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_COLUMNS = (
    "provider_id",
    "provider",
    "provider_class",
    "provider_state",
    "dependant_id",
    "dependant",
    "dependant_class",
    "dependant_state",
    "kind",
    "weight",
    "group",
    "group_rule",
    "group_required",
    "group_total",
)


@dataclass(frozen=True, slots=True)
class ExportQuestion:
    """What to write: what suffers when ``failed`` fail together, or the whole graph."""

    failed: tuple[int, ...] = ()
    as_of: AsOf = None


def export_network(session: Session, actor: Actor, question: ExportQuestion) -> Network:
    """Return the part of the graph as a network with names and, after failures, states.

    Raises ``InvalidValue`` for more than ``MOST_ITEMS`` items.
    """
    actor.require(Permission.ITEM_READ)
    snapshot = graph_at(session, question.as_of)
    report, _, _ = compute_impact(session, question.failed, snapshot)
    ids = snapshot.ids if not question.failed else np.empty(0, np.int64)
    if report is not None:
        ids = np.sort(report.ids)
    if len(ids) > MOST_ITEMS:
        wide = f"more than {MOST_ITEMS} items; name items that reach fewer"
        raise InvalidValue({"failed": wide})
    names = name_items(session, actor, snapshot, ids.tolist(), question.as_of)
    plain = snapshot.engine.to_networkx(ids.tolist())
    numbers = [data["group_id"] for _, data in plain.nodes(data=True) if data["kind"] == "group"]
    naming = _Naming(names, group_names(session, numbers, snapshot.sequence), report)
    return naming.named(plain, hidden=actor.may(Permission.IMPACT_COUNT_HIDDEN))


def export_text(network: Network, form: Format) -> str:
    """Write a network in one of ``FORMATS``."""
    if form == "graphml":
        return "\n".join(nx.generate_graphml(network)) + "\n"
    if form == "json":
        return json.dumps(nx.node_link_data(network, edges="edges")) + "\n"
    return _as_csv(network)


@dataclass(frozen=True, slots=True)
class _Naming:
    """Gives the nodes of a network what may be told of them."""

    names: Mapping[int, NamedItem]
    groups: Mapping[int, str]
    report: ImpactReport | None

    def named(self, plain: Network, *, hidden: bool) -> Network:
        """Return a network of the same shape, with ``hidden`` items or without them."""
        called = self._called(plain, hidden=hidden)
        network: Network = nx.DiGraph()
        for node, data in plain.nodes(data=True):
            if node in called:
                network.add_node(called[node], **self._told(node, data, plain))
        for start, end, data in plain.edges(data=True):
            if start in called and end in called:
                told = {key: value for key, value in data.items() if key != "relation_id"}
                network.add_edge(called[start], called[end], **told)
        return network

    def _called(self, plain: Network, *, hidden: bool) -> dict[Node, Node]:
        """Return the new name of each node that is kept; items out of sight are numbered anew."""
        called: dict[Node, Node] = {}
        unseen = 0
        for node, data in plain.nodes(data=True):
            owner = next(iter(plain.successors(node)), None) if data["kind"] == "group" else node
            if owner in self.names:
                called[node] = node
            elif hidden:
                unseen += 1
                called[node] = f"hidden:{unseen}"
        return called

    def _told(self, node: Node, data: Mapping[str, Any], plain: Network) -> dict[str, Any]:
        if data["kind"] == "group":
            kept = ("kind", "rule", "threshold", "total", "required", "spare")
            owner = next(iter(plain.successors(node)), None)
            name = self.groups.get(data["group_id"], "") if owner in self.names else ""
            return {key: data[key] for key in kept} | {"name": _clean(name)}
        item = self.names.get(node) if isinstance(node, int) else None
        told: dict[str, Any] = {"kind": "item" if item else "hidden"}
        if self.report is not None:
            told["state"] = self.report.state(node).text  # type: ignore[arg-type]  # items are numbers
        if item is not None:
            told |= {"name": _clean(item.name), "class": item.class_code}
            if item.criticality is not None:
                told["criticality"] = item.criticality
        return told


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _as_csv(network: Network) -> str:
    rows: list[Sequence[Any]] = [_COLUMNS]
    for start, end, data in network.edges(data=True):
        if data["kind"] == "group":
            continue
        group = network.nodes[end] if data["kind"] == "member" else {}
        owner = next(iter(network.successors(end)), None) if group else end
        if owner is None:
            continue
        amounts = [group.get(key, "") for key in ("name", "rule", "required", "total")]
        ends = [*_cells(network, start), *_cells(network, owner)]
        rows.append([*ends, data["kind"], data["weight"], *amounts])
    return csv_text(rows)


def _cells(network: Network, node: Node) -> Sequence[Any]:
    told = network.nodes[node]
    number = node if isinstance(node, int) else ""
    return number, told.get("name", ""), told.get("class", ""), told.get("state", "")
