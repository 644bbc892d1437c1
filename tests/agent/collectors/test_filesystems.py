"""Which file systems are mounted."""

from pathlib import Path

from agent import readings
from agent.collectors import filesystems
from tests.agent.recordings import recorded


def test_storage_is_listed_once_and_the_rest_is_left_out(tmp_path: Path) -> None:
    found = filesystems.collect(recorded("rack-server", tmp_path))
    assert [(row["mount"], row["device"], row["type"], row["read_only"]) for row in found] == [
        ("/", "/dev/mapper/vg0-root", "ext4", False),
        ("/boot", "/dev/sda2", "ext4", True),
        ("/mnt/backup store", "files.example.org:/backup", "nfs4", False),
        ("/tank", "tank", "zfs", False),
    ]


def test_a_file_server_is_never_asked_for_its_size(tmp_path: Path) -> None:
    machine = recorded("rack-server", tmp_path)
    (tmp_path / "mnt/backup store").mkdir(parents=True)
    sizes = {row["mount"]: row["size_bytes"] for row in filesystems.collect(machine)}
    assert sizes["/mnt/backup store"] is None
    assert sizes["/"]


def test_a_size_that_moves_with_its_neighbours_is_left_out(tmp_path: Path) -> None:
    sizes = {
        row["mount"]: row["size_bytes"]
        for row in filesystems.collect(recorded("rack-server", tmp_path))
    }
    assert sizes["/tank"] is None


def test_free_space_is_a_reading(tmp_path: Path) -> None:
    free = readings.take(recorded("rack-server", tmp_path))["filesystem_free_bytes"]
    assert set(free) == {"/", "/boot", "/tank"}
    assert all(value % (1024 * 1024) == 0 for value in free.values())
