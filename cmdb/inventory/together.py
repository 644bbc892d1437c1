"""Can two items be one? Not of two families, and not where one of them holds the other."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.inventory.families import same_family
from cmdb.inventory.known import KnownItem
from cmdb.model import Model
from cmdb.records.items import Item
from cmdb.records.relations import Relation

#: Containment is a few levels deep; a longer chain is a circle that slipped in.
_DEEPEST = 100


def why_apart(session: Session, model: Model, kept: KnownItem, gone: KnownItem) -> str:
    """Return why the two cannot be one item; "" when they can."""
    if kept.id == gone.id:
        return "an item cannot be merged with itself"
    if kept.merged_into is not None or gone.merged_into is not None:
        return "one of them has been merged already"
    if not same_family(model, kept.class_code, gone.class_code):
        return f"a {gone.class_code} cannot be a {kept.class_code}"
    if _holds(session, model, kept.id, gone.id) or _holds(session, model, gone.id, kept.id):
        return "one of them stands inside the other"
    return ""


def _holds(session: Session, model: Model, outer: int, inner: int) -> bool:
    """Say whether an acyclic relation or a location leads from ``inner`` to ``outer``."""
    acyclic = [kind.code for kind in model.relation_types if kind.acyclic]
    return any(outer in reached for reached in _steps(session, acyclic, inner))


def _steps(session: Session, acyclic: Sequence[str], start: int) -> Iterator[set[int]]:
    frontier, known = {start}, {start}
    for _ in range(_DEEPEST):
        places = session.scalars(
            select(Item.location_id).where(
                Item.id.in_(sorted(frontier)), Item.location_id.is_not(None)
            )
        )
        ends = session.scalars(
            select(Relation.end_id).where(
                Relation.start_id.in_(sorted(frontier)),
                Relation.type_code.in_(acyclic),
                Relation.valid_to.is_(None),
            )
        )
        frontier = {*(i for i in places if i is not None), *ends} - known
        if not frontier:
            return
        known |= frontier
        yield frontier
