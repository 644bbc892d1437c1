"""Asks whom the machine talks to: conversations it opened, folded into edges and gathered.

One look sees what is open at that moment. Edges are therefore remembered from look to look and
fade when they were not seen for a fortnight, so a nightly backup is an edge by day too.
"""

from __future__ import annotations

import time

from agent.sources.sockets import ephemeral_ports, socket_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

    # process, remote address, remote port, protocol
    Edge = tuple[str, str, int, str]

FADE_SECONDS = 14 * 86400
EDGES_KEPT = 2000
# A clock set wrong by years must not make every edge old at once.
_LONGEST_STEP_SECONDS = 86400


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Return edges process → remote address and port, in order.

    Our own ephemeral port says nothing and is dropped, and so is all talk of the machine with
    itself.
    """
    ages = _gathered(machine, _seen(machine))
    return [
        {
            "process": process or None,
            "remote_address": address,
            "remote_port": port,
            "protocol": protocol,
        }
        for process, address, port, protocol in sorted(ages)
    ]


def _seen(machine: Machine) -> set[Edge]:
    if not machine.linux:
        from agent.sources import portable  # noqa: PLC0415 - not needed on Linux

        rows = portable.sockets()[1]
        return {
            (row["process"] or "", row["remote_address"], row["remote_port"], row["protocol"])
            for row in rows
            if not _own(row["remote_address"])
        }
    table = socket_table(machine)
    chance = ephemeral_ports(machine)
    return {
        (table.processes.get(row.inode, ""), row.remote_address, row.remote_port, row.protocol)
        for row in table.outgoing()
        if not _own(row.remote_address, row.address)
        # Over UDP two ports of chance are a conversation of peers, not of client and service.
        and (row.protocol == "tcp" or row.remote_port not in chance)
    }


def _own(remote: str, local: str = "") -> bool:
    return remote == local or remote.startswith("127.") or remote == "::1"


def _gathered(machine: Machine, seen: set[Edge]) -> dict[Edge, float]:
    """Seconds since each remembered edge was seen last, those of now included."""
    now = time.time()
    kept = machine.memory.get("connections", {})
    step = min(max(now - kept.get("looked_at", now), 0), _LONGEST_STEP_SECONDS)
    ages: dict[Edge, float] = {
        (process, address, port, protocol): age + step
        for process, address, port, protocol, age in kept.get("edges", [])
    }
    ages.update(dict.fromkeys(seen, 0))
    youngest = sorted(ages.items(), key=lambda entry: (entry[1], entry[0]))[:EDGES_KEPT]
    ages = {edge: age for edge, age in youngest if age <= FADE_SECONDS}
    machine.memory["connections"] = {
        "looked_at": int(now),
        "edges": [[*edge, int(age)] for edge, age in sorted(ages.items())],
    }
    return ages
