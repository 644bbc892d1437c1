"""REST over the fault tree of a problem, and over what people hold of its items."""

from typing import Any, cast

from flask.views import MethodView

from server.desk.problems.actions.judging import VerdictDraft, judge_item
from server.desk.problems.api.blueprint import problems
from server.desk.problems.queries.fault_tree import TreeQuestion, fault_tree_of
from server.desk.problems.queries.problems import find_problem
from server.desk.problems.queries.verdicts import verdicts_on
from server.desk.problems.schemas.fault_tree import (
    FaultTreeQuerySchema,
    FaultTreeSchema,
    ProblemVerdictDraftSchema,
    ProblemVerdictSchema,
    tree_document,
    verdict_rows,
)
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.items.impacts.hints import CHANGES, ChangeReader

_ONE = "/problems/<string:reference>"


@problems.route(f"{_ONE}/fault-tree")
class FaultTree(MethodView):
    """Why what a problem is about would be down."""

    @problems.arguments(FaultTreeQuerySchema, location="query")
    @problems.response(200, FaultTreeSchema)
    def get(self, query: dict[str, Any], reference: str) -> Any:
        """Return the fault tree of one of its items, with what is known of every event.

        Hard relations are or-gates, redundancy groups voting gates; cut sets are those of one and
        of two items. Computed on the whole graph; what is out of sight has no name.
        """
        answer = fault_tree_of(
            current_session(),
            current_actor(),
            reference,
            TreeQuestion(query["top"], query["depth"]),
            current_time(),
            cast("ChangeReader", installation().lent[CHANGES]),
        )
        return tree_document(answer)


@problems.route(f"{_ONE}/verdicts")
class ProblemVerdicts(MethodView):
    """What people hold of items' parts in a problem."""

    @problems.response(200, ProblemVerdictSchema(many=True))
    def get(self, reference: str) -> Any:
        """List all that was said of items in sight, oldest first; the newest of an item counts."""
        session, actor = current_session(), current_actor()
        row = find_problem(session, actor, reference)
        return verdict_rows(verdicts_on(session, actor, row.id))

    @problems.arguments(ProblemVerdictDraftSchema)
    @problems.response(201, ProblemVerdictSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Suspect an item, rule it out, or confirm it: then it is named the problem's cause."""
        draft = VerdictDraft(body["item_id"], body["verdict"], body["note"])
        return judge_item(current_session(), current_actor(), reference, draft, current_time())
