import base64
import stat
from pathlib import Path
from threading import Barrier, Thread

import pytest

from server.foundation.errors import SecretUnreadable, SettingsError
from server.foundation.secrets import Place, SecretBox

HERE = Place("directory", "sealed_password", 1)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "secret.key"


@pytest.fixture
def box(key_file: Path) -> SecretBox:
    return SecretBox(key_file)


def test_a_secret_opens_where_it_was_sealed(box: SecretBox, key_file: Path) -> None:
    sealed = box.seal("пароль ☃", HERE)
    assert "пароль" not in sealed
    assert SecretBox(key_file).open(sealed, HERE) == "пароль ☃"


@pytest.mark.parametrize(
    "place",
    [
        Place("directory", "sealed_password", 2),
        Place("directory", "other", 1),
        Place("other", "sealed_password", 1),
    ],
)
def test_a_secret_moved_elsewhere_does_not_open(box: SecretBox, place: Place) -> None:
    sealed = box.seal("hush", HERE)
    with pytest.raises(SecretUnreadable):
        box.open(sealed, place)


def test_the_same_secret_is_sealed_differently_each_time(box: SecretBox) -> None:
    assert box.seal("hush", HERE) != box.seal("hush", HERE)


def test_no_secret_stays_no_secret(box: SecretBox, key_file: Path) -> None:
    assert box.open(box.seal("", HERE), HERE) == ""
    assert not key_file.exists()


def test_the_key_file_is_its_owners_alone(box: SecretBox, key_file: Path) -> None:
    box.seal("hush", HERE)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert list(key_file.parent.iterdir()) == [key_file]


def test_a_key_file_that_others_may_read_is_refused(key_file: Path) -> None:
    SecretBox(key_file).seal("hush", HERE)
    key_file.chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        SecretBox(key_file).seal("hush", HERE)


def test_processes_that_start_together_agree_on_one_key(key_file: Path) -> None:
    start = Barrier(8)
    sealed: list[str] = []

    def seal() -> None:
        start.wait()
        sealed.append(SecretBox(key_file).seal("hush", HERE))

    threads = [Thread(target=seal) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    box = SecretBox(key_file)
    assert [box.open(text, HERE) for text in sealed] == ["hush"] * 8


def test_another_key_does_not_open_it(box: SecretBox, tmp_path: Path) -> None:
    sealed = box.seal("hush", HERE)
    with pytest.raises(SecretUnreadable):
        SecretBox(tmp_path / "other.key").open(sealed, HERE)


def test_after_rotation_old_secrets_open_and_new_ones_are_sealed_anew(
    box: SecretBox, key_file: Path
) -> None:
    old = box.seal("hush", HERE)
    box.add_key()
    new = box.seal("hush", HERE)
    assert box.open(old, HERE) == box.open(new, HERE) == "hush"
    assert (box.is_current(old), box.is_current(new)) == (False, True)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_who_has_read_the_keys_already_seals_with_the_newest_of_another_process(
    box: SecretBox, key_file: Path
) -> None:
    old = box.seal("hush", HERE)
    other = SecretBox(key_file)
    other.add_key()
    other.drop_old_keys()
    assert SecretBox(key_file).open(box.seal("new", HERE), HERE) == "new"
    with pytest.raises(SecretUnreadable):
        SecretBox(key_file).open(old, HERE)


@pytest.mark.parametrize("damage", ["v1.x", "v2.k.AAAA", "v1.k.!", "v1.k.", "plain text"])
def test_a_damaged_secret_is_refused(box: SecretBox, damage: str) -> None:
    with pytest.raises(SecretUnreadable):
        box.open(damage, HERE)


def test_a_changed_secret_is_refused(box: SecretBox) -> None:
    sealed = box.seal("hush", HERE)
    other = sealed[:-8] + ("AAAAAAA=" if not sealed.endswith("AAAAAAA=") else "BBBBBBB=")
    with pytest.raises(SecretUnreadable):
        box.open(other, HERE)


@pytest.mark.parametrize("content", ["", "no key at all", "id:short"])
def test_a_damaged_key_file_is_named(key_file: Path, content: str) -> None:
    key_file.parent.mkdir()
    key_file.write_text(content)
    key_file.chmod(0o600)
    with pytest.raises(SettingsError, match=r"secret\.key"):
        SecretBox(key_file).seal("hush", HERE)


def test_keys_of_a_purpose_follow_the_file_and_tell_nothing_of_another(key_file: Path) -> None:
    box = SecretBox(key_file)
    (first,) = box.derived("letters")
    assert len(first) == 32
    assert box.derived("figures") != [first]
    box.add_key()
    # Another process reads the same, the newest last.
    assert list(SecretBox(key_file).derived("letters"))[:-1] == [first]
    assert box.derived("letters")[-1] != first
    for line in key_file.read_text().splitlines():
        assert base64.b64decode(line.partition(":")[2]) not in box.derived("letters")
