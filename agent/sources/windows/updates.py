"""Which updates Windows Update found missing."""

from __future__ import annotations

from agent.sources.windows import asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

# The categories' numbers are the same in every language of Windows.
_SECURITY = "0fa1201d-4330-4fa8-8ae9-b877473b6441"
# Signatures of the antivirus come several times a day, by themselves.
_DEFINITIONS = "e0789628-ce08-4437-be74-2495b842f43b"


def waiting(machine: Machine) -> list[dict[str, Any]] | None:
    """Return the section `updates`: titles, and the numbers of their articles as versions."""
    told = asking.updates(machine)
    return None if told is None else [row for row in map(_row, told) if row]


def _row(told: dict[str, Any]) -> dict[str, Any] | None:
    categories = {str(one).casefold() for one in _list(told.get("Categories"))}
    title = str(told.get("Title") or "").strip()
    if not title or _DEFINITIONS in categories:
        return None
    articles = [f"KB{number}" for number in _list(told.get("Articles"))]
    return {
        "name": title,
        "available": ", ".join(articles) or title,
        "security": _SECURITY in categories or bool(told.get("Severity")),
    }


def _list(told: object) -> list[Any]:
    # PowerShell writes a list of one as that one where it is asked to be brief.
    return told if isinstance(told, list) else [] if told is None else [told]
