"""Values of items as people read them: labels from the model, units, dates, choices."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cmdb.model import Attribute, Model
from cmdb.vocabulary import ClassCode
from web.presenters import sizes, times
from web.presenters.reader import Reader


@dataclass(frozen=True)
class Shown:
    """A value in the reader's words; ``exact`` is what stands behind it, for the hover."""

    text: str
    exact: str | None = None


def show_value(attribute: Attribute | None, value: Any, reader: Reader) -> Shown:
    """Return one stored value as the reader should see it."""
    if value is None or value in ("", []):
        return Shown("")
    if isinstance(value, list):
        return Shown(", ".join(show_value(attribute, part, reader).text for part in value))
    if isinstance(value, bool):
        return Shown(reader.gettext("yes") if value else reader.gettext("no"))
    if attribute is None:
        return Shown(str(value))
    return _typed(attribute, value, reader)


def _typed(attribute: Attribute, value: Any, reader: Reader) -> Shown:
    if attribute.choices:
        return Shown(_choice(attribute, value, reader.language))
    if attribute.unit == "B" and isinstance(value, int):
        return Shown(sizes.byte_size(value, reader), sizes.exact_bytes(value, reader))
    kind = str(attribute.type)
    if kind == "datetime":
        return _moment(value, reader)
    if kind == "date":
        return Shown(times.day(date.fromisoformat(str(value)), reader))
    if isinstance(value, dict):
        return Shown(" ".join(str(part) for part in value.values()))
    unit = f" {attribute.unit}" if attribute.unit else ""
    return Shown(f"{value}{unit}")


def _moment(value: Any, reader: Reader) -> Shown:
    moment = datetime.fromisoformat(str(value))
    return Shown(times.relative_time(moment, reader), times.exact_time(moment, reader))


def _choice(attribute: Attribute, value: Any, language: str) -> str:
    for choice in attribute.choices or ():
        if choice.code == value:
            return str(choice.labels.get(language) or choice.labels["en"])
    return str(value)


def value_options(attribute: Attribute, reader: Reader) -> list[tuple[str, str]]:
    """Return (what a form sends, its name) of an attribute that is chosen; empty for typed ones."""
    if str(attribute.type) == "boolean" and not attribute.is_list:
        return [("yes", reader.gettext("yes")), ("no", reader.gettext("no"))]
    if attribute.is_list:
        return []
    return [
        (choice.code, _choice(attribute, choice.code, reader.language))
        for choice in attribute.choices or ()
    ]


def class_label(model: Model, code: str, language: str) -> str:
    """Return the name of a class in a language; the code itself for an unknown one."""
    found = model.find_class(ClassCode(code))
    return model.label(found, language) if found else code
