"""The people of a group as turns look at them: who may get a ticket now, and why others may not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.desk.routing.models import DeskGroup
from server.desk.routing.queries import (
    Member,
    desk_groups,
    levels_of,
    members_of_group,
    rotas_of,
)
from server.desk.routing.rules.shifts import begins_at, ends_at, on_shift
from server.desk.routing.rules.skills import merged, read_stored
from server.desk.routing.rules.turns import Candidate, Passed, Wish, choose, hindrance
from server.desk.tickets.queries.routing import open_loads
from server.foundation.permissions import Actor, Permission
from server.people.queries.groups import group as find_group
from server.people.queries.people import names_of_people


def wish_of(group: DeskGroup, skills: Mapping[str, int]) -> Wish:
    """Return how a group chooses for a ticket that wants these skills."""
    return Wish(
        group.assignment,
        group.most_open,
        merged(read_stored(group.skills), skills),
        group.needs_shift,
        group.needs_presence,
    )


def candidates(
    session: Session, wish: Wish, group_id: int, people: Iterable[Member], now: datetime
) -> list[Candidate]:
    """Return people of a group as the choice looks at them; reads only what the wish asks for."""
    members = list(people)
    ids = [one.person_id for one in members]
    loads = open_loads(session, ids)
    levels = levels_of(session, ids) if wish.skills else {}
    rotas = rotas_of(session, group_id) if wish.needs_shift else []
    return [
        Candidate(
            one.person_id,
            loads.get(one.person_id, 0),
            levels.get(one.person_id, {}),
            one.absent_until is not None,
            not wish.needs_shift or on_shift(rotas, one.person_id, now),
            one.availability,
            one.seen_lately(now),
        )
        for one in members
    ]


@dataclass(frozen=True, slots=True)
class Teammate:
    """Somebody of a group as they stand now.

    ``hindrance``: why they get nothing by turn now, None when they may; ``shift_ends_at`` of who
    works now, ``shift_begins_at`` of who does not.
    """

    member: Member
    load: int
    skills: Mapping[str, int]
    seen_lately: bool
    shift_ends_at: datetime | None
    shift_begins_at: datetime | None
    hindrance: Passed | None
    is_next: bool


def team_of(session: Session, actor: Actor, group_id: int, now: datetime) -> list[Teammate]:
    """Return the people of a group whom the actor may see, by name; for those who work on tickets.

    Raises ``NotFound`` for a group that is out of sight.
    """
    actor.require(Permission.TICKET_WORK)
    find_group(session, actor, group_id)
    desk = desk_groups(session, [group_id]).get(group_id)
    wish = wish_of(desk, {}) if desk is not None else Wish("none")
    members = members_of_group(session, group_id, now)
    ids = [one.person_id for one in members]
    stand = {one.person_id: one for one in candidates(session, wish, group_id, members, now)}
    levels, rotas = levels_of(session, ids), rotas_of(session, group_id)
    choice = choose(wish, list(stand.values()), desk.last_assigned_id if desk else None)
    names = names_of_people(session, actor, ids)
    found = []
    for member in members:
        one = member.person_id
        ends = ends_at(rotas, one, now)
        mate = Teammate(
            member,
            stand[one].load,
            levels.get(one, {}),
            member.seen_lately(now),
            ends,
            None if ends else begins_at(rotas, one, now),
            hindrance(wish, stand[one]),
            is_next=choice is not None and choice.person_id == one,
        )
        found.append((names.get(one), mate))
    return [mate for name, mate in sorted(found, key=lambda each: each[0] or "") if name]
