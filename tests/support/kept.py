"""Connections to PostgreSQL that are used again once their engine has let go of them.

A new one is a new process over there, which knows no table yet: to be told of each costs more than
most tests do. What is closed in good order forgets all that was said to it and waits here for the
next engine that would connect to the same database in the same way.
"""

import threading
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

#: By what connections are alike; what holds types of Python says nothing to the server.
_Key = tuple[tuple[str, str], ...]
_NOT_SAID = {"context"}
#: Tests of several threads open a dozen; the next one begins with two.
_MOST_OF_A_KIND = 3


class KeptConnection(psycopg.Connection[Any]):
    """Waits for the next user when it is closed, unless something is wrong with it."""

    kept_as: _Key = ()
    shelf: "KeptConnections | None" = None

    def close(self) -> None:
        """Forget what was said, and wait; whoever closed it may not use it any more."""
        if self.closed or self.shelf is None or not self.shelf.take_back(self):
            super().close()

    def end(self) -> None:
        """Close it for good."""
        super().close()


class KeptConnections:
    """Those that wait. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[_Key, list[KeptConnection]] = defaultdict(list)
        self._shared: set[_Key] = set()

    def share(self, **said: object) -> None:
        """Keep what is connected so from here on (``port=…, dbname=…``).

        Elsewhere each is closed as it was told to be: a restore counts who is connected.
        """
        self._shared.add(_key(said))

    def connect(self, **said: Any) -> KeptConnection:
        """Do what ``psycopg.connect`` does, with one that waits where there is one."""
        key = _key(said)
        while True:
            with self._lock:
                waiting = self._waiting[key]
                found = waiting.pop() if waiting else None
            if found is None:
                made = KeptConnection.connect(**said)
                made.kept_as, made.shelf = key, self
                return made
            if _answers(found):
                found.autocommit = bool(said.get("autocommit"))
                return found
            found.end()

    def take_back(self, connection: KeptConnection) -> bool:
        """Let it wait; False for what is in the middle of something, or one too many."""
        known = set(connection.kept_as)
        if not any(known.issuperset(shared) for shared in list(self._shared)):
            return False
        if connection.info.transaction_status is not TransactionStatus.IDLE:
            return False
        try:
            connection.autocommit = True
            connection.execute("DISCARD ALL", prepare=False)
        except psycopg.Error:
            return False
        # What was prepared over there is gone, and here it would still be known by its name.
        connection._prepared.clear()
        connection._notice_handlers.clear()
        with self._lock:
            waiting = self._waiting[connection.kept_as]
            if len(waiting) < _MOST_OF_A_KIND:
                waiting.append(connection)
            return connection in waiting

    def processes(self, **said: object) -> list[int]:
        """Return the processes over there behind those that wait and were connected so."""
        with self._lock:
            return [one.info.backend_pid for one in self._alike(said)]

    def end(self, **said: object) -> None:
        """Close those that wait and were connected so (``port=…, dbname=…``)."""
        with self._lock:
            self._shared.discard(_key(said))
            ended = self._alike(said)
            for one in ended:
                self._waiting[one.kept_as].remove(one)
        for one in ended:
            one.end()

    def _alike(self, said: Mapping[str, object]) -> list[KeptConnection]:
        wanted = set(_key(said))
        return [one for key, some in self._waiting.items() if wanted <= set(key) for one in some]


def _key(said: Mapping[str, object]) -> _Key:
    return tuple(
        sorted((name, str(value)) for name, value in said.items() if name not in _NOT_SAID)
    )


def _answers(connection: KeptConnection) -> bool:
    """Say whether the server still knows it: a test may have ended every process but its own."""
    try:
        connection.execute("SELECT 1", prepare=False)
    except psycopg.Error:
        return False
    return True


#: Those of this process.
KEPT = KeptConnections()
