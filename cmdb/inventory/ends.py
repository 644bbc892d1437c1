"""The ends of relations: from what a source calls them to the items they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.inventory.lookup import items_known_as
from cmdb.model import Model
from cmdb.observation import ItemReference, SeenRelation
from cmdb.records.among import among
from cmdb.records.items import Item
from cmdb.vocabulary import ClassCode

#: Sources that write down what somebody decided; they may not write what only discovery can see.
_DECIDING = frozenset({"person", "rest", "import"})


@dataclass(frozen=True, slots=True)
class End:
    """One end of a relation."""

    item_id: int
    class_code: ClassCode
    organisation_id: int


@dataclass(slots=True)
class Draft:
    """A relation whose ends are known and allowed; ``place`` is where it stood in its batch."""

    place: int
    seen: SeenRelation
    start: End
    end: End
    group_id: int | None = None

    @property
    def key(self) -> tuple[int, int, str]:
        """Return what is unique among the live relations of one source."""
        return (self.start.item_id, self.end.item_id, self.seen.type)


def resolve_ends(
    session: Session, relations: Sequence[SeenRelation], organisation_id: int
) -> dict[ItemReference, End]:
    """Return the items that the relations' references mean; unknown ones are left out."""
    named = {end for seen in relations for end in (seen.start, seen.end)}
    by_key = items_known_as(
        session,
        {(organisation_id, ref.source, ref.key) for ref in named if ref.source is not None},
    )
    ids = {
        ref: ref.item_id
        if ref.item_id is not None
        else by_key.get((organisation_id, str(ref.source), ref.key))
        for ref in named
    }
    wanted = {item_id for item_id in ids.values() if item_id is not None and item_id < 2**63}
    found: dict[int, End] = {}
    if wanted:
        columns = (Item.id, Item.class_code, Item.organisation_id)
        query = select(*columns).where(among(session, Item.id, sorted(wanted)))
        for item_id, class_code, organisation in session.execute(query).all():
            found[item_id] = End(item_id, ClassCode(class_code), organisation)
    return {ref: found[i] for ref, i in ids.items() if i is not None and i in found}


def existing(session: Session, ids: Iterable[int]) -> set[int]:
    """Return those of ``ids`` that are items."""
    return set(session.scalars(select(Item.id).where(among(session, Item.id, sorted(ids)))).all())


def problems_of(
    model: Model, seen: SeenRelation, start: End | None, end: End | None, source: str
) -> dict[str, str]:
    """Return what is wrong with a relation by itself, by field; nothing when it may be."""
    problems = _unknown(model, seen, start, end)
    kind = model.find_relation_type(seen.type)
    if kind is None or start is None or end is None:
        return problems
    if kind.derived_only and source.partition(":")[0] in _DECIDING:
        return {"type": f"{seen.type} is written by discovery alone"}
    if start.item_id == end.item_id:
        return {"end": "an item cannot relate to itself"}
    if not model.allows(seen.type, start.class_code, end.class_code):
        why = f"{seen.type} does not join a {start.class_code} to a {end.class_code}"
        return {"type": why}
    if seen.group is not None and kind.provider is None:
        return {"group": f"{seen.type} has no impact, so it cannot join a redundancy group"}
    return {}


def _unknown(
    model: Model, seen: SeenRelation, start: End | None, end: End | None
) -> dict[str, str]:
    problems: dict[str, str] = {}
    if model.find_relation_type(seen.type) is None:
        problems["type"] = f"there is no relationship type {seen.type!r}"
    for name, reference, found in (("start", seen.start, start), ("end", seen.end, end)):
        if found is None:
            problems[name] = f"there is no item {reference}"
    return problems
