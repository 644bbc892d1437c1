"""What stands behind the ids of answers, and what may be answered."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from cmdb.query.items import ItemFilter
from cmdb.records.items import Item
from cmdb.records.parties import Person
from server.desk.catalogue.rules.offering import FormField, OfferingForm
from server.desk.ordering.models import OrderFile
from server.foundation.clock import utc_now
from server.foundation.paging import PageRequest
from server.foundation.permissions import Actor, Permission
from server.items.queries import list_items, selected_items
from server.people.queries.people import seen_people
from server.people.rules.logins import name_key

_SHOWN = 20
_ITEMS_SHOWN = 50
#: How long a file waits for its order; what nobody knows is tidied away after a day.
FILES_WAIT = timedelta(hours=20)


def names_in(
    session: Session, form: OfferingForm, answers: Mapping[str, Any]
) -> dict[tuple[str, int], str]:
    """Return the names of the items, people and files that were answered, whoever asks.

    Who sees an order reads what it is about: its answers name it.
    """
    ids: dict[str, list[int]] = {"item": [], "person": [], "file": []}
    for field in form.fields:
        if field.type in ids and isinstance(answers.get(field.code), int):
            ids[field.type].append(answers[field.code])
    found: dict[tuple[str, int], str] = {}
    columns = {
        "item": (Item.id, Item.name),
        "person": (Person.id, Person.display_name),
        "file": (OrderFile.id, OrderFile.file_name),
    }
    for kind, (key, name) in columns.items():
        if ids[kind]:
            rows = session.execute(select(key, name).where(key.in_(ids[kind])))
            found |= {(kind, row[0]): row[1] for row in rows}
    return found


def items_for(
    session: Session, actor: Actor, field: FormField, person_id: int | None, text: str = ""
) -> Sequence[Item]:
    """Return the items in sight that may answer a question, by name; at most fifty."""
    if not actor.may(Permission.ITEM_READ):
        return ()
    request = PageRequest("name", limit=_ITEMS_SHOWN)
    return list_items(session, actor, _narrowed(field, person_id, text), request).rows


def is_item_for(
    session: Session, actor: Actor, field: FormField, person_id: int, item_id: int
) -> bool:
    """Say whether an item may answer a question, asked for somebody."""
    if not actor.may(Permission.ITEM_READ):
        return False
    query = selected_items(session, actor, _narrowed(field, person_id, ""))
    return session.execute(query.where(Item.id == item_id).limit(1)).first() is not None


def _narrowed(field: FormField, person_id: int | None, text: str) -> ItemFilter:
    return ItemFilter(
        text=text,
        class_code=field.class_code,
        person_id=(person_id or 0) if field.mine else None,
    )


def people_for(session: Session, actor: Actor, text: str = "") -> list[Person]:
    """Return those for whom the actor may order: oneself first, then by name; at most twenty."""
    query = select(Person).where(orderable_for(actor), Person.active)
    if text.strip():
        query = query.where(Person.name_key.contains(name_key(text), autoescape=True))
    query = query.order_by(Person.id != (actor.person_id or 0), Person.name_key, Person.id)
    return list(session.scalars(query.limit(_SHOWN)))


def orderable_for(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Person`` that the actor may order for them.

    Oneself; one's own people; and whoever is in sight of somebody who works on tickets.
    """
    me = actor.person_id or 0
    found = [Person.id == me, Person.manager_id == me]
    if actor.may(Permission.TICKET_WORK):
        found.append(seen_people(actor))
    return or_(*found)


def people_choices(session: Session, actor: Actor, text: str = "") -> list[Person]:
    """Return the people whom the actor may name in an answer, by name; at most twenty."""
    query = select(Person).where(nameable(actor), Person.active)
    if text.strip():
        query = query.where(Person.name_key.contains(name_key(text), autoescape=True))
    return list(session.scalars(query.order_by(Person.name_key, Person.id).limit(_SHOWN)))


def nameable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Person`` that the actor may name them in an answer."""
    me = actor.person_id or 0
    return or_(Person.id == me, Person.manager_id == me, seen_people(actor))


def files_of(
    session: Session, actor: Actor, ids: Collection[int], now: datetime | None = None
) -> list[OrderFile]:
    """Return those of the files that are the actor's own and still wait for an order."""
    if actor.person_id is None or not ids:
        return []
    query = select(OrderFile).where(
        OrderFile.id.in_(sorted(ids)),
        OrderFile.person_id == actor.person_id,
        OrderFile.ticket_id.is_(None),
        OrderFile.at > (now or utc_now()) - FILES_WAIT,
    )
    return list(session.scalars(query.order_by(OrderFile.id)))
