"""A ticket's own fields on a form and on the page: what is typed, and what is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from server.desk.tickets.rules.vocabulary import Field
from web.presenters.reader import Reader
from web.presenters.tickets import Wording
from web.presenters.times import day, exact_time

#: What the name of an own field begins with on a form.
PREFIX = "own-"
OCCURRED_AT = "occurred_at"


@dataclass(frozen=True)
class FieldInput:
    """An own field as a form shows it; ``sort`` is the field's type."""

    name: str
    label: str
    sort: str
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False


def inputs_of(
    wording: Wording, category: str, stored: Mapping[str, Any], reader: Reader
) -> list[FieldInput]:
    """Return the inputs of a category's fields; ``stored`` holds values as they are stored."""
    known = wording.words.categories.get(category)
    required = known.required if known else frozenset()
    return [
        FieldInput(
            PREFIX + field.code,
            wording.field(field),
            field.type,
            _typed(field, stored.get(field.code), reader),
            tuple(_choices(wording, field, reader)),
            field.code in required,
        )
        for field in wording.words.fields_of(category)
    ]


def _choices(wording: Wording, field: Field, reader: Reader) -> list[tuple[str, str]]:
    if field.type == "yes_no":
        return [("true", reader.gettext("Yes")), ("false", reader.gettext("No"))]
    return wording.field_choices(field)


def _typed(field: Field, value: Any, reader: Reader) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if field.type == "moment":
        moment = _moment(value)
        return moment.astimezone(reader.zone).strftime("%Y-%m-%dT%H:%M") if moment else str(value)
    return str(value)


def given_fields(form: Mapping[str, str], reader: Reader) -> tuple[dict[str, Any], datetime | None]:
    """Return (own fields as a program would send them, when it happened) of a form.

    A moment is typed in the reader's own zone. What cannot be read is passed on as it is, so that
    it is refused by name.
    """
    values = {
        name.removeprefix(PREFIX): text.strip()
        for name, text in form.items()
        if name.startswith(PREFIX)
    }
    occurred = values.pop(OCCURRED_AT, "")
    told = {code: _with_zone(text, reader) for code, text in values.items()}
    moment = _moment(_with_zone(occurred, reader)) if occurred else None
    return told, moment


def _with_zone(text: str, reader: Reader) -> str:
    if "T" not in text:
        return text
    moment = _moment(text)
    if moment is None or moment.tzinfo is not None:
        return text
    return moment.replace(tzinfo=reader.zone).isoformat()


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None


def shown_fields(
    wording: Wording, category: str, stored: Mapping[str, Any], reader: Reader
) -> list[tuple[str, str]]:
    """Return (label, text) of the own fields that hold something.

    Values under codes that the category no longer asks for are shown under their code.
    """
    known = {field.code: field for field in wording.words.fields_of(category)}
    found = []
    for code, value in stored.items():
        field = known.get(code)
        label = wording.field(field) if field else code
        found.append((label, _told(wording, field, value, reader)))
    return found


def _told(wording: Wording, field: Field | None, value: Any, reader: Reader) -> str:
    if isinstance(value, bool):
        return reader.gettext("Yes") if value else reader.gettext("No")
    if field is None:
        return str(value)
    if field.type == "choice":
        return dict(wording.field_choices(field)).get(str(value), str(value))
    moment = _moment(value) if field.type in {"moment", "date"} else None
    if moment is None:
        return str(value)
    if field.type == "date":
        return day(date(moment.year, moment.month, moment.day), reader)
    return exact_time(moment, reader)
