"""What every schema of the REST interface shares."""

from datetime import UTC
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from server.foundation.paging import MAX_PAGE, PageRequest


class StrictSchema(Schema):
    """A body of our own interface: unknown fields are refused by name."""

    class Meta:
        """Refuse what is not declared."""

        unknown = RAISE


class Moment(fields.AwareDateTime):
    """An ISO 8601 moment; without a zone it is taken as UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="iso", default_timezone=UTC, **options)


class PageQuerySchema(StrictSchema):
    """The query parameters every list takes."""

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
