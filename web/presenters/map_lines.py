"""The lines of an estate's map: relations, thick ones between bundles, brackets of groups."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from cmdb.model import Model
from cmdb.vocabulary import DERIVED
from server.items.map_relations import MappedRelation, ends_of
from web.presenters.items import source_label
from web.presenters.maps import MapEdge, MapGroup
from web.presenters.reader import Reader
from web.presenters.redundancy import group_state, needs_label, standing_text
from web.presenters.sizes import percentage
from web.presenters.times import relative_time


class Lines:
    """Draws lines between the nodes of one map.

    ``items`` are what is drawn, by id (server.items MappedItem), ``node_of`` the node of each, its
    own or that of its bundle, ``lit`` the items on the way that was asked for.
    """

    def __init__(
        self,
        items: Mapping[int, Any],
        node_of: Mapping[int, str],
        lit: AbstractSet[int],
        model: Model,
        reader: Reader,
    ) -> None:
        self._items, self._node_of, self._lit = items, node_of, lit
        self._model, self._reader = model, reader

    def edges(self, relations: Sequence[MappedRelation]) -> list[MapEdge]:
        """Return an edge for each relation between items, one for all between two bundles."""
        in_groups = {ends_of(row) for row in relations if row.group_id is not None}
        bundled: dict[tuple[str, str], list[MappedRelation]] = {}
        single: list[MapEdge] = []
        for row in relations:
            dependant, provider = ends_of(row)
            # What was derived beside a group's member brings no failure in (cmdb.snapshot).
            beside = row.group_id is None and row.source == DERIVED
            if beside and (dependant, provider) in in_groups:
                continue
            ends = (self._node_of[dependant], self._node_of[provider])
            if ends == (str(dependant), str(provider)):
                single.append(self._edge(row, dependant, provider))
            elif ends[0] != ends[1]:
                bundled.setdefault(ends, []).append(row)
        return [*single, *(self._thick(ends, rows) for ends, rows in bundled.items())]

    def _edge(self, row: MappedRelation, dependant: int, provider: int) -> MapEdge:
        kind = self._model.relation_type(row.type_code)
        sure = [percentage(row.confidence, self._reader)] if row.confidence < 1 else []
        age = relative_time(row.last_seen_at, self._reader)
        return MapEdge(
            id=f"r{row.id}",
            dependant=str(dependant),
            provider=str(provider),
            label=self._model.label(kind, self._reader.language),
            hard=kind.strength == "hard" and row.weight >= 1,
            detail=" · ".join([source_label(row.source, self._reader), *sure, age]),
            carries=self._carried(dependant, provider),
            lit={dependant, provider} <= self._lit,
        )

    def _carried(self, dependant: int, provider: int) -> str:
        """Return the state that came to the dependant from this provider; "" for none."""
        one = self._items[dependant]
        came = one.because_of is not None and one.because_of.id == provider
        return one.state.text if came else ""

    def _thick(self, ends: tuple[str, str], rows: Sequence[MappedRelation]) -> MapEdge:
        many = len(rows)
        words = self._reader.ngettext("%(num)d relation", "%(num)d relations", many)
        hard = any(self._model.relation_type(row.type_code).strength == "hard" for row in rows)
        return MapEdge(f"{ends[0]}>{ends[1]}", *ends, words % {"num": many}, hard=hard)

    def groups(self, groups: Iterable[Any]) -> Iterable[MapGroup]:
        """Yield the brackets of groups (server.items MappedGroup) whose dependant stands alone."""
        for one in groups:
            dependant = one.group.dependant_id
            if self._node_of.get(dependant) == str(dependant):
                yield self._bracket(one, dependant)

    def _bracket(self, one: Any, dependant: int) -> MapGroup:
        members = [self._node_of[member] for member in one.members if member in self._items]
        standing = one.standing
        return MapGroup(
            id=f"g{one.group.id}",
            dependant=str(dependant),
            name=one.group.name,
            needs=int(one.group.threshold),
            members=tuple(dict.fromkeys(members)),
            up=0,
            state=group_state(one.holds, one.lost_some),
            label="" if standing is None else needs_label(standing, self._reader),
            note="" if standing is None else standing_text(standing, self._reader),
        )
