"""What people typed, checked by the same schemas as what programs send."""

from collections.abc import Collection, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields

from cmdb.errors import InvalidValue
from web.pages.frame import whole


def read_form(
    schema: Schema, form: Mapping[str, str], ticks: Collection[str] = ()
) -> dict[str, Any]:
    """Return what ``schema`` makes of the fields that were on the form.

    ``ticks`` are boxes: a browser leaves them out when they are empty. Raises ``InvalidValue``
    naming each field that is wrong.
    """
    given: dict[str, Any] = {name: name in form for name in ticks}
    for name, field in schema.fields.items():
        if name in form and name not in given:
            given |= _given(name, field, form[name].strip())
    try:
        values: dict[str, Any] = schema.load(given)
    except ValidationError as error:
        raise InvalidValue(_faults(error)) from error
    return values


def _given(name: str, field: fields.Field[Any], text: str) -> dict[str, Any]:
    if not isinstance(field, fields.Integer):
        return {name: text}
    number = whole(text)
    if number is None and not text:
        return {} if field.required else {name: None}
    return {name: text if number is None else number}


def _faults(error: ValidationError) -> dict[str, str]:
    messages = error.messages if isinstance(error.messages, dict) else {"": error.messages}
    return {str(name): _line(texts) for name, texts in messages.items()}


def _line(texts: Any) -> str:
    if isinstance(texts, dict):
        return " ".join(_line(inner) for inner in texts.values())
    return " ".join(str(text) for text in texts) if isinstance(texts, list) else str(texts)
