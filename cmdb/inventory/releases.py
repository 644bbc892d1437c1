"""Ids of software releases that this process has met: asking for them was half of a report.

A release never changes its id and is never deleted while a server runs. Ids are kept once the
transaction that read them has committed, so that none is of a row that was rolled back; and who
writes them down as installed checks that they are there.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Select, event, func, select
from sqlalchemy.orm import Session

from cmdb.records.among import among_listed, listed
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

    def keep(self, session: Session, found: Mapping[Package, int]) -> None:
        known = self.of(session)
        with self._lock:
            if len(known) + len(found) > MOST_KEPT:
                known.clear()
            known.update(found)


_MET = _Met()


def known_releases(session: Session, packages: Iterable[Package]) -> dict[Package, int]:
    """Return the ids that are known of these packages without asking the database."""
    known = _MET.of(session)
    found = ((package, known.get(package)) for package in packages)
    return {package: release_id for package, release_id in found if release_id is not None}


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
    statement = _counting(session.get_bind().dialect.name)
    given = {"wanted": listed(session, wanted)}
    (there,) = session.connection().execute(statement, given).one()
    if there == len(wanted):
        return True
    _MET.of(session).clear()
    return False


@cache
def _counting(dialect: str) -> Select[int]:
    those = among_listed(dialect, SoftwareRelease.id, "wanted")
    return select(func.count()).select_from(SoftwareRelease).where(those)


def _keep(session: Session) -> None:
    _MET.keep(session, session.info[_PENDING])
    session.info[_PENDING].clear()


def _drop(session: Session) -> None:
    session.info[_PENDING].clear()
