"""A whole installation for tests of the command line."""

from pathlib import Path

import pytest

from tests.server.command_line import Cadastre


@pytest.fixture
def cadastre(tmp_path: Path) -> Cadastre:
    """Return an installation over SQLite with an empty data folder."""
    return Cadastre(tmp_path / "home")


@pytest.fixture
def cadastre_anywhere(tmp_path: Path, empty_database_url: str) -> Cadastre:
    """Return an installation with an empty database, once on SQLite and once on PostgreSQL."""
    return Cadastre(tmp_path / "home", {"database_url": empty_database_url})
