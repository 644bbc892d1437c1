"""The collector's day: hand over what waits, ask what is to be done, do it; whatever comes between.

All requests are outbound. While the server is away errands that were begun go on, their results
wait in the spool, and the collector tries again, slower and slower up to a minute.
"""

import random
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from discovery.collector.errands import CannotDo, errand_from
from discovery.collector.errors import RequestRefused, ServerAway
from discovery.collector.keeping import Identity
from discovery.collector.link import Link, own_version
from discovery.collector.spool import Spool
from discovery.collector.working import Work

_MOST_AT_ONCE = 4
_EVERY_SECONDS = 5.0
_LONGEST_SECONDS = 60.0
_GOODBYE_SECONDS = 5.0

Say = Callable[[str], None]


class Collector:
    """One collector at work."""

    def __init__(self, identity: Identity, link: Link, folder: Path, say: Say) -> None:
        self._identity = identity
        self._link = link
        self._spool = Spool(folder / "spool")
        self._say = say
        self._work: list[Work] = []
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._every_seconds = _EVERY_SECONDS
        self._failures = 0
        self._away_seconds = _EVERY_SECONDS

    def stop(self) -> None:
        """End soon; may be called from a signal handler or another thread."""
        self._stop.set()
        self._wake.set()

    def run(self, *, once: bool = False) -> None:
        """Work until stopped; ``once``: until there is nothing more to do and to hand over.

        Raises KeyRefused when the server does not know this collector any more.
        """
        try:
            while not self._stop.is_set():
                waits = self._round()
                idle = not self._work and not len(self._spool) and not self._failures
                if once and idle and not waits:
                    return
                self._pause()
        finally:
            self._leave()

    def _round(self) -> bool:
        """Hand over and ask once; says whether there was anything new to do."""
        self._wake.clear()
        try:
            self._hand_over()
            began = self._ask()
        except ServerAway as error:
            self._failures += 1
            self._say(str(error))
            slower = min(_LONGEST_SECONDS, self._every_seconds * 2.0**self._failures)
            self._away_seconds = error.retry_seconds or slower * random.uniform(0.5, 1.0)  # noqa: S311 - spreads requests, guards nothing
            return False
        self._failures = 0
        return began

    def _pause(self) -> None:
        if self._failures:
            self._stop.wait(self._away_seconds)  # what comes meanwhile waits in the spool
            return
        # While something is under way its progress is told more often.
        self._wake.wait(min(self._every_seconds, 2.0) if self._work else self._every_seconds)

    def _hand_over(self) -> None:
        while (waiting := self._spool.first()) is not None and not self._stop.is_set():
            try:
                self._link.deliver(waiting.packed, self._identity.key)
            except RequestRefused as error:
                self._say(f"{error} What it was about is put aside as {waiting.path.name}.")
                self._spool.refused(waiting)
            else:
                self._spool.taken(waiting)

    def _ask(self) -> bool:
        self._work = [one for one in self._work if not one.over]
        answer = self._link.fetch(self._standing(), self._identity.key)
        told = answer.get("next_seconds")
        if isinstance(told, int | float) and 0.1 <= told <= _LONGEST_SECONDS:
            self._every_seconds = float(told)
        stopping = set(answer.get("stop") or ())
        for one in self._work:
            if one.errand.id in stopping:
                one.stop()
        return self._begin(answer.get("errands") or ())

    def _standing(self) -> dict[str, Any]:
        """Say what is under way and what waits, so that nothing is handed out twice."""
        held = {(one.errand.id, one.errand.attempt): one.progress for one in self._work}
        for errand in self._spool.errands() - held.keys():
            held[errand] = None
        return {
            "version": own_version(),
            "backlog": len(self._spool),
            "room": max(_MOST_AT_ONCE - len(self._work), 0),
            "held": [
                {"errand": number, "attempt": attempt, "progress": progress}
                for (number, attempt), progress in sorted(held.items())
            ],
        }

    def _begin(self, documents: Any) -> bool:
        for document in documents:
            try:
                errand = errand_from(document)
            except CannotDo as error:
                self._say(f"{error}.")
                continue
            self._say(f"Errand {errand.id}: {errand.kind} {_about(errand.work)}".rstrip())
            work = Work(errand, self._identity.private_key, self._spool, self._wake)
            self._work.append(work)
            work.start()
        return bool(documents)

    def _leave(self) -> None:
        """Let go of what is under way; the server hands it out again when the collector is back."""
        for one in self._work:
            one.abandon()
        for one in self._work:
            one.join(_GOODBYE_SECONDS)


def _about(work: Mapping[str, Any]) -> str:
    for name in ("addresses", "target", "address"):
        if isinstance(work.get(name), str):
            return " ".join(work[name].split())[:80]
    return ""
