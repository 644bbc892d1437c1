"""REST over articles."""

from dataclasses import replace
from typing import Any

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint

from server.desk.knowledge import actions, queries
from server.desk.knowledge.models import KnowledgeArticle
from server.desk.knowledge.schemas import (
    ArticleDraftSchema,
    ArticlePage,
    ArticleQuerySchema,
    ArticleSchema,
    ArticleSuggestionQuerySchema,
    ArticleVersionSchema,
    article_draft,
)
from server.foundation.edge.conditional import check_version, with_etag
from server.foundation.edge.document import CHECKS_VERSION, READS_VERSION
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import page_request
from server.foundation.permissions import Permission

knowledge = Blueprint(
    "knowledge", __name__, url_prefix=PREFIX, description="Articles that solve what came before."
)


def _answer(row: KnowledgeArticle, status: int = 200) -> Response:
    return with_etag(ArticleSchema, row, row.edition, status)


@knowledge.route("/articles")
class Articles(MethodView):
    """Every article that is the caller's to read."""

    @knowledge.arguments(ArticleQuerySchema, location="query")
    @knowledge.response(200, ArticlePage)
    def get(self, query: dict[str, Any]) -> Any:
        """List articles, the last changed first unless sorted by title or updated_at."""
        actor = current_actor()
        actor.require(Permission.TICKET_OPEN)
        page = page_request(query)
        wanted = queries.ArticleFilter(query["q"], query["state"], query["audience"])
        found = queries.list_articles(current_session(), actor, wanted, page)
        return {"rows": found.rows, "next_cursor": found.next_cursor}

    @knowledge.arguments(ArticleDraftSchema)
    @knowledge.response(201, ArticleSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Write an article."""
        draft = article_draft(body)
        row = actions.write_article(current_session(), current_actor(), draft, current_time())
        return _answer(row, 201)


@knowledge.route("/articles/suggestions")
class Suggestions(MethodView):
    """What may solve it."""

    @knowledge.arguments(ArticleSuggestionQuerySchema, location="query")
    @knowledge.response(200, ArticleSchema(many=True))
    def get(self, query: dict[str, Any]) -> Any:
        """Return the published articles that fit a text and an item best."""
        actor = current_actor()
        actor.require(Permission.TICKET_OPEN)
        ids = [query["item_id"]] if query["item_id"] is not None else []
        return queries.suggest_articles(current_session(), actor, query["text"], ids)


@knowledge.route("/articles/<int:article_id>")
class OneArticle(MethodView):
    """One article."""

    @knowledge.doc(**READS_VERSION)
    @knowledge.response(200, ArticleSchema)
    def get(self, article_id: int) -> Any:
        """Return an article; its ETag serves If-Match."""
        return _answer(queries.find_article(current_session(), current_actor(), article_id))

    @knowledge.doc(**CHECKS_VERSION)
    @knowledge.arguments(ArticleDraftSchema)
    @knowledge.response(200, ArticleSchema)
    def put(self, body: dict[str, Any], article_id: int) -> Any:
        """Write an article anew; with If-Match only what was read last."""
        session, actor = current_session(), current_actor()
        row = actions.lock_article(session, actor, article_id)
        check_version(row.edition)
        # The known error that it belongs to is named on its page; writing anew takes it off none.
        draft = replace(article_draft(body), problem_id=row.problem_id)
        return _answer(actions.change_article(session, actor, article_id, draft, current_time()))


@knowledge.route("/articles/<int:article_id>/versions")
class Versions(MethodView):
    """What an article said before."""

    @knowledge.response(200, ArticleVersionSchema(many=True))
    def get(self, article_id: int) -> Any:
        """List its versions, the newest first."""
        return queries.versions_of(current_session(), current_actor(), article_id)
