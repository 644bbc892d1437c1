"""REST over precedence, overrides and who says what."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.items.reconciling import setting, words
from server.items.reconciling.schemas import (
    OverrideSchema,
    PrecedenceDraftSchema,
    PrecedenceSchema,
    PrecedenceTrialDraftSchema,
    PrecedenceTrialSchema,
    WhoSaysWhatSchema,
    WithdrawalQuerySchema,
    rule_document,
    trial_document,
    words_document,
)
from server.items.schemas import ItemSchema

reconciling = Blueprint(
    "reconciling",
    __name__,
    url_prefix=PREFIX,
    description="Whose word wins, attribute by attribute.",
)


@reconciling.route("/precedence-rules")
class Rules(MethodView):
    """Rules of precedence."""

    @reconciling.response(200, PrecedenceSchema(many=True))
    def get(self) -> Any:
        """List the rules that people set."""
        rows = setting.list_precedence(current_session(), current_actor())
        return [rule_document(row) for row in rows]

    @reconciling.arguments(PrecedenceDraftSchema)
    @reconciling.response(201, PrecedenceSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Let a rule hold; one for the same class and attribute is replaced."""
        session, actor = current_session(), current_actor()
        setting.list_precedence(session, actor)
        rule = setting.read_document(body)
        return rule_document(setting.set_precedence(session, actor, rule, current_time()))


@reconciling.route("/precedence-rules/<int:precedence_id>")
class OneRule(MethodView):
    """One rule."""

    @reconciling.response(204)
    def delete(self, precedence_id: int) -> None:
        """Take a rule back."""
        setting.withdraw_precedence(current_session(), current_actor(), precedence_id)


@reconciling.route("/precedence-trials")
class Trials(MethodView):
    """Dry runs."""

    @reconciling.arguments(PrecedenceTrialDraftSchema)
    @reconciling.response(200, PrecedenceTrialSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Tell what a rule would change among the 2,000 items seen last. Changes nothing."""
        session, actor = current_session(), current_actor()
        setting.list_precedence(session, actor)
        first = body.pop("first")
        rule = setting.source_first(first) if first else setting.read_document(body)
        return trial_document(setting.try_precedence(session, actor, rule, current_time()))


@reconciling.route("/items/<int:item_id>/words")
class Words(MethodView):
    """Who says what."""

    @reconciling.response(200, WhoSaysWhatSchema)
    def get(self, item_id: int) -> Any:
        """Return every source's word on every attribute, the winner first."""
        said = words.who_says_what(current_session(), current_actor(), item_id, current_time())
        return words_document(said)


@reconciling.route("/items/<int:item_id>/overrides")
class Overrides(MethodView):
    """People's words."""

    @reconciling.arguments(OverrideSchema)
    @reconciling.response(201, ItemSchema)
    def post(self, body: dict[str, Any], item_id: int) -> Any:
        """Let a person's word count, until a moment if one is given."""
        session, actor = current_session(), current_actor()
        return words.override(
            session, actor, item_id, body["values"], body["until"], current_time()
        )


@reconciling.route("/items/<int:item_id>/sources/<int:speaker_id>/words")
class SourceWords(MethodView):
    """What one source said of an item."""

    @reconciling.arguments(WithdrawalQuerySchema, location="query")
    @reconciling.response(200, ItemSchema)
    def delete(self, query: dict[str, Any], item_id: int, speaker_id: int) -> Any:
        """Forget what a source said, all of it or of some attributes."""
        session, actor, now = current_session(), current_actor(), current_time()
        named = tuple(query["attribute"])
        return words.take_words_back(session, actor, item_id, speaker_id, named, now)
