"""Databases for tests: both kinds, with the schema already in them, one fresh copy per test."""

import functools
import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.postgres import PostgresCluster

KINDS = ("sqlite", "postgres")
#: Deleted rows stay in the files of PostgreSQL; now and then a fresh copy is cheaper.
_MOST_USES = 100

#: Makes something of an empty database, and leaves no connection to it.
Prepare = Callable[[str], None]


def prepare_schema(url: str) -> None:
    """Create every table in the empty database at `url`, as a running system would have them.

    This is the one seam between the tests and how a schema comes to be.
    """
    # Support must load before the register does.
    from server.migrations.models import Base  # noqa: PLC0415

    engine = sa.create_engine(url)
    try:
        Base.metadata.create_all(engine)
    finally:
        engine.dispose()


def migrate(url: str) -> None:
    """Let the empty database at `url` be what ``cadastre migrate`` makes of it."""
    # Support must load before the register does.
    from server.migrations.runner import Migrations  # noqa: PLC0415

    Migrations(url).upgrade()


class DatabaseMaker:
    """Makes databases of either kind: each way to prepare one is gone once, then only copied."""

    def __init__(self, directory: Path, cluster: Callable[[], PostgresCluster]) -> None:
        self._directory = directory
        self._cluster = cluster
        self._numbers = itertools.count(1)
        self._templates: dict[tuple[str, Prepare], str] = {}
        #: By the template: copies of it that nobody uses.
        self._spare: dict[str, list[str]] = {}
        self._template_of: dict[str, str] = {}
        self._uses: dict[str, int] = {}

    def empty(self, kind: str) -> str:
        """Return the address of a database without a single table."""
        if kind == "postgres":
            return self._cluster().new_database()
        return f"sqlite:///{self._directory / f'{next(self._numbers)}.sqlite'}"

    def prepared(self, kind: str, prepare: Prepare = prepare_schema) -> str:
        """Return the address of a fresh database as `prepare` leaves an empty one.

        By default it holds the whole schema and no rows.
        """
        template = self._template(kind, prepare)
        if kind == "postgres":
            spare = self._spare.get(template)
            url = spare.pop() if spare else self._cluster().new_database(template)
            if prepare is prepare_schema:
                # Who is connected counts where backups are restored; those databases are migrated.
                self._cluster().keep_connections(url)
        else:
            url = self.empty(kind)
            shutil.copyfile(_sqlite_file(template), _sqlite_file(url))
        self._template_of[url] = template
        return url

    def lay_down(self, path: Path, prepare: Prepare = prepare_schema) -> None:
        """Put a fresh SQLite database to where a test wants it; the test's folder goes with it."""
        shutil.copyfile(_sqlite_file(self._template("sqlite", prepare)), path)

    def drop(self, url: str) -> None:
        """Remove a database; without it a long session would fill the disk.

        A copy in PostgreSQL is put back for the next test: a new one takes fifty times as long.
        """
        if url.startswith("sqlite"):
            for left in self._directory.glob(f"{_sqlite_file(url).name}*"):
                left.unlink()
            return
        self._uses[url] = self._uses.get(url, 0) + 1
        template = self._template_of.get(url)
        if template and self._uses[url] < _MOST_USES and self._cluster().put_back(url, template):
            self._spare.setdefault(template, []).append(url)
        else:
            self._cluster().drop_database(url)

    def _template(self, kind: str, prepare: Prepare) -> str:
        key = (kind, prepare)
        if key not in self._templates:
            url = self.empty(kind)
            prepare(url)
            self._templates[key] = url
        return self._templates[key]


def _sqlite_file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgres`: a test that asks for it, or for what follows, runs once on each."""
    kind: str = request.param
    return kind


@pytest.fixture(scope="session")
def database_maker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> DatabaseMaker:
    """Make databases by hand, for module-wide estates and tests of two databases at once."""

    @functools.cache
    def cluster() -> PostgresCluster:
        running: PostgresCluster = request.getfixturevalue("postgres_cluster")
        return running

    return DatabaseMaker(tmp_path_factory.mktemp("databases"), cluster)


@pytest.fixture
def database_url(database_maker: DatabaseMaker, database_kind: str) -> Iterator[str]:
    """Yield the address of a database of its own, schema included, on SQLite and on PostgreSQL."""
    url = database_maker.prepared(database_kind)
    yield url
    database_maker.drop(url)


@pytest.fixture
def migrated_database_url(database_maker: DatabaseMaker, database_kind: str) -> Iterator[str]:
    """Yield the address of a database of its own as ``cadastre migrate`` leaves an empty one."""
    url = database_maker.prepared(database_kind, migrate)
    yield url
    database_maker.drop(url)


@pytest.fixture
def empty_database_url(database_maker: DatabaseMaker, database_kind: str) -> Iterator[str]:
    """Yield the address of a database of its own without any table, for tests of migrations."""
    url = database_maker.empty(database_kind)
    yield url
    database_maker.drop(url)
