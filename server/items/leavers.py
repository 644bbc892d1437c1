"""People who are gone and still stand to items: equipment to be fetched, owners to be replaced."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.items import Item, ItemParty
from cmdb.records.parties import Person
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items
from server.people.queries.people import seen_people

#: So many items are named of each person.
_NAMED = 50

LEAVER_SORTS = {
    "name": SortKey(Person.name_key),
    "updated_at": SortKey(Person.updated_at, datetime.fromisoformat),
}


@dataclass(frozen=True, slots=True)
class Holding:
    """An item somebody still stands to, and as what (owner, user, …)."""

    item_id: int
    name: str
    class_code: str
    role: str


@dataclass(slots=True)
class Leaver:
    """Somebody who is inactive. ``holdings``: the first of them by name, those in sight only."""

    person: Person
    holdings: list[Holding] = field(default_factory=list)

    @property
    def person_id(self) -> int:
        """Return the person's id."""
        return self.person.id

    @property
    def display_name(self) -> str:
        """Return the person's name."""
        return self.person.display_name


def list_leavers(session: Session, actor: Actor, page: PageRequest) -> Page[Leaver]:
    """Return one page of inactive people who stand to items that are not retired.

    Both the person and the item must be in sight. Needs ``person:read`` and ``item:read``.
    """
    actor.require(Permission.PERSON_READ)
    actor.require(Permission.ITEM_READ)
    holds = (
        select(ItemParty.id)
        .join(Item, Item.id == ItemParty.item_id)
        .where(ItemParty.person_id == Person.id, Item.stage != "retired", visible_items(actor))
        .correlate(Person)
    )
    query = select(Person).where(~Person.active, seen_people(actor), holds.exists())
    found = fetch_page(session, query, page, LEAVER_SORTS, Person.id)
    return Page(_with_holdings(session, actor, found.rows), found.next_cursor)


def _with_holdings(session: Session, actor: Actor, people: Sequence[Person]) -> list[Leaver]:
    leavers = {person.id: Leaver(person) for person in people}
    rows = session.execute(
        select(ItemParty.person_id, ItemParty.role, Item.id, Item.name, Item.class_code)
        .join(Item, Item.id == ItemParty.item_id)
        .where(ItemParty.person_id.in_(leavers), Item.stage != "retired", visible_items(actor))
        .order_by(Item.name_key, Item.id)
    )
    for person_id, role, item_id, name, class_code in rows:
        holdings = leavers[person_id or 0].holdings
        if len(holdings) < _NAMED:
            holdings.append(Holding(item_id, name, class_code, role))
    return list(leavers.values())
