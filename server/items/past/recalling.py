"""Items and relations as they were recorded at a past moment. Rights are today's.

Name, class, stage, criticality and organisation have validity of their own in the graph's log; all
other values are rebuilt by undoing history, for the rows that are shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from cmdb.engine.past import undone
from cmdb.errors import HistoryNotKept, ItemNotFound
from cmdb.inventory.known import COLUMNS
from cmdb.records.among import among
from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item
from cmdb.records.past import RelationPast
from cmdb.records.relations import RedundancyGroup, Relation, require_kept, sequence_at
from server.foundation.permissions import Actor
from server.items.past.models import HistoryRange
from server.items.queries import get_item
from server.items.scope import visible_items


@dataclass(frozen=True, slots=True)
class PastItem:
    """An item as it was; ``version`` and the moments of sight are those of today."""

    id: int
    organisation_id: int
    class_code: str
    name: str
    stage: str
    environment: str | None
    criticality: int | None
    vendor: str
    model: str
    serial: str
    location_id: int | None
    attributes: Mapping[str, Any]
    confidence: float
    first_seen_at: datetime
    last_seen_at: datetime
    updated_at: datetime
    version: int

    @property
    def values(self) -> dict[str, Any]:
        """Return all its values by attribute, its class and its place among them."""
        columns = {name: getattr(self, name) for name in COLUMNS}
        elsewhere = {"class": self.class_code, "location": self.location_id}
        return dict(self.attributes) | columns | elsewhere


def horizon(session: Session) -> datetime | None:
    """Return the moment before which history was let go; None while all of it is kept."""
    gone = select(func.max(HistoryRange.last_at)).where(HistoryRange.deleted_at.is_not(None))
    return session.scalar(gone)


def require_history(session: Session, moment: datetime) -> None:
    """Raise ``HistoryNotKept`` when the past of that moment is not known any more."""
    since = horizon(session)
    if since is not None and moment < since:
        raise HistoryNotKept(since)


def item_as_of(session: Session, actor: Actor, item_id: int, moment: datetime) -> PastItem:
    """Return an item as it was recorded at a moment.

    Raises ``ItemNotFound`` for one that is out of sight or was not there yet, ``HistoryNotKept``
    for what lies before the horizon.
    """
    item = get_item(session, actor, item_id)
    require_history(session, moment)
    found = rebuilt(session, [item], moment)
    if not found:
        raise ItemNotFound(item_id)
    return found[0]


def rebuilt(session: Session, items: Sequence[Item], moment: datetime) -> list[PastItem]:
    """Return those of the items that were there, as they were: one statement for all of them."""
    changes: dict[int, list[tuple[str, Any]]] = {item.id: [] for item in items}
    unborn: set[int] = set()
    query = (
        select(HistoryEntry.item_id, HistoryEntry.kind, HistoryEntry.subject, HistoryEntry.detail)
        .where(
            among(session, HistoryEntry.item_id, list(changes)),
            HistoryEntry.at > moment,
            HistoryEntry.kind.in_(("created", "changed")),
        )
        .order_by(HistoryEntry.id.desc())
    )
    for item_id, kind, subject, detail in session.execute(query):
        if kind == "created":
            unborn.add(item_id)
        else:
            changes[item_id].append((subject, detail.get("old")))
    return [_past(item, changes[item.id]) for item in items if item.id not in unborn]


def _past(item: Item, changes: Iterable[tuple[str, Any]]) -> PastItem:
    values: dict[str, Any] = dict(item.attributes)
    values |= {name: getattr(item, name) for name in COLUMNS}
    values |= {"location": item.location_id, "class": item.class_code}
    past = undone(values, changes)
    elsewhere = {*COLUMNS, "location", "class"}
    return PastItem(
        id=item.id,
        organisation_id=item.organisation_id,
        class_code=str(past.get("class") or item.class_code),
        name=str(past.get("name") or ""),
        stage=str(past.get("stage") or "in_use"),
        environment=past.get("environment"),
        criticality=past.get("criticality"),
        vendor=past.get("vendor") or "",
        model=past.get("model") or "",
        serial=past.get("serial") or "",
        location_id=past.get("location"),
        attributes={name: value for name, value in past.items() if name not in elsewhere},
        confidence=item.confidence,
        first_seen_at=item.first_seen_at,
        last_seen_at=item.last_seen_at,
        updated_at=item.updated_at,
        version=item.version,
    )


@dataclass(frozen=True, slots=True)
class PastRelation:
    """A relation as it held, seen from one item; ``forward`` when the item is its start."""

    relation: Relation
    other: Item
    forward: bool
    group: RedundancyGroup | None
    weight: float


def relations_as_of(
    session: Session, actor: Actor, item_id: int, moment: datetime
) -> list[PastRelation]:
    """Return the relations that held at a moment and whose other end is in sight today.

    Raises ``ItemNotFound``, ``HistoryNotKept``.
    """
    get_item(session, actor, item_id)
    sequence = sequence_then(session, moment)
    other = or_(
        and_(Relation.start_id == item_id, Item.id == Relation.end_id),
        and_(Relation.end_id == item_id, Item.id == Relation.start_id),
    )
    terms = and_(
        RelationPast.relation_id == Relation.id,
        RelationPast.valid_from <= sequence,
        RelationPast.valid_to > sequence,
    )
    query = (
        select(Relation, Item, RelationPast.weight, RelationPast.group_id)
        .join(Item, other)
        .outerjoin(RelationPast, terms)
        .where(_held(Relation, sequence), visible_items(actor))
        .order_by(Relation.type_code, Item.name_key, Relation.id)
    )
    rows: list[Any] = list(session.execute(query))
    ids = {row[3] if row[2] is not None else row[0].group_id for row in rows} - {None}
    groups = {
        group.id: group
        for group in session.scalars(select(RedundancyGroup).where(RedundancyGroup.id.in_(ids)))
    }
    return [
        PastRelation(
            relation,
            other_item,
            relation.start_id == item_id,
            groups.get((group_id if weight is not None else relation.group_id) or 0),
            relation.weight if weight is None else weight,
        )
        for relation, other_item, weight, group_id in rows
    ]


def _held(entity: Any, sequence: int) -> ColumnElement[bool]:
    return and_(
        entity.valid_from <= sequence,
        or_(entity.valid_to.is_(None), entity.valid_to > sequence),
    )


def sequence_then(session: Session, moment: datetime) -> int:
    """Return the sequence number of the graph's log at a moment. Raises ``HistoryNotKept``."""
    require_history(session, moment)
    sequence = sequence_at(session, moment)
    require_kept(session, sequence)
    return sequence
