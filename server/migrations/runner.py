"""Up, down and check, without an ini file: the database's address is all it takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection

from cmdb.errors import CadastreError
from server.foundation.errors import DatabaseNotReady
from server.foundation.search.index import make_index
from server.foundation.search.parts import make_part_indexes
from server.migrations.comparing import options
from server.migrations.connecting import current_revision, looking, migrating
from server.migrations.counting import counters_of, keep_counters
from server.migrations.models import Base

_HERE = Path(__file__).parent
_SHIPPED = _HERE / "versions"

#: Alembic's own plans of its two commands: script, revision to reach, where the database stands.
_Way = Callable[[ScriptDirectory, str, Any], list[Any]]
_UP: _Way = ScriptDirectory._upgrade_revs  # noqa: SLF001
_DOWN: _Way = ScriptDirectory._downgrade_revs  # noqa: SLF001


class LosesData(CadastreError):
    """The way down would lose data and nobody said that this is wanted."""


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Where a database stands. ``current`` is None for an empty database."""

    current: str | None
    head: str
    pending: tuple[str, ...]

    @property
    def is_current(self) -> bool:
        """Say whether nothing is left to do."""
        return not self.pending


def _silent(_text: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Migrations:
    """The revisions of one database. ``versions`` are folders of revisions."""

    url: str
    say: Callable[[str], None] = _silent
    versions: Sequence[Path] = (_SHIPPED,)

    def state(self) -> SchemaState:
        """Return where the database stands. Raises ``DatabaseNotReady``."""
        with looking(self.url) as connection:
            return self._state(connection)

    def upgrade(self, revision: str = "head") -> list[str]:
        """Go up to ``revision``; return the revisions applied, [] when there was nothing to do.

        Each revision is one transaction: killed in between, the database stands at a revision and
        the next start goes on. Two processes at once apply each revision once. On the way to the
        head an empty database is given the whole schema at once. Raises ``DatabaseNotReady``.
        """
        applied: list[str] = []
        with migrating(self.url, self.say) as connection:
            state = self._state(connection)
            connection.rollback()
            if revision == "head" and state.is_current:
                with connection.begin():
                    # An administrator may have switched on since then what these need.
                    make_part_indexes(connection)
                return []
            if revision == "head" and state.current is None:
                with connection.begin():
                    applied += _make_at_once(connection)
                self.say(f"the schema of revision {applied[-1]} made")
            if applied[-1:] != [state.head]:
                self._go(self._config(connection, applied), revision, _UP)
        return applied

    def fill_within(self, connection: Connection, revision: str) -> None:
        """Give an empty database the schema of ``revision``, inside the transaction begun."""
        if revision == _shipped().get_current_head():
            _make_at_once(connection)
        else:
            self._go(self._config(connection), revision, _UP)

    def downgrade(self, revision: str, *, lose: bool = False) -> list[str]:
        """Go down to ``revision`` ("base" for an empty database); return the revisions undone.

        Raises ``LosesData``, before anything is touched, when a revision on the way declares that
        it loses something and ``lose`` is not set; ``CadastreError`` for a revision that does not
        lie below.
        """
        undone: list[str] = []
        with migrating(self.url, self.say) as connection:
            current = current_revision(connection, self.script())
            connection.rollback()
            losses = [_loses(step) for step in self._down(current, revision) if _loses(step)]
            if losses and not lose:
                raise LosesData(f"going down to {revision} loses {' and '.join(losses)}")
            self._go(self._config(connection, undone), revision, _DOWN)
        return undone

    def check(self) -> list[str]:
        """Return how the schema differs from the models, one line each; [] when it does not."""
        with looking(self.url) as connection:
            state = self._state(connection)
            if not state.is_current:
                return [f"the revisions {', '.join(state.pending)} have not been applied"]
            context = MigrationContext.configure(connection, opts=options(connection))
            return [_sentence(found) for found in compare_metadata(context, Base.metadata)]

    def head(self) -> str:
        """Return the newest revision this program knows; the database is not asked."""
        head = self.script().get_current_head()
        if head is None:
            raise DatabaseNotReady("this installation has no revisions; install Cadastre again")
        return head

    def script(self) -> ScriptDirectory:
        """Return alembic's view of the revisions."""
        if tuple(self.versions) == (_SHIPPED,):
            return _shipped()
        return ScriptDirectory.from_config(self._config())

    def _state(self, connection: Connection) -> SchemaState:
        script = self.script()
        current = current_revision(connection, script)
        head = self.head()
        pending = [step.revision for step in script.iterate_revisions(head, current or "base")]
        return SchemaState(current, head, tuple(reversed(pending)))

    def _down(self, current: str | None, revision: str) -> list[Script]:
        script = self.script()
        below = {step.revision for step in script.iterate_revisions(current or "base", "base")}
        if revision != "base" and revision not in below:
            raise CadastreError(f"there is no revision {revision} below {current}")
        return list(script.iterate_revisions(current or "base", revision))

    def _go(self, config: Config, revision: str, way: _Way) -> None:
        """Do what alembic's commands do, with the revisions that were read before."""
        script = self.script()

        def steps(current: Any, _context: MigrationContext) -> list[Any]:
            return way(script, revision, current)

        with EnvironmentContext(config, script, fn=steps, destination_rev=revision):
            script.run_env()

    def _config(
        self, connection: Connection | None = None, applied: list[str] | None = None
    ) -> Config:
        config = Config()
        folders = "\n".join(str(folder) for folder in self.versions)
        config.set_main_option("script_location", _literally(str(_HERE)))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", _literally(folders))
        config.attributes["connection"] = connection
        counters = counters_of(connection) if connection is not None else {}
        told = [] if applied is None else applied
        config.attributes["on_version_apply"] = _Steps(self.say, told, counters)
        return config


@cache
def _shipped() -> ScriptDirectory:
    """Return the revisions that come with the program; reading them takes a while."""
    return ScriptDirectory.from_config(Migrations("")._config())  # noqa: SLF001 - of this module


def _make_at_once(connection: Connection) -> list[str]:
    """Make what all shipped revisions make, without the steps; return those revisions."""
    script = _shipped()
    made = [step.revision for step in script.walk_revisions()]
    Base.metadata.create_all(connection, checkfirst=False)
    make_index(connection)
    MigrationContext.configure(connection, opts=options(connection)).stamp(script, made[0])
    return made[::-1]


class _Steps:
    """Called by alembic inside the transaction of each revision, once it is applied."""

    def __init__(
        self, say: Callable[[str], None], applied: list[str], counters: dict[str, int]
    ) -> None:
        self._say = say
        self._applied = applied
        self._counters = counters

    def __call__(self, *, ctx: MigrationContext, step: Any, **_rest: Any) -> None:
        connection = ctx.connection
        if connection is not None and connection.dialect.name == "sqlite":
            _keep_references(connection, step.up_revision_id)
            keep_counters(connection, self._counters)
            self._counters = counters_of(connection)
        way = "applied" if step.is_upgrade else "undone"
        self._applied.append(step.up_revision_id)
        self._say(f"revision {step.up_revision_id} {way}: {step.up_revision.doc}")


def _keep_references(connection: Connection, revision: str) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise CadastreError(
            f"revision {revision} would leave {broken[0]} row {broken[1]} pointing at nothing in "
            f"{broken[2]}; it was not applied"
        )


def _loses(step: Script) -> str:
    return str(getattr(step.module, "LOSES", ""))


def _literally(text: str) -> str:
    """Keep the ini parser from reading a percent sign."""
    return text.replace("%", "%%")


def _sentence(difference: Any) -> str:
    """Turn one of alembic's differences into a line for a person."""
    if isinstance(difference, list):
        return "; ".join(_sentence(part) for part in difference)
    verb, *rest = difference
    words = [str(getattr(part, "name", None) or part) for part in rest if part is not None]
    return f"{verb.replace('_', ' ')}: {' '.join(words)}"
