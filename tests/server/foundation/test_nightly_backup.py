"""The nightly backup: made, kept for as long as was said, and switched off."""

from dataclasses import replace
from pathlib import Path

import pytest

from server.foundation.backup.archive import (
    DATABASE,
    ArchiveWriter,
    Manifest,
    UnusableArchive,
    unpack,
)
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


def test_one_that_cannot_be_read_back_is_not_kept_and_takes_no_other_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = _context(tmp_path, 1)
    Migrations(context.settings.url).upgrade()
    folder, first = tmp_path / "backups", "nightly-20200101-021000.tar.gz"
    (folder / run_backup(context)["made"]).rename(folder / first)
    whole = ArchiveWriter.close_with

    def close_damaged(writer: ArchiveWriter, manifest: Manifest, box: SecretBox) -> None:
        # As a disk would that gives back something else than it was given.
        writer.files[DATABASE][1] = "0" * 64
        whole(writer, manifest, box)

    monkeypatch.setattr(ArchiveWriter, "close_with", close_damaged)
    with pytest.raises(UnusableArchive):
        run_backup(context)
    assert [path.name for path in folder.iterdir()] == [first]
    context.database.dispose()


def test_with_a_passphrase_it_is_encrypted_and_older_ones_go_all_the_same(tmp_path: Path) -> None:
    context = _context(tmp_path, 1)
    Migrations(context.settings.url).upgrade()
    run_backup(context)
    settings = replace(context.settings, backup_passphrase="correct horse")
    told = run_backup(JobContext(context.database, settings, {}))
    assert told["made"].endswith(".tar.gz.enc")
    (left,) = (tmp_path / "backups").iterdir()
    assert left.name == told["made"]
    assert unpack(left, None, SecretBox(settings.key_file), "correct horse").tables
    context.database.dispose()


def test_none_is_made_when_none_is_kept(tmp_path: Path) -> None:
    context = _context(tmp_path, 0)
    assert run_backup(context) == {"made": ""}
    assert not (tmp_path / "backups").exists()
    context.database.dispose()
