"""REST over everything that may be found by words."""

from typing import Any

from flask.views import MethodView
from marshmallow import fields, validate

from server.desk.workspace.api.blueprint import workspace
from server.desk.workspace.queries.searching import KINDS, search_everywhere
from server.foundation.edge.fields import Line
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.edge.schemas import StrictSchema


class SearchQuerySchema(StrictSchema):
    """What is looked for, of which kinds (all without one), and how many of each are told."""

    from_text = True

    q = Line(longest=200, shortest=1, required=True)
    kind = fields.List(fields.String(validate=validate.OneOf(KINDS)), load_default=list)
    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=100))


class SearchHitSchema(StrictSchema):
    """Something that was found; ``reference`` is what people call it, "" where it has none."""

    kind = fields.String(required=True)
    id = fields.Integer(required=True)
    reference = fields.String(required=True)
    title = fields.String(required=True)


class SearchAnswerSchema(StrictSchema):
    """What was found, best first within each kind.

    Of tickets the newest ``tickets_examined`` that fit were ranked; ``tickets_more``: there are
    older ones besides.
    """

    rows = fields.List(fields.Nested(SearchHitSchema), required=True)
    tickets_examined = fields.Integer(required=True)
    tickets_more = fields.Boolean(required=True)


@workspace.route("/search")
class Search(MethodView):
    """Everything in sight."""

    @workspace.arguments(SearchQuerySchema, location="query")
    @workspace.response(200, SearchAnswerSchema)
    def get(self, query: dict[str, Any]) -> Any:
        """Find tickets, items, documents, people and articles by words, whatever their endings."""
        kinds = query["kind"] or KINDS
        return search_everywhere(
            current_session(), current_actor(), query["q"], kinds, query["limit"]
        )
