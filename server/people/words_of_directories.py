"""Directories among several sources: their word, and people whom a list had known before."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.parties import OrganisationClosure, Person
from server.people.models import DirectoryEntry, PersonWord, Roster
from server.people.rules.logins import login_key
from server.people.rules.mapping import DETAILS, PersonSeen
from server.people.rules.words import Rosters
from server.people.words import Voices, speak

_NUMBER, _EMAIL = DETAILS.index("employee_number"), DETAILS.index("email")


def say_of_directory(
    session: Session, voices: Voices, person: Person, code: str, seen: PersonSeen, now: datetime
) -> None:
    """Keep what a directory says of somebody of whom others speak too."""
    word = voices.words.get(person.id, {}).get(code) or PersonWord(
        person_id=person.id, source=code, said={}, gone=False, said_at=now
    )
    word.gone, word.said_at = False, now
    speak(session, voices, person, dict(zip(DETAILS, seen.details, strict=True)), word)


def adoptable(
    session: Session, organisation_id: int, rosters: Rosters, seen: Sequence[PersonSeen]
) -> dict[str, int]:
    """Return, by unique id, whom of ``seen`` a personnel list has written down already.

    The list knew them before they had an account: by employee number or, where nobody has that, by
    e-mail address. Who is in some directory is never taken, nor where two people fit.
    """
    if not rosters:
        return {}
    below = select(OrganisationClosure.descendant_id).where(
        OrganisationClosure.ancestor_id == organisation_id
    )
    free = select(Person.id, Person.employee_number, Person.email_key).where(
        Person.source.in_(select(Roster.code)),
        Person.organisation_id.in_(below),
        Person.id.not_in(
            select(DirectoryEntry.person_id).where(DirectoryEntry.person_id.is_not(None))
        ),
    )
    details = {one.external_id: one.details for one in seen}
    numbers = {texts[_NUMBER] for texts in details.values()} - {""}
    mails = {login_key(texts[_EMAIL]) for texts in details.values()} - {""}
    by_number = _single(session.execute(free.where(Person.employee_number.in_(numbers))), 1)
    by_mail = _single(session.execute(free.where(Person.email_key.in_(mails))), 2)
    found: dict[str, int] = {}
    taken: set[int] = set()
    for key, texts in details.items():
        one = by_number.get(texts[_NUMBER]) or by_mail.get(login_key(texts[_EMAIL]))
        if one is not None and one not in taken:
            found[key] = one
            taken.add(one)
    return found


def _single(rows: Iterable[Sequence[object]], place: int) -> dict[object, int]:
    """Return the id of each value that exactly one row has."""
    found: dict[object, list[int]] = {}
    for row in rows:
        found.setdefault(row[place], []).append(int(str(row[0])))
    return {value: ids[0] for value, ids in found.items() if len(ids) == 1}
