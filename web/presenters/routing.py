"""Routing rules on a form: which input stands for which condition, and rules in words."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from web.presenters.reader import Reader

#: An input of the form to the (field, test) it stands for; other conditions come over REST and
#: stay as they are.
SLOTS: Mapping[str, tuple[str, str]] = {
    "words": ("words", "any"),
    "not_words": ("words", "none"),
    "category": ("category", "any"),
    "kind": ("kind", "any"),
    "channel": ("channel", "any"),
    "item_class": ("item_class", "any"),
    "item": ("item", "any"),
    "service": ("service", "any"),
    "requester": ("requester", "any"),
    "requester_group": ("requester_group", "any"),
    "department": ("department", "any"),
    "site": ("site", "any"),
    "organisation": ("organisation", "any"),
}
#: Inputs into which several values are typed, with commas between them.
TYPED = ("words", "not_words", "department", "site")


def slot_values(conditions: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return what each input shows of a rule's conditions."""
    found: dict[str, list[str]] = {}
    for name, slot in SLOTS.items():
        for one in conditions:
            if (one["field"], one["test"]) == slot and name not in found:
                found[name] = list(one["values"])
    return found


def other_conditions(conditions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the conditions that no input shows."""
    seen: set[tuple[str, str]] = set()
    found = []
    for one in conditions:
        slot = (one["field"], one["test"])
        if slot in seen or slot not in SLOTS.values():
            found.append(one)
        seen.add(slot)
    return found


def given_conditions(given: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Return the conditions that a filled-in form asks for, an empty input asking nothing.

    >>> given_conditions({"words": ["vpn, wi-fi"], "kind": []})
    [{'field': 'words', 'test': 'any', 'values': ['vpn', 'wi-fi']}]
    """
    found = []
    for name, (field, test) in SLOTS.items():
        values = [one.strip() for text in given.get(name, ()) for one in _parts(name, text)]
        values = [one for one in values if one]
        if values:
            found.append({"field": field, "test": test, "values": values})
    return found


def _parts(name: str, text: str) -> list[str]:
    return text.split(",") if name in TYPED else [text]


def field_texts(reader: Reader) -> dict[str, str]:
    """Return the reader's words for what a condition asks about."""
    return {
        "kind": reader.gettext("Kind"),
        "category": reader.gettext("Category"),
        "channel": reader.gettext("Channel"),
        "urgency": reader.gettext("Urgency"),
        "impact": reader.gettext("Impact"),
        "priority": reader.gettext("Priority"),
        "organisation": reader.gettext("Organisation"),
        "requester": reader.gettext("Requester"),
        "requester_group": reader.gettext("Requester's group"),
        "department": reader.gettext("Department"),
        "site": reader.gettext("Site"),
        "item": reader.gettext("Affected item"),
        "item_class": reader.gettext("Class of an affected item"),
        "service": reader.gettext("Service that suffers"),
        "tier": reader.gettext("Tier"),
        "words": reader.gettext("Words"),
    }


def condition_text(condition: Mapping[str, Any], values: Sequence[str], reader: Reader) -> str:
    """Return a condition in words; ``values`` are its values as the reader knows them."""
    field = field_texts(reader).get(condition["field"], condition["field"])
    told = {"field": field, "values": ", ".join(values)}
    if condition["test"] == "none":
        return reader.gettext("%(field)s: none of %(values)s") % told
    if condition["test"] == "all":
        return reader.gettext("%(field)s: all of %(values)s") % told
    return f"{field}: {told['values']}"


def line_texts(reader: Reader) -> list[tuple[str, str]]:
    """Return (code, words) of the lines of support."""
    return [
        ("1", reader.gettext("First line")),
        ("1.5", reader.gettext("Line 1.5")),
        ("2", reader.gettext("Second line")),
        ("3", reader.gettext("Third line")),
        ("supplier", reader.gettext("Supplier")),
    ]


def assignment_texts(reader: Reader) -> list[tuple[str, str]]:
    """Return (code, words) of the ways in which a group's tickets find somebody."""
    return [
        ("none", reader.gettext("Nobody by itself")),
        ("round_robin", reader.gettext("One after the other")),
        ("least_loaded", reader.gettext("Who has the fewest open tickets")),
        ("skilled", reader.gettext("Who is ablest at what the ticket wants")),
    ]


def passed_text(why: str, detail: str, reader: Reader) -> str:
    """Return why a turn passes somebody over; ``detail`` is the skill that they lack."""
    told = {
        "absent": reader.gettext("absent"),
        "no_shift": reader.gettext("no shift now"),
        "away": reader.gettext("away"),
        "busy": reader.gettext("busy"),
        "not_seen": reader.gettext("not seen lately"),
        "skill": reader.gettext("lacks %(skill)s") % {"skill": detail},
        "full": reader.gettext("has enough already"),
    }
    return told.get(why, why)


def day_texts(reader: Reader) -> list[tuple[str, str]]:
    """Return (code, words) of the days of a week, Monday first."""
    return [
        ("mon", reader.gettext("Monday")),
        ("tue", reader.gettext("Tuesday")),
        ("wed", reader.gettext("Wednesday")),
        ("thu", reader.gettext("Thursday")),
        ("fri", reader.gettext("Friday")),
        ("sat", reader.gettext("Saturday")),
        ("sun", reader.gettext("Sunday")),
    ]


def weeks_given(text: str) -> list[int] | None:
    """Return the weeks that somebody typed, counted from 0; None: they work none of them.

    Raises ``ValueError`` for what is no list of numbers.

    >>> weeks_given("1, 3"), weeks_given("*"), weeks_given(" ")
    ([0, 2], [], None)
    """
    if not text.strip():
        return None
    if text.strip() == "*":
        return []
    return [int(part) - 1 for part in text.split(",")]


def weeks_shown(weeks: Collection[int], count: int) -> str:
    """Return weeks as ``weeks_given`` reads them, of ``count`` of the rota.

    >>> weeks_shown({0, 2}, 3), weeks_shown({0, 1}, 2)
    ('1, 3', '*')
    """
    return "*" if len(weeks) >= count else ", ".join(str(one + 1) for one in sorted(weeks))
