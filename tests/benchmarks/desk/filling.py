"""Tickets by the hundred thousand, with what was said on them and their documents of words.

The words are drawn by Zipf's law from a language of 20,000 made-up ones, as those of real tickets
are: a few are in nearly every document, most in a handful. Deterministic by seed.
"""

import string
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any

from sqlalchemy import ColumnDefault
from sqlalchemy.orm import Session

from cmdb.model.text import text_key
from cmdb.records.base import Base
from cmdb.records.bulk import insert_rows
from cmdb.records.parties import Person
from server.desk.tickets.models import Ticket, TicketEntry
from server.foundation.search.index import TICKET, Document, put
from server.foundation.search.stemming import stems_of
from tests.benchmarks.house.site import Place

#: One ticket in so many is still open.
OPEN = 20
ENTRIES = 5
PEOPLE = 2000
_WORDS = 20_000
_CHUNK = 5000
#: (how often the word is drawn, in which ticket it stands): what the searches ask for.
COMMON, RARE = "timeout", "quorumloss"


def write(session: Session, entity: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows at once; what they do not say is as the model has it."""
    columns = entity.__table__.columns
    usual = {
        one.name: one.default.arg
        for one in columns
        if isinstance(one.default, ColumnDefault) and one.default.is_scalar
    }
    insert_rows(session, entity, [usual | row for row in rows])


def fill_people(place: Place, now: datetime) -> None:
    """Write the requesters."""
    with place.database.writing() as session:
        write(session, Person, [_person(n, place, now) for n in range(2, PEOPLE + 1)])


def fill_tickets(place: Place, numbers: range, now: datetime) -> None:
    """Write the tickets of ``numbers``, five entries each, and their documents."""
    random = Random(numbers.start)
    for some in _parts(numbers):
        said = {number: _said(number, random) for number in some}
        tickets = [_ticket(n, place, now, said[n]) for n in some]
        with place.database.writing() as session:
            write(session, Ticket, tickets)
            entries = [row for n in some for row in _entries(n, now, said[n])]
            write(session, TicketEntry, entries)
            put(session, [_document(number, said[number]) for number in some])


def _parts(numbers: range) -> Iterator[range]:
    for start in range(numbers.start, numbers.stop, _CHUNK):
        yield range(start, min(start + _CHUNK, numbers.stop))


@cache
def _language() -> tuple[Sequence[str], Sequence[float]]:
    random = Random(11)
    words = ["".join(random.choices(string.ascii_lowercase, k=7)) for _ in range(_WORDS)]
    words[5] = COMMON
    return words, list(accumulate(1 / rank for rank in range(1, _WORDS + 1)))


def _said(number: int, random: Random) -> list[str]:
    """Return the title and what was said after it."""
    words, weights = _language()
    drawn = random.choices(words, cum_weights=weights, k=8 + 12 * (ENTRIES - 1))
    if number % 50_000 == 17:
        drawn[3] = RARE
    return [" ".join(drawn[:8]), *(" ".join(part) for part in _batches(drawn[8:], 12))]


def _batches(words: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (words[at : at + size] for at in range(0, len(words), size))


@cache
def _stems(word: str) -> frozenset[str]:
    return stems_of(word)


def _document(number: int, said: Sequence[str]) -> Document:
    # The second thing that was said is internal.
    openly = [said[0], said[1], *said[3:]]
    return Document(TICKET, number, _stems_in(openly), _stems_in([said[2]]))


def _stems_in(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(stem for one in texts for word in one.split() for stem in _stems(word))


def _person(number: int, place: Place, now: datetime) -> dict[str, Any]:
    name = f"Person {number:04}"
    return {
        "id": number,
        "organisation_id": place.organisation_id,
        "display_name": name,
        "name_key": text_key(name),
        "created_at": now,
        "updated_at": now,
    }


def _ticket(number: int, place: Place, now: datetime, said: Sequence[str]) -> dict[str, Any]:
    at = _opened_at(number, now)
    is_open = number % OPEN == 0
    return {
        "id": number,
        "reference": f"INC-{number}",
        "kind": "incident",
        "organisation_id": place.organisation_id,
        "title": said[0],
        "title_key": text_key(said[0]),
        "description": said[1],
        "state": "in_progress" if is_open else "closed",
        "is_open": is_open,
        "urgency": "medium",
        "impact": "minor",
        "suggested_impact": "minor",
        "priority": number % 5 + 1,
        "requester_id": number % PEOPLE + 1,
        "channel": "portal",
        "fields": {},
        "created_at": at,
        "updated_at": at,
        "activity_at": at,
    }


def _opened_at(number: int, now: datetime) -> datetime:
    return now - timedelta(days=400) + timedelta(seconds=20 * number)


def _entries(number: int, now: datetime, said: Sequence[str]) -> Iterator[dict[str, Any]]:
    for position in range(ENTRIES):
        kind = ("system", "public", "internal", "public", "public")[position]
        yield {
            "ticket_id": number,
            "at": _opened_at(number, now) + timedelta(minutes=position),
            "author_id": 1,
            "kind": kind,
            "text": "" if kind == "system" else said[position],
            "detail": {"event": "opened"} if kind == "system" else {},
        }
