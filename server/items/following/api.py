"""REST over the items and services that one follows."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import fields

from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import StrictSchema
from server.items.following import keeping
from server.items.schemas import ItemRefSchema

following = Blueprint(
    "following", __name__, url_prefix=PREFIX, description="Items and services that one follows."
)


class WatchSchema(StrictSchema):
    """Whether one is told what happens to an item."""

    watched = fields.Boolean(required=True)


@following.route("/item-followings")
class Followings(MethodView):
    """What one follows."""

    @following.response(200, ItemRefSchema(many=True))
    def get(self) -> Any:
        """List one's own, by name."""
        return keeping.followed_items(current_session(), current_actor())


@following.route("/item-followings/<int:item_id>")
class OneFollowing(MethodView):
    """An item or a service that one follows."""

    @following.response(200, ItemRefSchema)
    def put(self, item_id: int) -> Any:
        """Follow it; again changes nothing."""
        return keeping.follow_item(current_session(), current_actor(), item_id, current_time())

    @following.response(204)
    def delete(self, item_id: int) -> None:
        """Follow it no longer."""
        keeping.unfollow_item(current_session(), current_actor(), item_id)


@following.route("/items/<int:item_id>/watch")
class Watching(MethodView):
    """Being told what happens to one item; the same as following it."""

    @following.response(200, WatchSchema)
    def get(self, item_id: int) -> Any:
        """Say whether one watches it."""
        watched = keeping.is_followed(current_session(), current_actor(), item_id)
        return {"watched": watched}

    @following.response(204)
    def put(self, item_id: int) -> None:
        """Watch it; again changes nothing."""
        keeping.follow_item(current_session(), current_actor(), item_id, current_time())

    @following.response(204)
    def delete(self, item_id: int) -> None:
        """Watch it no longer."""
        keeping.unfollow_item(current_session(), current_actor(), item_id)
