"""REST over orders: placing them, deciding about them, doing what they ask for."""

from io import BytesIO
from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.desk.ordering import queries, schemas
from server.desk.ordering.actions.asking import ask_instead
from server.desk.ordering.actions.deciding import decide_order, withdraw_order
from server.desk.ordering.actions.filing import keep_file
from server.desk.ordering.actions.fulfilling import do_task
from server.desk.ordering.actions.placing import place_order
from server.desk.tickets.actions.attaching import Upload
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import page_of, page_request
from server.foundation.paging import Page
from server.foundation.storage import attachments_at

ordering = Blueprint(
    "ordering", __name__, url_prefix=PREFIX, description="Orders of what the catalogue offers."
)

_ONE = "/orders/<string:reference>"


@ordering.route("/offerings/<string:offering>/orders")
class Placing(MethodView):
    """Something is ordered."""

    @ordering.arguments(schemas.OrderDraftSchema)
    @ordering.response(201, schemas.WholeOrderSchema)
    def post(self, body: dict[str, Any], offering: str) -> Any:
        """Order what is offered; faults stand under ``answers.<code of the question>``."""
        session, actor = current_session(), current_actor()
        draft = schemas.order_draft(body)
        order = place_order(session, actor, offering, draft, current_time())
        return _whole(order.ticket_id)


@ordering.route("/orders")
class Orders(MethodView):
    """Orders in sight."""

    @ordering.arguments(schemas.OrderQuerySchema, location="query")
    @ordering.response(200, page_of(schemas.OrderSchema, "OrderPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List orders, the newest first; ``deciding``: those that wait for the caller's word."""
        names = ("state", "mine", "offering", "deciding")
        wanted = queries.OrderFilter(**{name: query[name] for name in names})
        actor = current_actor()
        page = queries.list_orders(current_session(), actor, wanted, page_request(query))
        rows = [schemas.order_document(row, actor.language) for row in page.rows]
        return Page(rows, page.next_cursor)


@ordering.route(_ONE)
class OneOrder(MethodView):
    """One order."""

    @ordering.response(200, schemas.WholeOrderSchema)
    def get(self, reference: str) -> Any:
        """Return an order with its answers, who was asked, and its tasks."""
        return _whole(reference)


@ordering.route(f"{_ONE}/decision")
class Decision(MethodView):
    """Somebody who was asked answers."""

    @ordering.arguments(schemas.OrderDecisionSchema)
    @ordering.response(200, schemas.WholeOrderSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Agree to an order, or refuse it and say why."""
        session, actor, now = current_session(), current_actor(), current_time()
        decide_order(session, actor, reference, body["decision"], body["comment"], now)
        return _whole(reference)


@ordering.route(f"{_ONE}/withdrawal")
class Withdrawal(MethodView):
    """An order is taken back."""

    @ordering.arguments(schemas.OrderWithdrawalSchema)
    @ordering.response(200, schemas.WholeOrderSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Take back what one asked for, while it waits for somebody's word."""
        session, actor, now = current_session(), current_actor(), current_time()
        withdraw_order(session, actor, reference, body["reason"], now)
        return _whole(reference)


@ordering.route(f"{_ONE}/approver")
class Approver(MethodView):
    """Somebody else is asked."""

    @ordering.arguments(schemas.OrderApproverSchema)
    @ordering.response(200, schemas.WholeOrderSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Ask somebody in the place of all who have not answered in the present step."""
        session, actor, now = current_session(), current_actor(), current_time()
        ask_instead(session, actor, reference, body["person_id"], now)
        return _whole(reference)


@ordering.route(f"{_ONE}/tasks/<string:task>")
class OneOrderTask(MethodView):
    """A task of an order."""

    @ordering.arguments(schemas.OrderTaskDoneSchema)
    @ordering.response(200, schemas.WholeOrderSchema)
    def post(self, body: dict[str, Any], reference: str, task: str) -> Any:
        """Say that a task is done, and which item was handed over where it hands one over."""
        session, actor, now = current_session(), current_actor(), current_time()
        do_task(session, actor, reference, task, now, body["item_id"])
        return _whole(reference)


@ordering.route("/order-files")
class OrderFiles(MethodView):
    """Files for answers."""

    @ordering.arguments(schemas.OrderUploadSchema)
    @ordering.response(201, schemas.OrderFileSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Keep a file for some hours, until an order names it in an answer."""
        settings = installation().settings
        upload = Upload(
            body["file_name"], BytesIO(body["content"]), settings.max_attachment_megabytes * 2**20
        )
        storage = attachments_at(settings.home)
        return schemas.file_document(
            keep_file(current_session(), current_actor(), storage, upload, current_time())
        )


def _whole(reference: str | int) -> dict[str, Any]:
    session, actor = current_session(), current_actor()
    page = queries.order_page(session, actor, reference)
    return schemas.whole_order_document(page, actor.language)
