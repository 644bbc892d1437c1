"""``cadastre import`` of tables: exports of other tools as their users have them, line by line."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cmdb.records.items import Item
from server.foundation.database import Database
from tests.server.command_line import Cadastre
from tests.support.checked_lists import compared_with_told
from tests.support.foreign_lists import FORMS, told_lines, write_list

_COUNT = 300
#: What somebody called otherwise, and how it is said on the command line.
_RENAMED = {"snipe-it": ({"Serial": "S/N"}, ("--column", "S/N=serial"))}


@pytest.fixture
def installed(migrated_anywhere: Cadastre) -> Cadastre:
    """Return an installation that has its root organisation."""
    migrated_anywhere.begin()
    return migrated_anywhere


def _items(cadastre: Cadastre) -> int:
    database = Database(cadastre.url)
    try:
        with database.reading() as session:
            return session.scalar(select(func.count()).select_from(Item)) or 0
    finally:
        database.dispose()


@pytest.mark.parametrize("tool", FORMS)
def test_an_export_is_rehearsed_recorded_line_by_line_and_taken_back(
    installed: Cadastre, tmp_path: Path, tool: str
) -> None:
    renamed, asked = _RENAMED.get(tool, ({}, ()))
    file, results = tmp_path / f"{tool}.csv", tmp_path / "results.ndjson"
    write_list(file, tool, _COUNT, renamed)
    told = [one for _, one in told_lines(tool, _COUNT)]
    refused = sum(one.outcome == "refused" for one in told)
    words = ("import", str(file), "--source", tool, *asked)
    rehearsed = installed.run(*words, "--dry-run")
    would = f"{_COUNT - refused} created, {refused} refused. Nothing was written."
    assert would in rehearsed.out, rehearsed
    assert FORMS[tool].label in rehearsed.out
    assert (rehearsed.code, _items(installed)) == (1, 0)
    done = installed.run(*words, "--results", str(results))
    assert f"{_COUNT - refused} created, {refused} refused" in done.out, done
    assert done.code == 1
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    assert [(one["line"], one["outcome"]) for one in lines] == [
        (one.number, one.outcome) for one in told
    ]
    number = int(done.out.partition("--undo ")[2].split("`")[0])
    assert compared_with_told(installed.url, number, tool, _COUNT) == []
    undone = installed.run("import", "--undo", str(number))
    assert f"{_COUNT - refused} deleted" in undone.out, undone
    assert (undone.code, _items(installed)) == (0, 0)


def test_a_table_is_refused_by_its_column(installed: Cadastre, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Tag,Made by\nbox-1,Dell\n")
    wrong = installed.run("import", str(file), "--class", "server")
    assert "at least one column must be an attribute" in wrong.err
    told = installed.run("import", str(file), "--class", "server", "--column", "Name=name")
    assert "must be one of the columns (Tag, Made by)" in told.err
    asked = ("--class", "server", "--column", "Tag=name", "--column", "Made by=vendor")
    assert "1 created" in installed.succeed("import", str(file), *asked)
    # What the columns mean is kept for the next list of the source.
    file.write_text("Tag,Made by\nbox-1,HPE\n")
    rehearsed = installed.succeed("import", str(file), "--dry-run")
    assert "line 2: vendor 'Dell' → 'HPE'" in rehearsed
    assert list((installed.home / "imports").rglob("????????????????????????????????")) != []


def test_what_there_is_nothing_to_do_with_is_said(installed: Cadastre, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("name\nbox-1\n")
    assert "name one file" in installed.run("import").err
    assert "name one file" in installed.run("import", str(file), "--undo", "1").err
    assert installed.run("import", "--undo", "7").failed_in_one_sentence
    assert installed.run("import", "--resume", "7").failed_in_one_sentence
