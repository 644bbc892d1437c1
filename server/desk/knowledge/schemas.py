"""The wire format of articles."""

from typing import Any

from marshmallow import fields, validate

from server.desk.knowledge.actions import BODY_LENGTH, ArticleDraft
from server.desk.knowledge.rules.suggesting import AUDIENCES, STATES
from server.foundation.edge.fields import Line, Passage
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema, page_of


class ArticleDraftSchema(StrictSchema):
    """An article; another title or text makes another version."""

    title = Line(longest=255, shortest=1, required=True)
    body = Passage(longest=BODY_LENGTH, required=True)
    audience = fields.String(load_default="agents", validate=validate.OneOf(AUDIENCES))
    state = fields.String(load_default="draft", validate=validate.OneOf(STATES))
    class_code = Line(longest=60, load_default="")
    model = Line(longest=200, load_default="")
    review_at = Moment(load_default=None, allow_none=True)


class ArticleSchema(StrictSchema):
    """An article as it stands."""

    id = fields.Integer(required=True)
    title = fields.String(required=True)
    body = fields.String(required=True)
    audience = fields.String(required=True)
    state = fields.String(required=True)
    class_code = fields.String(required=True)
    model = fields.String(required=True)
    problem_id = fields.Integer(required=True, allow_none=True)
    review_at = Moment(required=True, allow_none=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    version = fields.Integer(required=True)


ArticlePage = page_of(ArticleSchema, "ArticlePage")


class ArticleQuerySchema(PageQuerySchema):
    """Which articles; every word of ``q`` must be in one, whatever its ending."""

    q = Line(longest=200, load_default="")
    state = fields.String(load_default="", validate=validate.OneOf(["", *STATES]))
    audience = fields.String(load_default="", validate=validate.OneOf(["", *AUDIENCES]))


class ArticleVersionSchema(StrictSchema):
    """What an article said in one of its versions."""

    version = fields.Integer(required=True)
    title = fields.String(required=True)
    body = fields.String(required=True)
    at = Moment(required=True)
    person_id = fields.Integer(required=True, allow_none=True)


class ArticleSuggestionQuerySchema(StrictSchema):
    """What somebody types, and about which item."""

    from_text = True

    text = Line(longest=400, load_default="")
    item_id = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(min=1, max=2**63 - 1)
    )


def article_draft(body: dict[str, Any]) -> ArticleDraft:
    """Return the article that a body describes."""
    return ArticleDraft(**body)
