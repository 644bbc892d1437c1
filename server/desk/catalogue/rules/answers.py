"""Reading what somebody answered to an offering's form."""

from collections.abc import Mapping
from typing import Any

from cmdb.errors import Conflict
from server.desk.catalogue.rules.conditions import shown_fields
from server.desk.catalogue.rules.offering import FormField, OfferingForm
from server.desk.catalogue.rules.values import (
    read_date,
    read_id,
    read_number,
    read_text,
    read_truth,
)

_LONGEST, _LONGEST_LINE = 20_000, 500


class OfferingWithdrawn(Conflict):
    """What somebody filled in is the form of a version that is no longer offered."""

    def __init__(self, code: str, version: int) -> None:
        self.code, self.version = code, version
        super().__init__(
            f"version {version} of {code} is no longer offered; read the form again and repeat"
        )


def read_answers(
    form: OfferingForm, given: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return (answers as they are stored, faults by the code of the question).

    Only what is shown is kept and asked for. Whether an item, a person or a file is there is for
    others to say. A truth that is shown and was not answered is false.
    """
    known = {field.code: field for field in form.fields}
    read = {code: _read(field, given.get(code)) for code, field in known.items()}
    values = {code: value for code, (value, _fault) in read.items() if value is not None}
    shown = shown_fields(form, values)
    faults = {code: "is not asked for" for code in given if code not in known}
    kept: dict[str, Any] = {}
    for field in form.fields:
        if field.code not in shown:
            continue
        value, fault = read[field.code]
        value, fault = (value, fault) if fault else _whole(field, value)
        if fault:
            faults[field.code] = fault
        elif value is not None:
            kept[field.code] = value
    return kept, faults


def _whole(field: FormField, value: Any) -> tuple[Any, str]:
    """Return what is kept of a question that is shown, and whether that is enough."""
    if field.type == "boolean":
        ticked = bool(value)
        return ticked, "must be ticked" if field.required and not ticked else ""
    return value, "must not be empty" if field.required and value is None else ""


def _read(field: FormField, raw: Any) -> tuple[Any, str]:
    if raw is None or raw in ("", []):
        return None, ""
    if field.type == "choices":
        return _chosen(field, raw)
    if field.type == "choice":
        known = isinstance(raw, str) and raw in (field.choices or {})
        return (raw, "") if known else (None, _one_of(field))
    if field.type in ("text", "long_text"):
        one_line = field.type == "text"
        text, fault = read_text(raw, _LONGEST_LINE if one_line else _LONGEST, one_line=one_line)
        return text or None, fault
    plain = {"number": read_number, "date": read_date, "boolean": read_truth}
    return plain.get(field.type, read_id)(raw)


def _chosen(field: FormField, raw: Any) -> tuple[Any, str]:
    """Return the chosen codes in the order of the form."""
    choices = field.choices or {}
    asked = [raw] if isinstance(raw, str) else raw
    if not isinstance(asked, list) or not all(isinstance(one, str) for one in asked):
        return None, "must be a list of choices"
    if any(one not in choices for one in asked):
        return None, _one_of(field)
    return [code for code in choices if code in asked], ""


def _one_of(field: FormField) -> str:
    return f"must be one of {', '.join(field.choices or {})}"
