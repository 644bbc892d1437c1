"""What items need, read layer by layer: relations as ``cmdb.engine.membership`` takes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.membership import Need, NeedGroup
from cmdb.inventory.lookup import parts
from cmdb.model import standing_model
from cmdb.records.items import Item
from cmdb.records.relations import RedundancyGroup, Relation
from cmdb.vocabulary import DERIVED, IMPACT_STAGES
from server.items.deriving.connections import port_key

#: How far below a service members are proposed; the graph itself knows no such limit.
LAYERS = 6
#: Nobody ticks through more; what lies deeper is reached by drawing services on services.
_MOST_ITEMS = 2000


@dataclass(slots=True)
class Below:
    """What lies below some items: needs, their groups, and the relations they were read from."""

    needs: list[Need] = field(default_factory=list)
    groups: dict[int, NeedGroup] = field(default_factory=dict)
    relations: dict[int, Any] = field(default_factory=dict)

    def of(self, root: int) -> tuple[list[Need], list[NeedGroup]]:
        """Return what lies below one of the items."""
        by_dependant: dict[int, list[Need]] = {}
        for need in self.needs:
            by_dependant.setdefault(need.dependant, []).append(need)
        reached: set[int] = set()
        waiting, found = [root], list[Need]()
        while waiting:
            item = waiting.pop()
            if item not in reached:
                reached.add(item)
                found += by_dependant.get(item, ())
                waiting += [need.provider for need in by_dependant.get(item, ())]
        return found, [group for group in self.groups.values() if group.dependant in reached]


def read_needs(session: Session, roots: Iterable[int], layers: int = LAYERS) -> Below:
    """Return what the items need, and what that needs, for all of them at once.

    Two statements a layer. A derived relation gives way to one in a group between the same items,
    and so does one that is soft for want of a group, as in the graph.
    """
    below = Below()
    known: set[int] = set()
    frontier = set(roots)
    for _ in range(layers):
        if not frontier or len(known) > _MOST_ITEMS:
            break
        known |= frontier
        found = _needs_of(session, sorted(frontier), below)
        frontier = {need.provider for need in found} - known
    _read_groups(session, below)
    return below


def _needs_of(session: Session, items: list[int], below: Below) -> list[Need]:
    rows: list[tuple[Any, bool]] = []
    kinds = standing_model().relation_types
    for provider_is_start in (False, True):
        end = "start" if provider_is_start else "end"
        codes = sorted(kind.code for kind in kinds if kind.provider == end)
        near, far = Relation.end_id, Relation.start_id
        if not provider_is_start:
            near, far = far, near
        for part in parts(items):
            query = (
                select(*Relation.__table__.columns)
                .join(Item, Item.id == far)
                .where(
                    near.in_(part),
                    Relation.type_code.in_(codes),
                    Relation.valid_to.is_(None),
                    Item.stage.in_(IMPACT_STAGES),
                )
            )
            rows += [(row, provider_is_start) for row in session.execute(query)]
    members = [(row, first) for row, first in rows if row.group_id is not None]
    grouped = {_ends(row, first) for row, first in members}
    alike = {(*_ends(row, first), row.type_code) for row, first in members}
    found: list[Need] = []
    for row, first in rows:
        gives_way = (row.source == DERIVED and _ends(row, first) in grouped) or (
            (*_ends(row, first), row.type_code) in alike
            and standing_model().relation_type(row.type_code).strength == "soft"
        )
        if row.group_id is not None or not gives_way:
            found.append(_need(row, provider_is_start=first))
            below.relations[row.id] = row
    below.needs += found
    return found


def _ends(row: Any, provider_is_start: bool) -> tuple[int, int]:  # noqa: FBT001 - a pair's half
    return (row.start_id, row.end_id) if provider_is_start else (row.end_id, row.start_id)


def _need(row: Any, *, provider_is_start: bool) -> Need:
    provider, dependant = _ends(row, provider_is_start)
    strength = standing_model().relation_type(row.type_code).strength
    soft = row.weight < 1 or strength == "soft"
    return Need(
        dependant=dependant,
        provider=provider,
        relation_id=row.id,
        kind="member" if row.group_id is not None else "soft" if soft else "hard",
        group_id=row.group_id,
        capacity=row.capacity,
        keys=_keys(row.evidence) if row.source == DERIVED else frozenset(),
    )


def _keys(evidence: Mapping[str, Any]) -> frozenset[str]:
    told = evidence.get("connections")
    rows = told if isinstance(told, list) else []
    return frozenset(port_key(one) for one in rows if isinstance(one, Mapping))


def _read_groups(session: Session, below: Below) -> None:
    wanted = sorted({need.group_id for need in below.needs if need.group_id is not None})
    for part in parts(wanted):
        query = select(RedundancyGroup).where(RedundancyGroup.id.in_(part))
        for row in session.scalars(query):
            rule: Any = row.rule
            below.groups[row.id] = NeedGroup(
                row.id, row.dependant_id, row.name, rule, row.threshold
            )
