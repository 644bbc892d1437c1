"""Who is signed in, from the table that log-ins write."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent.machine import Machine

# utmp(5) with 32-bit fields, as glibc keeps it on every architecture for compatibility.
_RECORD_BYTES, _USER_PROCESS = 384, 7
_NAME = slice(44, 76)


def logged_in(machine: Machine) -> list[str]:
    """Return the accounts with a session, each once, in order."""
    told = machine.data("/run/utmp") or b""
    records = [
        told[start : start + _RECORD_BYTES]
        for start in range(0, len(told) - _RECORD_BYTES + 1, _RECORD_BYTES)
    ]
    names = {
        record[_NAME].split(b"\0")[0].decode("utf-8", "replace")
        for record in records
        if int.from_bytes(record[:2], "little") == _USER_PROCESS
    }
    return sorted(names - {""})
