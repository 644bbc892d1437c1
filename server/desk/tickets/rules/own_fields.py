"""A ticket's own fields: what a category asks for, checked and put into one form for storing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from server.desk.catalogue.rules.values import read_date, read_number, read_text, read_truth
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
        return read_text(raw, _LONGEST[field.type], one_line=field.type == "line")
    if field.type == "choice":
        known = isinstance(raw, str) and raw in field.choices
        return (raw, "") if known else (None, _one_of(field))
    if field.type == "yes_no":
        return read_truth(raw)
    if field.type == "number":
        return read_number(raw)
    return _moment(raw) if field.type == "moment" else read_date(raw)


def _moment(raw: Any) -> tuple[Any, str]:
    try:
        read = datetime.fromisoformat(raw)
        aware = read if read.tzinfo else read.replace(tzinfo=UTC)
        return aware.astimezone(UTC).isoformat(), ""
    except (TypeError, ValueError, OverflowError):
        return None, "must be a moment, as 2026-03-02T09:00Z"


def _one_of(field: Field) -> str:
    return f"must be one of {', '.join(field.choices)}"
