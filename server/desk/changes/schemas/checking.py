"""The wire format of verification and of what changed without approval."""

from collections.abc import Iterable
from typing import Any

from marshmallow import fields, validate

from server.desk.changes.actions import WatchDraft
from server.desk.changes.queries import FindingRow, UnauthorizedRow
from server.desk.tickets.actions.checking import TEXT_LENGTH
from server.foundation.edge.fields import Identifier
from server.foundation.edge.schemas import Moment, StrictSchema


class ChangeFindingSchema(StrictSchema):
    """One line: as_planned, missing, different, unexpected, or silent for want of a report."""

    item_id = fields.Integer(required=True)
    item_name = fields.String(required=True)
    subject = fields.String(required=True)
    verdict = fields.String(required=True)
    detail = fields.Dict(required=True)


def finding_rows(rows: Iterable[FindingRow]) -> list[dict[str, Any]]:
    """Return what ``ChangeFindingSchema`` dumps."""
    names = ("item_id", "subject", "verdict", "detail")
    return [
        {name: getattr(row.finding, name) for name in names} | {"item_name": row.item.name}
        for row in rows
    ]


class UnauthorizedQuerySchema(StrictSchema):
    """Which of them."""

    from_text = True

    state = fields.String(
        load_default="open", validate=validate.OneOf(["open", "accepted", "rolled_back"])
    )


class UnauthorizedChangeSchema(StrictSchema):
    """A difference that nobody had approved."""

    id = fields.Integer(required=True)
    item_id = fields.Integer(required=True)
    at = Moment(required=True)
    kind = fields.String(required=True)
    subject = fields.String(required=True)
    source = fields.String(required=True)
    detail = fields.Dict(required=True)
    state = fields.String(required=True)
    comment = fields.String(required=True)
    decided_at = Moment(required=True, allow_none=True)
    ticket_id = fields.Integer(required=True, allow_none=True)


def unauthorized_rows(rows: Iterable[UnauthorizedRow]) -> list[Any]:
    """Return what ``UnauthorizedChangeSchema`` dumps."""
    return [row.found for row in rows]


class JudgementSchema(StrictSchema):
    """What is done about it, and why."""

    decision = fields.String(required=True, validate=validate.OneOf(["accepted", "rolled_back"]))
    comment = fields.String(required=True, validate=validate.Length(min=1, max=TEXT_LENGTH))


class ChangeWatchDraftSchema(StrictSchema):
    """An item or a class; no subjects: whatever changes."""

    item_id = Identifier(load_default=None, allow_none=True)
    class_code = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=100)
    )
    subjects = fields.List(
        fields.String(validate=validate.Length(min=1, max=100)),
        load_default=list,
        validate=validate.Length(max=100),
    )
    organisation_id = Identifier(load_default=None, allow_none=True)


def watch_draft(body: dict[str, Any]) -> WatchDraft:
    """Return the watch that a body describes."""
    return WatchDraft(**body | {"subjects": tuple(body["subjects"])})


class ChangeWatchSchema(ChangeWatchDraftSchema):
    """What is watched."""

    id = fields.Integer(required=True)
    created_at = Moment(required=True)
