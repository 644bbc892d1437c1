"""A queue of 200,000 tickets with five entries each: its list, one ticket's page, its clocks."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from sqlalchemy import insert

from cmdb.model.text import text_key
from cmdb.records.parties import Person
from server.desk.sla.models import SlaClock
from server.desk.tickets.actions.clocks import sweep_clocks
from server.desk.tickets.models import Ticket, TicketEntry
from server.foundation.clock import utc_now
from tests.benchmarks.figures import note, p95_of, tell
from tests.benchmarks.house.site import Place

TICKETS = 200_000
#: One in so many is still open.
_OPEN = 20
_DUE = 1000
_PEOPLE = 2000
_SETTING = f"SQLite, {TICKETS:,} tickets with 5 entries each, one in {_OPEN} open, in process"
_CHUNK = 5000


def measure_queue(place: Place) -> None:
    """Fill the queue, then tell p95 of its pages and the time of a sweep."""
    started = time.perf_counter()
    _fill(place)
    note(f"filled in {time.perf_counter() - started:.0f} s")
    for name, address, target in (
        ("queue list, open", "/tickets", 150),
        ("queue list, all, newest first", "/tickets?view=all", 150),
        ("queue list, one priority", "/tickets?priority=2", 150),
        ("queue list over REST", "/api/v1/tickets?open=true&sort=priority&limit=50", 150),
    ):
        _tell(place, name, cycle([address]), target)
    pages = cycle([f"/tickets/INC-{number}" for number in range(7, TICKETS, TICKETS // 97)])
    _tell(place, "ticket page", pages, 120)
    _sweep(place)


def _tell(place: Place, name: str, addresses: Iterator[str], target: int) -> None:
    def get() -> None:
        answer = place.client.get(next(addresses))
        if answer.status_code != 200:
            raise RuntimeError(answer.text[:500])

    get()
    value = p95_of(get, times=30, rounds=3)
    tell(f"{name}: p95", value, "ms", f"under {target}", met=value < target, setting=_SETTING)


def _sweep(place: Place) -> None:
    """Tell how long one sweep takes while 100,000 clocks run and some have reached a level."""
    now = utc_now()
    with place.database.writing() as session:
        _put(session, SlaClock, (_clock(number, now) for number in range(1, 100_001)))
    started = time.perf_counter()
    told = 0
    while True:
        with place.database.writing() as session:
            found = sweep_clocks(session, now)
        told += found
        if not found:
            break
    seconds = time.perf_counter() - started
    setting = f"{_SETTING}; 100,000 clocks run, {told:,} have reached a level"
    tell("one sweep of clocks", seconds, "s", "under 15", met=seconds < 15, setting=setting)


def _fill(place: Place) -> None:
    now = utc_now()
    with place.database.writing() as session:
        _put(session, Person, (_person(n, place, now) for n in range(2, _PEOPLE + 1)))
    with place.database.writing() as session:
        _put(session, Ticket, (_ticket(n, place, now) for n in range(1, TICKETS + 1)))
    with place.database.writing() as session:
        _put(session, TicketEntry, (_entry(n, now) for n in range(TICKETS * 5)))
        session.connection().exec_driver_sql("ANALYZE")


def _put(session: Any, table: type[Any], rows: Iterator[dict[str, Any]]) -> None:
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _CHUNK:
            session.execute(insert(table), chunk)
            chunk = []
    if chunk:
        session.execute(insert(table), chunk)


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


def _ticket(number: int, place: Place, now: datetime) -> dict[str, Any]:
    at = now - timedelta(minutes=TICKETS - number)
    is_open = number % _OPEN == 0
    title = f"Orders page {number % 977} times out on {number % 31}"
    return {
        "id": number,
        "reference": f"INC-{number}",
        "kind": "incident",
        "organisation_id": place.organisation_id,
        "title": title,
        "title_key": text_key(title),
        "description": "Since this morning.",
        "state": "in_progress" if is_open else "closed",
        "is_open": is_open,
        "urgency": "medium",
        "impact": "minor",
        "suggested_impact": "minor",
        "priority": number % 5 + 1,
        "requester_id": number % _PEOPLE + 1,
        "channel": "portal",
        "fields": {},
        "created_at": at,
        "updated_at": at,
        "activity_at": at,
    }


def _entry(number: int, now: datetime) -> dict[str, Any]:
    ticket = number // 5 + 1
    return {
        "ticket_id": ticket,
        "at": now - timedelta(minutes=TICKETS - ticket),
        "author_id": 1,
        "kind": ("public", "internal", "system")[number % 3],
        "text": "We look at it, and tell what we find." if number % 3 < 2 else "",
        "detail": {"event": "opened"} if number % 3 == 2 else {},
    }


def _clock(number: int, now: datetime) -> dict[str, Any]:
    due = number <= _DUE
    ticket = number * 2
    return {
        "ticket_id": ticket,
        "measure": "resolve",
        "calendar": "office",
        "target_minutes": 1440,
        "started_at": now - timedelta(minutes=TICKETS - ticket),
        "due_at": now + timedelta(days=1),
        "fired": 0,
        "next_at": now - timedelta(minutes=1) if due else now + timedelta(hours=number % 400 + 1),
        "reason": "",
    }
