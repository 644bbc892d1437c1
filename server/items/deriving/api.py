"""REST over derivation: its rules, why a relation is there, and saying no to one."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.document import LOOKS_UP
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_of, page_request
from server.items.deriving import changing, verdicts
from server.items.deriving.explaining import explain_relation
from server.items.deriving.schemas import (
    CorrectionSchema,
    ExplanationSchema,
    JobAskedSchema,
    NamedVerdictSchema,
    NewRuleSchema,
    RejectionSchema,
    RuleDocumentSchema,
    StandingRuleSchema,
    TrialSchema,
    VerdictSchema,
    explanation_document,
    standing_document,
    trial_document,
)
from server.items.deriving.trial import try_rule
from server.items.schemas import RelationSchema, relation_draft

derivation = Blueprint(
    "derivation",
    __name__,
    url_prefix=PREFIX,
    description="Relations derived from what was seen, and the rules they follow.",
)


@derivation.route("/derivation-rules")
class Rules(MethodView):
    """The rules of derivation."""

    @derivation.response(200, StandingRuleSchema(many=True))
    def get(self) -> Any:
        """List every rule, working or not, the shipped ones first."""
        rules = changing.list_rules(current_session(), current_actor())
        return [standing_document(one) for one in rules]

    @derivation.arguments(NewRuleSchema)
    @derivation.response(201, StandingRuleSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Add a rule of one's own; its relations are derived in the background."""
        session, actor = current_session(), current_actor()
        changing.list_rules(session, actor)
        rule = changing.read_document(body.pop("code"), body)
        return standing_document(changing.add_rule(session, actor, rule, current_time()))


@derivation.route("/derivation-rules/<string:code>")
class OneRule(MethodView):
    """One rule."""

    @derivation.response(200, StandingRuleSchema)
    def get(self, code: str) -> Any:
        """Return one rule."""
        return standing_document(changing.get_rule(current_session(), current_actor(), code))

    @derivation.arguments(RuleDocumentSchema)
    @derivation.response(200, StandingRuleSchema)
    def put(self, body: dict[str, Any], code: str) -> Any:
        """Change a rule, a shipped one too; its relations are derived anew in the background."""
        session, actor = current_session(), current_actor()
        changing.get_rule(session, actor, code)
        rule = changing.read_document(code, body)
        return standing_document(changing.change_rule(session, actor, rule, current_time()))

    @derivation.response(204)
    def delete(self, code: str) -> None:
        """Take back a rule of one's own, or what was made of a shipped one."""
        changing.withdraw_rule(current_session(), current_actor(), code)


@derivation.route("/derivation-trials")
class Trials(MethodView):
    """Dry runs of rules."""

    @derivation.arguments(NewRuleSchema)
    @derivation.response(200, TrialSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Tell what a rule would derive, keep and take away now. Changes nothing."""
        session, actor = current_session(), current_actor()
        changing.list_rules(session, actor)
        rule = changing.read_document(body.pop("code"), body)
        return trial_document(try_rule(session, actor, rule, current_time()))


@derivation.route("/derivation-runs")
class Runs(MethodView):
    """Looks at the whole register."""

    @derivation.response(202, JobAskedSchema)
    def post(self) -> Any:
        """Carry out all rules over everything, in the background."""
        return {"job_id": changing.run_rules(current_session(), current_actor())}


@derivation.route("/relations/<int:relation_id>/explanation")
class Explanations(MethodView):
    """Why a relation is there."""

    @derivation.response(200, ExplanationSchema)
    def get(self, relation_id: int) -> Any:
        """Tell which rule derived a relation, from which evidence, and until when it lasts."""
        return explanation_document(
            explain_relation(current_session(), current_actor(), relation_id)
        )


@derivation.route("/relations/<int:relation_id>/rejection")
class Rejections(MethodView):
    """Saying no to a derived relation."""

    @derivation.arguments(RejectionSchema)
    @derivation.response(201, VerdictSchema)
    def post(self, body: dict[str, Any], relation_id: int) -> Any:
        """End a derived relation, and derive it no more until that is taken back."""
        session, actor = current_session(), current_actor()
        return verdicts.reject_relation(session, actor, relation_id, current_time(), body["note"])


@derivation.route("/relations/<int:relation_id>/correction")
class Corrections(MethodView):
    """Putting right what was derived."""

    @derivation.doc(**LOOKS_UP)
    @derivation.arguments(CorrectionSchema)
    @derivation.response(201, RelationSchema)
    def post(self, body: dict[str, Any], relation_id: int) -> Any:
        """Put a relation by hand between the same items in the place of a derived one."""
        session, actor = current_session(), current_actor()
        draft = relation_draft(body)
        return verdicts.correct_relation(session, actor, relation_id, draft, current_time())


@derivation.route("/derivation-verdicts")
class Verdicts(MethodView):
    """What people said no to."""

    @derivation.arguments(PageQuerySchema, location="query")
    @derivation.response(200, page_of(NamedVerdictSchema, "VerdictPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List rejected and corrected relations, the latest first."""
        page = verdicts.list_verdicts(current_session(), current_actor(), page_request(query))
        names = VerdictSchema().fields
        rows = [
            {
                f.attribute or name: getattr(verdict, f.attribute or name)
                for name, f in names.items()
            }
            | {"start": start, "end": end}
            for verdict, start, end in page.rows
        ]
        return {"rows": rows, "next_cursor": page.next_cursor}


@derivation.route("/derivation-verdicts/<int:verdict_id>")
class OneVerdict(MethodView):
    """One verdict."""

    @derivation.response(204)
    def delete(self, verdict_id: int) -> None:
        """Take a verdict back: what is seen counts again."""
        verdicts.take_back(current_session(), current_actor(), verdict_id, current_time())
