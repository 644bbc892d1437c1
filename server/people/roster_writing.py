"""Writing what a delivery of a personnel list says, 500 people to a transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.parties import Person
from server.foundation.database import Database
from server.people.models import PersonWord
from server.people.rules.logins import login_key, name_key
from server.people.rules.mapping import DETAILS
from server.people.rules.roster_lines import Line
from server.people.rules.roster_plan import RosterPlan, RosterReport, StoredWord
from server.people.sync_parties import in_steps
from server.people.words import Voices, let_count, speak, standing_rosters, voices_of


@dataclass(frozen=True, slots=True)
class RosterWork:
    """What every step of one delivery works with."""

    database: Database
    code: str
    organisation_id: int
    now: datetime
    report: RosterReport


def write_said(work: RosterWork, plan: RosterPlan, people: dict[str, int]) -> None:
    """Write down who is new, and what is said of the others; adds the new ones to ``people``."""
    for new in in_steps(plan.new):
        with work.database.writing() as session:
            people |= _create(session, work, new)
        work.report.persons_created += len(new)
    for step in in_steps(plan.joined):
        with work.database.writing() as session:
            _say(session, work, step)
        work.report.persons_joined += len(step)
    for step in in_steps(plan.changed):
        with work.database.writing() as session:
            work.report.persons_changed += _say(session, work, step)


def write_missing(work: RosterWork, missing: Sequence[StoredWord]) -> None:
    """Let everybody of whom the list no longer speaks be gone, by its word."""
    for step in in_steps(missing):
        with work.database.writing() as session:
            people, voices = _people(session, [word.person_id for word in step])
            for person_id, person in people.items():
                word = voices.words[person_id][work.code]
                # Whoever comes back says something new, whatever it is.
                word.gone, word.digest, word.said_at = True, "", work.now
                _count(session, work, voices, person)


def write_managers(
    work: RosterWork, managers: Mapping[str, int | None], people: Mapping[str, int]
) -> None:
    """Write whom the list names as managers, once everybody is there."""
    wanted = {people[key]: manager for key, manager in managers.items() if key in people}
    with work.database.reading() as session:
        rows = session.execute(
            select(PersonWord.person_id, PersonWord.manager_id).where(
                PersonWord.source == work.code
            )
        )
        changes = [row.person_id for row in rows if wanted.get(row[0], row[1]) != row[1]]
    for step in in_steps(changes):
        with work.database.writing() as session:
            persons, voices = _people(session, step)
            for person_id, person in persons.items():
                voices.words[person_id][work.code].manager_id = wanted[person_id]
                former = person.manager_id
                let_count(session, voices, person, work.now)
                work.report.managers_changed += person.manager_id != former


def _create(session: Session, work: RosterWork, lines: Sequence[Line]) -> dict[str, int]:
    made = [_person(work, line) for line in lines]
    session.add_all(made)
    session.flush()
    session.add_all(_word(work, person.id, line) for person, line in zip(made, lines, strict=True))
    return {line.key: person.id for person, line in zip(made, lines, strict=True)}


def _person(work: RosterWork, line: Line) -> Person:
    texts = {name: line.said.get(name, "") for name in DETAILS}
    return Person(
        organisation_id=work.organisation_id,
        source=work.code,
        name_key=name_key(texts["display_name"]),
        email_key=login_key(texts["email"]),
        active=True,
        created_at=work.now,
        updated_at=work.now,
        **texts,
    )


def _say(session: Session, work: RosterWork, step: Sequence[tuple[int, Line]]) -> int:
    """Let the list say what it says; return of how many people something changed by that."""
    people, voices = _people(session, [person_id for person_id, _ in step])
    changed = 0
    for person_id, line in step:
        if person_id not in people:
            continue
        word = voices.words.get(person_id, {}).get(work.code) or _word(work, person_id, line)
        word.digest, word.gone, word.said_at = line.digest, line.gone, work.now
        speak(session, voices, people[person_id], line.said, word)
        changed += _count(session, work, voices, people[person_id])
    return changed


def _word(work: RosterWork, person_id: int, line: Line) -> PersonWord:
    return PersonWord(
        person_id=person_id,
        source=work.code,
        external_key=line.key,
        said=dict(line.said),
        digest=line.digest,
        gone=line.gone,
        said_at=work.now,
    )


def _count(session: Session, work: RosterWork, voices: Voices, person: Person) -> bool:
    was_here = person.active
    changed = let_count(session, voices, person, work.now)
    work.report.persons_deactivated += was_here and not person.active
    work.report.persons_reactivated += person.active and not was_here
    return changed


def _people(session: Session, ids: Sequence[int]) -> tuple[dict[int, Person], Voices]:
    rows = session.scalars(select(Person).where(Person.id.in_(ids)).with_for_update())
    people = {row.id: row for row in rows}
    return people, voices_of(session, list(people), standing_rosters(session))
