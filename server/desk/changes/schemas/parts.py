"""The wire format of what belongs to a plan: tasks, differences, templates, questions."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from server.desk.changes.actions import TemplateDraft
from server.desk.changes.queries import Authority
from server.desk.changes.rules.questionnaire import Question
from server.desk.tickets.actions.checking import TEXT_LENGTH, TITLE_LENGTH
from server.foundation.edge.fields import Identifier
from server.foundation.edge.schemas import Moment, StrictSchema

_TITLE = validate.Length(min=1, max=TITLE_LENGTH)
_TEXT = validate.Length(max=TEXT_LENGTH)
_TEXTS = ("reason", "implementation_plan", "test_plan", "back_out_plan", "communication_plan")


class ChangeTaskDraftSchema(StrictSchema):
    """One step of a plan, in the order given."""

    title = fields.String(required=True, validate=_TITLE)
    owner_id = Identifier(load_default=None, allow_none=True)


class ChangeTaskSchema(StrictSchema):
    """One step of a plan."""

    id = fields.Integer(required=True)
    position = fields.Integer(required=True)
    title = fields.String(required=True)
    owner_id = fields.Integer(required=True, allow_none=True)
    phase = fields.String(required=True)
    done_at = Moment(required=True, allow_none=True)
    done_by_id = fields.Integer(required=True, allow_none=True)


class ChangeTaskMarkSchema(StrictSchema):
    """Whether a task is done."""

    done = fields.Boolean(required=True)


class PlannedDifferenceDraftSchema(StrictSchema):
    """What shall become of the register.

    An attribute (`subject`) of an item becomes `to`; or a relation of type `subject` leads from the
    item to `other_id` (relate), or does not any more (unrelate).
    """

    kind = fields.String(
        required=True, validate=validate.OneOf(["attribute", "relate", "unrelate"])
    )
    item_id = Identifier(required=True)
    subject = fields.String(required=True, validate=validate.Length(min=1, max=100))
    to = fields.Raw(load_default=None, allow_none=True)
    other_id = Identifier(load_default=None, allow_none=True)


class PlannedDifferenceSchema(StrictSchema):
    """What shall become of the register; `value` holds what it was and what it shall be."""

    position = fields.Integer(required=True)
    kind = fields.String(required=True)
    item_id = fields.Integer(required=True)
    subject = fields.String(required=True)
    other_id = fields.Integer(required=True, allow_none=True)
    value = fields.Dict(required=True)


class AgreementSchema(StrictSchema):
    """Somebody who has a say over an item and agreed to what is planned for it."""

    approval_id = fields.Integer(required=True)
    person_id = fields.Integer(required=True)
    name = fields.String(required=True)


class LineAuthoritySchema(StrictSchema):
    """What lets you write one planned difference into the register.

    `by` is `right` (you may change the item by hand), `approval` (its owner agreed to exactly this)
    or empty: then `lacking` names the items about which nobody who may change them has spoken.
    """

    position = fields.Integer(required=True)
    by = fields.String(required=True)
    agreed = fields.List(fields.Nested(AgreementSchema), required=True)
    lacking = fields.List(fields.Integer(), required=True)


def authority_rows(found: Authority) -> list[dict[str, Any]]:
    """Return what ``LineAuthoritySchema`` dumps."""
    return [
        {
            "position": row.position,
            "by": word.by,
            "lacking": list(word.lacking),
            "agreed": [
                {"approval_id": one, "person_id": person.id, "name": person.display_name}
                for one in word.approvals
                if (person := found.agreed.get(one))
            ],
        }
        for row, word in found.lines
    ]


class HandOverSchema(StrictSchema):
    """To whom the step is handed over: somebody who may change the items by hand."""

    person_id = Identifier(required=True)


class QuestionAnswerSchema(StrictSchema):
    """One answer, and what it adds to the risk."""

    code = fields.String(required=True)
    points = fields.Integer(required=True)
    labels = fields.Dict(required=True)


class RiskQuestionSchema(StrictSchema):
    """One question of the questionnaire."""

    code = fields.String(required=True)
    labels = fields.Dict(required=True)
    answers = fields.List(fields.Nested(QuestionAnswerSchema), required=True)


def question_rows(questions: Mapping[str, Question]) -> list[dict[str, Any]]:
    """Return what ``RiskQuestionSchema`` dumps."""
    return [
        {
            "code": one.code,
            "labels": dict(one.labels),
            "answers": [
                {"code": code, "points": points, "labels": dict(labels)}
                for code, (points, labels) in one.answers.items()
            ],
        }
        for one in questions.values()
    ]


class ChangeTemplateDraftSchema(StrictSchema):
    """A plan for many changes."""

    name = fields.String(required=True, validate=_TITLE)
    organisation_id = Identifier(load_default=None, allow_none=True)
    reason = fields.String(load_default="", validate=_TEXT)
    implementation_plan = fields.String(load_default="", validate=_TEXT)
    test_plan = fields.String(load_default="", validate=_TEXT)
    back_out_plan = fields.String(load_default="", validate=_TEXT)
    communication_plan = fields.String(load_default="", validate=_TEXT)
    tasks = fields.List(
        fields.String(validate=_TITLE), load_default=list, validate=validate.Length(max=200)
    )
    class_codes = fields.List(
        fields.String(validate=validate.Length(max=100)),
        load_default=list,
        validate=validate.Length(max=100),
    )
    max_risk = fields.Integer(load_default=30, validate=validate.Range(min=0, max=60))


def template_draft(body: dict[str, Any]) -> TemplateDraft:
    """Return the template that a body describes."""
    texts = {name: body[name] for name in _TEXTS}
    rest = {name: value for name, value in body.items() if name not in texts}
    return TemplateDraft(texts=texts, **rest)


class ChangeTemplateSchema(StrictSchema):
    """A template."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    name = fields.String(required=True)
    plan = fields.Dict(required=True)
    class_codes = fields.List(fields.String(), required=True)
    max_risk = fields.Integer(required=True)
    state = fields.String(required=True)
    author_id = fields.Integer(required=True, allow_none=True)
    approved_by_id = fields.Integer(required=True, allow_none=True)
    approved_at = Moment(required=True, allow_none=True)
    created_at = Moment(required=True)
