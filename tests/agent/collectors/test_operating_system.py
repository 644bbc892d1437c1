"""Which system runs, and since when."""

from pathlib import Path

from agent.collectors import operating_system
from tests.agent.recordings import made_of, recorded


def test_debian_is_named_with_its_point_release(tmp_path: Path) -> None:
    found = operating_system.collect(recorded("rack-server", tmp_path))
    assert found == {
        "name": "Debian GNU/Linux",
        "id": "debian",
        "version": "12.8",
        "pretty_name": "Debian GNU/Linux 12 (bookworm)",
        "kernel": "Linux",
        "kernel_version": "6.1.0-28-amd64",
        "architecture": "x86_64",
        "time_zone": "Europe/Madrid",
        "boot_time": "2026-01-01T00:01:00Z",
    }


def test_a_system_with_its_release_file_below_usr_is_found(tmp_path: Path) -> None:
    found = operating_system.collect(recorded("alpine-container", tmp_path))
    assert (found["id"], found["version"]) == ("alpine", "3.20.3")
    assert found["pretty_name"] == "Alpine Linux v3.20"


def test_a_testing_debian_keeps_its_name_out_of_the_version(tmp_path: Path) -> None:
    machine = made_of(tmp_path, "/etc/os-release = ID=debian", "/etc/debian_version = trixie/sid")
    assert operating_system.collect(machine)["version"] is None


def test_a_quoted_value_loses_its_quotes_and_escapes(tmp_path: Path) -> None:
    machine = made_of(tmp_path, r'/etc/os-release = NAME="The \"Best\" \$ystem"')
    assert operating_system.collect(machine)["name"] == 'The "Best" $ystem'


def test_the_boot_time_stays_when_the_clock_is_corrected(tmp_path: Path) -> None:
    machine = recorded("rack-server", tmp_path)
    before = operating_system.collect(machine)["boot_time"]
    (tmp_path / "proc/stat").write_text("btime 1767225737\n")
    assert operating_system.collect(machine)["boot_time"] == before


def test_the_boot_time_moves_with_a_restart(tmp_path: Path) -> None:
    machine = recorded("rack-server", tmp_path)
    before = operating_system.collect(machine)["boot_time"]
    (tmp_path / "proc/stat").write_text("btime 1767225737\n")
    (tmp_path / "proc/sys/kernel/random/boot_id").write_text("another-boot\n")
    assert operating_system.collect(machine)["boot_time"] == "2026-01-01T00:02:00Z"
    assert before == "2026-01-01T00:01:00Z"
