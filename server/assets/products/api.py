"""REST over models, and over how reliable items are."""

from typing import Any, cast

from flask.views import MethodView
from flask_smorest import Blueprint

from server.assets.products import queries
from server.assets.products.actions import ModelDraft, create_model, edit_model, pin_model
from server.assets.products.schemas import (
    ModelChoiceSchema,
    ModelDraftSchema,
    ModelOfItemSchema,
    ModelQuerySchema,
    ProductModelSchema,
    ReliabilitySchema,
    choice_document,
    model_document,
    reliability_document,
)
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import page_of, page_request
from server.foundation.paging import Page

products = Blueprint(
    "products", __name__, url_prefix=PREFIX, description="Models of makers, and what fails."
)


def failure_reader() -> queries.FailureReader:
    """Return the reader of failures that the desk lends."""
    return cast("queries.FailureReader", installation().lent[queries.FAILURES])


@products.route("/product-models")
class ProductModels(MethodView):
    """What many items are one of."""

    @products.arguments(ModelQuerySchema, location="query")
    @products.response(200, page_of(ProductModelSchema, "ProductModelPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List models by name: those written down, and those of which an item is in sight."""
        asked = page_request(query)
        session, actor = current_session(), current_actor()
        page = queries.list_models(session, actor, query["q"], query["vendor_id"], asked)
        return Page([model_document(row) for row in page.rows], page.next_cursor)

    @products.arguments(ModelDraftSchema)
    @products.response(201, ProductModelSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Write a model down."""
        draft = ModelDraft(**body)
        return model_document(
            create_model(current_session(), current_actor(), draft, current_time())
        )


@products.route("/product-models/<int:product_id>")
class OneProductModel(MethodView):
    """One model."""

    @products.response(200, ProductModelSchema)
    def get(self, product_id: int) -> Any:
        """Return a model."""
        return model_document(queries.get_model(current_session(), current_actor(), product_id))

    @products.arguments(ModelDraftSchema)
    @products.response(200, ProductModelSchema)
    def put(self, body: dict[str, Any], product_id: int) -> Any:
        """Say anew what a model is; its maker stays."""
        session, actor, now = current_session(), current_actor(), current_time()
        return model_document(edit_model(session, actor, product_id, ModelDraft(**body), now))


@products.route("/product-models/<int:product_id>/reliability")
class ReliabilityOfModel(MethodView):
    """How often the items of a model fail."""

    @products.response(200, ReliabilitySchema)
    def get(self, product_id: int) -> Any:
        """Return the failures of a model's items in sight, and the mean time between them."""
        session, actor, now = current_session(), current_actor(), current_time()
        queries.get_model(session, actor, product_id)
        reader = failure_reader()
        found = queries.reliability_of_model(session, actor, reader, product_id, now)
        return reliability_document(found)


@products.route("/items/<int:item_id>/product-model")
class ModelOfOneItem(MethodView):
    """Which model an item is one of."""

    @products.response(200, ModelOfItemSchema)
    def get(self, item_id: int) -> Any:
        """Return the model of an item, as its sources or a person say."""
        return choice_document(queries.model_of_item(current_session(), current_actor(), item_id))

    @products.arguments(ModelChoiceSchema)
    @products.response(200, ModelOfItemSchema)
    def put(self, body: dict[str, Any], item_id: int) -> Any:
        """Choose the model of an item, or let its sources say it again."""
        session, actor, now = current_session(), current_actor(), current_time()
        pin_model(session, actor, item_id, body["model_id"], now)
        return choice_document(queries.model_of_item(session, actor, item_id))


@products.route("/items/<int:item_id>/reliability")
class ReliabilityOfItem(MethodView):
    """How often an item fails."""

    @products.response(200, ReliabilitySchema)
    def get(self, item_id: int) -> Any:
        """Return the failures of an item, and the mean time between them."""
        session, actor, now = current_session(), current_actor(), current_time()
        reader = failure_reader()
        found = queries.reliability_of_item(session, actor, reader, item_id, now)
        return reliability_document(found)
