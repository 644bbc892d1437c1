"""Whoever is not the agent's owner can change neither its code, nor its settings, nor its key."""

import ast
from pathlib import Path

import pytest

from agent import settings
from agent.errors import SettingsError, Unsafe
from agent.safety import is_foreign, refuse_open_file, refuse_open_folder
from agent.state import State

_AGENT = Path(__file__).parents[2] / "agent"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666, 0o777, 0o602])
def test_settings_that_others_may_open_are_not_used(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    state = State(str(folder))
    settings.keep(state, {"server": "https://cadastre.example"})
    assert settings.load(state).server == "https://cadastre.example"
    Path(state.path(settings.FILE_NAME)).chmod(mode)
    with pytest.raises(Unsafe):
        settings.load(state)


def test_a_folder_that_others_may_write_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(Unsafe):
        refuse_open_folder(str(folder))
    (folder / "key").write_text("x")
    (folder / "key").chmod(0o644)
    with pytest.raises(Unsafe):
        refuse_open_file(str(folder / "key"))
    assert is_foreign(12345, 1000)
    assert not is_foreign(0, 1000)


def test_a_plain_server_address_is_no_place_for_a_key() -> None:
    for address in ("http://cadastre.example", "ftp://x", "https://", "https://u:p@x", "//x"):
        with pytest.raises(SettingsError):
            settings.checked_server(address, insecure_http=False)


def test_no_answer_of_the_server_names_a_command() -> None:
    calls = {
        node.func.attr
        for path in _AGENT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not calls & {"popen", "getoutput", "getstatusoutput"}
