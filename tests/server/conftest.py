"""A whole installation for tests of the command line."""

from pathlib import Path

import pytest

from tests.server.command_line import Cadastre
from tests.support.databases import DatabaseMaker, migrate


@pytest.fixture
def cadastre(tmp_path: Path) -> Cadastre:
    """Return an installation over SQLite with an empty data folder."""
    return Cadastre(tmp_path / "home")


@pytest.fixture
def cadastre_anywhere(tmp_path: Path, empty_database_url: str) -> Cadastre:
    """Return an installation with an empty database, once on SQLite and once on PostgreSQL."""
    return Cadastre(tmp_path / "home", {"database_url": empty_database_url})


@pytest.fixture
def migrated(tmp_path: Path, database_maker: DatabaseMaker) -> Cadastre:
    """Return an installation over SQLite on which ``cadastre migrate`` was run, and nothing else.

    Making three hundred tables takes a second; here they are copied.
    """
    made = Cadastre(tmp_path / "home")
    made.home.mkdir(mode=0o700)
    database_maker.lay_down(made.home / "cadastre.sqlite3", migrate)
    return made


@pytest.fixture
def migrated_anywhere(tmp_path: Path, migrated_database_url: str) -> Cadastre:
    """Return such an installation, once on SQLite and once on PostgreSQL."""
    made = Cadastre(tmp_path / "home", {"database_url": migrated_database_url})
    made.home.mkdir(mode=0o700)
    return made
