"""Giving items to people, what they say to it, and taking items back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.model.text import clean
from cmdb.records.parties import Person
from cmdb.vocabulary import LifeStage
from server.assets.custody.models import Custody
from server.assets.custody.queries import CustodyRow, get_custody
from server.assets.writing import require_writable
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.notify.actions import Notice, tell
from server.people.queries.people import seen_people

_LONGEST = 500


def give_item(
    session: Session, actor: Actor, item_id: int, person_id: int, note: str, now: datetime
) -> CustodyRow:
    """Give an item to a person, who is asked to confirm that they have it.

    Raises ``ItemNotFound``, ``PermissionDenied``, ``InvalidValue``, or ``Conflict`` while somebody
    has it or it is retired.
    """
    item = require_writable(session, actor, item_id)
    query = select(Person).where(Person.id == person_id, Person.active, seen_people(actor))
    person = session.scalar(query) if person_id < 2**63 else None
    if person is None:
        raise InvalidValue({"person_id": f"there is no active person {person_id}"})
    told = _note(note)
    if item.stage == LifeStage.RETIRED:
        raise Conflict("a retired item is given to nobody")
    held = select(Custody.id).where(Custody.item_id == item_id, Custody.ended_at.is_(None))
    if session.scalar(held.limit(1)) is not None:
        raise Conflict("somebody has this item; let it come back first")
    row = Custody(
        item_id=item_id,
        person_id=person.id,
        given_by_id=actor.person_id,
        given_at=now,
        note=told,
    )
    session.add(row)
    session.flush()  # the notice names its number
    audit.record(session, actor, "item.given", f"item:{item_id}", {"person": person.id})
    who = actor.name if actor.person_id is not None else ""
    detail = {"title": item.name, "text": told, "who": who}
    tell(session, {person.id}, Notice("item_given", f"custody:{row.id}", "/mine", detail), now)
    return CustodyRow(row, item, person)


def answer_custody(
    session: Session, actor: Actor, custody_id: int, *, has_it: bool, note: str, now: datetime
) -> CustodyRow:
    """Say that one has an item that was given to oneself, or that one has not.

    Raises ``NotFound`` for what was given to others, ``InvalidValue`` when a refusal says no why,
    ``Conflict`` once it is over or confirmed.
    """
    row = get_custody(session, actor, custody_id)
    custody = session.get_one(Custody, custody_id, with_for_update=True, populate_existing=True)
    if actor.person_id is None or custody.person_id != actor.person_id:
        raise NotFound("custody", custody_id)
    if custody.ended_at is not None or custody.accepted_at is not None:
        raise Conflict("this has been decided already")
    if has_it:
        custody.accepted_at = now
        audit.record(session, actor, "item.accepted", f"item:{custody.item_id}")
        return row
    custody.note = _note(note)
    if not custody.note:
        raise InvalidValue({"note": "say what is wrong"})
    custody.declined_at = custody.ended_at = now
    audit.record(session, actor, "item.declined", f"item:{custody.item_id}")
    _tell_giver(session, actor, row, now)
    return row


def _tell_giver(session: Session, actor: Actor, row: CustodyRow, now: datetime) -> None:
    giver = row.custody.given_by_id
    if giver is None:
        return
    detail = {"title": row.item.name, "text": row.custody.note, "who": actor.name}
    path = f"/items/{row.item.id}/ownership"
    tell(session, {giver}, Notice("item_declined", f"declined:{row.custody.id}", path, detail), now)


def take_back(
    session: Session, actor: Actor, custody_id: int, note: str, now: datetime
) -> CustodyRow:
    """Say that an item has come back.

    Raises ``NotFound``, ``PermissionDenied``, or ``Conflict`` when it has already.
    """
    actor.require(Permission.ITEM_WRITE)
    row = get_custody(session, actor, custody_id)
    require_writable(session, actor, row.item.id)
    if row.custody.ended_at is not None:
        raise Conflict("this has been decided already")
    row.custody.ended_at = now
    row.custody.note = _note(note) or row.custody.note
    told = {"person": row.person.id}
    audit.record(session, actor, "item.taken_back", f"item:{row.item.id}", told)
    return row


def _note(text: str) -> str:
    told = clean(text)
    if len(told) > _LONGEST:
        raise InvalidValue({"note": f"must not be longer than {_LONGEST}"})
    return told
