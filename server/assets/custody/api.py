"""REST over who has what."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.assets.custody import queries
from server.assets.custody.actions import answer_custody, give_item, take_back
from server.assets.custody.schemas import (
    CustodyAnswerSchema,
    CustodyConflictSchema,
    CustodyEndSchema,
    CustodyQuerySchema,
    CustodySchema,
    GivingSchema,
    conflict_document,
    custody_document,
)
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_of, page_request
from server.foundation.paging import Page

custody = Blueprint("custody", __name__, url_prefix=PREFIX, description="Items in people's hands.")


@custody.route("/custody")
class Custodies(MethodView):
    """Who has or had what."""

    @custody.arguments(CustodyQuerySchema, location="query")
    @custody.response(200, page_of(CustodySchema, "CustodyPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List who has or had items in sight, and what was given to oneself; the latest first."""
        asked = page_request(query)
        page = queries.list_custody(
            current_session(),
            current_actor(),
            asked,
            person_id=query["person_id"],
            item_id=query["item_id"],
            open_only=query["open"],
        )
        return Page([custody_document(row) for row in page.rows], page.next_cursor)


@custody.route("/custody-conflicts")
class CustodyConflicts(MethodView):
    """Custody against observation."""

    @custody.arguments(PageQuerySchema, location="query")
    @custody.response(200, page_of(CustodyConflictSchema, "CustodyConflictPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List what does not fit; a page looks at ``limit`` items and tells those that do not."""
        asked = page_request(query)
        page = queries.list_conflicts(current_session(), current_actor(), asked, current_time())
        return Page([conflict_document(row) for row in page.rows], page.next_cursor)


@custody.route("/items/<int:item_id>/custody")
class Giving(MethodView):
    """An item is given away."""

    @custody.arguments(GivingSchema)
    @custody.response(201, CustodySchema)
    def post(self, body: dict[str, Any], item_id: int) -> Any:
        """Give an item to a person, who is asked to confirm that they have it."""
        session, actor, now = current_session(), current_actor(), current_time()
        return custody_document(
            give_item(session, actor, item_id, body["person_id"], body["note"], now)
        )


@custody.route("/custody/<int:custody_id>")
class OneCustody(MethodView):
    """An item in somebody's hands."""

    @custody.response(200, CustodySchema)
    def get(self, custody_id: int) -> Any:
        """Return who has or had an item."""
        row = queries.get_custody(current_session(), current_actor(), custody_id)
        return custody_document(row)


@custody.route("/custody/<int:custody_id>/answer")
class CustodyAnswer(MethodView):
    """What the person says to it."""

    @custody.arguments(CustodyAnswerSchema)
    @custody.response(200, CustodySchema)
    def post(self, body: dict[str, Any], custody_id: int) -> Any:
        """Say that one has what was given to oneself, or that one has not, and why."""
        session, actor, now = current_session(), current_actor(), current_time()
        return custody_document(answer_custody(session, actor, custody_id, **body, now=now))


@custody.route("/custody/<int:custody_id>/return")
class CustodyReturn(MethodView):
    """An item comes back."""

    @custody.arguments(CustodyEndSchema)
    @custody.response(200, CustodySchema)
    def post(self, body: dict[str, Any], custody_id: int) -> Any:
        """Say that an item has come back."""
        session, actor, now = current_session(), current_actor(), current_time()
        return custody_document(take_back(session, actor, custody_id, body["note"], now))
