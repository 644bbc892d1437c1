"""What the clock starts: when, as whom, and nothing that could be a secret."""

from pathlib import Path

from agent.collectors import tasks
from tests.agent.recordings import made_of


def test_cron_tables_and_timers_are_told_without_their_arguments(tmp_path: Path) -> None:
    machine = made_of(
        tmp_path,
        "/etc/cron.d/backup <<",
        "MAILTO=ops@example.test",
        "# at night",
        "30 2 * * * postgres test -x /usr/bin/dump && /usr/bin/dump --password=hunter2",
        ">>",
        "/var/spool/cron/crontabs/ana <<",
        "@daily /home/ana/report.sh hunter2",
        ">>",
        "/etc/cron.weekly/man-db = x",
        "/etc/systemd/system/timers.target.wants/fstrim.timer -> /lib/systemd/system/fstrim.timer",
        "/lib/systemd/system/fstrim.timer <<",
        "[Timer]",
        "OnCalendar=weekly",
        ">>",
    )
    found = tasks.collect(machine)
    assert "hunter2" not in str(found)
    assert [(row["name"], row["schedule"], row.get("user")) for row in found] == [
        ("/etc/cron.d/backup", "30 2 * * *", "postgres"),
        ("/etc/cron.weekly/man-db", "weekly", "root"),
        ("/var/spool/cron/crontabs/ana", "@daily", "ana"),
        ("fstrim.timer", "OnCalendar weekly", None),
    ]
    assert [row.get("program") for row in found if row["kind"] == "cron"] == [
        "/usr/bin/dump",
        None,
        "/home/ana/report.sh",
    ]
