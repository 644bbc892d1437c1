"""Changing the register on a person's behalf. Everything goes through ``Inventory``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author, Outcome, Recorded, Related
from cmdb.model import shipped_model
from cmdb.observation import (
    GroupMembership,
    ItemReference,
    Observation,
    Origin,
    SeenParty,
    SeenRelation,
)
from cmdb.query.items import find_item
from cmdb.records.items import Item, ItemParty
from cmdb.records.parties import Group, Organisation, Person
from cmdb.records.relations import Relation
from cmdb.vocabulary import PERSON, ClassCode, LifeStage, PartyRole, RelationTypeCode
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items


@dataclass(frozen=True, slots=True)
class PartyDraft:
    """A person or a group in a role."""

    role: str
    person_id: int | None = None
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """A new item as a person or a program writes it."""

    class_code: str
    organisation_id: int
    values: Mapping[str, Any] = field(default_factory=dict)
    parties: tuple[PartyDraft, ...] = ()


def author_of(actor: Actor) -> Author:
    """Return on whose behalf the register records."""
    return Author(actor.person_id, actor.request_id)


def create_item(session: Session, actor: Actor, draft: ItemDraft, now: datetime) -> Item:
    """Create an item by hand. Raises ``InvalidValue`` naming every field that is wrong."""
    _require_organisation(session, actor, draft.organisation_id)
    if not str(draft.values.get("name") or "").strip():
        raise InvalidValue({"name": "must not be empty"})
    seen = Observation(
        origin=Origin(PERSON),
        class_code=ClassCode(draft.class_code),
        organisation_id=draft.organisation_id,
        observed_at=now,
        values=draft.values,
        parties=_parties(session, draft.parties) if draft.parties else None,
    )
    recorded = Inventory(session, now, author_of(actor)).record(seen)
    return _written(session, recorded)


def _require_organisation(session: Session, actor: Actor, organisation_id: int) -> None:
    actor.require(Permission.ITEM_WRITE)
    known = session.get(Organisation, organisation_id) is not None
    if not known or not actor.may(Permission.ITEM_WRITE, organisation_id):
        raise InvalidValue({"organisation_id": f"there is no organisation {organisation_id}"})


def _written(session: Session, recorded: Recorded) -> Item:
    """Return the item that was written; a person is told of every refused value at once."""
    if recorded.problems:
        raise InvalidValue(recorded.problems)
    if recorded.item_id is None:
        raise Conflict(recorded.detail or "several items fit; the review queue holds the question")
    session.expire_all()
    item = session.get(Item, recorded.item_id)
    if item is None:
        raise NotFound("item", recorded.item_id)
    return item


def edit_item(
    session: Session,
    actor: Actor,
    item_id: int,
    values: Mapping[str, Any],
    now: datetime,
    parties: Sequence[PartyDraft] | None = None,
) -> Item:
    """Record a person's word on an item; a value of None takes that word back.

    Raises ``ItemNotFound``, ``PermissionDenied`` or ``InvalidValue``; nothing is half-written.
    """
    actor.require(Permission.ITEM_WRITE)
    visible_item = find_item(session, item_id, visible_items(actor))
    item = find_item(session, visible_item.id, visible_items(actor, Permission.ITEM_WRITE))
    class_code = ClassCode(str(values.get("class") or item.class_code))
    if values.get("stage") == LifeStage.RETIRED and item.stage != LifeStage.RETIRED:
        _refuse_while_needed(session, item_id)
    seen = Observation(
        origin=Origin(PERSON),
        class_code=class_code,
        organisation_id=item.organisation_id,
        observed_at=now,
        values={name: value for name, value in values.items() if name != "class"},
        parties=None if parties is None else _parties(session, parties),
        item_id=item_id,
    )
    return _written(session, Inventory(session, now, author_of(actor)).record(seen))


def retire_item(session: Session, actor: Actor, item_id: int, now: datetime) -> Item:
    """Take an item out of use. Refused while something in use depends on it."""
    return edit_item(session, actor, item_id, {"stage": LifeStage.RETIRED.value}, now)


def _refuse_while_needed(session: Session, item_id: int) -> None:
    model = shipped_model()
    needed = 0
    for provider, dependant in (
        ("end", (Relation.end_id, Relation.start_id)),
        ("start", (Relation.start_id, Relation.end_id)),
    ):
        kinds = [kind.code for kind in model.relation_types if kind.provider == provider]
        here, there = dependant
        needed += (
            session.scalar(
                select(func.count())
                .select_from(Relation)
                .join(Item, Item.id == there)
                .where(
                    here == item_id,
                    Relation.valid_to.is_(None),
                    Relation.type_code.in_(kinds),
                    Item.stage != LifeStage.RETIRED.value,
                )
            )
            or 0
        )
    if needed:
        raise Conflict(f"{needed} items in use depend on it; end those relations first")


def _parties(session: Session, drafts: Sequence[PartyDraft]) -> tuple[SeenParty, ...]:
    problems: dict[str, str] = {}
    found: list[SeenParty] = []
    for number, draft in enumerate(drafts):
        if (draft.person_id is None) == (draft.group_id is None):
            problems[f"parties.{number}"] = "name a person or a group, and not both"
        elif draft.person_id is not None and session.get(Person, draft.person_id) is None:
            problems[f"parties.{number}.person_id"] = f"there is no person {draft.person_id}"
        elif draft.group_id is not None and session.get(Group, draft.group_id) is None:
            problems[f"parties.{number}.group_id"] = f"there is no group {draft.group_id}"
        elif draft.role not in set(PartyRole):
            problems[f"parties.{number}.role"] = f"must be one of {', '.join(PartyRole)}"
        else:
            found.append(SeenParty(PartyRole(draft.role), draft.person_id, draft.group_id))
    if problems:
        raise InvalidValue(problems)
    return tuple(found)


def owner_ids(session: Session, item_ids: Sequence[int]) -> dict[int, list[ItemParty]]:
    """Return the owners of items, for whoever must be told or asked."""
    query = select(ItemParty).where(
        ItemParty.item_id.in_(item_ids), ItemParty.role == PartyRole.OWNER.value
    )
    found: dict[int, list[ItemParty]] = {}
    for party in session.scalars(query):
        found.setdefault(party.item_id, []).append(party)
    return found


@dataclass(frozen=True, slots=True)
class RelationDraft:
    """A relation as a person or a program writes it."""

    type: str
    start_id: int
    end_id: int
    group: GroupMembership | None = None
    weight: float = 1.0
    note: str = ""


def create_relation(
    session: Session, actor: Actor, draft: RelationDraft, now: datetime
) -> Relation:
    """Relate two items by hand. The same relation again is no error and changes nothing."""
    actor.require(Permission.ITEM_WRITE)
    problems = {}
    for name, item_id in (("start_id", draft.start_id), ("end_id", draft.end_id)):
        condition = visible_items(actor, Permission.ITEM_WRITE)
        if session.scalar(select(Item.id).where(Item.id == item_id, condition)) is None:
            problems[name] = f"there is no item {item_id} that you may change"
    if problems:
        raise InvalidValue(problems)
    seen = SeenRelation(
        type=RelationTypeCode(draft.type),
        start=ItemReference(item_id=draft.start_id),
        end=ItemReference(item_id=draft.end_id),
        group=draft.group,
        weight=draft.weight,
    )
    start = session.get_one(Item, draft.start_id)
    door = Inventory(session, now, author_of(actor))
    (related,) = door.relate([seen], PERSON, start.organisation_id)
    return _related(session, related, draft.note)


def _related(session: Session, related: Related, note: str) -> Relation:
    if related.outcome is Outcome.REFUSED or related.relation_id is None:
        renamed = {"start": "start_id", "end": "end_id"}
        raise InvalidValue({renamed.get(k, k): v for k, v in related.problems.items()})
    relation = session.get_one(Relation, related.relation_id)
    if note:
        relation.note = note[:1000]
    return relation


def get_relation(session: Session, actor: Actor, relation_id: int) -> Relation:
    """Return a live relation both of whose ends are in sight. Raises ``NotFound``."""
    relation = session.get(Relation, relation_id)
    if relation is None or relation.valid_to is not None:
        raise NotFound("relation", relation_id)
    ends = {relation.start_id, relation.end_id}
    seen = session.scalars(select(Item.id).where(Item.id.in_(ends), visible_items(actor))).all()
    if len(seen) < len(ends):
        raise NotFound("relation", relation_id)
    return relation


def end_relation(session: Session, actor: Actor, relation_id: int, now: datetime) -> None:
    """End a relation; history and the graph of the past keep it."""
    actor.require(Permission.ITEM_WRITE)
    relation = get_relation(session, actor, relation_id)
    start = session.get_one(Item, relation.start_id)
    actor.require(Permission.ITEM_WRITE, start.organisation_id)
    Inventory(session, now, author_of(actor)).unrelate([relation_id], PERSON)
