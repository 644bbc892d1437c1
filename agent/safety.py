"""Nobody but its owner may be able to rewrite the agent: its code, its settings, its key.

Inventory agents run as root; a folder others may write to turns them into a way to root.
"""

from __future__ import annotations

import os
import stat

from agent.errors import Unsafe


def refuse_open_folder(folder: str) -> None:
    """Raise Unsafe when others may write to `folder`, or replace it from a folder above it.

    A sticky folder above (such as /tmp) is accepted: there only the owner may rename.
    """
    if os.name != "posix":
        return
    folder = os.path.realpath(folder)
    if _mode(folder) & stat.S_IWOTH:
        raise Unsafe(f"{folder} may be written by anybody: chmod o-w {folder}, then try again.")
    above = os.path.dirname(folder)
    while above != os.path.dirname(above):
        mode = _mode(above)
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise Unsafe(f"{above} may be written by anybody, so {folder} could be replaced.")
        above = os.path.dirname(above)


def refuse_foreign_folder(folder: str) -> None:
    """Raise Unsafe when the state folder belongs to another account (root's excepted)."""
    if os.name != "posix":
        return
    owner = os.stat(folder).st_uid
    if is_foreign(owner, os.geteuid()):
        raise Unsafe(f"{folder} belongs to another account (uid {owner}), not to this one.")


def is_foreign(owner: int, ours: int) -> bool:
    """Whether a folder's owner is neither root nor ourselves."""
    return owner not in (0, ours)


def refuse_open_file(path: str) -> None:
    """Raise Unsafe when a file meant for its owner alone is open to others."""
    if os.name == "posix" and _mode(path) & 0o077:
        raise Unsafe(f"{path} is open to other accounts: chmod 600 {path}, then try again.")


def code_folder(entry: str) -> str:
    """Return the folder the agent's code lies in, given its program file."""
    return os.path.dirname(os.path.abspath(entry))


def _mode(path: str) -> int:
    return os.stat(path).st_mode
