"""Reading the questions of a form, with every fault under the place where it stands."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.desk.catalogue.rules.conditions import circles
from server.desk.catalogue.rules.gathering import HELP, SHORT, Reading
from server.desk.catalogue.rules.offering import (
    DECIDING,
    FIELD_TYPES,
    MOST_FIELDS,
    Condition,
    FormField,
    Labels,
)

_MOST_CHOICES = 100

_FIELD = (
    "code",
    "type",
    "labels",
    "help",
    "required",
    "choices",
    "class_code",
    "mine",
    "shown_when",
)


def read_fields(reading: Reading, data: Any) -> list[FormField]:
    """Return the questions of a form; what they say of each other is looked at too."""
    fields = reading.list(data, "fields", MOST_FIELDS, _field)
    _check_fields(reading, fields)
    return fields


def _field(reading: Reading, data: Any, place: str) -> FormField:
    given = reading.table(data, place, _FIELD)
    sort = reading.one_of(given.get("type"), f"{place}.type", FIELD_TYPES)
    class_code = reading.line(given.get("class_code", ""), f"{place}.class_code")
    mine = reading.flag(given, "mine", place, absent=False)
    if (class_code or mine) and sort != "item":
        reading.faults[f"{place}.{'class_code' if class_code else 'mine'}"] = (
            "narrows a question of the type item only"
        )
    return FormField(
        code=reading.code(given.get("code"), f"{place}.code"),
        type=sort,
        labels=reading.labels(given.get("labels"), f"{place}.labels", SHORT, needed=True),
        help=reading.labels(given.get("help"), f"{place}.help", HELP),
        required=reading.flag(given, "required", place, absent=False),
        choices=_choices(reading, given.get("choices"), f"{place}.choices", sort),
        class_code=class_code,
        mine=mine,
        shown_when=_condition(reading, given.get("shown_when"), f"{place}.shown_when"),
    )


def _choices(reading: Reading, data: Any, place: str, sort: str) -> Mapping[str, Labels] | None:
    if sort not in ("choice", "choices"):
        if data:
            reading.faults[place] = "belong to a question of the type choice or choices"
        return None
    if not isinstance(data, Mapping) or not 0 < len(data) <= _MOST_CHOICES:
        reading.faults[place] = f"must be a table of 1 to {_MOST_CHOICES} choices"
        return {}
    found = {}
    for code, labels in data.items():
        here = f"{place}.{code}"[:200]
        reading.code(code, here)
        found[str(code)] = reading.labels(labels, here, SHORT, needed=True)
    return found


def _condition(reading: Reading, data: Any, place: str) -> Condition | None:
    if data is None:
        return None
    given = reading.table(data, place, ("field", "is"))
    field = reading.code(given.get("field"), f"{place}.field")
    values = given.get("is")
    if not isinstance(values, list) or not 0 < len(values) <= _MOST_CHOICES:
        reading.faults[f"{place}.is"] = "must be a list of values"
        values = []
    kept = tuple(one for one in values if isinstance(one, str | bool))
    if len(kept) < len(values):
        reading.faults[f"{place}.is"] = "must be codes of choices, or true or false"
    return Condition(field, kept)


def _check_fields(reading: Reading, fields: Sequence[FormField]) -> None:
    """Look at what questions say of each other."""
    known = {field.code: field for field in reversed(fields) if field.code}
    for number, field in enumerate(fields):
        place = f"fields.{number}"
        if field.code and known[field.code] is not field:
            reading.faults[f"{place}.code"] = "is taken by another question"
        if field.shown_when is not None:
            _check_condition(reading, field.shown_when, known, f"{place}.shown_when")
    rests = {f.code: f.shown_when.field for f in known.values() if f.shown_when}
    turning = circles({code: rests.get(code, "") for code in known})
    for number, field in enumerate(fields):
        if field.code in turning:
            told = "waits in a circle for itself"
            reading.faults.setdefault(f"fields.{number}.shown_when.field", told)


def _check_condition(
    reading: Reading, condition: Condition, known: Mapping[str, FormField], place: str
) -> None:
    other = known.get(condition.field)
    if not condition.field:
        return
    if other is None:
        reading.faults[f"{place}.field"] = f"there is no question {condition.field}"
    elif other.type not in DECIDING:
        reading.faults[f"{place}.field"] = "must be a question of the type " + ", ".join(DECIDING)
    else:
        allowed: tuple[Any, ...] = tuple(other.choices or (True, False))
        strange = [one for one in condition.values if one not in allowed]
        if strange:
            told = ", ".join(str(one).lower() for one in allowed)
            reading.faults[f"{place}.is"] = f"{strange[0]} is not one of {told}"[:500]
