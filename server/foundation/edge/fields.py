"""Fields that the bodies and queries of every feature share."""

import base64
import binascii
import unicodedata
from typing import Any

from marshmallow import ValidationError, fields, validate

from server.foundation.edge.identifiers import LARGEST_ID


class Line(fields.String):
    """One line of text, without surrounding space or control characters."""

    def __init__(self, *, longest: int = 200, shortest: int = 0, **options: Any) -> None:
        super().__init__(validate=validate.Length(min=shortest, max=longest), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options).strip()
        if any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
            raise ValidationError("must not hold control characters")
        return text


class Passage(fields.String):
    """Text as it was given, in characters that a database can hold."""

    def __init__(self, *, longest: int, **options: Any) -> None:
        super().__init__(validate=validate.Length(max=longest), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        if any(char == "\0" or unicodedata.category(char) == "Cs" for char in text):
            raise ValidationError("must not hold control characters")
        return text


class Code(Line):
    """A short name for machines: lower-case letters, digits, hyphens and underscores."""

    def __init__(self, **options: Any) -> None:
        super().__init__(longest=60, **options)
        self.validators.append(
            validate.Regexp(
                # Anchored as other languages read it; ``Line`` has stripped a line's end.
                r"^[a-z0-9][a-z0-9_-]*$",
                error="must be lower-case letters, digits, - and _",
            )
        )


class Identifier(fields.Integer):
    """The id of a row."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(min=1, max=LARGEST_ID), **options)


class QueryIdentifier(fields.Integer):
    """The id of a row in a query string, where everything is text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=validate.Range(min=1, max=LARGEST_ID), **options)


class Base64(fields.String):
    """Bytes as base64 text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValidationError("must be base64") from error
