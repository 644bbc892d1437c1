"""An offering as a form shows it: what is asked, when, and what was typed so far."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmdb.model.values import label_of
from server.desk.catalogue.rules.conditions import shown_fields
from server.desk.catalogue.rules.offering import Condition, FormField, OfferingForm
from web.presenters.reader import Reader

#: What the name of an answer begins with on a form.
PREFIX = "answer-"
#: Shown where an offering names a drawing that our set does not have.
USUAL_ICON = "basket"

#: By field: the (value, text) of what was picked or sent already.
Chosen = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class AskedField:
    """A question as a form shows it.

    ``choices`` are (code, label); ``values`` what is typed or chosen; ``chosen`` the (value, text)
    of picked items, people and files. ``when`` is the condition as JSON, "" for none, ``when_text``
    the same in words; ``is_shown`` says whether it is asked now.
    """

    code: str
    sort: str
    label: str
    help: str
    required: bool
    values: tuple[str, ...]
    choices: tuple[tuple[str, str], ...] = ()
    chosen: tuple[tuple[str, str], ...] = ()
    when: str = ""
    when_text: str = ""
    is_shown: bool = True

    @property
    def name(self) -> str:
        """Return the name of its input."""
        return PREFIX + self.code

    @property
    def value(self) -> str:
        """Return what is typed, of a field that takes one value."""
        return self.values[0] if self.values else ""


def asked_fields(
    form: OfferingForm, typed: Mapping[str, Sequence[str]], chosen: Chosen, reader: Reader
) -> list[AskedField]:
    """Return the questions of an offering with what was ``typed``, by code."""
    shown = shown_fields(form, _so_far(form, typed))
    return [
        AskedField(
            code=field.code,
            sort=field.type,
            label=label_of(field.labels, reader.language),
            help=label_of(field.help, reader.language),
            required=field.required,
            values=tuple(typed.get(field.code, ())),
            choices=_choices(field, reader),
            chosen=tuple(chosen.get(field.code, ())),
            when=_condition(field.shown_when),
            when_text=_condition_text(form, field.shown_when, reader),
            is_shown=field.code in shown,
        )
        for field in form.fields
    ]


def _so_far(form: OfferingForm, typed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return what was answered to the questions that conditions ask."""
    found: dict[str, Any] = {}
    for field in form.fields:
        values = [value for value in typed.get(field.code, ()) if value]
        if not values:
            continue
        if field.type == "boolean":
            found[field.code] = values[0] == "true"
        else:
            found[field.code] = values if field.type == "choices" else values[0]
    return found


def _choices(field: FormField, reader: Reader) -> tuple[tuple[str, str], ...]:
    if field.type == "boolean":
        return (("true", reader.gettext("Yes")), ("false", reader.gettext("No")))
    labels = field.choices or {}
    return tuple((code, label_of(texts, reader.language)) for code, texts in labels.items())


def _condition(condition: Condition | None) -> str:
    if condition is None:
        return ""
    wanted = [plain(value) for value in condition.values]
    return json.dumps({"field": condition.field, "is": wanted})


def plain(value: Any) -> str:
    """Return a value of a condition as an input holds it.

    >>> plain(True), plain("linux")
    ('true', 'linux')
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


def _condition_text(form: OfferingForm, condition: Condition | None, reader: Reader) -> str:
    asked = form.field(condition.field) if condition else None
    if condition is None or asked is None:
        return ""
    labels = dict(_choices(asked, reader))
    values = ", ".join(labels.get(plain(one), plain(one)) for one in condition.values)
    sentence = reader.gettext("Only if “%(question)s” is: %(values)s")
    return sentence % {"question": label_of(asked.labels, reader.language), "values": values}


def given_answers(
    form: OfferingForm, typed: Mapping[str, Sequence[str]], files: Mapping[str, int]
) -> dict[str, Any]:
    """Return what was typed as ``read_answers`` takes it; ``files`` are ids by field."""
    found: dict[str, Any] = {}
    for field in form.fields:
        values = [value for value in typed.get(field.code, ()) if value.strip()]
        if field.type == "file":
            if field.code in files:
                found[field.code] = files[field.code]
        elif values:
            found[field.code] = values if field.type == "choices" else values[0]
    return found


def icon_of(name: str, known: Collection[str]) -> str:
    """Return a drawing of our set."""
    return name if name in known else USUAL_ICON
