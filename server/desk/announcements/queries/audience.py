"""Whom something concerns: the people who use or own what its failure reaches, by the graph."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, literal, or_, select, union
from sqlalchemy.orm import Session

from cmdb.engine.impact.values import State
from cmdb.records.among import among
from cmdb.records.items import Item, ItemParty
from cmdb.records.parties import Membership, OrganisationClosure, Person
from cmdb.vocabulary import PartyRole
from server.desk.announcements.models import Announcement, AnnouncementPerson
from server.foundation.permissions import Actor
from server.items.blast import spread_of
from server.items.scope import visible_items

#: Whoever uses or answers for what suffers wants to know.
_ROLES = (PartyRole.USER.value, PartyRole.OWNER.value)
_NAMED = 50


@dataclass(frozen=True, slots=True)
class Reached:
    """What the items named take with them: ids that suffer, and the services among them by state.

    What only loses redundancy suffers nothing, and nobody is troubled because of it.
    """

    item_ids: tuple[int, ...]
    services: tuple[tuple[Item, State], ...]
    people: int


def suffering(session: Session, item_ids: Sequence[int]) -> list[int]:
    """Return the items named and all that are down or degraded when these fail."""
    _, report = spread_of(session, item_ids)
    if report is None:
        return list(item_ids)
    worse = report.states >= State.DEGRADED
    return sorted({*item_ids, *report.ids[worse].tolist()})


def reached_by(session: Session, actor: Actor, item_ids: Sequence[int]) -> Reached:
    """Return what the failure of items reaches; services in sight alone, people as a number."""
    if not item_ids:
        return Reached((), (), 0)
    blast, _ = spread_of(session, item_ids)
    states = {one.item_id: one.state for one in blast.services}
    hit = [one for one, state in states.items() if state >= State.DEGRADED]
    query = select(Item).where(among(session, Item.id, hit), visible_items(actor))
    rows = session.scalars(query.order_by(Item.criticality, Item.name_key, Item.id).limit(_NAMED))
    services = tuple((item, states[item.id]) for item in rows)
    ids = suffering(session, item_ids)
    people = len(session.execute(_users_of(session, ids)).all())
    return Reached(tuple(ids), services, people)


def audience_of(session: Session, row: Announcement, item_ids: Sequence[int]) -> Select[int, int]:
    """Select (announcement, person) of everybody active whom it concerns today."""
    wanted: ColumnElement[bool]
    if row.audience == "everyone":
        below = select(OrganisationClosure.descendant_id).where(
            OrganisationClosure.ancestor_id == row.organisation_id
        )
        wanted = Person.organisation_id.in_(below)
    else:
        users = _users_of(session, suffering(session, item_ids)).subquery()
        wanted = Person.id.in_(select(users.c.person_id))
    told = select(AnnouncementPerson.person_id).where(AnnouncementPerson.announcement_id == row.id)
    fresh = Person.id.not_in(told)
    return select(literal(row.id), Person.id).where(Person.active, wanted, fresh)


def _users_of(session: Session, item_ids: Sequence[int]) -> Select[int | None]:
    """Select the people who use or own items, by themselves or through a group."""
    concerned = (
        among(session, ItemParty.item_id, item_ids),
        or_(*(ItemParty.role == role for role in _ROLES)),
    )
    both = union(
        select(ItemParty.person_id).where(*concerned, ItemParty.person_id.is_not(None)),
        select(Membership.person_id)
        .join(ItemParty, ItemParty.group_id == Membership.group_id)
        .where(*concerned),
    ).subquery()
    return select(both.c.person_id).join(Person, Person.id == both.c.person_id).where(Person.active)
