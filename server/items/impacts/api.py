"""REST over the impact engine."""

from typing import Any

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.document import LOOKS_UP
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.edge.rest import PREFIX
from server.items.impacts.answering import answer_question
from server.items.impacts.encoding import answer_text
from server.items.impacts.questions import ImpactQuestion
from server.items.impacts.schemas import (
    ImpactAnswerSchema,
    ImpactQuestionSchema,
    ImpactWishSchema,
    impact_question,
)
from server.items.queries import get_item, require_items

impacts = Blueprint("impact", __name__, url_prefix=PREFIX, description="What suffers, and why.")


@impacts.route("/impact")
class Impact(MethodView):
    """What would suffer."""

    @impacts.doc(**LOOKS_UP)
    @impacts.arguments(ImpactQuestionSchema)
    @impacts.response(200, ImpactAnswerSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Compute what suffers when the named items fail together. Changes nothing."""
        question = impact_question(body, body["failed"])
        require_items(current_session(), current_actor(), question.failed)
        return _answer(question)


@impacts.route("/items/<int:item_id>/impact")
class ItemImpact(MethodView):
    """What suffers when one item fails."""

    @impacts.arguments(ImpactWishSchema, location="query")
    @impacts.response(200, ImpactAnswerSchema)
    def get(self, query: dict[str, Any], item_id: int) -> Any:
        """Compute what suffers when this item fails."""
        get_item(current_session(), current_actor(), item_id)
        return _answer(impact_question(query, [item_id]))


def _answer(question: ImpactQuestion) -> Response:
    answer = answer_question(current_session(), current_actor(), question)
    return Response(answer_text(answer), mimetype="application/json")
