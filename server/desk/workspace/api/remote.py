"""REST over the ways to take over a machine."""

from typing import Any

from flask.views import MethodView
from marshmallow import fields

from server.desk.tickets.queries.remote import remote_links
from server.desk.workspace.api.blueprint import workspace
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.edge.schemas import StrictSchema
from server.items.queries import get_item


class RemoteLinkSchema(StrictSchema):
    """A remote-control link of an item; ``code`` is that of the template it was made of."""

    code = fields.String(required=True)
    labels = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    url = fields.String(required=True)


@workspace.route("/items/<int:item_id>/remote-links")
class RemoteLinks(MethodView):
    """How an item is taken over."""

    @workspace.response(200, RemoteLinkSchema(many=True))
    def get(self, item_id: int) -> Any:
        """List the links of an item's class for which the item has what they ask for."""
        session = current_session()
        item = get_item(session, current_actor(), item_id)
        found = remote_links(session, [item]).get(item.id, [])
        return [{"code": one.code, "labels": one.labels, "url": url} for one, url in found]
