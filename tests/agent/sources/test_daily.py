"""What is told once a day: who is signed in, neighbours, and which programs run."""

from pathlib import Path

from agent import readings
from tests.agent.recordings import made_of


def _session(name: str, kind: int) -> bytes:
    record = bytearray(384)
    record[0:2] = kind.to_bytes(2, "little")
    record[44 : 44 + len(name)] = name.encode()
    return bytes(record)


def test_sessions_neighbours_and_programs_are_readings(tmp_path: Path) -> None:
    machine = made_of(
        tmp_path,
        "/etc/passwd = root:x:0:0::/root:/bin/sh",
        "/proc/net/arp <<",
        "IP address HW type Flags HW address Mask Device",
        "192.0.2.1 0x1 0x2 52:54:00:00:00:01 * eth0",
        "192.0.2.9 0x1 0x0 00:00:00:00:00:00 * eth0",
        ">>",
        *(
            line
            for number, name, parent in (
                (2, "kthreadd", 0),
                (9, "kworker", 2),
                (7, "nginx", 1),
                (8, "nginx", 7),
            )
            for line in (
                f"/proc/{number}/status <<",
                f"Name:\t{name}",
                f"PPid:\t{parent}",
                "Uid:\t0\t0\t0\t0",
                ">>",
            )
        ),
    )
    (tmp_path / "run").mkdir()
    (tmp_path / "run/utmp").write_bytes(
        _session("ana", 7) + _session("LOGIN", 6) + _session("ana", 7)
    )
    assert readings.take_daily(machine) == {
        "logged_in_users": ["ana"],
        "neighbours": {"192.0.2.1": "52:54:00:00:00:01"},
        "processes": [{"name": "nginx", "user": "root", "count": 2}],
    }
