import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cmdb.errors import CadastreError
from cmdb.model.text import text_key
from cmdb.records.facts import SoftwareProduct
from server.assets.licences.models import LicencePattern
from server.assets.licences.rules import meant_by
from server.foundation.errors import DatabaseNotReady
from server.migrations import models
from server.migrations.models import Base
from server.migrations.runner import LosesData, Migrations
from tests.support.contents import content_hashes, fill_every_table, row_counts
from tests.support.databases import DatabaseMaker

ROOT = Path(__file__).parents[3]
SHIPPED = Migrations("sqlite://").versions[0]
HEAD = Migrations("sqlite://").head()
_WRITTEN = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
_ALL = [step.revision for step in Migrations("sqlite://").script().walk_revisions()][::-1]

HEADER = '''
"""{doc}"""

import os, signal
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{below}"
LOSES = "{loses}"
'''

REBUILD = """
def upgrade():
    with op.batch_alter_table("item") as batch:
        batch.add_column(sa.Column("cost_centre", sa.String(), nullable=False, server_default=""))
        batch.alter_column("vendor", existing_type=sa.String(), server_default="unknown")
    with op.batch_alter_table("organisation") as batch:
        batch.alter_column("name", existing_type=sa.String(), type_=sa.String(200))


def downgrade():
    with op.batch_alter_table("organisation") as batch:
        batch.alter_column("name", existing_type=sa.String(200), type_=sa.String())
    with op.batch_alter_table("item") as batch:
        batch.alter_column("vendor", existing_type=sa.String(), server_default=None)
        batch.drop_column("cost_centre")
"""

MERGE_NAMES = """
def upgrade():
    op.execute("UPDATE person SET given_name = given_name || ' ' || family_name, family_name = ''")


def downgrade():
    pass
"""

KILLED = """
def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("UPDATE organisation SET name = 'half done'")
    if os.path.exists({marker!r}):
        os.kill(os.getpid(), signal.SIGKILL)


def downgrade():
    op.drop_table("half")
"""

BREAKS = """
def upgrade():
    op.execute("DELETE FROM organisation")


def downgrade():
    pass
"""

Plant = Callable[..., Migrations]


@pytest.fixture
def engine(migrated_database_url: str) -> sa.Engine:
    """Return an engine of nobody in particular, to look at what became of the newest schema."""
    return sa.create_engine(migrated_database_url, poolclass=sa.NullPool)


@pytest.fixture
def empty_engine(empty_database_url: str) -> sa.Engine:
    """Return one that looks at what became of an empty database."""
    return sa.create_engine(empty_database_url, poolclass=sa.NullPool)


@pytest.fixture
def plant(migrated_database_url: str, tmp_path: Path) -> Plant:
    """Add made-up revisions after the shipped ones, which are applied already."""
    return _planter(migrated_database_url, tmp_path)


def _planter(url: str, tmp_path: Path) -> Plant:
    head = Migrations(url).script().get_current_head()

    def add(*bodies: str, loses: str = "") -> Migrations:
        below = head
        for number, body in enumerate(bodies, 1):
            revision = f"planted_{number}"
            text = HEADER.format(doc="planted", revision=revision, below=below, loses=loses) + body
            (tmp_path / f"{revision}.py").write_text(text.lstrip())
            below = revision
        return Migrations(url, versions=(SHIPPED, tmp_path))

    return add


def _fill(engine: sa.Engine) -> None:
    fill_every_table(engine, Base.metadata)
    # What is made of other columns comes back on the way up.
    with Session(engine) as session, session.begin():
        for product in session.scalars(sa.select(SoftwareProduct)):
            product.name_key = text_key(product.name)
        for row in session.scalars(sa.select(LicencePattern)):
            meant = meant_by(row.pattern)
            row.name_like, row.name_from = meant.name_like, meant.name_from
            row.name_until = meant.name_until


def test_an_empty_database_goes_up_to_what_the_models_say(
    empty_database_url: str, empty_engine: sa.Engine
) -> None:
    migrations = Migrations(empty_database_url)
    state = migrations.state()
    assert (state.current, state.is_current) == (None, False)
    assert migrations.upgrade() == list(state.pending)
    assert migrations.state().is_current
    assert migrations.check() == []
    assert set(row_counts(empty_engine)) == set(Base.metadata.tables)


def test_a_schema_made_at_once_is_what_all_revisions_make(
    empty_database_url: str, database_maker: DatabaseMaker, database_kind: str
) -> None:
    migrations = Migrations(empty_database_url)
    assert migrations.upgrade(HEAD) == _ALL
    # Indexes of parts, which a site may lack, are made by whoever looks next.
    assert migrations.upgrade() == []
    other = database_maker.empty(database_kind)
    said: list[str] = []
    assert Migrations(other, said.append).upgrade() == _ALL
    assert said == [f"the schema of revision {HEAD} made"]
    assert _drawn(other) == _drawn(empty_database_url)
    database_maker.drop(other)


def _drawn(url: str) -> dict[str, dict[str, Any]]:
    engine = sa.create_engine(url)
    try:
        return _drawn_by(engine)
    finally:
        engine.dispose()


def _drawn_by(engine: sa.Engine) -> dict[str, dict[str, Any]]:
    """Return all that the database tells of its tables, whatever the order of their columns."""
    inspector = sa.inspect(engine)
    drawn: dict[str, dict[str, Any]] = {}
    for name in inspector.get_table_names():
        drawn[name] = {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["default"])
                for column in inspector.get_columns(name)
            },
            "key": inspector.get_pk_constraint(name),
            "references": _sorted(inspector.get_foreign_keys(name)),
            "unique": _sorted(inspector.get_unique_constraints(name)),
            "checks": _sorted(inspector.get_check_constraints(name)),
            "indexes": _sorted(
                one | {"dialect_options": {k: str(v) for k, v in one["dialect_options"].items()}}
                for one in inspector.get_indexes(name)
            ),
        }
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            for name, table in drawn.items():
                sql = connection.scalar(_WRITTEN, {"name": name})
                table["counts"] = "AUTOINCREMENT" in (sql or "")
    return drawn


def _sorted(found: Iterable[Any]) -> list[str]:
    return sorted(repr(one) for one in found)


def test_no_module_with_tables_is_forgotten() -> None:
    imported = Path(models.__file__).read_text()
    for path in [*ROOT.glob("cmdb/**/*.py"), *ROOT.glob("server/**/*.py")]:
        if re.search(r"^    __tablename__ = ", path.read_text(), re.MULTILINE):
            module = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
            assert f"import {module}\n" in imported


def test_a_second_upgrade_finds_nothing_to_do(empty_database_url: str) -> None:
    said: list[str] = []
    migrations = Migrations(empty_database_url, said.append)
    migrations.upgrade()
    assert len(said) == 1
    assert migrations.upgrade() == []
    assert len(said) == 1


def test_every_shipped_revision_says_what_it_does_and_what_it_loses() -> None:
    script = Migrations("sqlite://").script()
    assert len(script.get_heads()) == 1
    for step in script.walk_revisions():
        assert step.doc
        assert isinstance(step.module.LOSES, str)


def test_each_shipped_revision_goes_up_down_and_up_and_keeps_every_row(
    migrated_database_url: str, engine: sa.Engine
) -> None:
    migrations = Migrations(migrated_database_url)
    _fill(engine)
    before = row_counts(engine), content_hashes(engine)
    assert min(before[0].values()) > 0
    loses = False
    for step in migrations.script().walk_revisions():
        below = str(step.down_revision or "base")
        # Whatever stands above a revision goes down with it.
        loses = loses or bool(step.module.LOSES)
        if loses:
            with pytest.raises(LosesData):
                migrations.downgrade(below)
        else:
            migrations.downgrade(below)
            migrations.upgrade()
            assert (row_counts(engine), content_hashes(engine)) == before
    assert (row_counts(engine), content_hashes(engine)) == before


def test_the_way_down_to_nothing_loses_everything_and_wants_to_be_told_so(
    migrated_database_url: str, engine: sa.Engine
) -> None:
    migrations = Migrations(migrated_database_url)
    _fill(engine)
    with pytest.raises(LosesData, match="everything"):
        migrations.downgrade("base")
    assert sum(row_counts(engine).values()) > 0
    migrations.downgrade("base", lose=True)
    assert row_counts(engine) == {}
    migrations.upgrade()
    assert migrations.check() == []
    assert sum(row_counts(engine).values()) == 0


def test_a_rebuilt_table_keeps_its_rows_and_everybody_who_refers_to_them(
    plant: Plant, engine: sa.Engine
) -> None:
    migrations = plant(REBUILD)
    migrations.upgrade()
    migrations.downgrade(HEAD)
    assert migrations.check() == ["the revisions planted_1 have not been applied"]
    _fill(engine)
    before = row_counts(engine), content_hashes(engine)
    assert migrations.upgrade() == ["planted_1"]
    assert row_counts(engine) == before[0]
    migrations.downgrade(HEAD)
    assert (row_counts(engine), content_hashes(engine)) == before
    migrations.upgrade()
    migrations.downgrade(HEAD)
    assert (row_counts(engine), content_hashes(engine)) == before


@pytest.mark.parametrize("is_empty", [False, True])
def test_an_id_that_was_purged_is_not_given_again_after_a_rebuild(
    plant: Plant, engine: sa.Engine, *, is_empty: bool
) -> None:
    migrations = plant(REBUILD)
    migrations.upgrade()
    migrations.downgrade(HEAD)
    _fill(engine)
    table = Base.metadata.tables["item_source"]
    with engine.begin() as connection:
        row = dict(connection.execute(sa.select(table).limit(1)).one()._mapping)
        connection.execute(sa.insert(table), row | {"id": 7000, "key": "gone"})
        gone = sa.true() if is_empty else table.c.id == 7000
        connection.execute(sa.delete(table).where(gone))
    migrations.downgrade("0005", lose=True)
    migrations.upgrade(HEAD)
    if engine.dialect.name == "postgresql":
        return  # counts apart from its tables, and copies none
    row = {name: value for name, value in row.items() if name != "id"} | {"key": "new"}
    with engine.begin() as connection:
        found = connection.execute(sa.insert(table), row).inserted_primary_key
    assert found is not None
    assert found[0] == 7001


def test_a_revision_that_loses_data_refuses_until_told(plant: Plant, engine: sa.Engine) -> None:
    migrations = plant(MERGE_NAMES, loses="which part of a name is which")
    migrations.upgrade()
    _fill(engine)
    with pytest.raises(LosesData, match="which part of a name is which"):
        migrations.downgrade(HEAD)
    assert migrations.state().current == "planted_1"
    assert migrations.downgrade(HEAD, lose=True) == ["planted_1"]


def test_a_revision_that_is_not_below_is_refused(migrated_database_url: str) -> None:
    migrations = Migrations(migrated_database_url)
    with pytest.raises(CadastreError, match=f"no revision 4711 below {HEAD}"):
        migrations.downgrade("4711")


UPGRADE = """
import sys
from pathlib import Path
from typing import Any
from server.migrations.runner import Migrations
migrations = Migrations(sys.argv[1], versions=[Path(folder) for folder in sys.argv[2:]])
print(*migrations.upgrade())
"""


def _upgrade_process(migrations: Migrations) -> subprocess.Popen[str]:
    folders = [str(folder) for folder in migrations.versions]
    return subprocess.Popen(
        [sys.executable, "-c", UPGRADE, migrations.url, *folders],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_migration_that_is_killed_half_way_leaves_the_revision_before_it(
    plant: Plant, engine: sa.Engine, tmp_path: Path
) -> None:
    marker = tmp_path / "kill me"
    migrations = plant(REBUILD, KILLED.format(marker=str(marker)))
    _fill(engine)
    marker.touch()
    process = _upgrade_process(migrations)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert migrations.state().current == "planted_1"
    assert "half" not in row_counts(engine)
    with engine.connect() as connection:
        names = connection.scalars(sa.text("SELECT name FROM organisation")).all()
    assert "half done" not in names
    marker.unlink()
    assert migrations.upgrade() == ["planted_2"]
    assert "half" in row_counts(engine)


def test_processes_that_start_together_apply_each_revision_once(
    empty_database_url: str, tmp_path: Path
) -> None:
    migrations = _planter(empty_database_url, tmp_path)(REBUILD)
    processes = [_upgrade_process(migrations) for _ in range(3)]
    answers = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], answers
    applied = [*_ALL, "planted_1"]
    assert sorted(out.split() for out, _err in answers) == [[], [], applied]
    assert migrations.state().is_current


def test_a_database_from_a_newer_version_is_refused_in_one_sentence(plant: Plant) -> None:
    newer = plant(REBUILD)
    newer.upgrade()
    older = Migrations(newer.url)
    for act in (older.upgrade, older.state, older.check):
        with pytest.raises(DatabaseNotReady, match=r"newer version of Cadastre \(revision planted"):
            act()
    assert newer.state().is_current


def test_a_database_of_something_else_is_left_alone(
    empty_database_url: str, empty_engine: sa.Engine
) -> None:
    with empty_engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE invoices (id integer)"))
    with pytest.raises(DatabaseNotReady, match="tables that are not Cadastre's"):
        Migrations(empty_database_url).upgrade()
    assert set(row_counts(empty_engine)) == {"invoices"}


def test_a_difference_between_schema_and_models_is_said(
    migrated_database_url: str, engine: sa.Engine
) -> None:
    migrations = Migrations(migrated_database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP INDEX ix_item_serial"))
        connection.execute(sa.text("ALTER TABLE person ADD COLUMN shoe_size integer"))
        connection.execute(sa.text("CREATE TABLE stray (id integer)"))
        connection.execute(sa.text("CREATE TABLE search_index_items (id integer)"))
    differences = migrations.check()
    assert sorted(line.split(":")[0] for line in differences) == [
        "add index",
        "remove column",
        "remove table",
    ]
    assert "shoe_size" in " ".join(differences)


def test_a_server_that_does_not_answer_is_named_without_the_password() -> None:
    migrations = Migrations("postgresql+psycopg://cadastre:hunter2@127.0.0.1:1/register")
    with pytest.raises(DatabaseNotReady, match=r"127\.0\.0\.1:1/register cannot be used") as caught:
        migrations.upgrade()
    assert "hunter2" not in str(caught.value)


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatabaseNotReady, match="cannot be"):
        Migrations(f"sqlite:///{tmp_path}/missing/register.sqlite3").upgrade()


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "register.sqlite3"
    path.write_bytes(os.urandom(4096))
    with pytest.raises(DatabaseNotReady, match="cannot be used: file is not a database"):
        Migrations(f"sqlite:///{path}").state()


def test_a_revision_that_would_orphan_rows_is_not_applied(plant: Plant, engine: sa.Engine) -> None:
    migrations = plant(BREAKS)
    _fill(engine)
    before = content_hashes(engine)
    with pytest.raises((CadastreError, sa.exc.IntegrityError)):
        migrations.upgrade()
    assert migrations.state().current == HEAD
    assert content_hashes(engine) == before
