"""States on a map and where they come from; what is out of sight is neither named nor counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemId, ItemNotInGraph
from cmdb.engine.impact.report import ImpactReport
from cmdb.engine.impact.values import GroupStanding, ReasonKind, State
from cmdb.inventory.lookup import parts
from cmdb.records.items import Item
from cmdb.records.relations import RedundancyGroup, Relation
from server.foundation.permissions import Actor, Permission
from server.items.map_relations import MappedRelation, ends_of, valid_at
from server.items.scope import sees_every_item, visible_items

# Looked up, for making an Enum of a number costs a microsecond and a map asks 10,000 times.
_STATES = tuple(State)
_REASONS = tuple(kind.text for kind in ReasonKind)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a map says of an item; ten thousand of them are read in a fifth of an Item's time."""

    id: int
    name: str
    name_key: str
    class_code: str
    criticality: int | None


def drawn_in_sight(session: Session, actor: Actor, item_ids: Sequence[int]) -> dict[int, Drawn]:
    """Return those of the items that the actor may see."""
    columns = [getattr(Item, name) for name in Drawn.__slots__]
    found: dict[int, Drawn] = {}
    for part in parts(item_ids):
        query = select(*columns).where(Item.id.in_(part), visible_items(actor))
        found |= {row.id: Drawn(*row) for row in session.execute(query)}
    return found


@dataclass(frozen=True, slots=True)
class MappedItem:
    """One item: its state after the failures, and the rule that gave it that state.

    ``distance`` counts the steps from what the question is about, ``fallen_after`` those of the
    failure's way, 0 for what is up or failed itself. ``because_of`` is None where the item failed
    itself, is up, or its cause is out of sight.
    """

    item: Drawn
    distance: int
    state: State
    reason: str = ""
    because_of: Drawn | None = None
    group: str = ""
    fallen_after: int = 0


@dataclass(frozen=True, slots=True)
class MappedGroup:
    """A redundancy group and its members on the map.

    ``standing`` is None where its numbers would count members that the actor may not see.
    """

    group: RedundancyGroup
    members: tuple[int, ...]
    standing: GroupStanding | None
    holds: bool
    lost_some: bool


class Causes:
    """Why items stand as they do; two queries for the names of all causes."""

    def __init__(
        self, session: Session, actor: Actor, report: ImpactReport, seen: Mapping[int, Drawn]
    ) -> None:
        columns = report.causes()
        rows = zip(
            report.ids.tolist(),
            report.states.tolist(),
            columns.kinds.tolist(),
            columns.providers.tolist(),
            columns.groups.tolist(),
            report.distances.tolist(),
            strict=True,
        )
        self._rows = {row[0]: row[1:] for row in rows if row[0] in seen}
        causes = {row[2] for row in self._rows.values()} - {-1}
        missing = sorted(causes - set(seen))
        self._items = {**seen, **drawn_in_sight(session, actor, missing)}
        self._groups = _group_names(session, {row[3] for row in self._rows.values()} - {-1})

    def mapped(self, item: Drawn, distance: int) -> MappedItem:
        """Return an item with its state and the cause of it."""
        row = self._rows.get(item.id)
        if row is None:
            return MappedItem(item, distance, State.UP)
        state, kind, provider, group, steps = row
        return MappedItem(
            item,
            distance,
            _STATES[state],
            _REASONS[kind],
            self._items.get(provider),
            self._groups.get(group, ""),
            steps,
        )


def _group_names(session: Session, group_ids: Iterable[int]) -> dict[int, str]:
    return {group.id: group.name for group in _groups(session, group_ids)}


def _groups(session: Session, group_ids: Iterable[int]) -> list[RedundancyGroup]:
    found: list[RedundancyGroup] = []
    for part in parts(sorted(group_ids)):
        found += session.scalars(select(RedundancyGroup).where(RedundancyGroup.id.in_(part)))
    return found


def mapped_groups(
    session: Session,
    actor: Actor,
    report: ImpactReport,
    relations: Sequence[MappedRelation],
    sequence: int | None = None,
) -> list[MappedGroup]:
    """Return the redundancy groups that ``relations`` belong to, as they stand. Two queries.

    ``sequence`` is the past moment that ``relations`` are of, None for now.
    """
    members: dict[int, list[int]] = {}
    for relation in relations:
        if relation.group_id is not None:
            members.setdefault(relation.group_id, []).append(ends_of(relation)[1])
    groups = _groups(session, members)
    standings = _standings(report, {group.dependant_id for group in groups})
    whole = _whole_in_sight(session, actor, list(members), sequence)
    return [
        _mapped(group, members[group.id], standings[group.id], shown=group.id in whole)
        for group in groups
        if group.id in standings
    ]


def _mapped(
    group: RedundancyGroup, members: list[int], standing: GroupStanding, *, shown: bool
) -> MappedGroup:
    return MappedGroup(
        group,
        tuple(dict.fromkeys(members)),
        standing if shown else None,
        standing.holds,
        bool(standing.lost),
    )


def _standings(report: ImpactReport, dependants: Iterable[int]) -> dict[int, GroupStanding]:
    found: dict[int, GroupStanding] = {}
    for dependant in dependants:
        try:
            held = report.standings(ItemId(dependant))
        except ItemNotInGraph:
            continue
        found |= {standing.group_id: standing for standing in held}
    return found


def _whole_in_sight(
    session: Session, actor: Actor, group_ids: Sequence[int], sequence: int | None
) -> set[int]:
    """Return the groups whose members the actor may all see, or at least count."""
    if sees_every_item(actor) or actor.may(Permission.IMPACT_COUNT_HIDDEN):
        return set(group_ids)
    hidden: set[int] = set()
    for part in parts(group_ids):
        query = (
            select(Relation.group_id)
            .join(Item, Item.id.in_([Relation.start_id, Relation.end_id]))
            .where(Relation.group_id.in_(part), valid_at(sequence), ~visible_items(actor))
        )
        hidden |= {group for group in session.scalars(query) if group is not None}
    return set(group_ids) - hidden
