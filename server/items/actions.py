"""Changing the register on a person's behalf. Everything goes through ``Inventory``."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.identity import Outcome as IdentityOutcome
from cmdb.engine.identity import evidence_of
from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author, Outcome, Recorded, Related
from cmdb.model import ValueType, standing_model
from cmdb.model.text import clean
from cmdb.observation import ItemReference, Observation, Origin, SeenParty, SeenRelation
from cmdb.query.items import find_item, find_items
from cmdb.records.items import Item
from cmdb.records.parties import Group, Person
from cmdb.records.relations import Relation
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import PERSON, ClassCode, LifeStage, PartyRole, RelationTypeCode
from server.foundation.errors import PermissionDenied
from server.foundation.permissions import Actor, Permission
from server.items.drafts import ItemDraft, PartyDraft, RelationDraft
from server.items.organisations import require_organisation
from server.items.retiring import refuse_while_needed
from server.items.scope import visible_items

__all__ = [
    "ItemDraft",
    "PartyDraft",
    "RelationDraft",
    "author_of",
    "create_item",
    "create_relation",
    "edit_item",
    "end_relation",
    "get_relation",
    "retire_item",
]


def author_of(actor: Actor) -> Author:
    """Return on whose behalf the register records."""
    return Author(actor.person_id, actor.request_id)


def create_item(session: Session, actor: Actor, draft: ItemDraft, now: datetime) -> Item:
    """Create an item by hand. Raises ``InvalidValue`` naming every field that is wrong.

    Raises ``Conflict`` when what is typed (a serial, a code) says that the item is known already.
    """
    require_organisation(session, actor, Permission.ITEM_WRITE, draft.organisation_id)
    _refuse_missing(draft)
    _refuse_unseen_references(session, actor, draft.values)
    seen = Observation(
        origin=Origin(PERSON),
        class_code=ClassCode(draft.class_code),
        organisation_id=draft.organisation_id,
        observed_at=now,
        values=draft.values,
        parties=_parties(session, draft.parties) if draft.parties else None,
    )
    door = Inventory(session, now, author_of(actor))
    _refuse_twin(session, actor, door, seen)
    return _written(session, door.record(seen))


def _refuse_missing(draft: ItemDraft) -> None:
    model = standing_model()
    model.item_class(draft.class_code)
    missing = [
        str(attribute.code)
        for attribute in model.attributes_of(draft.class_code)
        if attribute.required and not str(draft.values.get(attribute.code) or "").strip()
    ]
    if missing:
        raise InvalidValue(dict.fromkeys(missing, "must not be empty"))


def _refuse_unseen_references(session: Session, actor: Actor, values: Mapping[str, Any]) -> None:
    """Refuse references to items out of sight, in the words for items that do not exist."""
    codes = {a.code for a in standing_model().attributes if a.type is ValueType.REFERENCE}
    given = {name: values[name] for name in codes & values.keys()}
    ids = {
        name: int(raw) for name, raw in given.items() if str(raw).isascii() and str(raw).isdigit()
    }
    wanted = [item_id for item_id in ids.values() if item_id < 2**63]
    known = find_items(session, wanted, visible_items(actor)) if wanted else {}
    problems = {str(n): f"there is no item {i}" for n, i in ids.items() if i not in known}
    if problems:
        raise InvalidValue(problems)


def _refuse_twin(session: Session, actor: Actor, door: Inventory, seen: Observation) -> None:
    """Refuse what would be a second item for the same thing: the evidence is what was typed."""
    evidence = evidence_of(seen.values, seen.class_code)
    decision = door.identify(replace(seen, identifiers=evidence)) if evidence else None
    if decision is None or decision.outcome is not IdentityOutcome.MATCH:
        return
    twin = find_items(session, [decision.item_id or 0], visible_items(actor))
    named = "".join(f": {item.name} (#{item.id})" for item in twin.values())
    raise Conflict(f"this item is known already{named}")


def _written(session: Session, recorded: Recorded) -> Item:
    """Return the item that was written; a person is told of every refused value at once."""
    if recorded.problems:
        raise InvalidValue(recorded.problems)
    if recorded.item_id is None:
        raise Conflict(recorded.detail or "several items fit; the review queue holds the question")
    session.expire_all()
    return session.get_one(Item, recorded.item_id)


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
    item = find_item(session, item_id, visible_items(actor))
    if not find_items(session, [item_id], visible_items(actor, Permission.ITEM_WRITE)):
        raise PermissionDenied(Permission.ITEM_WRITE)
    wanted = str(values.get("stage") or "").strip().casefold()
    if wanted == LifeStage.RETIRED and item.stage != LifeStage.RETIRED:
        refuse_while_needed(session, actor, item_id)
    _refuse_unseen_references(session, actor, values)
    seen = Observation(
        origin=Origin(PERSON),
        class_code=ClassCode(str(values.get("class") or item.class_code)),
        organisation_id=item.organisation_id,
        observed_at=now,
        values={name: value for name, value in values.items() if name != "class"},
        parties=None if parties is None else _parties(session, parties),
        item_id=item_id,
    )
    written = _written(session, Inventory(session, now, author_of(actor)).record(seen))
    _refuse_namelessness(session, item_id, values)
    return written


def _refuse_namelessness(session: Session, item_id: int, values: Mapping[str, Any]) -> None:
    """Raise ``InvalidValue`` when a person took back the only name that anybody gave."""
    if "name" not in values or str(values["name"] or "").strip():
        return
    said = session.scalars(select(ItemSource.words).where(ItemSource.item_id == item_id))
    if not any("name" in words for words in said):
        raise InvalidValue({"name": "must not be empty"})


def retire_item(session: Session, actor: Actor, item_id: int, now: datetime) -> Item:
    """Take an item out of use. Refused while something in use depends on it."""
    return edit_item(session, actor, item_id, {"stage": LifeStage.RETIRED.value}, now)


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
    relation = session.get_one(Relation, related.relation_id, populate_existing=True)
    if note:
        relation.note = clean(note, multiline=True)[:1000]
    return relation


def get_relation(session: Session, actor: Actor, relation_id: int) -> Relation:
    """Return a live relation both of whose ends are in sight. Raises ``NotFound``."""
    actor.require(Permission.ITEM_READ)
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
