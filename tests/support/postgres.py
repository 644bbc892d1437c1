"""A throw-away PostgreSQL cluster: no fsync, loopback and a private socket, any user or root."""

import itertools
import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.support.kept import KEPT, KeptConnection
from tests.support.processes import (
    ServerProcess,
    as_dependent,
    free_port,
    private_directory,
    require_program,
    start_on_free_ports,
)

_Connection = psycopg.Connection[Any]

_INSTALLED = Path("/usr/lib/postgresql")
_ROLE = "cadastre"
# The cluster lives for one test session: losing it costs nothing, waiting for its disk does.
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
}

_PUBLIC = "relnamespace = 'public'::regnamespace"
#: What the schema consists of, in one line. A copy has the numbers of its template, so a table that
#: was dropped and made again is another one.
_SCHEMA = sql.SQL(f"""
    SELECT string_agg(concat_ws(':', oid, relname, relkind, relnatts, relchecks), ','
                      ORDER BY relname)
    FROM pg_class WHERE {_PUBLIC}
""")  # noqa: S608  # nothing but a constant of this page is put in
#: Most tables never had a row: nothing lies in their files.
_TABLES = sql.SQL(f"""
    SELECT relname FROM pg_class WHERE relkind = 'r' AND {_PUBLIC} AND pg_relation_size(oid) > 0
""")  # noqa: S608
_FIRST_ROW = "(SELECT {} FROM {} LIMIT 1)"
_COUNTERS = sql.SQL(
    "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"
)
_DISCONNECT = sql.SQL("""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = %s AND pid <> pg_backend_pid() AND pid <> ALL(%s)
""")


def program_path() -> str:
    """Return the folders with PostgreSQL's own programs, newest first; Debian keeps them apart."""
    versions = sorted(_INSTALLED.glob("*/bin"), key=lambda path: -float(path.parent.name))
    return os.pathsep.join([*map(str, versions), os.environ.get("PATH", os.defpath)])


@dataclass(frozen=True, slots=True)
class _Template:
    """What a template holds; ``rows`` by table, as COPY writes them; ``counters``: the last id."""

    schema: object
    rows: Mapping[str, bytes]
    counters: Mapping[str, int | None]


class PostgresCluster:
    """One running cluster; `new_database` is cheap, above all from a template."""

    def __init__(
        self, directory: Path, user: str | None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.directory = directory
        self._settings = {**_SETTINGS, **(settings or {})}
        self.port = 0
        self._user = user
        self._numbers = itertools.count(1)
        self._server: ServerProcess | None = None
        self._templates: dict[str, _Template] = {}

    def create(self) -> None:
        """Write the empty cluster (`initdb`), about four seconds."""
        command = [
            require_program("initdb", "postgresql", program_path()),
            *("-D", str(self._data), "-U", _ROLE, "-A", "trust", "-E", "UTF8"),
            *("--locale=C.UTF-8", "--no-sync", "--no-instructions"),
        ]
        made = subprocess.run(
            as_dependent(command, self._user), capture_output=True, text=True, check=False, cwd="/"
        )
        if made.returncode:
            pytest.fail(f"initdb failed: {made.stderr.strip()}", pytrace=False)

    def start(self) -> None:
        """Start the server on a free loopback port; raises ServerDidNotStartError."""
        self.port = free_port(socket.SOCK_STREAM)
        settings = {
            **self._settings,
            "port": str(self.port),
            "unix_socket_directories": str(self.directory),
        }
        postgres = require_program("postgres", "postgresql", program_path())
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        server = ServerProcess(
            [postgres, "-D", str(self._data), *options],
            log=self.directory / "server.log",
            user=self._user,
        )
        server.start(self._is_ready)
        self._server = server

    def stop(self) -> None:
        """Stop the server at once: nobody will read this cluster again."""
        KEPT.end(port=self.port)
        if self._server is not None:
            self._server.stop(signal.SIGQUIT)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of a database of this cluster."""
        return f"postgresql+psycopg://{_ROLE}@127.0.0.1:{self.port}/{database}"

    def new_database(self, template: str | None = None) -> str:
        """Create a database, empty or as a copy of the one at the address `template`.

        Nobody may be connected to the template meanwhile. Returns the new address.
        """
        name = f"test_{next(self._numbers)}"
        source = (make_url(template).database if template else None) or "template1"
        KEPT.end(port=self.port, dbname=source)
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database, connections left open by a failed test included."""
        name = make_url(url).database or ""
        KEPT.end(port=self.port, dbname=name)
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def keep_connections(self, url: str) -> None:
        """Let connections to a database wait for their next user, until it is dropped."""
        KEPT.share(port=self.port, dbname=make_url(url).database)

    def put_back(self, url: str, template: str) -> bool:
        """Let a copy of ``template`` hold again what its template holds, row for row.

        Returns False, with nothing promised, when a test has changed the schema. Connections that
        a test left open are closed. Nobody may change a template.
        """
        if template not in self._templates:
            with closing(self._connect(make_url(template).database)) as connection:
                self._templates[template] = _state_of(connection)
        wanted = self._templates[template]
        name = make_url(url).database or ""
        kept = KEPT.processes(port=self.port, dbname=name)
        with closing(self._connect(name)) as connection:
            connection.execute(_DISCONNECT, (name, kept))
            if connection.execute(_SCHEMA).fetchone() != wanted.schema:
                return False
            acts = [
                sql.SQL("SET LOCAL session_replication_role = replica"),
                *(sql.SQL("DELETE FROM {}").format(sql.Identifier(t)) for t in _filled(connection)),
            ]
            counters = {**dict.fromkeys(_counters(connection)), **wanted.counters}
            if counters:
                acts.append(_counting_on(counters))
            with connection.transaction():
                connection.execute(sql.SQL("; ").join(acts))
                for table, rows in wanted.rows.items():
                    statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
                    with connection.cursor().copy(statement) as copy:
                        copy.write(rows)
        return True

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    def _connect(self, database: str | None = None) -> KeptConnection:
        return KEPT.connect(
            host="127.0.0.1",
            port=self.port,
            user=_ROLE,
            dbname=database or "postgres",
            autocommit=True,
        )

    def _run(self, statement: sql.Composed) -> None:
        with closing(self._connect()) as connection:
            connection.execute(statement)

    def _is_ready(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True


def _state_of(connection: _Connection) -> _Template:
    rows = {}
    for table in _filled(connection):
        statement = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
        with connection.cursor().copy(statement) as copy:
            rows[table] = b"".join(bytes(part) for part in copy)
    return _Template(connection.execute(_SCHEMA).fetchone(), rows, _counters(connection))


def _filled(connection: _Connection) -> list[str]:
    """Return the tables that have a row."""
    tables = [str(row[0]) for row in connection.execute(_TABLES)]
    if not tables:
        return []
    looks = [sql.SQL(_FIRST_ROW).format(sql.Literal(t), sql.Identifier(t)) for t in tables]
    return [str(row[0]) for row in connection.execute(sql.SQL(" UNION ALL ").join(looks))]


def _counters(connection: _Connection) -> dict[str, int | None]:
    return {str(name): int(str(last)) for name, last in connection.execute(_COUNTERS)}


def _counting_on(counters: Mapping[str, int | None]) -> sql.Composed:
    """Let each count on from its last number, or begin with 1 where it has given none.

    ``ALTER SEQUENCE … RESTART`` writes a new file for each.
    """
    acts = [
        sql.SQL("setval({}, {}, {})").format(
            sql.Literal(counter), sql.Literal(last or 1), sql.Literal(last is not None)
        )
        for counter, last in counters.items()
    ]
    return sql.SQL("SELECT ") + sql.SQL(", ").join(acts)


@contextmanager
def running_cluster(**settings: str) -> Iterator[PostgresCluster]:
    """Yield a running cluster; PostgreSQL refuses root, so root starts it as `postgres`.

    `settings` are PostgreSQL's own, as `shared_buffers="1GB"`.
    """
    require_program("postgres", "postgresql", program_path())
    user = "postgres" if os.geteuid() == 0 else None
    with private_directory("postgres", owner=user) as directory:
        cluster = PostgresCluster(directory, user, settings)
        cluster.create()
        start_on_free_ports(cluster.start)
        try:
            yield cluster
        finally:
            cluster.stop()


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[PostgresCluster]:
    """One PostgreSQL cluster per test process, started when the first test asks."""
    with running_cluster() as cluster:
        yield cluster
