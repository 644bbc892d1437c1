"""RPM's database, read without rpm."""

import sqlite3
from pathlib import Path

import pytest

from agent.machine import Machine
from agent.sources import rpm
from tests.agent.recordings import FOLDER, made_of

HEADERS = sorted((FOLDER / "rpm").glob("*.header"))
BOTH = [
    ("rpm", "harbour-lights", "2:1.4.0-3.el9", "noarch"),
    ("rpm", "pier", "0.9~rc1-1", "x86_64"),
]


def make_database(root: Path, *extra: bytes, folder: str = "var/lib/rpm") -> Path:
    """Make rpm's SQLite database below `root`, of the recorded headers and `extra` ones."""
    place = root / folder / "rpmdb.sqlite"
    place.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(place)
    connection.execute(
        "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)"
    )
    blobs = [header.read_bytes() for header in HEADERS] + list(extra)
    connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(blob,) for blob in blobs])
    connection.commit()
    connection.close()
    return place


@pytest.mark.parametrize("folder", ["var/lib/rpm", "usr/lib/sysimage/rpm"])
def test_packages_are_read_from_both_places_of_the_database(tmp_path: Path, folder: str) -> None:
    make_database(tmp_path, folder=folder)
    assert list(rpm.installed(made_of(tmp_path))) == BOTH


def test_reading_leaves_no_file_beside_the_database(tmp_path: Path) -> None:
    place = make_database(tmp_path)
    writer = sqlite3.connect(place)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.close()
    list(rpm.installed(made_of(tmp_path)))
    assert [path.name for path in place.parent.iterdir()] == ["rpmdb.sqlite"]


def test_what_waits_in_the_write_ahead_log_is_seen(tmp_path: Path) -> None:
    place = make_database(tmp_path)
    writer = sqlite3.connect(place)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("DELETE FROM Packages WHERE hnum = 1")
    writer.commit()
    found = list(rpm.installed(made_of(tmp_path)))
    writer.close()
    assert found == BOTH[1:]


def test_a_header_longer_than_its_front_is_fetched_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_database(tmp_path)
    monkeypatch.setattr(rpm, "_FRONT_BYTES", 100)
    assert list(rpm.installed(made_of(tmp_path))) == BOTH


def test_a_signing_key_is_no_package() -> None:
    header = HEADERS[1].read_bytes()
    assert rpm.package(_renamed(header, b"jetty")) == ("rpm", "jetty", "0.9~rc1-1", "x86_64")
    assert rpm.package(_renamed(header, b"gpg-pubkey")) is None


def _renamed(header: bytes, name: bytes) -> bytes:
    """Give a header another name: the text goes to the end and its index entry points there."""
    entries = int.from_bytes(header[:4], "big")
    data_at = 8 + entries * 16
    changed = bytearray(header + name + b"\0")
    for place in range(8, data_at, 16):
        if int.from_bytes(header[place : place + 4], "big") == 1000:
            changed[place + 8 : place + 12] = (len(header) - data_at).to_bytes(4, "big")
    return bytes(changed)


def test_a_database_of_an_old_kind_is_said_to_be_unreadable(tmp_path: Path) -> None:
    machine = made_of(tmp_path, "/var/lib/rpm/Packages = Berkeley DB")
    assert list(rpm.installed(machine)) == []
    assert machine.remarks == ["the rpm database cannot be read and the rpm command gave no answer"]


def test_a_damaged_database_is_a_remark_and_no_crash(tmp_path: Path) -> None:
    machine = made_of(tmp_path, "/var/lib/rpm/rpmdb.sqlite = not a database")
    assert list(rpm.installed(machine)) == []
    assert machine.remarks


def test_a_machine_without_rpm_is_silent(tmp_path: Path) -> None:
    machine = Machine(str(tmp_path))
    assert list(rpm.installed(machine)) == []
    assert machine.remarks == []
