"""REST over all that one asked to be told of."""

from typing import Any

from flask.views import MethodView
from marshmallow import fields

from server.desk.workspace.api.blueprint import workspace
from server.desk.workspace.queries import watched_by
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.edge.schemas import StrictSchema
from server.items.schemas import ItemRefSchema


class WatchedTicketSchema(StrictSchema):
    """A ticket that one follows."""

    reference = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)


class WatchedViewSchema(StrictSchema):
    """A view that one watches; ``kind`` says of what it is a list."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    query = fields.String(required=True)


class WatchedSchema(StrictSchema):
    """What one is told of; of tickets the latest 200, open ones first."""

    items = fields.List(fields.Nested(ItemRefSchema), required=True)
    tickets = fields.List(fields.Nested(WatchedTicketSchema), required=True)
    views = fields.List(fields.Nested(WatchedViewSchema), required=True)


@workspace.route("/watching")
class Watching(MethodView):
    """What one is told of."""

    @workspace.response(200, WatchedSchema)
    def get(self) -> Any:
        """List the items, tickets and views that one watches and may see."""
        return watched_by(current_session(), current_actor())
