"""Ids of software releases that this process has met: asking for them was half of a report.

A release never changes its id and is never deleted while a server runs. Ids are kept once the
transaction that read them has committed, so that none is of a row that was rolled back; and who
writes them down as installed checks that they are there.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import repeat
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Executable, event, func, select
from sqlalchemy.orm import Session

from cmdb.records.among import among_listed, listed
from cmdb.records.asking import asked
from cmdb.records.facts import SoftwareRelease

Package = tuple[str, str, str, str]

#: Some 20 MB at most; an estate has its common packages among these.
MOST_KEPT = 50_000
_PENDING = "releases_met"


class _Met:
    """What is known of each database."""

    def __init__(self) -> None:
        self._by_engine: WeakKeyDictionary[Engine, dict[Package, int]] = WeakKeyDictionary()
        self._lock = Lock()

    def of(self, session: Session) -> dict[Package, int]:
        engine = session.get_bind().engine
        with self._lock:
            return self._by_engine.setdefault(engine, {})

    def look_up(self, session: Session, packages: Collection[Package]) -> dict[Package, int]:
        known = self.of(session)
        with self._lock:
            return dict(zip(packages, map(known.get, packages, repeat(0)), strict=False))

    def keep(self, session: Session, found: Mapping[Package, int]) -> None:
        known = self.of(session)
        with self._lock:
            if len(known) + len(found) > MOST_KEPT:
                known.clear()
            known.update(found)

    def forget(self, session: Session) -> None:
        known = self.of(session)
        with self._lock:
            known.clear()


_MET = _Met()


def known_releases(session: Session, packages: Collection[Package]) -> dict[Package, int]:
    """Return the id of each package as far as it is known without asking the database, else 0."""
    return _MET.look_up(session, packages)


def remember_releases(session: Session, found: Mapping[Package, int]) -> None:
    """Keep these ids once the session has committed."""
    pending: dict[Package, int] | None = session.info.get(_PENDING)
    if pending is None:
        pending = session.info[_PENDING] = {}
        event.listen(session, "after_commit", _keep)
        event.listen(session, "after_rollback", _drop)
    pending.update(found)


def all_there(session: Session, ids: Iterable[int]) -> bool:
    """Say whether every one of these releases exists; if not, nothing that was kept counts."""
    wanted = set(ids)
    if _count(session, wanted=listed(session, wanted)).scalar_one() == len(wanted):
        return True
    _MET.forget(session)
    return False


@asked
def _count(dialect: str) -> Executable:
    those = among_listed(dialect, SoftwareRelease.id, "wanted")
    return select(func.count()).select_from(SoftwareRelease).where(those)


def _keep(session: Session) -> None:
    _MET.keep(session, session.info[_PENDING])
    session.info[_PENDING].clear()


def _drop(session: Session) -> None:
    session.info[_PENDING].clear()
