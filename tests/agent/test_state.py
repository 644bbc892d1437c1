"""The agent's own folder, and who else may touch it."""

from pathlib import Path

import pytest

from agent.errors import AgentError, SettingsError, Unsafe
from agent.safety import is_foreign, refuse_open_folder
from agent.state import State


def test_a_folder_is_made_for_its_owner_alone(folder: Path) -> None:
    State(str(folder), create=True)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_missing_is_explained(folder: Path) -> None:
    with pytest.raises(SettingsError, match="cadastre-agent enrol"):
        State(str(folder))


def test_a_folder_anybody_may_write_to_is_refused(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(Unsafe, match="may be written by anybody"):
        State(str(folder))


def test_a_folder_that_could_be_replaced_from_above_is_refused(tmp_path: Path) -> None:
    above = tmp_path / "open"
    (above / "state").mkdir(parents=True)
    above.chmod(0o777)
    with pytest.raises(Unsafe, match="could be replaced"):
        State(str(above / "state"))
    above.chmod(0o1777)
    State(str(above / "state"))


def test_a_link_does_not_hide_an_open_folder(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path / "open")
    with pytest.raises(Unsafe):
        refuse_open_folder(str(tmp_path / "link"))


@pytest.mark.parametrize(
    ("owner", "ours", "foreign"),
    [(0, 0, False), (0, 1000, False), (1000, 1000, False), (1000, 0, True), (1000, 1001, True)],
)
def test_a_folder_belongs_to_root_or_to_us(owner: int, ours: int, foreign: bool) -> None:
    assert is_foreign(owner, ours) is foreign


def test_a_write_replaces_the_whole_file_and_is_the_owners_alone(folder: Path) -> None:
    state = State(str(folder), create=True)
    state.write("x", b"long content")
    state.write("x", b"short")
    assert (folder / "x").read_bytes() == b"short"
    assert (folder / "x").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == ["x"]


def test_a_key_others_may_read_is_refused(folder: Path) -> None:
    state = State(str(folder), create=True)
    state.keep_key("secret")
    assert state.key() == "secret"
    (folder / "key").chmod(0o640)
    with pytest.raises(Unsafe, match="chmod 600"):
        state.key()


def test_an_id_is_made_once(folder: Path) -> None:
    first = State(str(folder), create=True).agent_id()
    assert State(str(folder)).agent_id() == first


def test_two_cycles_never_run_at_once(folder: Path) -> None:
    one, other = State(str(folder), create=True), State(str(folder))
    with one.locked(), pytest.raises(AgentError, match="under way"), other.locked():
        pass
    with other.locked():
        pass
