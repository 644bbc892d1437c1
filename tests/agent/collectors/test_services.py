"""Which services start by themselves and run, from links and control groups."""

from pathlib import Path

from agent.collectors import services
from tests.agent.recordings import made_of

_WANTS = "/etc/systemd/system/multi-user.target.wants"
_GROUPS = "/sys/fs/cgroup/system.slice"


def test_enabled_and_running_are_two_things(tmp_path: Path) -> None:
    machine = made_of(
        tmp_path,
        f"{_WANTS}/nginx.service -> /lib/systemd/system/nginx.service",
        f"{_WANTS}/backup.service -> /lib/systemd/system/backup.service",
        f"{_WANTS}/remote-fs.target -> /lib/systemd/system/remote-fs.target",
        f"{_GROUPS}/nginx.service/",
        f"{_GROUPS}/docker.service/",
        f"{_GROUPS}/user@1000.service/",
    )
    assert services.collect(machine) == [
        {"name": "backup.service", "kind": "systemd", "enabled": True, "running": False},
        {"name": "docker.service", "kind": "systemd", "enabled": False, "running": True},
        {"name": "nginx.service", "kind": "systemd", "enabled": True, "running": True},
    ]


def test_what_a_timer_starts_says_nothing_of_running(tmp_path: Path) -> None:
    timers = "/etc/systemd/system/timers.target.wants"
    machine = made_of(
        tmp_path,
        f"{timers}/logrotate.timer -> /lib/systemd/system/logrotate.timer",
        f"{_WANTS}/logrotate.service -> /lib/systemd/system/logrotate.service",
        f"{_GROUPS}/cron.service/",
        f"{_GROUPS}/logrotate.service/",
    )
    found = {row["name"]: row for row in services.collect(machine)}
    assert found["logrotate.service"] == {
        "name": "logrotate.service",
        "kind": "systemd",
        "enabled": True,
    }


def test_without_systemd_start_scripts_are_services(tmp_path: Path) -> None:
    machine = made_of(
        tmp_path,
        "/etc/init.d/ssh = x",
        "/etc/init.d/exim4 = x",
        "/etc/rc3.d/S01ssh -> ../init.d/ssh",
    )
    assert services.collect(machine) == [
        {"name": "exim4", "kind": "sysv", "enabled": False},
        {"name": "ssh", "kind": "sysv", "enabled": True},
    ]
