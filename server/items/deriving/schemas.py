"""The wire format of rules, explanations and verdicts."""

from typing import Any

from marshmallow import fields, validate

from cmdb.engine.derivation import EVIDENCE, document_of
from server.foundation.edge.fields import Identifier, Line, Passage
from server.foundation.edge.schemas import Moment, StrictSchema
from server.items.deriving.explaining import Explanation
from server.items.deriving.rulebook import StandingRule
from server.items.deriving.trial import Trial, TrialRow
from server.items.schemas import GroupSchema, ItemRefSchema, RelationSchema

_SHARE = validate.Range(min=0, max=1)


class KeepSchema(StrictSchema):
    """Which providers stand in for each other, and how many must stay."""

    name = Line(required=True, longest=100, shortest=1)
    rule = fields.String(
        load_default="at_least",
        validate=validate.OneOf(["at_least", "all_but", "majority", "percent"]),
    )
    amount = fields.Float(validate=validate.Range(min=0, max=1000))
    by = fields.String(load_default="", validate=validate.OneOf(["", "port"]))
    least = fields.Integer(load_default=2, validate=validate.Range(min=1, max=1000))


class RuleDocumentSchema(StrictSchema):
    """A rule: from what was seen to a relation. docs/administration.md explains each field."""

    label = fields.Dict(
        keys=fields.String(validate=validate.OneOf(["en", "es", "ru"])),
        values=Line(longest=200, shortest=1),
        required=True,
        metadata={"description": "The rule's name by language; English is required."},
    )
    evidence = fields.String(required=True, validate=validate.OneOf([*EVIDENCE]))
    type = fields.String(required=True)
    version = fields.Integer(load_default=1, validate=validate.Range(min=1, max=10**6))
    enabled = fields.Boolean(load_default=True)
    options = fields.Dict(keys=fields.String(), load_default=dict)
    starts = fields.List(fields.String(), load_default=list, validate=validate.Length(max=50))
    ends = fields.List(fields.String(), load_default=list, validate=validate.Length(max=50))
    direction = fields.String(
        load_default="forward", validate=validate.OneOf(["forward", "reverse"])
    )
    weight = fields.Float(load_default=1.0, validate=_SHARE)
    confidence = fields.Float(load_default=1.0, validate=_SHARE)
    group = fields.Nested(KeepSchema, load_default=None, allow_none=True)
    only_groups = fields.Boolean(load_default=False)
    fades_after_days = fields.Integer(load_default=7, validate=validate.Range(min=0, max=3650))
    notes = Passage(longest=2000, load_default="")


class StandingRuleSchema(StrictSchema):
    """A rule in force or at rest. ``origin``: shipped, changed (a shipped one) or own."""

    code = fields.String(required=True)
    origin = fields.String(required=True)
    problem = fields.String(required=True)
    updated_at = Moment(required=True, allow_none=True)
    updated_by_id = fields.Integer(required=True, allow_none=True)
    rule = fields.Nested(RuleDocumentSchema, required=True)


def standing_document(standing: StandingRule) -> dict[str, Any]:
    """Return a rule as the wire wants it."""
    return {
        "code": standing.code,
        "origin": standing.origin,
        "problem": standing.problem,
        "updated_at": standing.updated_at,
        "updated_by_id": standing.updated_by_id,
        "rule": document_of(standing.rule),
    }


class NewRuleSchema(RuleDocumentSchema):
    """A rule, and the code under which it is saved, or would be."""

    code = Line(required=True, longest=63, shortest=2)


class TrialRowSchema(StrictSchema):
    """One relation that would come or go; an item out of sight is null."""

    type = fields.String(required=True)
    start = fields.Nested(ItemRefSchema, required=True, allow_none=True)
    end = fields.Nested(ItemRefSchema, required=True, allow_none=True)
    group = fields.String(required=True)
    threshold = fields.Float(required=True, allow_none=True)


class TrialSchema(StrictSchema):
    """What a rule would do now. Counts count everything; some relations are named."""

    derives = fields.Integer(required=True)
    keeps = fields.Integer(required=True)
    takes_away = fields.Integer(required=True)
    rejected = fields.Integer(required=True)
    overruled = fields.Integer(required=True)
    fresh = fields.List(fields.Nested(TrialRowSchema), required=True)
    gone = fields.List(fields.Nested(TrialRowSchema), required=True)


def trial_document(trial: Trial) -> dict[str, Any]:
    """Return a dry run as the wire wants it."""
    names = ("derives", "keeps", "takes_away", "rejected", "overruled")
    return {name: getattr(trial, name) for name in names} | {
        "fresh": [_row(row) for row in trial.fresh],
        "gone": [_row(row) for row in trial.gone],
    }


def _row(row: TrialRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("type", "start", "end", "group", "threshold")}


class JobAskedSchema(StrictSchema):
    """Background work that was asked for."""

    job_id = fields.Integer(required=True)


class ExplanationSchema(StrictSchema):
    """Why a relation is there. Of one that somebody told, ``rule`` is empty."""

    relation = fields.Nested(RelationSchema, required=True)
    derived = fields.Boolean(required=True)
    rule = fields.String(required=True)
    rule_label = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    rule_version = fields.Integer(required=True, allow_none=True)
    evidence = fields.String(required=True)
    seen = fields.List(fields.Dict(), required=True)
    more = fields.Integer(required=True)
    fades_at = Moment(required=True, allow_none=True)


def explanation_document(found: Explanation) -> dict[str, Any]:
    """Return an explanation as the wire wants it."""
    rule = found.rule.rule if found.rule else None
    return {
        "relation": found.relation,
        "derived": found.derived,
        "rule": found.rule_code,
        "rule_label": dict(rule.labels) if rule else {},
        "rule_version": rule.version if rule else None,
        "evidence": found.evidence,
        "seen": [dict(one) for one in found.seen],
        "more": found.more,
        "fades_at": found.fades_at,
    }


class RejectionSchema(StrictSchema):
    """Why a derived relation is wrong."""

    note = Passage(longest=1000, load_default="")


class CorrectionSchema(StrictSchema):
    """What a derived relation ought to be: another type, weight, group, or the other way round."""

    type = fields.String(required=True)
    start_id = Identifier(required=True)
    end_id = Identifier(required=True)
    group = fields.Nested(GroupSchema, load_default=None, allow_none=True)
    weight = fields.Float(load_default=1.0, validate=_SHARE)
    note = Passage(longest=1000, load_default="")


class VerdictSchema(StrictSchema):
    """A person said no to a derived relation. ``instead_id``: what they put in its place."""

    id = fields.Integer(required=True)
    type = fields.String(attribute="type_code", required=True)
    start_id = fields.Integer(required=True)
    end_id = fields.Integer(required=True)
    rule = fields.String(required=True)
    evidence = fields.Dict(required=True)
    instead_id = fields.Integer(required=True, allow_none=True)
    note = fields.String(required=True)
    person_id = fields.Integer(required=True, allow_none=True)
    at = Moment(required=True)


class NamedVerdictSchema(VerdictSchema):
    """A verdict with its items named."""

    start = fields.Nested(ItemRefSchema, required=True)
    end = fields.Nested(ItemRefSchema, required=True)
