"""REST over identity: questions that wait, why an item is what it is, merging and splitting."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.conditional import check_version
from server.foundation.edge.document import CHECKS_VERSION
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_of, page_request
from server.items.identity import junk, merging, queries, reviewing
from server.items.identity.explaining import explain_identity
from server.items.identity.schemas import (
    AnswerSchema,
    ExemptDraftSchema,
    ExemptSchema,
    IdentityActSchema,
    IdentitySchema,
    JunkDraftSchema,
    JunkListSchema,
    JunkSchema,
    MergePreviewSchema,
    MergeSchema,
    OtherQuerySchema,
    ReviewSchema,
    ReviewViewSchema,
    SplitPreviewSchema,
    SplitSchema,
    evidence_in,
    identity_document,
    merge_document,
    review_document,
    split_document,
)
from server.items.queries import get_item

identity = Blueprint(
    "identity",
    __name__,
    url_prefix=PREFIX,
    description="Which item is meant: questions, merges, splits, junk values.",
)


@identity.route("/identity-reviews")
class Reviews(MethodView):
    """Observations that fit several items."""

    @identity.arguments(PageQuerySchema, location="query")
    @identity.response(200, page_of(ReviewSchema, "ReviewPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List the questions that wait for the asker, oldest first."""
        return queries.open_reviews(current_session(), current_actor(), page_request(query))


@identity.route("/identity-reviews/<int:review_id>")
class OneReview(MethodView):
    """One question."""

    @identity.response(200, ReviewViewSchema)
    def get(self, review_id: int) -> Any:
        """Return a question with its candidates, weighed on what is known now."""
        view = queries.review_of(current_session(), current_actor(), review_id, current_time())
        return review_document(view)

    @identity.arguments(AnswerSchema)
    @identity.response(200, ReviewSchema)
    def post(self, body: dict[str, Any], review_id: int) -> Any:
        """Decide it; what was reported lands then. Decided twice is a conflict."""
        given = reviewing.Answer(**body)
        return reviewing.answer_review(
            current_session(), current_actor(), review_id, given, current_time()
        )


@identity.route("/items/<int:item_id>/identity")
class ItemIdentity(MethodView):
    """Why an item is one item."""

    @identity.response(200, IdentitySchema)
    def get(self, item_id: int) -> Any:
        """Return its evidence with weights, its sources, and what people decided."""
        return identity_document(explain_identity(current_session(), current_actor(), item_id))


@identity.route("/items/<int:item_id>/merge")
class Merge(MethodView):
    """Another item turns out to be this one."""

    @identity.arguments(OtherQuerySchema, location="query")
    @identity.response(200, MergePreviewSchema)
    def get(self, query: dict[str, Any], item_id: int) -> Any:
        """Return what merging another item into this one would do."""
        session, actor = current_session(), current_actor()
        other_id, now = query["other_id"], current_time()
        return merge_document(merging.preview_merge(session, actor, item_id, other_id, now))

    @identity.doc(**CHECKS_VERSION)
    @identity.arguments(MergeSchema)
    @identity.response(201, IdentityActSchema)
    def post(self, body: dict[str, Any], item_id: int) -> Any:
        """Merge another item into this one."""
        session, actor, now = current_session(), current_actor(), current_time()
        check_version(get_item(session, actor, item_id, lock=True).version)
        other_id, version = body["other_id"], body["other_version"]
        return merging.merge_items(session, actor, item_id, other_id, now, version)


@identity.route("/items/<int:item_id>/split")
class Split(MethodView):
    """This item turns out to be two."""

    @identity.doc(**CHECKS_VERSION)
    @identity.arguments(SplitSchema)
    @identity.response(201, IdentityActSchema)
    def post(self, body: dict[str, Any], item_id: int) -> Any:
        """Make what some sources said an item of its own."""
        session, actor = current_session(), current_actor()
        check_version(get_item(session, actor, item_id, lock=True).version)
        wanted = (body["source_ids"], evidence_in(body))
        return merging.split_item(session, actor, item_id, *wanted, current_time())


@identity.route("/items/<int:item_id>/split-preview")
class SplitQuestion(MethodView):
    """What a split would do."""

    @identity.arguments(SplitSchema)
    @identity.response(200, SplitPreviewSchema)
    def post(self, body: dict[str, Any], item_id: int) -> Any:
        """Return what a split would do. Changes nothing."""
        session, actor = current_session(), current_actor()
        wanted = (body["source_ids"], evidence_in(body))
        return split_document(
            merging.preview_split(session, actor, item_id, *wanted, current_time())
        )


@identity.route("/identity-acts/<int:act_id>")
class OneAct(MethodView):
    """A merge or a split."""

    @identity.response(200, IdentityActSchema)
    def get(self, act_id: int) -> Any:
        """Return it."""
        return merging.find_act(current_session(), current_actor(), act_id)


@identity.route("/identity-acts/<int:act_id>/undo")
class Undo(MethodView):
    """Taking a merge or a split back."""

    @identity.response(200, IdentityActSchema)
    def post(self, act_id: int) -> Any:
        """Undo it; what was added since stays with the item it was added to."""
        return merging.undo_act(current_session(), current_actor(), act_id, current_time())


@identity.route("/junk-values")
class JunkValues(MethodView):
    """Values that identify nobody."""

    @identity.response(200, JunkListSchema)
    def get(self) -> Any:
        """Return the shipped list and what administrators added."""
        session, actor = current_session(), current_actor()
        own, exempt = junk.list_junk(session, actor), junk.list_exempt(session, actor)
        return {"shipped": junk.shipped_junk(), "own": own, "exempt": exempt}

    @identity.arguments(JunkDraftSchema)
    @identity.response(201, JunkSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Declare a value junk."""
        draft = junk.JunkDraft(**body)
        return junk.add_junk(current_session(), current_actor(), draft, current_time())


@identity.route("/junk-exemptions")
class JunkExemptions(MethodView):
    """Values of the shipped lists that identify after all."""

    @identity.arguments(ExemptDraftSchema)
    @identity.response(201, ExemptSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Take a value off a shipped list; deleting it from the junk values puts it back."""
        draft = junk.JunkDraft(**body)
        return junk.exempt_junk(current_session(), current_actor(), draft, current_time())


@identity.route("/junk-values/<int:junk_id>")
class OneJunkValue(MethodView):
    """One value that was added, or taken off a shipped list."""

    @identity.response(204)
    def delete(self, junk_id: int) -> None:
        """Let an added value identify again; put one taken off back on its list."""
        junk.remove_junk(current_session(), current_actor(), junk_id)
