"""Reading who has what, and where that does not fit what was observed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.items import Item
from cmdb.records.parties import Person
from cmdb.records.sources import ItemSource
from server.assets.custody.models import Custody
from server.assets.rules.contradictions import Held, account_key, contradictions, strangers
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission
from server.items.queries import get_item
from server.items.scope import visible_items
from server.items.sites import sites_in_sight, sites_of
from server.people.models import Account

_SORTS = {"id": SortKey(Custody.id, int)}


@dataclass(frozen=True, slots=True)
class CustodyRow:
    """An item in somebody's hands."""

    custody: Custody
    item: Item
    person: Person


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """What does not fit about an item in somebody's hands.

    ``used_by`` are the accounts seen on it instead of the holder's, ``site`` where it stands.
    """

    custody: Custody
    item: Item
    person: Person
    conflicts: Sequence[str]
    used_by: Sequence[str]
    site: str


def _rows() -> Select[Custody, Item, Person]:
    return (
        select(Custody, Item, Person)
        .join(Item, Item.id == Custody.item_id)
        .join(Person, Person.id == Custody.person_id)
    )


def _mine_or_seen(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for custodies in sight: of items in sight, or one's own."""
    seen = visible_items(actor)
    return seen if actor.person_id is None else or_(seen, Custody.person_id == actor.person_id)


def list_custody(
    session: Session,
    actor: Actor,
    request: PageRequest,
    *,
    person_id: int | None = None,
    item_id: int | None = None,
    open_only: bool = False,
) -> Page[CustodyRow]:
    """Return one page of who has or had what, the latest first."""
    query = _rows().where(_mine_or_seen(actor))
    if person_id is not None:
        query = query.where(Custody.person_id == person_id)
    if item_id is not None:
        query = query.where(Custody.item_id == item_id)
    if open_only:
        query = query.where(Custody.ended_at.is_(None))
    latest = PageRequest("-id", request.cursor, request.limit)
    page = fetch_page(session, query, latest, _SORTS, Custody.id)
    return Page([CustodyRow(*row) for row in page.rows], page.next_cursor)


def get_custody(session: Session, actor: Actor, custody_id: int) -> CustodyRow:
    """Return one custody of an item in sight, or of one's own. Raises ``NotFound``."""
    query = _rows().where(Custody.id == custody_id, _mine_or_seen(actor))
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound("custody", custody_id)
    return CustodyRow(found[0], found[1], found[2])


def holder_of(session: Session, actor: Actor, item_id: int) -> CustodyRow | None:
    """Return who has an item now. Raises ``ItemNotFound``."""
    get_item(session, actor, item_id)
    query = _rows().where(Custody.item_id == item_id, Custody.ended_at.is_(None))
    found = session.execute(query.order_by(Custody.id.desc()).limit(1)).one_or_none()
    return None if found is None else CustodyRow(found[0], found[1], found[2])


def list_conflicts(
    session: Session, actor: Actor, request: PageRequest, now: datetime
) -> Page[ConflictRow]:
    """Return what does not fit among a page of items in people's hands.

    The page's size is that of what was looked at: few or none of them may contradict anything.
    """
    actor.require(Permission.ITEM_READ)
    query = _rows().where(Custody.ended_at.is_(None), visible_items(actor))
    looked = PageRequest("id", request.cursor, request.limit)
    page = fetch_page(session, query, looked, _SORTS, Custody.id)
    rows = [CustodyRow(*row) for row in page.rows]
    accounts = _accounts(session, [row.person for row in rows])
    users = _users(session, [row.item.id for row in rows])
    sites = _sites(session, actor, [row.item.id for row in rows])
    found = []
    for row in rows:
        held = Held(
            given_at=row.custody.given_at,
            accepted_at=row.custody.accepted_at,
            holder_active=row.person.active,
            accounts=accounts[row.person.id],
            home=row.person.site.strip(),
            stage=row.item.stage,
            used_by=users.get(row.item.id, set()),
            site=sites.get(row.item.id, ""),
        )
        if conflicts := contradictions(held, now):
            found.append(
                ConflictRow(
                    row.custody, row.item, row.person, conflicts, strangers(held), held.site
                )
            )
    return Page(found, page.next_cursor)


def _accounts(session: Session, people: Sequence[Person]) -> Mapping[int, set[str]]:
    """Return the logins by which each person may be known on a machine."""
    found: dict[int, set[str]] = {one.id: {account_key(one.email)} - {""} for one in people}
    query = select(Account.person_id, Account.login).where(Account.person_id.in_(found))
    for person_id, login in session.execute(query):
        found[person_id].add(account_key(login))
    return found


def _users(session: Session, item_ids: Sequence[int]) -> Mapping[int, set[str]]:
    """Return who was logged in on each item when its newest source that tells it last reported."""
    query = select(ItemSource.item_id, ItemSource.readings).where(ItemSource.item_id.in_(item_ids))
    found: dict[int, set[str]] = defaultdict(set)
    for item_id, readings in session.execute(query.order_by(ItemSource.last_seen_at.desc())):
        names = readings.get("logged_in_users")
        if isinstance(names, list) and item_id not in found:
            found[item_id] = {account_key(str(name)) for name in names} - {""}
    return found


def _sites(session: Session, actor: Actor, item_ids: Sequence[int]) -> Mapping[int, str]:
    names = {site.id: site.name for site in sites_in_sight(session, actor)}
    return {item: names[site] for item, site in sites_of(session, item_ids, names).items()}
