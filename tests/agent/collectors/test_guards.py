"""What guards a machine, and which updates wait."""

from pathlib import Path

from agent.collectors import security, updates
from tests.agent.recordings import made_of

_WANTS = "/etc/systemd/system/multi-user.target.wants"


def test_each_guard_is_told_with_whether_it_is_on(tmp_path: Path) -> None:
    variable = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
    machine = made_of(
        tmp_path,
        rf"{variable} := \x06\x00\x00\x00\x01",
        "/sys/class/tpm/tpm0/",
        "/sys/module/apparmor/parameters/enabled = N",
        "/sys/block/dm-0/dm/uuid = CRYPT-LUKS2-abc-root",
        "/sys/block/dm-0/dm/name = root",
        "/sys/block/dm-1/dm/uuid = LVM-abc",
        f"{_WANTS}/ufw.service -> /lib/systemd/system/ufw.service",
        f"{_WANTS}/clamav-daemon.service -> /lib/systemd/system/clamav-daemon.service",
        "/sys/fs/cgroup/system.slice/cron.service/",
        "/etc/ufw/ufw.conf = ENABLED=no",
    )
    assert [(row["name"], row["kind"], row["enabled"]) for row in security.collect(machine)] == [
        ("Secure Boot", "secure boot", True),
        ("TPM", "tpm", True),
        ("AppArmor", "confinement", False),
        ("root", "disk encryption", True),
        ("ClamAV", "antivirus", False),
        ("ufw", "firewall", False),
    ]


def test_a_machine_without_any_says_nothing(tmp_path: Path) -> None:
    assert security.collect(made_of(tmp_path, "/etc/hostname = x")) == []


def test_updates_are_not_asked_for_in_a_first_report_and_then_once_a_day(tmp_path: Path) -> None:
    machine = made_of(tmp_path, "/etc/hostname = x")
    assert updates.collect(machine) == []
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/bin/apt-get").touch()
    assert updates.collect(machine) is None
    assert updates.collect(machine) == []
    machine.memory["updates"]["rows"] = [{"name": "vim"}]
    assert updates.collect(machine) == [{"name": "vim"}]
    machine.memory["updates"]["at"] -= 25 * 3600
    # No answer is no news.
    assert updates.collect(machine) == [{"name": "vim"}]
    (tmp_path / ".commands").mkdir()
    (tmp_path / ".commands/nice").write_text("Inst bash [5.1-1] (5.2-1 Debian:12 [amd64])\n")
    machine.memory["updates"]["at"] -= 25 * 3600
    assert updates.collect(machine) == [
        {"name": "bash", "version": "5.1-1", "available": "5.2-1", "security": False}
    ]
