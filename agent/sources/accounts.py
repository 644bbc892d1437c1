"""Names of local accounts by number."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent.machine import Machine


def account_name(machine: Machine, uid: str) -> str:
    """Return the local account's name; the number itself for accounts kept in a directory.

    A directory is never asked: a report must not wait for LDAP.
    """
    return machine.once("accounts", _read).get(uid, uid)


def _read(machine: Machine) -> dict[str, str]:
    rows = (line.split(":") for line in machine.lines("/etc/passwd"))
    return {row[2]: row[0] for row in rows if len(row) > 3}
