"""What a macro does to a ticket with one click. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Macro:
    """A note, changed fields, a checklist and a step, done together or not at all.

    ``assign`` is "" (leave it) or "me" (whoever runs it).
    """

    name: str
    note: str = ""
    note_kind: str = "internal"
    urgency: str = ""
    category: str = ""
    group_id: int | None = None
    assign: str = ""
    checklist: str = ""
    state: str = ""
    reason: str = ""
    resolution_code: str = ""
    resolution_text: str = ""

    def edits(self, person_id: int | None) -> dict[str, Any]:
        """Return the fields of a ticket that it changes when ``person_id`` runs it."""
        named: dict[str, Any] = {"urgency": self.urgency, "category": self.category}
        found = {name: value for name, value in named.items() if value}
        if self.group_id is not None:
            found["group_id"] = self.group_id
        if self.assign == "me" and person_id is not None:
            found["assignee_id"] = person_id
        return found


def macro_of(document: Mapping[str, Any]) -> Macro:
    """Return the macro that is stored as ``document``."""
    return Macro(**document)


def document_of(macro: Macro) -> dict[str, Any]:
    """Return what is stored of a macro."""
    return asdict(macro)


def faults_of(macro: Macro) -> dict[str, str]:
    """Return what is wrong with a macro by itself, by field.

    >>> faults_of(Macro("Nothing"))
    {'note': 'say what the macro does'}
    """
    faults: dict[str, str] = {}
    if not 0 < len(macro.name) <= 120:
        faults["name"] = "must have 1 to 120 characters"
    if macro.note_kind not in ("internal", "public"):
        faults["note_kind"] = "must be one of internal, public"
    if macro.assign not in ("", "me"):
        faults["assign"] = "must be one of me"
    does = (macro.note, macro.edits(0), macro.checklist, macro.state)
    if not any(does):
        faults["note"] = "say what the macro does"
    return faults
