"""REST over people who left with something in their hands."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from server.foundation.edge.requests import current_actor, current_session
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_of, page_request
from server.items.leavers import list_leavers

leavers = Blueprint(
    "leavers", __name__, url_prefix=PREFIX, description="Who left, and what they still hold."
)


class HoldingSchema(Schema):
    """An item somebody still stands to."""

    item_id = fields.Integer(required=True)
    name = fields.String(required=True)
    class_code = fields.String(required=True)
    role = fields.String(required=True)


class LeaverSchema(Schema):
    """Somebody inactive, and the first fifty items they stand to."""

    person_id = fields.Integer(required=True)
    display_name = fields.String(required=True)
    holdings = fields.List(fields.Nested(HoldingSchema), required=True)


@leavers.route("/leavers")
class Leavers(MethodView):
    """People who are inactive and still stand to items."""

    @leavers.arguments(PageQuerySchema, location="query")
    @leavers.response(200, page_of(LeaverSchema, "LeaverPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List who left with equipment or ownership still theirs."""
        return list_leavers(current_session(), current_actor(), page_request(query))
