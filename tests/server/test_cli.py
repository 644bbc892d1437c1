import re
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from server.cli import cadastre
from server.commands.helping import ExampleGroup
from server.commands.overview import COMMANDS
from tests.server.command_line import ROOT, Cadastre


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    ctx = click.Context(group)
    found: list[tuple[str, ...]] = []
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None
        here = (*path, name)
        found += _commands(command, here) if isinstance(command, click.Group) else [here]
    return found


ALL = _commands(cadastre)


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_explains_itself_with_examples(words: tuple[str, ...]) -> None:
    outcome = CliRunner().invoke(cadastre, [*words, "--help"], prog_name="cadastre")
    assert outcome.exit_code == 0
    text = outcome.output
    assert re.search(rf"Examples:\n .*cadastre .*{words[-1]}", text), text
    explanation = text.split("Options:")[0]
    assert len(explanation.split()) > 8, "the help says too little"


def test_the_overview_lists_every_command_in_a_line() -> None:
    text = CliRunner().invoke(cadastre, ["--help"]).output
    for name in COMMANDS:
        assert re.search(rf"^  {name} +\S", text, re.MULTILINE), name


def test_the_overview_says_of_a_command_what_it_says_of_itself() -> None:
    ctx = click.Context(cadastre)
    for name, listed in COMMANDS.items():
        command = cadastre.get_command(ctx, name)
        assert command is not None
        assert listed.summary == command.get_short_help_str(limit=200), name


LOOK = """
import sys
import server.cli
code = server.cli.run(sys.argv[1:])
print(code, *{"sqlalchemy", "flask", "rich", "server.wiring"} & sys.modules.keys())
"""


@pytest.mark.parametrize(("words", "code"), [(["--help"], 0), (["--version"], 0), (["fly"], 2)])
def test_what_needs_no_register_comes_without_reading_it_in(words: list[str], code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOK, *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == str(code)


def test_a_command_nobody_knows_is_a_wrong_use(cadastre: Cadastre) -> None:
    outcome = cadastre.run("fly")
    assert outcome.code == 2
    assert "No such command 'fly'" in outcome.err


def test_a_wrong_setting_is_one_sentence_that_names_it(cadastre: Cadastre) -> None:
    cadastre.settings = {"listen_port": "eighty"}
    outcome = cadastre.run("migrate")
    assert outcome.failed_in_one_sentence
    assert "listen_port" in outcome.err


def test_a_settings_file_that_cannot_be_read_is_one_sentence(cadastre: Cadastre) -> None:
    cadastre.home.mkdir()
    (cadastre.home / "cadastre.toml").write_text("listen_port = ")
    outcome = cadastre.run("migrate")
    assert outcome.failed_in_one_sentence
    assert "cadastre.toml" in outcome.err


def test_a_data_folder_that_cannot_be_written_is_one_sentence(cadastre: Cadastre) -> None:
    cadastre.home.write_text("a file stands where the folder should be")
    outcome = cadastre.run("migrate")
    assert outcome.failed_in_one_sentence
    assert f"{cadastre.home} cannot be written" in outcome.err


def test_a_command_before_the_first_start_says_what_to_do(cadastre: Cadastre) -> None:
    outcome = cadastre.run("user", "list")
    assert outcome.failed_in_one_sentence
    assert "cadastre serve" in outcome.err
    assert not cadastre.home.exists()


def test_an_older_database_is_sent_to_the_command_that_keeps_a_backup(migrated: Cadastre) -> None:
    migrated.succeed("migrate", "--down", "0056", "--lose")
    outcome = migrated.run("user", "list")
    assert outcome.failed_in_one_sentence
    assert "`cadastre upgrade` first" in outcome.err
    migrated.succeed("upgrade")
    migrated.succeed("user", "list")


def test_a_database_server_that_is_away_is_one_sentence_without_its_password(
    cadastre: Cadastre,
) -> None:
    cadastre.settings = {"database_url": "postgresql+psycopg://me:hunter2@127.0.0.1:1/register"}
    outcome = cadastre.run("user", "list")
    assert outcome.failed_in_one_sentence
    assert "127.0.0.1:1/register" in outcome.err
    assert "hunter2" not in outcome.err


def test_the_debug_flag_shows_where_it_failed(cadastre: Cadastre) -> None:
    outcome = cadastre.run_apart("--debug", "user", "list")
    assert outcome.code == 1
    assert "Traceback" in outcome.err


def test_output_into_a_closed_pipe_is_no_failure_to_talk_about(cadastre: Cadastre) -> None:
    command = f"{sys.executable} -m server --help | head -c 1"
    done = subprocess.run(
        ["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""


def test_the_version_is_said() -> None:
    assert CliRunner().invoke(cadastre, ["--version"]).output.startswith("cadastre, version")


def test_groups_know_examples_too() -> None:
    assert isinstance(cadastre, ExampleGroup)
