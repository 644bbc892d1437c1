"""A queue of many tickets with five entries each: its lists, pages, searches and clocks."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from server.desk.sla.models import SlaClock
from server.desk.tickets.actions.clocks import sweep_clocks
from server.foundation.clock import utc_now
from tests.benchmarks.desk.filling import COMMON, OPEN, RARE, fill_people, fill_tickets, write
from tests.benchmarks.desk.likeness import affect, fill_items, measure_likeness
from tests.benchmarks.desk.narrowed import measure_narrowed
from tests.benchmarks.figures import note, p95_of, scaled, tell
from tests.benchmarks.house.site import Place
from tests.benchmarks.register.settling import analyse

_DUE = 1000
_CLOCKS = 100_000
#: (figure, address, target in ms)
_LISTS = (
    ("queue list, open", "/tickets", 150),
    ("queue list, all, newest first", "/tickets?view=all", 150),
    ("queue list, one priority", "/tickets?priority=2", 150),
    ("queue list over REST", "/api/v1/tickets?open=true&sort=priority&limit=50", 150),
)
_SEARCHES = (
    ("full-text search, a rare word", RARE),
    ("full-text search, a word of every tenth ticket", COMMON),
    ("full-text search, two words", f"{COMMON} {RARE}"),
    ("full-text search, a word half typed", COMMON[:4]),
)


def measure_queue(place: Place, kind: str, tickets: int, *, slope: bool = False) -> None:
    """Fill the queue, then tell p95 of its pages and the time of a sweep.

    With ``slope`` a fifth of the tickets is measured first, and how each figure grew is told.
    """
    now, tickets = utc_now(), scaled(tickets)
    fill_people(place, now)
    fill_items(place, now)
    steps = [tickets // 5, tickets] if slope else [tickets]
    found: list[dict[str, float]] = []
    done = 0
    for step in steps:
        started = time.perf_counter()
        fill_tickets(place, range(done + 1, step + 1), now)
        affect(place, range(done + 1, step + 1))
        done = step
        analyse(place.database)
        note(f"{kind}: {step:,} tickets after {time.perf_counter() - started:.0f} s")
        found.append(_pages(place, f"{kind}, {step:,} tickets with 5 entries each", step))
    if slope:
        _tell_slope(found, kind, steps)
    _sweep(place, f"{kind}, {tickets:,} tickets", now)


def _pages(place: Place, size: str, tickets: int) -> dict[str, float]:
    setting = f"{size}, one in {OPEN} open, in process"
    found = {}
    for name, address, target in _LISTS:
        found[name] = _tell(place, name, cycle([address]), target, setting)
    for name, words in _SEARCHES:
        address = f"/search?q={words.replace(' ', '+')}"
        found[name] = _tell(place, name, cycle([address]), 300, setting)
    numbers = range(7, tickets, max(tickets // 97, 1))
    pages = cycle([f"/tickets/INC-{number}" for number in numbers])
    found["ticket page"] = _tell(place, "ticket page", pages, 120, setting)
    found["similar tickets of one ticket"] = measure_likeness(place, setting, tickets)
    return found | measure_narrowed(place, setting)


def _tell(place: Place, name: str, addresses: Iterator[str], target: int, setting: str) -> float:
    def get() -> None:
        answer = place.client.get(next(addresses))
        if answer.status_code != 200:
            raise RuntimeError(answer.text[:500])

    get()
    value = p95_of(get, times=20, rounds=3)
    tell(f"{name}: p95", value, "ms", f"under {target}", met=value < target, setting=setting)
    return value


def _tell_slope(found: list[dict[str, float]], kind: str, steps: list[int]) -> None:
    """Tell what each page would take with five times as many tickets, if it went on so."""
    few, many = found
    for name, value in many.items():
        growth = value / few[name]
        tell(
            f"{name}: growth from {steps[0]:,} to {steps[1]:,} tickets",
            growth,
            "times",
            "none",
            met=True,
            setting=f"{kind}; going on so, {value * growth:.0f} ms at {steps[1] * 5:,}",
        )


def _sweep(place: Place, size: str, now: datetime) -> None:
    """Tell how long one sweep takes while 100,000 clocks run and some have reached a level."""
    clocks = scaled(_CLOCKS)
    with place.database.writing() as session:
        write(session, SlaClock, (_clock(number, now) for number in range(1, clocks + 1)))
    started = time.perf_counter()
    told = 0
    while True:
        with place.database.writing() as session:
            found = sweep_clocks(session, now)
        told += found
        if not found:
            break
    seconds = time.perf_counter() - started
    setting = f"{size}; {clocks:,} clocks run, {told:,} have reached a level"
    tell("one sweep of clocks", seconds, "s", "under 15", met=seconds < 15, setting=setting)


def _clock(number: int, now: datetime) -> dict[str, Any]:
    due = number <= _DUE
    return {
        "ticket_id": number * 2,
        "measure": "resolve",
        "calendar": "office",
        "target_minutes": 1440,
        "started_at": now - timedelta(days=1),
        "due_at": now + timedelta(days=1),
        "fired": 0,
        "next_at": now - timedelta(minutes=1) if due else now + timedelta(hours=number % 400 + 1),
        "reason": "",
    }
