"""What people say of derived relations: no, or: not quite so. And taking that back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author
from cmdb.model.text import clean
from cmdb.records.items import Item
from cmdb.records.relations import Relation
from cmdb.vocabulary import DERIVED, PERSON
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission
from server.items.actions import create_relation, end_relation, get_relation
from server.items.deriving.models import DerivationVerdict
from server.items.deriving.planning import rule_of
from server.items.deriving.running import derive_around
from server.items.drafts import RelationDraft
from server.items.scope import visible_items


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """A verdict with the items it speaks of."""

    verdict: DerivationVerdict
    start: Item
    end: Item


def reject_relation(
    session: Session, actor: Actor, relation_id: int, now: datetime, note: str = ""
) -> DerivationVerdict:
    """End a derived relation for good: it is not derived again until the verdict is taken back.

    Raises ``NotFound`` for a relation out of sight, ``Conflict`` for one that is not derived.
    """
    relation = _derived(session, actor, relation_id)
    verdict = DerivationVerdict(
        organisation_id=relation.organisation_id,
        start_id=relation.start_id,
        end_id=relation.end_id,
        type_code=relation.type_code,
        rule=rule_of(relation.evidence),
        evidence=dict(relation.evidence),
        note=clean(note, multiline=True)[:1000],
        person_id=actor.person_id,
        at=now,
    )
    session.add(verdict)
    author = Author(actor.person_id, actor.request_id)
    Inventory(session, now, author).unrelate([relation_id], PERSON)
    session.flush()
    return verdict


def end_or_reject(session: Session, actor: Actor, relation_id: int, now: datetime) -> None:
    """End a relation; a derived one would come back with the next report, so it is rejected."""
    actor.require(Permission.ITEM_WRITE)
    if get_relation(session, actor, relation_id).source == DERIVED:
        reject_relation(session, actor, relation_id, now)
    else:
        end_relation(session, actor, relation_id, now)


def correct_relation(
    session: Session, actor: Actor, relation_id: int, draft: RelationDraft, now: datetime
) -> Relation:
    """Put a relation by hand in the place of a derived one, which stays rejected.

    Raises ``InvalidValue`` for a relation that may not be, or that says the same; nothing is
    half-written.
    """
    relation = _derived(session, actor, relation_id)
    instead = create_relation(session, actor, draft, now)
    if {instead.start_id, instead.end_id} != {relation.start_id, relation.end_id}:
        pair = "must join the items that the derived relation joins"
        raise InvalidValue({"start_id": pair, "end_id": pair})
    verdict = reject_relation(session, actor, relation_id, now, draft.note)
    verdict.instead_id = instead.id
    return instead


def _derived(session: Session, actor: Actor, relation_id: int) -> Relation:
    actor.require(Permission.ITEM_WRITE)
    relation = get_relation(session, actor, relation_id)
    actor.require(Permission.ITEM_WRITE, relation.organisation_id)
    if relation.source != DERIVED:
        raise Conflict("only a derived relation can be rejected; end this one instead")
    return relation


def take_back(session: Session, actor: Actor, verdict_id: int, now: datetime) -> None:
    """Forget a verdict, and what was put in the relation's place; what is seen counts again."""
    row = get_verdict(session, actor, verdict_id, Permission.ITEM_WRITE)
    verdict = row.verdict
    actor.require(Permission.ITEM_WRITE, verdict.organisation_id)
    if verdict.instead_id is not None:
        author = Author(actor.person_id, actor.request_id)
        Inventory(session, now, author).unrelate([verdict.instead_id], PERSON)
    session.delete(verdict)
    session.flush()
    for item in (row.start, row.end):
        derive_around(session, [item.id], item.organisation_id, now)


def list_verdicts(session: Session, actor: Actor, request: PageRequest) -> Page[Any]:
    """Return one page of (verdict, start, end), the latest first, both items in sight."""
    actor.require(Permission.ITEM_READ)
    query = _visible(actor)
    latest = PageRequest("-id", request.cursor, request.limit)
    sorts = {"id": SortKey(DerivationVerdict.id, int)}
    return fetch_page(session, query, latest, sorts, DerivationVerdict.id)


def verdicts_on(session: Session, actor: Actor, item_id: int) -> list[VerdictRow]:
    """Return the verdicts on relations of one item, the latest first."""
    actor.require(Permission.ITEM_READ)
    query = _visible(actor)
    mine = (DerivationVerdict.start_id == item_id) | (DerivationVerdict.end_id == item_id)
    rows = session.execute(query.where(mine).order_by(DerivationVerdict.id.desc()).limit(100))
    return [VerdictRow(*row) for row in rows]


def get_verdict(
    session: Session, actor: Actor, verdict_id: int, permission: Permission = Permission.ITEM_READ
) -> VerdictRow:
    """Return a verdict both of whose items are in sight. Raises ``NotFound``."""
    actor.require(permission)
    query = _visible(actor)
    row = session.execute(query.where(DerivationVerdict.id == verdict_id)).one_or_none()
    if row is None:
        raise NotFound("verdict", verdict_id)
    return VerdictRow(*row)


def _visible(actor: Actor) -> Any:
    start, end = aliased(Item), aliased(Item)
    return (
        select(DerivationVerdict, start, end)
        .join(start, start.id == DerivationVerdict.start_id)
        .join(end, end.id == DerivationVerdict.end_id)
        .where(_in_sight(actor, DerivationVerdict.start_id))
        .where(_in_sight(actor, DerivationVerdict.end_id))
    )


def _in_sight(actor: Actor, item_id: Any) -> ColumnElement[bool]:
    """Return whether an item is in sight, as EXISTS: the query around it names items by alias."""
    return select(Item.id).where(Item.id == item_id, visible_items(actor)).exists()
