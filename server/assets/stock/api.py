"""REST over stock."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.assets.stock import queries
from server.assets.stock.actions import (
    ArticleDraft,
    MovementDraft,
    create_article,
    edit_article,
    move_stock,
)
from server.assets.stock.schemas import (
    StockArticleSchema,
    StockDraftSchema,
    StockEditSchema,
    StockMovementDraftSchema,
    StockMovementSchema,
    StockQuerySchema,
    article_document,
)
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_of, page_request
from server.foundation.paging import Page

stock = Blueprint("stock", __name__, url_prefix=PREFIX, description="Consumables in their places.")


@stock.route("/stock-articles")
class Articles(MethodView):
    """What lies in stock."""

    @stock.arguments(StockQuerySchema, location="query")
    @stock.response(200, page_of(StockArticleSchema, "StockArticlePage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List consumables by name."""
        asked = page_request(query)
        page = queries.list_articles(
            current_session(),
            current_actor(),
            query["q"],
            asked,
            place_id=query["place_id"],
            low_only=query["low"],
        )
        return Page([article_document(row) for row in page.rows], page.next_cursor)

    @stock.arguments(StockDraftSchema)
    @stock.response(201, StockArticleSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Write a consumable down, with how many there are."""
        session, actor, now = current_session(), current_actor(), current_time()
        return article_document(create_article(session, actor, ArticleDraft(**body), now))


@stock.route("/stock-articles/<int:stock_id>")
class OneArticle(MethodView):
    """One consumable."""

    @stock.response(200, StockArticleSchema)
    def get(self, stock_id: int) -> Any:
        """Return a consumable."""
        return article_document(queries.get_article(current_session(), current_actor(), stock_id))

    @stock.arguments(StockEditSchema)
    @stock.response(200, StockArticleSchema)
    def put(self, body: dict[str, Any], stock_id: int) -> Any:
        """Say anew what a consumable is called, where it lies and how many there should be."""
        draft = ArticleDraft(0, **body)
        return article_document(edit_article(current_session(), current_actor(), stock_id, draft))


@stock.route("/stock-articles/<int:stock_id>/movements")
class Movements(MethodView):
    """What was taken and put."""

    @stock.arguments(PageQuerySchema, location="query")
    @stock.response(200, page_of(StockMovementSchema, "StockMovementPage"))
    def get(self, query: dict[str, Any], stock_id: int) -> Any:
        """List what was taken and put, the latest first."""
        asked = page_request(query)
        page = queries.movements_of(current_session(), current_actor(), stock_id, asked)
        return Page([row.movement for row in page.rows], page.next_cursor)

    @stock.arguments(StockMovementDraftSchema)
    @stock.response(201, StockMovementSchema)
    def post(self, body: dict[str, Any], stock_id: int) -> Any:
        """Put or take some."""
        session, actor, now = current_session(), current_actor(), current_time()
        return move_stock(session, actor, stock_id, MovementDraft(**body), now)
