"""What every schema of the REST interface shares."""

from collections.abc import Mapping
from datetime import UTC
from functools import cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate

from server.foundation.edge.characters import faults_in
from server.foundation.edge.identifiers import LARGEST_ID
from server.foundation.paging import MAX_PAGE, PageRequest


@cache
def schema_of(kind: type[Schema]) -> Schema:
    """Return the schema of a kind, put together once: that takes longer than most bodies to read.

    A schema keeps nothing of what it has read or written, so threads share it.
    """
    return kind()


class StrictSchema(Schema):
    """A body or query of our own interface: unknown fields are refused by name.

    Text no database can hold and numbers beyond 64 bits are refused too, at any depth. In a body a
    number is a number and a truth a truth; in a query string (``from_text``) all is text.
    """

    #: Whether values come as text, as they do in a query string.
    from_text = False

    class Meta:
        """Refuse what is not declared."""

        unknown = RAISE

    @pre_load
    def refuse_unstorable(self, data: Any, **_options: Any) -> Any:
        """Raise ``ValidationError`` for what cannot be stored."""
        faults = faults_in(data)
        if not self.from_text and isinstance(data, Mapping):
            faults |= wrong_types(self.load_fields, data)
        if faults:
            raise ValidationError(faults)
        return data

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:  # noqa: ARG002 - a hook
        """Give whole numbers that have no bounds those of a database; marshmallow calls this."""
        inner = field_obj.inner if isinstance(field_obj, fields.List) else field_obj
        if isinstance(inner, fields.Integer) and not _is_bounded(inner):
            inner.validators.append(validate.Range(min=-LARGEST_ID - 1, max=LARGEST_ID))


def wrong_types(known: Mapping[str, fields.Field[Any]], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what in ``body`` is of another JSON type than its field; marshmallow would convert."""
    found: dict[str, Any] = {}
    for name, field in known.items():
        told = field.data_key or name
        if body.get(told) is None:
            continue
        if isinstance(field, fields.List):
            if not isinstance(body[told], list):
                found[told] = ["Not a valid list."]
                continue
            inner = {str(n): field.inner for n in range(len(body[told]))}
            if deeper := wrong_types(inner, {str(n): one for n, one in enumerate(body[told])}):
                found[told] = deeper
        elif not _is_of_its_type(field, body[told]):
            found[told] = [field.error_messages["invalid"]]
    return found


def _is_of_its_type(field: fields.Field[Any], value: object) -> bool:
    if isinstance(field, fields.Boolean):
        return isinstance(value, bool)
    if isinstance(field, fields.Integer):
        return isinstance(value, int) and not isinstance(value, bool)
    if isinstance(field, fields.Float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return True


def _is_bounded(field: fields.Field[Any]) -> bool:
    return any(isinstance(one, validate.Range | validate.OneOf) for one in field.validators)


class Moment(fields.AwareDateTime):
    """An ISO 8601 moment; without a zone it is taken as UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="iso", default_timezone=UTC, **options)


class PageQuerySchema(StrictSchema):
    """The query parameters every list takes."""

    from_text = True

    sort = fields.String(
        load_default="", metadata={"description": "Field to sort by; a leading - reverses."}
    )
    cursor = fields.String(
        load_default="", metadata={"description": "next_cursor of the page before."}
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MAX_PAGE))


class ProblemFieldSchema(Schema):
    """One refused field."""

    field = fields.String(required=True)
    message = fields.String(required=True)


class ProblemSchema(Schema):
    """RFC 9457 problem details."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    errors = fields.List(fields.Nested(ProblemFieldSchema))
    request_id = fields.String()


def page_request(query: dict[str, Any]) -> PageRequest:
    """Take the paging parameters out of ``query`` and return them; filters stay behind."""
    return PageRequest(query.pop("sort"), query.pop("cursor"), query.pop("limit"))


def page_of(row_schema: type[Schema], name: str) -> type[Schema]:
    """Return the schema of a page of ``row_schema``, named for the OpenAPI document."""
    return Schema.from_dict(
        {
            "rows": fields.List(fields.Nested(row_schema), required=True),
            "next_cursor": fields.String(required=True, allow_none=True),
        },
        name=name,
    )
