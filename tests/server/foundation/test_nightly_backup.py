"""The nightly backup: made, kept for as long as was said, and switched off."""

from pathlib import Path

from server.foundation.backup.archive import unpack
from server.foundation.backup.jobs import run_backup
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.migrations.runner import Migrations


def _context(home: Path, kept: int) -> JobContext:
    settings = Settings(home=home, backups_kept=kept)
    return JobContext(Database(settings.url), settings, {})


def test_it_is_whole_and_the_oldest_goes_while_those_made_by_hand_stay(tmp_path: Path) -> None:
    context = _context(tmp_path, 2)
    Migrations(context.settings.url).upgrade()
    folder = tmp_path / "backups"
    folder.mkdir()
    for name in ("nightly-20200101-021000", "nightly-20200102-021000", "cadastre-20200101-000000"):
        (folder / f"{name}.tar.gz").write_bytes(b"old")
    told = run_backup(context)
    assert told["deleted"] == 1
    left = {path.name for path in folder.iterdir()}
    assert left == {
        "nightly-20200102-021000.tar.gz",
        "cadastre-20200101-000000.tar.gz",
        told["made"],
    }
    target = tmp_path / "out"
    target.mkdir()
    unpack(folder / told["made"], target, SecretBox(context.settings.key_file))
    context.database.dispose()


def test_none_is_made_when_none_is_kept(tmp_path: Path) -> None:
    context = _context(tmp_path, 0)
    assert run_backup(context) == {"made": ""}
    assert not (tmp_path / "backups").exists()
    context.database.dispose()
