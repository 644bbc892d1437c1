"""Reports that wait for their turn to write go together: one transaction for up to eight.

Each sender is answered for its own report, after the commit that holds it. What a transaction and
its statements cost is shared, so a process writes one group at a time: two at once make smaller
groups and wait for each other (half as many reports a second where two processes share a
PostgreSQL), and SQLite has one writer anyway. Should a transaction fail, each of its reports is
tried alone, so that nobody pays for another's.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from weakref import WeakKeyDictionary

from server.foundation.database import Database
from server.items.intake import Taken, take_reports
from server.items.reports import Report

MOST = 8


@dataclass(slots=True)
class Arrival:
    """A report with the key it came with; later, what became of it."""

    key: str
    report: Report
    at: datetime
    request_id: str = ""
    taken: Taken | None = None
    error: Exception | None = None
    done: threading.Event = field(default_factory=threading.Event)


class Gathering:
    """The reports that wait in this process for one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: list[Arrival] = []
        self._turn = threading.Lock()

    def take(self, arrival: Arrival) -> Taken:
        """Record a report and return what its agent is told; it has been committed then.

        Raises what ``take_report`` raises.
        """
        with self._lock:
            self._waiting.append(arrival)
        while self._is_waiting(arrival):
            with self._turn:
                self._run(self._next(arrival))
        # Another one's group may hold it; then the end of that is near.
        arrival.done.wait()
        if arrival.error is not None:
            raise arrival.error
        if arrival.taken is None:
            raise RuntimeError("a report was neither taken nor refused")
        return arrival.taken

    def _is_waiting(self, mine: Arrival) -> bool:
        with self._lock:
            return any(one is mine for one in self._waiting)

    def _next(self, mine: Arrival) -> list[Arrival]:
        """Take up to ``MOST`` that wait longest, one of each agent; none once mine is taken."""
        with self._lock:
            if not any(one is mine for one in self._waiting):
                return []
            group = one_of_each(self._waiting)
            taken = {id(one) for one in group}
            self._waiting = [one for one in self._waiting if id(one) not in taken]
        return group

    def _run(self, group: Sequence[Arrival]) -> None:
        try:
            self._try(group)
        finally:
            for one in group:
                one.done.set()

    def _try(self, group: Sequence[Arrival]) -> None:
        try:
            if group:
                self._write(group)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is its sender's answer
            if len(group) == 1:
                group[0].error = error
                return
            for one in group:
                self._try([one])

    def _write(self, group: Sequence[Arrival]) -> None:
        with self._database.writing() as session:
            results = take_reports(session, group)
        for one, result in zip(group, results, strict=True):
            if isinstance(result, Exception):
                one.error = result
            else:
                one.taken = result


def one_of_each(waiting: Sequence[Arrival]) -> list[Arrival]:
    """Return the first reports of different agents: two of one agent must not overtake."""
    group: dict[str, Arrival] = {}
    for one in waiting:
        if len(group) == MOST:
            break
        group.setdefault(one.key, one)
    return list(group.values())


_GATHERINGS: WeakKeyDictionary[Database, Gathering] = WeakKeyDictionary()
_GATHERINGS_LOCK = threading.Lock()


def gathering_of(database: Database) -> Gathering:
    """Return where this process gathers the reports for a database."""
    with _GATHERINGS_LOCK:
        found = _GATHERINGS.get(database)
        if found is None:
            found = _GATHERINGS[database] = Gathering(database)
        return found
