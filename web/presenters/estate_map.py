"""A part of the estate as a map and as the table that says the same (server.items EstateMap)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from cmdb.engine.impact.values import State
from cmdb.model import Model
from server.items.map_relations import ends_of
from web.presenters.bundles import SINGLE_LIMIT, Bundle, Loose, bundle_items
from web.presenters.impact import reason_text
from web.presenters.map_lines import Lines
from web.presenters.map_view import MapView
from web.presenters.maps import MapEdge, MapGraph, MapGroup, MapNode
from web.presenters.placing import place_nodes
from web.presenters.reader import Reader
from web.presenters.states import state_sign
from web.presenters.values import class_label
from web.presenters.ways import items_between, shortest_way

#: Beyond this the browser's own layout spreads a map over many screens.
_LAID_OUT_BY_BROWSER = 30


@dataclass(frozen=True, slots=True)
class MapRow:
    """One line of the table: an item, or a bundle of ``count`` items (``mapped`` is None then)."""

    node: MapNode
    mapped: Any
    bundle: Bundle | None
    site: str
    why: str


class Drawing:
    """What of an estate's map is drawn singly, what in bundles, and what lies on the way."""

    def __init__(
        self,
        estate: Any,
        view: MapView,
        sites: tuple[Mapping[int, int], Mapping[int, str]],
        model: Model,
        reader: Reader,
    ) -> None:
        """``sites`` are item to site, and site to its name."""
        self._view, self._model, self._reader = view, model, reader
        self._site_of, self._site_names = sites
        self._estate_items = estate.items
        self._items = {one.item.id: one for one in estate.items if self._is_kept(one)}
        self._relations = [row for row in estate.relations if self._is_drawn(row)]
        self._estate_groups = estate.groups
        self.single, self.bundles = bundle_items(
            self._loose(), self._alone(), view.opened, 0 if view.grouped else SINGLE_LIMIT
        )
        self._node_of = {item: str(item) for item in self.single} | {
            member: bundle.node_id for bundle in self.bundles for member in bundle.members
        }

    def _is_kept(self, one: Any) -> bool:
        view = self._view
        if one.item.id in view.asked | view.failed | {view.chosen}:
            return True
        if view.class_code and one.item.class_code not in self._model.descendants(view.class_code):
            return False
        if view.state == "affected":
            return bool(one.state is not State.UP)
        return not view.state or one.state.text == view.state

    def _is_drawn(self, relation: Any) -> bool:
        return relation.start_id in self._items and relation.end_id in self._items

    def _alone(self) -> set[int]:
        chosen = set() if self._view.chosen is None else {self._view.chosen}
        return {*self._view.asked, *self._view.failed, *chosen}

    def _loose(self) -> list[Loose]:
        worst_first = sorted(
            self._items.values(), key=lambda one: (-one.state, one.distance, one.item.name_key)
        )
        return [
            Loose(one.item.id, one.item.class_code, self._site_of.get(one.item.id, 0))
            for one in worst_first
        ]

    @cached_property
    def classes(self) -> list[tuple[str, str]]:
        """(code, label) of the classes that the answer holds, by label."""
        codes = {one.item.class_code for one in self._estate_items}
        codes |= {self._view.class_code} - {""}
        found = [(code, self._class(code)) for code in codes]
        return sorted(found, key=lambda one: one[1].casefold())

    @cached_property
    def way(self) -> list[Any]:
        """The items on the way to the chosen one: the failure's own, or a shortest one."""
        chosen = self._items.get(self._view.chosen or 0)
        if chosen is None:
            return []
        return self._failures_way(chosen) or [
            self._items[item] for item in shortest_way(self._pairs, self._ends, chosen.item.id)
        ]

    def _failures_way(self, chosen: Any) -> list[Any]:
        """Return how the failure came, from what failed; [] where a part of it is not drawn."""
        way = [chosen]
        while way[-1].because_of is not None and way[-1].because_of.id in self._items:
            way.append(self._items[way[-1].because_of.id])
        return way[::-1] if way[-1].item.id in self._view.failed else []

    @property
    def _ends(self) -> frozenset[int]:
        return (self._view.asked or self._view.failed) - {self._view.chosen}

    @cached_property
    def _pairs(self) -> list[tuple[int, int]]:
        found = [ends_of(row) for row in self._relations]
        return [(provider, dependant) for dependant, provider in found]

    @cached_property
    def _lit(self) -> set[int]:
        """What lies on the way; without a way, what the chosen item has to do with."""
        chosen = self._items.get(self._view.chosen or 0)
        if chosen is None:
            return set()
        if chosen.reason:
            return {one.item.id for one in self.way}
        between = items_between(self._pairs, self._ends, chosen.item.id)
        return between or {i for pair in self._pairs if chosen.item.id in pair for i in pair}

    @cached_property
    def graph(self) -> MapGraph:
        """The map."""
        drawn = Lines(self._items, self._node_of, self._lit, self._model, self._reader)
        edges = drawn.edges(self._relations)
        groups = tuple(drawn.groups(self._estate_groups))
        nodes = [*(self._node(item) for item in self.single), *map(self._bundle, self.bundles)]
        return MapGraph(tuple(self._placed(nodes, edges, groups)), tuple(edges), groups)

    @cached_property
    def rows(self) -> list[MapRow]:
        """The same as lines of a table, worst first."""
        nodes = {node.id: node for node in self.graph.nodes}
        single = [
            MapRow(nodes[str(item)], one, None, self._site(item), self.why(one))
            for item in self.single
            for one in (self._items[item],)
        ]
        bundled = [
            MapRow(
                nodes[bundle.node_id],
                None,
                bundle,
                self._site_names.get(bundle.site_id, ""),
                nodes[bundle.node_id].note,
            )
            for bundle in self.bundles
        ]
        rank = {state.text: -state for state in State}
        return sorted([*single, *bundled], key=lambda row: rank[row.node.state])

    def _site(self, item: int) -> str:
        return self._site_names.get(self._site_of.get(item, 0), "")

    def why(self, one: Any) -> str:
        """Say why an item has its state; "" for one that is up."""
        if not one.reason:
            return ""
        name = one.because_of.name if one.because_of else ""
        return reason_text(one.reason, name, one.group, self._reader)

    def _node(self, item: int) -> MapNode:
        one, view = self._items[item], self._view
        return MapNode(
            id=str(item),
            name=one.item.name,
            kind=self._class(one.item.class_code),
            state=one.state.text,
            url=f"/items/{item}",
            note=self.why(one),
            focus=item in view.asked,
            failed=item in view.failed,
            chosen=item == view.chosen,
            lit=item in self._lit,
            wave=one.fallen_after,
        )

    def _class(self, code: str) -> str:
        return class_label(self._model, code, self._reader.language)

    def _bundle(self, bundle: Bundle) -> MapNode:
        states = [self._items[item].state for item in bundle.members]
        signs = [state_sign(state.text, self._reader.gettext) for state in sorted(State)[::-1]]
        counted = [(sign, sum(state.text == sign.state for state in states)) for sign in signs]
        return MapNode(
            id=bundle.node_id,
            name=f"{self._class(bundle.class_code)} ({len(states)})",
            kind=self._site_names.get(bundle.site_id, "") or self._reader.gettext("no site known"),
            state=max(states).text,
            note=" · ".join(
                f"{sign.shape} {count} {sign.word}" for sign, count in counted if count
            ),
            lit=not self._lit.isdisjoint(bundle.members),
            wave=max(self._items[item].fallen_after for item in bundle.members),
            count=len(states),
        )

    def _placed(
        self, nodes: list[MapNode], edges: Iterable[MapEdge], groups: Iterable[MapGroup]
    ) -> list[MapNode]:
        """Give a place to each node where the browser is not to lay them out."""
        if len(nodes) <= _LAID_OUT_BY_BROWSER:
            return nodes
        pairs = [(edge.dependant, edge.provider) for edge in edges]
        pairs += [(group.dependant, one) for group in groups for one in group.members]
        places = place_nodes([node.id for node in nodes], pairs)
        return [replace(node, place=places[node.id]) for node in nodes]
