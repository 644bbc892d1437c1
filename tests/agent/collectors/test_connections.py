"""Whom the machine talks to."""

from pathlib import Path
from typing import Any

import pytest
import time_machine

from agent.collectors import connections
from agent.machine import Machine
from tests.agent.recordings import recorded

BACKUP = {
    "process": "backup-and-synchronise",
    "remote_address": "10.0.0.30",
    "remote_port": 389,
    "protocol": "tcp",
}
RESOLVER = {
    "process": "backup-and-synchronise",
    "remote_address": "10.0.0.53",
    "remote_port": 53,
    "protocol": "udp",
}


def test_conversations_are_folded_into_edges_of_what_the_machine_opened(tmp_path: Path) -> None:
    assert connections.collect(recorded("rack-server", tmp_path)) == [BACKUP, RESOLVER]


def _silent(tmp_path: Path, memory: dict[str, Any]) -> Machine:
    for table in ("tcp", "tcp6", "udp", "udp6"):
        (tmp_path / "proc/net" / table).write_text("header\n")
    return Machine(str(tmp_path), memory=memory)


def test_an_edge_not_seen_for_a_while_is_still_an_edge(tmp_path: Path) -> None:
    machine = recorded("rack-server", tmp_path)
    connections.collect(machine)
    assert connections.collect(_silent(tmp_path, machine.memory)) == [BACKUP, RESOLVER]


def test_an_edge_fades_after_a_fortnight_without_a_sight(tmp_path: Path) -> None:
    machine = recorded("rack-server", tmp_path)
    with time_machine.travel("2026-03-01", tick=False) as clock:
        connections.collect(machine)
        counts = []
        for _ in range(15):
            clock.shift(86400)
            counts.append(len(connections.collect(_silent(tmp_path, machine.memory))))
    assert counts == [2] * 14 + [0]


@pytest.mark.parametrize("years", [10, -10])
def test_a_clock_that_jumps_by_years_takes_no_edge_away(tmp_path: Path, years: int) -> None:
    machine = recorded("rack-server", tmp_path)
    with time_machine.travel("2026-03-01", tick=False) as clock:
        connections.collect(machine)
        clock.shift(years * 365 * 86400)
        assert connections.collect(_silent(tmp_path, machine.memory)) == [BACKUP, RESOLVER]


def test_no_more_edges_are_kept_than_the_report_can_bear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "EDGES_KEPT", 1)
    assert len(connections.collect(recorded("rack-server", tmp_path))) == 1
