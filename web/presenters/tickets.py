"""Tickets in the reader's words: states, lists to choose from, priorities and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.desk.tickets.rules.words import Field, Labels, Words
from web.presenters.reader import Reader

_STATE_TONES = {
    "new": "accent",
    "in_progress": "accent",
    "waiting": "warn",
    "resolved": "good",
}
_PRIORITY_TONES = {1: "bad", 2: "warn", 3: "accent"}


@dataclass(frozen=True)
class Wording:
    """The desk's words in one language; a code that is not known stands for itself."""

    words: Words
    language: str

    def state(self, code: str) -> str:
        """Return the name of a state."""
        found = self.words.states.get(code)
        return self._label(found.labels if found else {}, code)

    def state_tone(self, code: str) -> str:
        """Return the tone of the pill that shows a state."""
        return _STATE_TONES.get(code, "neutral")

    def kind(self, code: str) -> str:
        """Return the name of a kind of ticket."""
        found = self.words.kinds.get(code)
        return self._label(found.labels if found else {}, code)

    def urgency(self, code: str) -> str:
        """Return the name of an urgency."""
        return self._label(self.words.urgencies.get(code, {}), code)

    def impact(self, code: str) -> str:
        """Return the name of an impact."""
        return self._label(self.words.impacts.get(code, {}), code)

    def category(self, code: str) -> str:
        """Return the name of a category."""
        found = self.words.categories.get(code)
        if found is None:
            return code
        name = self._label(found.labels, code)
        return (
            f"{self.category(found.parent)} \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} {name}"
            if found.parent
            else name
        )

    def field(self, field: Field) -> str:
        """Return the name of a ticket's own field."""
        return self._label(field.labels, field.code)

    def field_choices(self, field: Field) -> list[tuple[str, str]]:
        """Return (code, label) of what one chooses from in a field."""
        return [(code, self._label(labels, code)) for code, labels in field.choices.items()]

    def channel(self, code: str) -> str:
        """Return the name of a channel."""
        return self._label(self.words.channels.get(code, {}), code)

    def resolution(self, code: str) -> str:
        """Return the name of a way in which a ticket was resolved."""
        return self._label(self.words.resolutions.get(code, {}), code)

    def priority(self, number: int) -> str:
        """Return the name of a priority."""
        return self._label(self.words.priorities.get(number, {}), f"P{number}")

    def priority_tone(self, number: int) -> str:
        """Return the tone of the pill that shows a priority."""
        return _PRIORITY_TONES.get(number, "neutral")

    def choices(self, name: str) -> list[tuple[str, str]]:
        """Return (code, label) of a list of ``LISTS``, in the order in which people choose."""
        table: Mapping[Any, Any] = getattr(self.words, LISTS[name])
        return [(str(code), getattr(self, name)(code)) for code in table]

    def _label(self, labels: Labels, code: str) -> str:
        return labels.get(self.language) or labels.get("en") or code


#: A field of a ticket to the list its values come from.
LISTS: Mapping[str, str] = {
    "state": "states",
    "kind": "kinds",
    "urgency": "urgencies",
    "impact": "impacts",
    "category": "categories",
    "channel": "channels",
    "resolution": "resolutions",
    "priority": "priorities",
}


@dataclass(frozen=True)
class Reach:
    """What the graph says a ticket reaches, as far as its reader may count it."""

    services: int = 0
    worst_tier: int | None = None
    people: int = 0


def reach_text(reach: Reach | None, reader: Reader) -> str:
    """Say where an impact comes from; None: the graph has spoken, but not to this reader."""
    if reach is None:
        return reader.gettext("from the graph")
    if not reach.services:
        return reader.gettext("from the graph: no service suffers")
    text = reader.ngettext(
        "from the graph: %(num)d service", "from the graph: %(num)d services", reach.services
    ) % {"num": reach.services}
    if reach.worst_tier is None:
        return text
    return f"{text}, " + reader.gettext("up to tier %(tier)s") % {"tier": reach.worst_tier}


def priority_reason(ticket: Any, reach: Reach | None, wording: Wording, reader: Reader) -> str:
    """Say in one sentence why a ticket has its priority."""
    if ticket.ruled_priority:
        return reader.gettext("set by a rule of routing")
    if ticket.impact_overridden:
        told = {
            "reason": ticket.impact_reason,
            "impact": wording.impact(ticket.suggested_impact),
        }
        return reader.gettext("by hand: %(reason)s; the graph says %(impact)s") % told
    if not wording.words.is_failure(ticket.kind):
        return reader.gettext("from its urgency: nothing has failed")
    return reach_text(reach, reader)


def priority_sum(ticket: Any, wording: Wording, reader: Reader) -> str:
    """Say which impact and urgency make the priority; for the hover."""
    parts = {
        "impact": wording.impact(ticket.impact),
        "urgency": wording.urgency(ticket.urgency),
    }
    return reader.gettext("Impact: %(impact)s · Urgency: %(urgency)s") % parts
