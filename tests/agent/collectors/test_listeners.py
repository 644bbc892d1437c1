"""Which ports the machine answers on."""

import socket
from pathlib import Path
from typing import Any

from agent.collectors import listeners
from agent.machine import Machine
from tests.agent.recordings import recorded


def _row(protocol: str, address: str, port: int, process: str | None, user: str) -> dict[str, Any]:
    return {
        "protocol": protocol,
        "address": address,
        "port": port,
        "process": process,
        "user": user,
    }


EVERYWHERE = socket.inet_ntop(socket.AF_INET, bytes(4))


def test_ports_are_listed_with_process_and_user_and_without_process_numbers(
    tmp_path: Path,
) -> None:
    assert listeners.collect(recorded("rack-server", tmp_path)) == [
        _row("tcp", EVERYWHERE, 80, "nginx", "root"),
        _row("tcp", "::", 80, "nginx", "root"),
        _row("tcp", EVERYWHERE, 5432, "postgres", "postgres"),
        _row("tcp", "127.0.0.1", 41395, None, "4711"),
        _row("udp", EVERYWHERE, 161, "systemd", "root"),
    ]


def test_a_port_of_chance_waits_for_its_second_sight(tmp_path: Path) -> None:
    machine = recorded("rack-server", tmp_path)
    first = {row["port"] for row in listeners.collect(machine)}
    tcp = tmp_path / "proc/net/tcp"
    tcp.write_text(tcp.read_text().replace("0100007F:A1B3", "0100007F:A1B9"))
    sights = []
    for _ in range(2):
        again = Machine(str(tmp_path), memory=machine.memory)
        sights.append({row["port"] for row in listeners.collect(again)})
    assert 41395 in first
    assert 41401 not in sights[0]
    assert 41401 in sights[1]


def test_a_port_opened_on_this_machine_is_seen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        found = {row["port"]: row for row in listeners.collect(Machine())}
    assert found[port]["address"] == "127.0.0.1"
    assert found[port]["process"]
