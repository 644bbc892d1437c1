"""Sockets asked from the kernel are those of its text tables.

ours:  tcp 127.0.0.1 listens · tcp6 :: listens, called over IPv4 and IPv6 · udp waits
"""

import json
import os
import socket
import struct
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from agent.sources import netlink, socket_diag
from tests.agent.desk import ROOT

REFUSING = str(ROOT / "tests" / "agent" / "refusing.py")
ESTABLISHED, LISTEN = 1, 10
TOLD = """
import json, sys
sys.path.append(sys.argv[1])
from agent.machine import Machine
from agent.sources import socket_diag
from agent.sources.sockets import socket_table
try:
    socket_diag.tcp([1, 10])
    asked = True
except OSError:
    asked = False
table = socket_table(Machine())
rows = [
    {**{name: getattr(row, name) for name in row.__slots__}, "by": table.processes.get(row.inode)}
    for row in (*table.listeners, *table.established)
]
print(json.dumps({"asked": asked, "rows": rows}))
"""


def _told(*before: str) -> tuple[bool, list[dict[str, Any]]]:
    command = [*before, sys.executable, "-I", "-S", "-c", TOLD, str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    return answer["asked"], answer["rows"]


def _ours(rows: list[dict[str, Any]], ports: set[int]) -> list[dict[str, Any]]:
    found = [row for row in rows if {row["port"], row["remote_port"]} & ports]
    return sorted(found, key=lambda row: (row["inode"], row["port"], row["remote_port"]))


def test_asked_or_read_the_sockets_are_the_same() -> None:
    with ExitStack() as opened:
        plain = opened.enter_context(socket.create_server(("127.0.0.1", 0)))
        both = opened.enter_context(
            socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        )
        waiting = opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        waiting.bind(("127.0.0.1", 0))
        port = both.getsockname()[1]
        for host in ("127.0.0.1", "::1"):
            opened.enter_context(socket.create_connection((host, port)))
            opened.enter_context(both.accept()[0])
        ports = {each.getsockname()[1] for each in (plain, both, waiting)}
        asked, from_kernel = _told()
        refused, from_tables = _told(sys.executable, REFUSING, "sock_diag")
    assert (asked, refused) == (True, False)
    ours = _ours(from_kernel, ports)
    assert ours == _ours(from_tables, ports)
    # Three wait, and each of two conversations has two ends; all of them are ours.
    assert [row["listening"] for row in ours].count(True) == 3
    assert len(ours) == 7
    assert {row["uid"] for row in ours} == {str(os.geteuid())}
    assert {row["by"] for row in ours} == {Path("/proc/self/comm").read_text().strip()}
    accepted = [row for row in ours if not row["listening"] and row["port"] == port]
    assert sorted(row["address"] for row in accepted) == ["127.0.0.1", "::1"]


def test_states_that_nobody_asked_for_are_not_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        waiting = {row.port for row in socket_diag.tcp([LISTEN])}
        talking = {row.port for row in socket_diag.tcp([ESTABLISHED])}
    assert port in waiting
    assert port not in talking


def test_a_question_that_the_kernel_refuses_is_an_error() -> None:
    question = struct.pack("=BBBxI48x", 250, 250, 0, 1)
    with pytest.raises(OSError, match=r".") as refused:
        netlink.dump(4, 20, question)
    assert refused.value.errno


def test_an_answer_cut_short_gives_what_was_whole() -> None:
    body = struct.pack("=BBBBHH", socket.AF_INET, LISTEN, 0, 0, socket.htons(8443), 0)
    body += socket.inet_aton("192.0.2.7").ljust(16, b"\0") + bytes(40) + struct.pack("=II", 7, 99)
    answer = struct.pack("=IHHII", 16 + len(body), 20, 2, 1, 0) + body
    for end in range(len(answer)):
        assert list(socket_diag.parse(answer[:end])) == []
    (row,) = socket_diag.parse(answer + answer[:40])
    assert (row.state, row.port, row.address) == (LISTEN, 8443, socket.inet_aton("192.0.2.7"))
    assert (row.uid, row.inode) == (7, 99)
