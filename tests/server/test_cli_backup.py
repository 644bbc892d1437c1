import os
import sqlite3
import subprocess
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa

from server.commands.upgrade import upgrade
from server.foundation.errors import DatabaseNotReady
from server.foundation.progress import SilentReporter
from server.foundation.settings import Settings
from server.foundation.storage import Storage
from server.migrations.models import Base
from server.migrations.runner import Migrations
from tests.server.command_line import ROOT, Cadastre
from tests.support.compiled import engine_at
from tests.support.contents import counts_and_hashes, fill_every_table
from tests.support.postgres import PostgresCluster

Contents = tuple[dict[str, int], dict[str, str]]
Told = TypeVar("Told")


@pytest.fixture
def cadastre(migrated: Cadastre) -> Cadastre:
    """Return an installation whose database has its schema: how it came to be is told elsewhere."""
    return migrated


@pytest.fixture
def cadastre_anywhere(migrated_anywhere: Cadastre) -> Cadastre:
    """Return such an installation, once on SQLite and once on PostgreSQL."""
    return migrated_anywhere


def _contents(url: str) -> Contents:
    engine = engine_at(url)
    try:
        counts, hashes = counts_and_hashes(engine)
    finally:
        engine.dispose()
    # How far the index of words is filled is not kept: it is filled anew from what is restored.
    return _without_mark(counts), _without_mark(hashes)


def _without_mark(found: dict[str, Told]) -> dict[str, Told]:
    return {name: told for name, told in found.items() if name != "search_mark"}


def _change(url: str, statement: sa.Executable) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(statement)
    engine.dispose()


def _filled(cadastre: Cadastre) -> Contents:
    engine = engine_at(cadastre.url)
    fill_every_table(engine, Base.metadata)
    engine.dispose()
    return _contents(cadastre.url)


def _damage(path: Path, change: Callable[[bytearray], object]) -> None:
    content = bytearray(path.read_bytes())
    change(content)
    path.write_bytes(content)


def _flip_the_middle(content: bytearray) -> None:
    content[len(content) // 2] ^= 0xFF


@pytest.mark.parametrize("words", [(), ("--portable",)])
def test_a_backup_brings_every_row_and_file_back(
    cadastre_anywhere: Cadastre, tmp_path: Path, words: tuple[str, ...]
) -> None:
    url, file = cadastre_anywhere.url, tmp_path / "backup.tar.gz"
    before = _filled(cadastre_anywhere)
    storage = Storage(cadastre_anywhere.home / "attachments")
    with (Path(__file__)).open("rb") as stream:
        kept = storage.keep(stream)
    out = cadastre_anywhere.succeed("backup", str(file), *words)
    assert f"{sum(before[0].values())} rows" in out
    assert file.stat().st_mode & 0o077 == 0
    _change(url, sa.text("UPDATE item SET name = 'spoilt'"))
    _change(url, sa.text("DELETE FROM job"))
    storage.remove(kept.name)
    cadastre_anywhere.succeed("restore", str(file), "--yes")
    assert _contents(url) == before
    with storage.open(kept.name) as stream:
        assert stream.read() == Path(__file__).read_bytes()
    assert Migrations(url).check() == []


def test_ids_go_on_behind_what_was_restored(cadastre_anywhere: Cadastre, tmp_path: Path) -> None:
    file = str(tmp_path / "backup.tar.gz")
    before = _filled(cadastre_anywhere)
    cadastre_anywhere.succeed("backup", file, "--portable")
    cadastre_anywhere.succeed("restore", file, "--yes")
    role = Base.metadata.tables["role"].insert()
    new = {"code": "new", "labels": {}, "permissions": [], "reach": "all", "builtin": False}
    _change(cadastre_anywhere.url, role.values(**new, version=1))
    assert _contents(cadastre_anywhere.url)[0]["role"] == before[0]["role"] + 1


def test_a_portable_backup_moves_from_sqlite_to_postgresql_and_back(
    cadastre: Cadastre, postgres_cluster: PostgresCluster, tmp_path: Path
) -> None:
    before = _filled(cadastre)
    # A table that came without rows would be moved by nobody here.
    assert [name for name, count in before[0].items() if not count] == []
    there, back = str(tmp_path / "there.tar.gz"), str(tmp_path / "back.tar.gz")
    cadastre.succeed("backup", there, "--portable")
    other = Cadastre(cadastre.home, {"database_url": postgres_cluster.new_database()})
    other.succeed("restore", there, "--yes")
    assert _contents(other.url)[0] == before[0]
    other.succeed("backup", back)
    cadastre.succeed("restore", back, "--yes")
    assert _contents(cadastre.url) == before


def test_a_copied_sqlite_file_does_not_fit_postgresql(
    cadastre: Cadastre, postgres_cluster: PostgresCluster, tmp_path: Path
) -> None:
    file = str(tmp_path / "backup.tar.gz")
    cadastre.succeed("backup", file)
    other = Cadastre(cadastre.home, {"database_url": postgres_cluster.new_database()})
    outcome = other.run("restore", file, "--yes")
    assert outcome.failed_in_one_sentence
    assert "--portable" in outcome.err


def test_a_backup_is_made_while_the_server_works_and_restored_when_it_rests(
    cadastre: Cadastre, tmp_path: Path
) -> None:
    file = str(tmp_path / "backup.tar.gz")
    running = cadastre.serve()
    running.wait_until_ready()
    cadastre.succeed("backup", file)
    outcome = cadastre.run("restore", file, "--yes")
    assert outcome.failed_in_one_sentence
    assert "stop it first" in outcome.err
    running.stop()
    cadastre.succeed("restore", file, "--yes")
    again = cadastre.serve()
    again.wait_until_ready()
    assert again.stop() == 0
    assert cadastre.succeed("user", "list").startswith("admin\t")


def test_a_copy_is_one_moment_of_a_database_that_is_written_to(
    cadastre: Cadastre, tmp_path: Path
) -> None:
    _filled(cadastre)
    stop = threading.Event()

    def write() -> None:
        connection = sqlite3.connect(cadastre.home / "cadastre.sqlite3", timeout=30)
        # SQLite hands its lock to nobody in turn: a writer that never rests can keep it for itself.
        while not stop.wait(0.002):
            with connection:
                connection.execute("UPDATE party_group SET version = version + 1")
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        cadastre.succeed("backup", str(tmp_path / "backup.tar.gz"))
    finally:
        stop.set()
        writer.join()
    cadastre.succeed("restore", str(tmp_path / "backup.tar.gz"), "--yes")
    with sqlite3.connect(cadastre.home / "cadastre.sqlite3") as connection:
        versions = set(connection.execute("SELECT version FROM party_group"))
    connection.close()
    # All rows changed together, so a copy of one moment shows one step between them at most.
    assert len(versions) == 1 or max(versions)[0] - min(versions)[0] < 4


def test_postgresql_is_not_restored_under_the_feet_of_others(
    postgres_cluster: PostgresCluster, tmp_path: Path
) -> None:
    cadastre = Cadastre(tmp_path / "home", {"database_url": postgres_cluster.new_database()})
    cadastre.succeed("migrate")
    file = str(tmp_path / "backup.tar.gz")
    cadastre.succeed("backup", file)
    engine = sa.create_engine(cadastre.url)
    with engine.connect():
        outcome = cadastre.run("restore", file, "--yes")
    engine.dispose()
    assert outcome.failed_in_one_sentence
    assert "1 other connections" in outcome.err


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content.__delitem__(slice(len(content) // 2, None)),
        lambda content: content.__setitem__(len(content) // 2, content[len(content) // 2] ^ 0xFF),
        lambda content: content.__delitem__(slice(None)),
        lambda content: content.__setitem__(slice(None), os.urandom(5000)),
    ],
    ids=["cut in half", "one byte changed", "empty", "something else"],
)
def test_a_damaged_backup_is_refused_and_nothing_is_touched(
    cadastre: Cadastre, tmp_path: Path, damage: Callable[[bytearray], object]
) -> None:
    before = _filled(cadastre)
    file = tmp_path / "backup.tar.gz"
    cadastre.succeed("backup", str(file))
    _damage(file, damage)
    outcome = cadastre.run("restore", str(file), "--yes")
    assert outcome.failed_in_one_sentence
    assert _contents(cadastre.url) == before


def _packed_again(file: Path, folder: Path, change: Callable[[Path], object]) -> None:
    folder.mkdir()
    with tarfile.open(file) as tar:
        tar.extractall(folder, filter="data")
    change(folder)
    with tarfile.open(file, "w:gz") as tar:
        for path in sorted(folder.rglob("*")):
            if not path.is_dir():
                tar.add(path, path.relative_to(folder).as_posix())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda folder: (folder / "manifest.seal").unlink(), "no manifest"),
        (
            lambda folder: (folder / "manifest.json").write_text(
                (folder / "manifest.json").read_text().replace('"revision": "', '"revision": "9')
            ),
            "changed since",
        ),
        (lambda folder: (folder / "database.sqlite3").write_bytes(b"other"), "not those its"),
        (lambda folder: (folder / "run-me.sh").write_text("rm"), "not ours: 'run-me.sh'"),
        (lambda folder: (folder / "tables").symlink_to("/etc/passwd"), "not ours: 'tables'"),
    ],
    ids=["unsealed", "changed manifest", "changed file", "foreign member", "link"],
)
def test_a_backup_that_was_tampered_with_is_refused(
    cadastre: Cadastre, tmp_path: Path, change: Callable[[Path], object], why: str
) -> None:
    before = _filled(cadastre)
    file = tmp_path / "backup.tar.gz"
    cadastre.succeed("backup", str(file))
    _packed_again(file, tmp_path / "unpacked", change)
    outcome = cadastre.run("restore", str(file), "--yes")
    assert outcome.failed_in_one_sentence
    assert why in outcome.err
    assert _contents(cadastre.url) == before


def test_a_member_that_points_elsewhere_writes_nothing(cadastre: Cadastre, tmp_path: Path) -> None:
    cadastre.succeed("backup", str(tmp_path / "first.tar.gz"))
    evil, content = tmp_path / "evil.tar.gz", tmp_path / "content"
    content.write_text("owned")
    with tarfile.open(evil, "w:gz") as tar:
        tar.add(content, "../../owned")
    outcome = cadastre.run("restore", str(evil), "--yes")
    assert outcome.failed_in_one_sentence
    assert not list(tmp_path.rglob("owned"))


def test_the_backup_of_another_installation_wants_its_key(
    cadastre: Cadastre, tmp_path: Path
) -> None:
    before = _filled(cadastre)
    file = str(tmp_path / "backup.tar.gz")
    cadastre.succeed("backup", file)
    other = Cadastre(tmp_path / "other")
    outcome = other.run("restore", file, "--yes")
    assert outcome.failed_in_one_sentence
    assert "secret.key" in outcome.err
    other.succeed("migrate")
    other.succeed("backup")
    outcome = other.run("restore", file, "--yes")
    assert outcome.failed_in_one_sentence
    assert "another key" in outcome.err
    (other.home / "secret.key").write_bytes((cadastre.home / "secret.key").read_bytes())
    other.succeed("restore", file, "--yes")
    assert _contents(other.url) == before


def test_without_any_key_the_rows_still_come_back_when_asked_for(
    cadastre: Cadastre, tmp_path: Path
) -> None:
    before = _filled(cadastre)
    file = str(tmp_path / "backup.tar.gz")
    cadastre.succeed("backup", file)
    other = Cadastre(tmp_path / "other")
    other.succeed("restore", file, "--yes", "--unverified")
    assert _contents(other.url) == before


def test_restoring_asks_before_it_replaces(cadastre: Cadastre, tmp_path: Path) -> None:
    file = str(tmp_path / "backup.tar.gz")
    cadastre.succeed("backup", file)
    outcome = cadastre.run("restore", file, given="n\n")
    assert outcome.code == 130
    assert "Replace everything" in outcome.out


def test_old_backups_are_deleted_when_asked(cadastre: Cadastre) -> None:
    folder = cadastre.home / "backups"
    folder.mkdir()
    for day in range(1, 5):
        (folder / f"cadastre-2026010{day}-000000.tar.gz").touch()
    cadastre.succeed("backup", "--keep", "2")
    left = sorted(path.name for path in folder.iterdir())
    assert len(left) == 2
    assert left[0] == "cadastre-20260104-000000.tar.gz"


def test_a_backup_that_cannot_be_written_leaves_nothing_half_done(
    cadastre: Cadastre, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    outcome = cadastre.run("backup", str(tmp_path / "file" / "backup.tar.gz"))
    assert outcome.failed_in_one_sentence
    assert f"the backup {tmp_path / 'file' / 'backup.tar.gz'} cannot be written" in outcome.err
    assert (tmp_path / "file").read_text() == "not a folder"
    assert not list(tmp_path.rglob("*.part"))


def test_a_disk_without_room_for_the_backup_is_one_sentence_and_nothing_stays(
    cadastre: Cadastre, tmp_path: Path
) -> None:
    away = tmp_path / "away"
    # No file may grow past 51 kB: what a full disk does to whoever writes, without one.
    ended = subprocess.run(
        [
            "sh",
            "-c",
            'ulimit -f 100; exec "$@"',
            "sh",
            *cadastre.command("backup", str(away / "b")),
        ],
        cwd=ROOT,
        env=cadastre.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert f"cadastre: the backup {away / 'b'} cannot be written: " in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not list(away.iterdir())
    cadastre.succeed("backup", str(away / "b"))


def test_a_backup_replaces_files_and_nothing_else(cadastre: Cadastre, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    outcome = cadastre.run("backup", str(pipe))
    assert outcome.failed_in_one_sentence
    assert "is not a file" in outcome.err
    assert pipe.is_fifo()


# ── encrypted ───────────────────────────────────────────────────────────────────────────────────

_WORDS = "correct horse battery staple"


def _encrypted(cadastre: Cadastre) -> Cadastre:
    return Cadastre(cadastre.home, {**cadastre.settings, "backup_passphrase": _WORDS})


@pytest.mark.parametrize("words", [(), ("--portable",)])
def test_an_encrypted_backup_opens_with_its_passphrase_alone(
    cadastre_anywhere: Cadastre, tmp_path: Path, words: tuple[str, ...]
) -> None:
    before = _filled(cadastre_anywhere)
    file = tmp_path / "away.tar.gz.enc"
    # What is no terminal gives the passphrase as a line.
    given = f"{_WORDS}\n"
    cadastre_anywhere.succeed("backup", str(file), "--encrypt", *words, given=given)
    assert file.stat().st_mode & 0o077 == 0
    assert not tarfile.is_tarfile(file)
    _change(cadastre_anywhere.url, sa.text("DELETE FROM job"))
    spoilt = _contents(cadastre_anywhere.url)
    for wrong, why in (("", "none was given"), ("guess\n", "the passphrase is not that of")):
        outcome = cadastre_anywhere.run("restore", str(file), "--yes", given=wrong)
        assert outcome.code != 0
        assert why in outcome.err
        assert _contents(cadastre_anywhere.url) == spoilt
    cadastre_anywhere.succeed("restore", str(file), "--yes", given=given)
    assert _contents(cadastre_anywhere.url) == before


def test_where_a_passphrase_is_set_every_backup_is_encrypted(
    cadastre: Cadastre, tmp_path: Path
) -> None:
    before = _filled(cadastre)
    encrypted = _encrypted(cadastre)
    for _ in range(2):
        encrypted.succeed("backup", "--keep", "1")
    (made,) = (cadastre.home / "backups").iterdir()
    assert made.name.endswith(".tar.gz.enc")
    path = upgrade(
        Settings(home=cadastre.home, backup_passphrase=_WORDS),
        _planted(cadastre.url, tmp_path / "planted", "pass"),
        SilentReporter(),
    )
    assert path.name.endswith(".tar.gz.enc")
    encrypted.succeed("restore", str(made), "--yes")
    assert _contents(cadastre.url) == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content.__delitem__(slice(len(content) // 2, None)),
        lambda content: content.__delitem__(slice(-1, None)),
        lambda content: content.__setitem__(-1, content[-1] ^ 0xFF),
        lambda content: content.__setitem__(20, content[20] ^ 0xFF),
        lambda content: content.extend(b"more"),
        lambda content: content.extend(content[34:]),
    ],
    ids=["cut in half", "cut at the end", "last byte", "salt", "more behind it", "twice"],
)
def test_an_encrypted_backup_that_was_changed_is_refused(
    cadastre: Cadastre, tmp_path: Path, damage: Callable[[bytearray], object]
) -> None:
    before = _filled(cadastre)
    file = tmp_path / "away.tar.gz.enc"
    encrypted = _encrypted(cadastre)
    encrypted.succeed("backup", str(file))
    _damage(file, damage)
    for words in (("--yes",), ("--check",)):
        outcome = encrypted.run("restore", str(file), *words)
        assert outcome.failed_in_one_sentence
        assert "passphrase" in outcome.err
    assert _contents(cadastre.url) == before


def test_nothing_of_an_encrypted_backup_lies_about_in_plain(
    cadastre: Cadastre, tmp_path: Path
) -> None:
    cadastre.begin()
    cadastre.succeed("user", "create", "ada", "--name", "Ada Canary Lovelace")
    away = tmp_path / "away"
    away.mkdir()
    for words in ((), ("--portable",)):
        _encrypted(cadastre).succeed("backup", str(away / "a.tar.gz.enc"), *words)
        (left,) = away.iterdir()
        assert b"Canary" not in left.read_bytes()
    assert not list(cadastre.home.glob(".backup-*"))


# ── looking at a backup, and when there is none ─────────────────────────────────────────────────


def test_a_backup_is_read_through_without_touching_anything(
    cadastre_anywhere: Cadastre, tmp_path: Path
) -> None:
    before = _filled(cadastre_anywhere)
    file = tmp_path / "backup.tar.gz"
    cadastre_anywhere.succeed("backup", str(file))
    _change(cadastre_anywhere.url, sa.text("DELETE FROM job"))
    changed = _contents(cadastre_anywhere.url)
    out = cadastre_anywhere.succeed("restore", "--check", str(file))
    assert f"is whole: {sum(before[0].values())} rows" in out
    _damage(file, _flip_the_middle)
    assert cadastre_anywhere.run("restore", "--check", str(file)).failed_in_one_sentence
    assert _contents(cadastre_anywhere.url) == changed


def test_a_record_of_acts_that_was_cut_off_shows_beside_a_backup(
    cadastre_anywhere: Cadastre, tmp_path: Path
) -> None:
    cadastre_anywhere.begin()
    cadastre_anywhere.succeed("user", "create", "ada")
    file = tmp_path / "backup.tar.gz"
    cadastre_anywhere.succeed("backup", str(file))
    cadastre_anywhere.succeed("user", "create", "bob")
    words = ("audit", "verify", "--backup", str(file))
    assert "is whole" in cadastre_anywhere.succeed(*words)
    away = str(tmp_path / "away.tar.gz.enc")
    given = f"{_WORDS}\n"
    cadastre_anywhere.succeed("backup", away, "--encrypt", given=given)
    assert "is whole" in cadastre_anywhere.succeed("audit", "verify", "--backup", away, given=given)
    _change(cadastre_anywhere.url, sa.text("DELETE FROM audit_entry WHERE seq > 1"))
    # What is left fits together; that it once was longer, the backup alone knows.
    assert "is whole" in cadastre_anywhere.succeed("audit", "verify")
    outcome = cadastre_anywhere.run(*words)
    assert outcome.code == 1
    assert "was cut off" in outcome.err


# ── upgrade ─────────────────────────────────────────────────────────────────────────────────────

PLANTED = '''
"""planted"""

import sqlalchemy as sa
from alembic import op

revision = "planted"
down_revision = "{below}"
LOSES = ""


def upgrade():
    op.execute("UPDATE item SET name = 'changed by the upgrade'")
    {step}


def downgrade():
    pass
'''


def _planted(url: str, folder: Path, step: str) -> Migrations:
    shipped = Migrations(url)
    text = PLANTED.format(below=shipped.head(), step=step)
    folder.mkdir()
    (folder / "planted.py").write_text(text.lstrip())
    return Migrations(url, versions=(*shipped.versions, folder))


def _settings(cadastre: Cadastre) -> Settings:
    return Settings(home=cadastre.home, database_url=cadastre.url)


def test_there_is_nothing_to_upgrade_in_a_current_database(cadastre: Cadastre) -> None:
    assert "already" in cadastre.succeed("upgrade")


def test_an_upgrade_leaves_a_backup_of_before(cadastre_anywhere: Cadastre, tmp_path: Path) -> None:
    _filled(cadastre_anywhere)
    migrations = _planted(cadastre_anywhere.url, tmp_path / "planted", "pass")
    path = upgrade(_settings(cadastre_anywhere), migrations, SilentReporter())
    assert path.exists()
    assert migrations.state().current == "planted"


@pytest.mark.parametrize(
    "step",
    [
        'raise RuntimeError("not today")',
        'op.execute("SELECT nonsense FROM nowhere")',
        'op.create_table("stray", sa.Column("id", sa.Integer(), primary_key=True))',
    ],
    ids=["raises", "bad SQL", "unexpected schema"],
)
def test_a_failed_upgrade_puts_everything_back(
    cadastre_anywhere: Cadastre, tmp_path: Path, step: str
) -> None:
    before = _filled(cadastre_anywhere)
    url = cadastre_anywhere.url
    migrations = _planted(url, tmp_path / "planted", step)
    with pytest.raises(DatabaseNotReady, match="what it was before"):
        upgrade(_settings(cadastre_anywhere), migrations, SilentReporter())
    assert _contents(url) == before
    assert Migrations(url).check() == []


def test_an_upgrade_wants_the_server_stopped(cadastre: Cadastre) -> None:
    running = cadastre.serve()
    running.wait_until_ready()
    outcome = cadastre.run("upgrade")
    running.stop()
    assert outcome.failed_in_one_sentence
    assert "stop it first" in outcome.err
