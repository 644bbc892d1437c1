"""What several sources say of people, kept beside them, and what of it counts.

Of whom only one source speaks, the columns of ``Person`` are its word and nothing is kept here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cmdb.records.parties import Person
from server.foundation.events import publish
from server.people.events import PersonDeactivated, PersonReactivated
from server.people.models import PersonWord, Roster, WebSession
from server.people.rules.logins import login_key, name_key
from server.people.rules.mapping import DETAILS
from server.people.rules.words import LOCAL, Rosters, Word, decided, is_here, manager_of


@dataclass(slots=True)
class Voices:
    """The words of some people, by person, and the lists there are."""

    rosters: Rosters
    words: dict[int, dict[str, PersonWord]] = field(default_factory=dict)

    def of(self, person_id: int) -> list[Word]:
        """Return what is said of somebody; [] where only one source speaks."""
        return [as_word(row) for row in self.words.get(person_id, {}).values()]


def standing_rosters(session: Session) -> dict[str, frozenset[str]]:
    """Return the codes of all personnel lists, the oldest first, and where each one wins."""
    rows = session.execute(select(Roster.code, Roster.wins).order_by(Roster.id))
    return {row.code: frozenset(row.wins) for row in rows}


def voices_of(session: Session, person_ids: Collection[int], rosters: Rosters) -> Voices:
    """Return what is said of these people, locked until the end of the transaction."""
    voices = Voices(rosters)
    if not rosters:
        return voices
    rows = session.scalars(
        select(PersonWord).where(PersonWord.person_id.in_(person_ids)).with_for_update()
    )
    for row in rows:
        voices.words.setdefault(row.person_id, {})[row.source] = row
    return voices


def speak(
    session: Session, voices: Voices, person: Person, said: Mapping[str, str], word: PersonWord
) -> None:
    """Let ``word`` be what its source says of ``person`` from now on, beside what others say.

    ``word``: the row there is, or a new one. What stood so far becomes the word of whoever wrote
    it, unless that one has spoken already.
    """
    known = voices.words.setdefault(person.id, {})
    if not known and person.source != word.source:
        first = PersonWord(
            person_id=person.id,
            source=person.source,
            said={name: text for name in DETAILS if (text := getattr(person, name))},
            gone=not person.active,
            said_at=word.said_at,
        )
        session.add(first)
        known[person.source] = first
    word.said = {name: text for name, text in said.items() if text}
    if word.source not in known:
        session.add(word)
        known[word.source] = word


def speak_by_hand(voices: Voices, person: Person, changes: Mapping[str, object]) -> None:
    """Keep what was written by hand beside what others say, where others speak."""
    word = voices.words.get(person.id, {}).get(LOCAL)
    if word is None:
        return
    said = {name: str(changes[name]) for name in DETAILS if name in changes}
    word.said = {name: text for name, text in (word.said | said).items() if text}
    if "active" in changes:
        word.gone = not person.active


def let_count(session: Session, voices: Voices, person: Person, now: datetime) -> bool:
    """Write into ``person`` what counts of all that is said; say whether that changed anything.

    Somebody of whom one source says that they are gone is deactivated, and publishes so.
    """
    words = voices.of(person.id)
    changed = False
    if not words:
        return False
    for name, (text, _) in decided(words, voices.rosters).items():
        # A name is needed, and nobody loses theirs because a source no longer tells it.
        if getattr(person, name) != text and (text or name != "display_name"):
            setattr(person, name, text)
            changed = True
    person.name_key, person.email_key = name_key(person.display_name), login_key(person.email)
    manager = manager_of(words, voices.rosters)
    if manager is not None and manager[0] not in {person.id, person.manager_id}:
        person.manager_id, changed = manager[0], True
    here = is_here(words)
    if here != person.active:
        person.active, changed = here, True
        if not here:
            _sign_out(session, person.id, now)
        publish(session, PersonReactivated(person.id) if here else PersonDeactivated(person.id))
    if changed:
        person.version += 1
        person.updated_at = now
    return changed


def _sign_out(session: Session, person_id: int, now: datetime) -> None:
    session.execute(
        update(WebSession)
        .where(WebSession.person_id == person_id, WebSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def words_of(session: Session, person_id: int) -> Sequence[PersonWord]:
    """Return what is said of one person, by source."""
    return session.scalars(
        select(PersonWord).where(PersonWord.person_id == person_id).order_by(PersonWord.source)
    ).all()


def as_word(row: PersonWord) -> Word:
    """Return a row as the rules know it."""
    return Word(row.source, row.said, row.gone, row.manager_id)
