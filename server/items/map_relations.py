"""The relations that a map draws: those along which failures travel, now or at a past moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from cmdb.inventory.lookup import parts
from cmdb.model import standing_model
from cmdb.records.past import RelationPast
from cmdb.records.relations import GraphChange, Relation

#: Stops of a time slider: enough for a hand, few enough to be read in one go.
_STOPS = 60


@dataclass(frozen=True, slots=True)
class MappedRelation:
    """A relation in its reading direction, on the terms of the moment that was asked for."""

    id: int
    type_code: str
    start_id: int
    end_id: int
    group_id: int | None
    weight: float
    source: str
    confidence: float
    last_seen_at: datetime


def carrying_types() -> Mapping[str, str]:
    """Return the relationship types along which failures travel, each with its provider's end."""
    kinds = standing_model().relation_types
    return {kind.code: kind.provider for kind in kinds if kind.provider is not None}


def ends_of(relation: MappedRelation) -> tuple[int, int]:
    """Return (dependant, provider) of a relation along which failures travel."""
    if standing_model().relation_type(relation.type_code).provider == "end":
        return relation.start_id, relation.end_id
    return relation.end_id, relation.start_id


def valid_at(sequence: int | None) -> ColumnElement[bool]:
    """Return the condition on ``Relation`` for what held at a change sequence; None is now."""
    if sequence is None:
        return Relation.valid_to.is_(None)
    began = Relation.valid_from <= sequence
    return and_(began, or_(Relation.valid_to.is_(None), Relation.valid_to > sequence))


def relations_among(
    session: Session, item_ids: Sequence[int], sequence: int | None = None
) -> list[MappedRelation]:
    """Return the relations between the items along which failures travel."""
    inside, types = frozenset(item_ids), sorted(carrying_types())
    columns = [getattr(Relation, name) for name in MappedRelation.__slots__]
    found: list[MappedRelation] = []
    for part in parts(item_ids):
        query = select(*columns).where(
            Relation.start_id.in_(part), Relation.type_code.in_(types), valid_at(sequence)
        )
        rows = session.execute(query.order_by(Relation.id))
        found += (MappedRelation(*row) for row in rows if row.end_id in inside)
    return found if sequence is None else _on_past_terms(session, found, sequence)


def _on_past_terms(
    session: Session, relations: Iterable[MappedRelation], sequence: int
) -> list[MappedRelation]:
    """Give relations the group and the weight that they had then."""
    known = {relation.id: relation for relation in relations}
    for part in parts(sorted(known)):
        query = select(RelationPast).where(
            RelationPast.relation_id.in_(part),
            RelationPast.valid_from <= sequence,
            RelationPast.valid_to > sequence,
        )
        for past in session.scalars(query):
            relation = known[past.relation_id]
            known[relation.id] = replace(relation, group_id=past.group_id, weight=past.weight)
    return list(known.values())


def recorded_moments(session: Session) -> list[datetime]:
    """Return moments spread over the change log, oldest first, for a slider. Three queries."""
    ends = [
        session.scalar(select(GraphChange.seq).order_by(order).limit(1))
        for order in (GraphChange.seq, GraphChange.seq.desc())
    ]
    if ends[0] is None or ends[1] is None:
        return []
    first, last = ends[0], ends[1]
    stops = {first + (last - first) * stop // _STOPS for stop in range(_STOPS + 1)}
    query = select(GraphChange.at).where(GraphChange.seq.in_(sorted(stops)))
    return sorted(set(session.scalars(query)))
