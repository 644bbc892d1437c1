"""A ticket's own fields: what a category asks for, checked and put into one form for storing."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from server.desk.tickets.rules.vocabulary import Field, Words

#: The ticket's own time, which has a column of its own.
OCCURRED_AT = "occurred_at"
_LONGEST = {"line": 500, "text": 20_000}


def check_fields(
    words: Words, category: str, given: Mapping[str, Any], *, complete: bool = True
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return (values as they are stored, faults by field) of what came for a category's fields.

    Empty values are left out. With ``complete`` the fields that the category needs must be there.

    >>> from server.desk.tickets.rules.words import shipped_words
    >>> check_fields(shipped_words(), "software", {"error_text": " Disk full ", "colour": "red"})
    ({'error_text': 'Disk full'}, {'colour': 'the category software does not ask for it'})
    """
    asked = {field.code: field for field in words.fields_of(category) if field.code != OCCURRED_AT}
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for code, raw in given.items():
        field = asked.get(code)
        if field is None:
            faults[code] = f"the category {category or 'that is not chosen'} does not ask for it"
            continue
        value, fault = _read(field, raw)
        if fault:
            faults[code] = fault
        elif value not in (None, ""):
            values[code] = value
    known = words.categories.get(category)
    if complete and known is not None:
        missing = known.required - set(values) - set(faults) - {OCCURRED_AT}
        faults |= dict.fromkeys(sorted(missing), "must not be empty")
    return values, faults


def needs_moment(words: Words, category: str) -> bool:
    """Say whether the category must be told when it happened."""
    known = words.categories.get(category)
    return known is not None and OCCURRED_AT in known.required


def _read(field: Field, raw: Any) -> tuple[Any, str]:
    if raw is None or raw == "":
        return None, ""
    if field.type in _LONGEST:
        return _text(field, raw)
    if field.type == "choice":
        return (raw, "") if raw in field.choices else (None, _one_of(field))
    if field.type == "yes_no":
        return _truth(raw)
    if field.type == "number":
        return _number(raw)
    return _time(field, raw)


def _text(field: Field, raw: Any) -> tuple[Any, str]:
    if not isinstance(raw, str):
        return None, "must be text"
    text = raw.strip().replace("\r\n", "\n")
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text):
        return None, "must not hold control characters"
    if field.type == "line" and "\n" in text:
        return None, "must be one line"
    longest = _LONGEST[field.type]
    return (text, "") if len(text) <= longest else (None, f"must not be longer than {longest}")


def _truth(raw: Any) -> tuple[Any, str]:
    known = {True: True, False: False, "true": True, "false": False}
    try:
        return known[raw], ""
    except (KeyError, TypeError):
        return None, "must be true or false"


def _number(raw: Any) -> tuple[Any, str]:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None, "must be a number"
    try:
        number = float(raw)
    except ValueError:
        return None, "must be a number"
    if not -1e15 < number < 1e15:
        return None, "must be a number"
    return (int(number) if number == int(number) else number), ""


def _time(field: Field, raw: Any) -> tuple[Any, str]:
    moment = field.type == "moment"
    fault = "must be a moment, as 2026-03-02T09:00Z" if moment else "must be a date, as 2026-03-02"
    if not isinstance(raw, str):
        return None, fault
    try:
        if not moment:
            return date.fromisoformat(raw).isoformat(), ""
        read = datetime.fromisoformat(raw)
        aware = read if read.tzinfo else read.replace(tzinfo=UTC)
        return aware.astimezone(UTC).isoformat(), ""
    except (ValueError, OverflowError):
        return None, fault


def _one_of(field: Field) -> str:
    return f"must be one of {', '.join(field.choices)}"
