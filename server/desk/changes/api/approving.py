"""REST over who approves: rounds, rules, deputies, many at once."""

from typing import Any

from flask.views import MethodView

from server.desk.changes import actions, queries
from server.desk.changes.api.blueprint import changes
from server.desk.changes.schemas import (
    AnsweredSchema,
    ApprovalDeputyDraftSchema,
    ApprovalDeputySchema,
    ApprovalRoundSchema,
    ApprovalRuleDraftSchema,
    ApprovalRuleSchema,
    ManyDecisionsSchema,
    answered_rows,
    deputy_draft,
    many_decisions,
    round_rows,
    rule_draft,
)
from server.foundation.edge.requests import current_actor, current_session, current_time


@changes.route("/changes/<string:reference>/rounds")
class ChangeRounds(MethodView):
    """What exactly was put before those who approve."""

    @changes.response(200, ApprovalRoundSchema(many=True))
    def get(self, reference: str) -> Any:
        """List the rounds, the latest first: digest, impact as it was then, what voided it."""
        session, actor = current_session(), current_actor()
        rows = queries.rounds_of(session, actor, reference)
        return round_rows(actor, rows)


@changes.route("/change-decisions")
class ManyDecisions(MethodView):
    """One decision about several changes."""

    @changes.arguments(ManyDecisionsSchema)
    @changes.response(200, AnsweredSchema(many=True))
    def post(self, body: dict[str, Any]) -> Any:
        """Approve or reject several; each is answered for itself, and one refusal stops none."""
        session, actor = current_session(), current_actor()
        named, given = many_decisions(body)
        return answered_rows(actions.decide_many(session, actor, named, given, current_time()))


@changes.route("/approval-rules")
class ApprovalRules(MethodView):
    """Reasons for which somebody must approve."""

    @changes.response(200, ApprovalRuleSchema(many=True))
    def get(self) -> Any:
        """List the rules in sight."""
        return queries.list_rules(current_session(), current_actor())

    @changes.arguments(ApprovalRuleDraftSchema)
    @changes.response(201, ApprovalRuleSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Let a rule count for every round to come."""
        session, actor = current_session(), current_actor()
        return actions.add_rule(session, actor, rule_draft(body), current_time())


@changes.route("/approval-rules/<int:approval_rule_id>")
class OneApprovalRule(MethodView):
    """One rule."""

    @changes.response(204)
    def delete(self, approval_rule_id: int) -> None:
        """Take a rule away; rounds that run keep what they demanded."""
        actions.remove_rule(current_session(), current_actor(), approval_rule_id)


@changes.route("/approval-deputies")
class Deputies(MethodView):
    """Who approves in whose place."""

    @changes.response(200, ApprovalDeputySchema(many=True))
    def get(self) -> Any:
        """List one's own deputies and whom one stands for; all with `change:approve`."""
        return queries.list_deputies(current_session(), current_actor(), current_time())

    @changes.arguments(ApprovalDeputyDraftSchema)
    @changes.response(201, ApprovalDeputySchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Name a deputy for some time."""
        session, actor = current_session(), current_actor()
        return actions.name_deputy(session, actor, deputy_draft(body), current_time())


@changes.route("/approval-deputies/<int:deputy_id>")
class OneDeputy(MethodView):
    """One deputy."""

    @changes.response(204)
    def delete(self, deputy_id: int) -> None:
        """Take the deputy's say away at once."""
        actions.dismiss_deputy(current_session(), current_actor(), deputy_id)
