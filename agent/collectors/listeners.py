"""Asks which ports the machine answers on, and which process answers."""

from __future__ import annotations

from agent.sources.accounts import account_name
from agent.sources.sockets import ephemeral_ports, socket_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_KEY = ("protocol", "address", "port", "process", "user")


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Return listening ports in order, workers of one service folded; never a process number.

    Ports handed out by chance are noise: over UDP they are clients waiting for an answer and
    are left out, over TCP one is reported from its second sight on.
    """
    if not machine.linux:
        from agent.sources import portable  # noqa: PLC0415 - not needed on Linux

        return _in_order(portable.sockets()[0])
    chance = ephemeral_ports(machine)
    found = [
        row for row in _listeners(machine) if row["protocol"] == "tcp" or row["port"] not in chance
    ]
    return _in_order(_settled(machine, found, chance))


def _listeners(machine: Machine) -> list[dict[str, Any]]:
    table = socket_table(machine)
    return [
        {
            "protocol": row.protocol,
            "address": row.address,
            "port": row.port,
            "process": table.processes.get(row.inode),
            "user": account_name(machine, row.uid),
        }
        for row in table.listeners
    ]


def _settled(machine: Machine, found: list[dict[str, Any]], chance: range) -> list[dict[str, Any]]:
    passing = {row["port"] for row in found if row["port"] in chance}
    known = machine.memory.get("listeners")
    machine.memory["listeners"] = sorted(passing)
    # Without a memory there is no second sight to wait for: the first report is whole.
    hidden = set() if known is None else passing.difference(known)
    return [row for row in found if row["port"] not in hidden]


def _in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    folded = {tuple(str(row[field]) for field in _KEY): row for row in rows}
    return sorted(folded.values(), key=lambda row: (row["protocol"], row["port"], str(row)))
