"""The people and teams of the demo company."""

import random
from datetime import datetime

from sqlalchemy.orm import Session

from server.demo.company import DEPARTMENTS, DOMAIN, FAMILY, GIVEN, SITES, TEAMS
from server.foundation.permissions import Actor
from server.people.actions.groups import add_member, create_group
from server.people.actions.people import create_person


def write_people(
    session: Session, actor: Actor, organisation_id: int, now: datetime, chance: random.Random
) -> dict[str, list[int]]:
    """Write everybody down; return the persons' ids by site."""
    found: dict[str, list[int]] = {}
    taken: dict[str, int] = {}
    for plan in SITES:
        ids: list[int] = []
        for _ in range(plan.desks):
            given, family = chance.choice(GIVEN), chance.choice(FAMILY)
            number = taken[f"{given} {family}"] = taken.get(f"{given} {family}", 0) + 1
            mail = f"{given}.{family}{number if number > 1 else ''}".lower()
            person = create_person(
                session,
                actor,
                {
                    "organisation_id": organisation_id,
                    "display_name": f"{given} {family}",
                    "given_name": given,
                    "family_name": family,
                    "email": f"{mail}@{DOMAIN}",
                    "department": chance.choice(DEPARTMENTS),
                    "site": plan.name,
                    "time_zone": plan.time_zone,
                    # Whoever came first leads the site.
                    "manager_id": ids[0] if ids else None,
                },
                now,
            )
            ids.append(person.id)
        found[plan.code] = ids
    return found


def write_teams(
    session: Session,
    actor: Actor,
    organisation_id: int,
    people: dict[str, list[int]],
    now: datetime,
) -> tuple[dict[str, int], dict[int, list[int]]]:
    """Make the teams, each with six people; return ids by name, and members by id."""
    everybody = [person_id for ids in people.values() for person_id in ids]
    teams: dict[str, int] = {}
    members: dict[int, list[int]] = {}
    for number, (name, description) in enumerate(TEAMS):
        group = create_group(
            session,
            actor,
            {"organisation_id": organisation_id, "name": name, "description": description},
            now,
        )
        members[group.id] = everybody[number * 6 : number * 6 + 6]
        for person_id in members[group.id]:
            add_member(session, actor, group, person_id)
        teams[name] = group.id
    return teams, members
