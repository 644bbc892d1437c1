"""The wire format of a change's plan, and of what happened on it."""

from typing import Any

from marshmallow import fields, validate

from server.desk.changes.actions import ChangeDraft, DifferenceDraft, TaskDraft
from server.desk.changes.models import Change, ChangeEntry
from server.desk.changes.queries import ChangeFilter
from server.desk.changes.rules.words import shipped_words
from server.desk.changes.schemas.parts import ChangeTaskDraftSchema, PlannedDifferenceDraftSchema
from server.desk.tickets.actions.checking import MAX_ITEMS, TEXT_LENGTH, TITLE_LENGTH
from server.foundation.edge.fields import Identifier, QueryIdentifier
from server.foundation.edge.schemas import (
    Moment,
    PageQuerySchema,
    StrictSchema,
    page_of,
    schema_of,
)
from server.foundation.permissions import Actor, Permission

_WORDS = shipped_words()
_TITLE = validate.Length(min=1, max=TITLE_LENGTH)
_TEXT = validate.Length(max=TEXT_LENGTH)
_KIND = validate.OneOf(_WORDS.kinds)
_ITEMS = validate.Length(max=MAX_ITEMS)
_PARTS = validate.Length(max=200)


class ChangeQuerySchema(PageQuerySchema):
    """Filters of the change list."""

    q = fields.String(
        load_default="", metadata={"description": "A reference, or words that stand in the title."}
    )
    state = fields.String(load_default="", validate=validate.OneOf(["", *_WORDS.states]))
    is_open = fields.Boolean(data_key="open", load_default=None)
    kind = fields.String(load_default="", validate=validate.OneOf(["", *_WORDS.kinds]))
    author_id = QueryIdentifier(load_default=None)
    implementer_id = QueryIdentifier(load_default=None)
    item_id = QueryIdentifier(load_default=None, metadata={"description": "Touched by the change."})
    service_id = QueryIdentifier(load_default=None, metadata={"description": "A service it hits."})
    release_id = QueryIdentifier(load_default=None, metadata={"description": "Bundled there."})
    organisation_id = QueryIdentifier(load_default=None)
    window_from = Moment(load_default=None)
    window_to = Moment(load_default=None)
    waiting = fields.Boolean(
        load_default=False, metadata={"description": "Those that wait for my approval."}
    )


def change_filter(query: dict[str, Any]) -> ChangeFilter:
    """Return the filter that a query string asks for."""
    renamed = {"q": "text", "is_open": "open"}
    return ChangeFilter(**{renamed.get(name, name): value for name, value in query.items()})


class RiskPointSchema(StrictSchema):
    """One reason for risk."""

    code = fields.String(required=True)
    points = fields.Integer(required=True)
    value = fields.Integer(required=True, allow_none=True)
    source = fields.String(
        required=True, metadata={"description": "Rules and answers: the higher counts."}
    )


class ChangeSchema(StrictSchema):
    """One change. The counts are frozen with the digest when approval is asked for."""

    id = fields.Integer(required=True)
    reference = fields.String(required=True)
    kind = fields.String(required=True)
    organisation_id = fields.Integer(required=True)
    title = fields.String(required=True)
    reason = fields.String(required=True)
    state = fields.String(required=True)
    open = fields.Boolean(attribute="is_open", required=True)
    implementation_plan = fields.String(required=True)
    test_plan = fields.String(required=True)
    back_out_plan = fields.String(required=True)
    communication_plan = fields.String(required=True)
    window_start = Moment(required=True, allow_none=True)
    window_end = Moment(required=True, allow_none=True)
    author_id = fields.Integer(required=True, allow_none=True)
    implementer_id = fields.Integer(required=True, allow_none=True)
    risk = fields.Integer(required=True)
    risk_points = fields.List(fields.Nested(RiskPointSchema), required=True)
    digest = fields.String(required=True)
    approval_round = fields.Integer(required=True)
    review = fields.String(required=True)
    template_id = fields.Integer(required=True, allow_none=True)
    release_id = fields.Integer(required=True, allow_none=True)
    answers = fields.Dict(required=True, allow_none=True)
    started_at = Moment(required=True, allow_none=True)
    finished_at = Moment(required=True, allow_none=True)
    applied_at = Moment(required=True, allow_none=True)
    verification = fields.String(required=True)
    verified_at = Moment(required=True, allow_none=True)
    incident_count = fields.Integer(required=True)
    service_count = fields.Integer(required=True, allow_none=True)
    worst_criticality = fields.Integer(required=True, allow_none=True)
    graph_sequence = fields.Integer(required=True, allow_none=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    closed_at = Moment(required=True, allow_none=True)
    version = fields.Integer(required=True)


ChangePage = page_of(ChangeSchema, "ChangePage")


def change_document(actor: Actor, change: Change) -> dict[str, Any]:
    """Return a change as the actor may read it: totals need ``impact:count_hidden``."""
    told: dict[str, Any] = schema_of(ChangeSchema).dump(change)
    # Points kept before there were other sources than the rules.
    told["risk_points"] = [{"source": "rules", **point} for point in change.risk_points]
    if not actor.may(Permission.IMPACT_COUNT_HIDDEN):
        told |= {"service_count": None, "worst_criticality": None}
        told["risk_points"] = [point | {"value": None} for point in told["risk_points"]]
    return told


class ChangeDraftSchema(StrictSchema):
    """A new change; the sender is its author."""

    title = fields.String(required=True, validate=_TITLE)
    kind = fields.String(load_default="normal", validate=_KIND)
    reason = fields.String(load_default="", validate=_TEXT)
    implementation_plan = fields.String(load_default="", validate=_TEXT)
    test_plan = fields.String(load_default="", validate=_TEXT)
    back_out_plan = fields.String(load_default="", validate=_TEXT)
    communication_plan = fields.String(load_default="", validate=_TEXT)
    item_ids = fields.List(Identifier(), load_default=list, validate=_ITEMS)
    window_start = Moment(load_default=None, allow_none=True)
    window_end = Moment(load_default=None, allow_none=True)
    implementer_id = Identifier(load_default=None, allow_none=True)
    organisation_id = Identifier(load_default=None, allow_none=True)
    template_id = Identifier(
        load_default=None,
        allow_none=True,
        metadata={"description": "Makes it a standard change; what is empty comes from there."},
    )
    answers = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    tasks = fields.List(fields.Nested(ChangeTaskDraftSchema), load_default=list, validate=_PARTS)
    differences = fields.List(
        fields.Nested(PlannedDifferenceDraftSchema), load_default=list, validate=_PARTS
    )


def change_draft(body: dict[str, Any]) -> ChangeDraft:
    """Return the draft that a body describes."""
    held = change_values(body)
    lists = {name: tuple(held[name]) for name in ("item_ids", "tasks", "differences")}
    return ChangeDraft(**held | lists)


def change_values(body: dict[str, Any]) -> dict[str, Any]:
    """Return changed fields with tasks and differences as drafts."""
    found = dict(body)
    if "tasks" in found:
        found["tasks"] = [TaskDraft(**one) for one in found["tasks"]]
    if "differences" in found:
        found["differences"] = [DifferenceDraft(**one) for one in found["differences"]]
    return found


class ChangePatchSchema(StrictSchema):
    """Changed fields; what is absent stays. An edit of what was approved voids approvals."""

    title = fields.String(validate=_TITLE)
    kind = fields.String(validate=_KIND)
    reason = fields.String(validate=_TEXT)
    implementation_plan = fields.String(validate=_TEXT)
    test_plan = fields.String(validate=_TEXT)
    back_out_plan = fields.String(validate=_TEXT)
    communication_plan = fields.String(validate=_TEXT)
    item_ids = fields.List(Identifier(), validate=_ITEMS)
    window_start = Moment(allow_none=True)
    window_end = Moment(allow_none=True)
    implementer_id = Identifier(allow_none=True)
    answers = fields.Dict(keys=fields.String(), values=fields.String())
    tasks = fields.List(fields.Nested(ChangeTaskDraftSchema), validate=_PARTS)
    differences = fields.List(fields.Nested(PlannedDifferenceDraftSchema), validate=_PARTS)


class ChangeEntrySchema(StrictSchema):
    """What happened on a change. ``detail`` says what a system entry is about."""

    id = fields.Integer(required=True)
    at = Moment(required=True)
    author_id = fields.Integer(required=True, allow_none=True)
    author_name = fields.String(required=True)
    kind = fields.String(required=True)
    text = fields.String(required=True)
    detail = fields.Dict(required=True)


ChangeEntryPage = page_of(ChangeEntrySchema, "ChangeEntryPage")


def change_entry_row(entry: ChangeEntry, author_name: str) -> dict[str, Any]:
    """Return what ``ChangeEntrySchema`` dumps."""
    names = ("id", "at", "author_id", "kind", "text", "detail")
    return {name: getattr(entry, name) for name in names} | {"author_name": author_name}


class CommentSchema(StrictSchema):
    """What somebody writes."""

    text = fields.String(required=True, validate=validate.Length(min=1, max=TEXT_LENGTH))
