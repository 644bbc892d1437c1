"""Who is asked about an order, by its offering's steps. Nobody decides about their own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.items import ItemParty
from cmdb.records.parties import Group, Membership, Person
from cmdb.vocabulary import PartyRole
from server.desk.catalogue.rules.offering import ApprovalStep
from server.desk.ordering.rules.approving import Asked, climb, once

#: How far up one looks for a manager.
_HIGHEST = 20


@dataclass(frozen=True, slots=True)
class Circumstances:
    """For whom something is ordered, who never decides about it, and what was answered."""

    requester_id: int
    excluded: frozenset[int]
    answers: Mapping[str, Any]


def is_asked(step: ApprovalStep, answers: Mapping[str, Any]) -> bool:
    """Say whether a step has anything to ask: an owner, of no item, is nobody."""
    return step.who != "item_owner" or step.field in answers


def parties_of(session: Session, step: ApprovalStep, about: Circumstances) -> list[Asked]:
    """Return who is asked in a step, its fallback group where nobody else is left; or nobody."""
    found = _meant(session, step, about)
    if not found and step.fallback_group_id is not None:
        found = _groups(session, [step.fallback_group_id], about.excluded, "fallback")
    return once(found)


def _meant(session: Session, step: ApprovalStep, about: Circumstances) -> list[Asked]:
    if step.who == "manager":
        above = _above(session, about.requester_id, about.excluded)
        return [Asked("manager", above)] if above is not None else []
    if step.who == "persons":
        return _people(session, step.person_ids, about.excluded, "named")
    if step.who == "groups":
        return _groups(session, step.group_ids, about.excluded, "named")
    item_id = about.answers.get(step.field)
    owners = session.scalars(
        select(ItemParty).where(
            ItemParty.item_id == item_id, ItemParty.role == PartyRole.OWNER.value
        )
    ).all()
    people = [one.person_id for one in owners if one.person_id is not None]
    groups = [one.group_id for one in owners if one.group_id is not None]
    return _people(session, people, about.excluded, "owner", item_id) + _groups(
        session, groups, about.excluded, "owner", item_id
    )


def _people(
    session: Session,
    person_ids: Sequence[int],
    excluded: Collection[int],
    role: str,
    item_id: int | None = None,
) -> list[Asked]:
    """Return the active ones; in the place of who may not decide, their manager."""
    active = set(session.scalars(select(Person.id).where(Person.id.in_(person_ids), Person.active)))
    found = []
    for one in person_ids:
        if one in active and one not in excluded:
            found.append(Asked(role, one, item_id=item_id))
        elif one in excluded:
            above = _above(session, one, excluded)
            found += [Asked("instead", above, item_id=item_id)] if above is not None else []
    return found


def _groups(
    session: Session,
    group_ids: Sequence[int],
    excluded: Collection[int],
    role: str,
    item_id: int | None = None,
) -> list[Asked]:
    """Return the active groups in which somebody may decide."""
    query = (
        select(Group.id)
        .join(Membership, Membership.group_id == Group.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Group.id.in_(group_ids), Group.active, Person.active, Person.id.not_in(list(excluded))
        )
    )
    able = set(session.scalars(query.distinct()))
    return [Asked(role, group_id=one, item_id=item_id) for one in group_ids if one in able]


def _above(session: Session, person_id: int, excluded: Collection[int]) -> int | None:
    """Return the nearest active manager of somebody who may decide."""
    managers: dict[int, int | None] = {}
    at: int | None = person_id
    for _ in range(_HIGHEST):
        if at is None or at in managers:
            break
        person = session.get(Person, at)
        if person is None:
            break
        managers[at] = person.manager_id
        at = person.manager_id
    inactive = {one for one in managers if not session.get_one(Person, one).active}
    return climb(person_id, managers, {*excluded, *inactive})
