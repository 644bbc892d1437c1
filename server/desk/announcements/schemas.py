"""The wire format of announcements."""

from typing import Any

from marshmallow import fields, validate

from server.desk.announcements.actions.writing import MAX_ITEMS
from server.desk.announcements.rules.lifecycle import (
    AUDIENCES,
    KINDS,
    STATES,
    TEXT_LENGTH,
    AnnouncementDraft,
)
from server.foundation.edge.fields import Identifier, Line, Passage
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema, page_of


class AnnouncementDraftSchema(StrictSchema):
    """An announcement as it is written; without a start it begins when it is saved."""

    title = Line(longest=255, shortest=1, required=True)
    kind = fields.String(load_default="maintenance", validate=validate.OneOf(KINDS))
    text = Passage(longest=TEXT_LENGTH, load_default="")
    concerned = Passage(longest=1000, load_default="")
    cause = Passage(longest=TEXT_LENGTH, load_default="")
    workaround = Passage(longest=TEXT_LENGTH, load_default="")
    contact = Line(longest=300, load_default="")
    starts_at = Moment(load_default=None, allow_none=True)
    expected_end_at = Moment(load_default=None, allow_none=True)
    audience = fields.String(load_default="users", validate=validate.OneOf(AUDIENCES))
    item_ids = fields.List(Identifier(), load_default=list, validate=validate.Length(max=MAX_ITEMS))
    organisation_id = Identifier(load_default=None, allow_none=True)


class AnnouncementSchema(StrictSchema):
    """An announcement as it stands; ``people_count`` is how many it was told to."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True)
    concerned = fields.String(required=True)
    cause = fields.String(required=True)
    workaround = fields.String(required=True)
    contact = fields.String(required=True)
    starts_at = Moment(required=True)
    expected_end_at = Moment(required=True, allow_none=True)
    audience = fields.String(required=True)
    people_count = fields.Integer(required=True)
    published_at = Moment(required=True, allow_none=True)
    ended_at = Moment(required=True, allow_none=True)
    updated_at = Moment(required=True)
    version = fields.Integer(required=True)


AnnouncementPage = page_of(AnnouncementSchema, "AnnouncementPage")


class AnnouncementQuerySchema(PageQuerySchema):
    """Which announcements."""

    q = Line(longest=200, load_default="")
    state = fields.String(load_default="", validate=validate.OneOf(["", *STATES]))
    kind = fields.String(load_default="", validate=validate.OneOf(["", *KINDS]))


class AnnouncementMoveSchema(StrictSchema):
    """A step: "published", "ended" or "withdrawn", with what is said of it."""

    state = fields.String(required=True, validate=validate.OneOf(STATES[1:]))
    text = Passage(longest=TEXT_LENGTH, load_default="")


class AnnouncementUpdateDraftSchema(StrictSchema):
    """What is said to whoever was told, and when the end is expected now."""

    text = Passage(longest=TEXT_LENGTH, required=True)
    expected_end_at = Moment(load_default=None, allow_none=True)


class AnnouncementUpdateSchema(StrictSchema):
    """What was said later."""

    id = fields.Integer(required=True)
    at = Moment(required=True)
    person_id = fields.Integer(required=True, allow_none=True)
    text = fields.String(required=True)
    expected_end_at = Moment(required=True, allow_none=True)


def announcement_draft(body: dict[str, Any]) -> AnnouncementDraft:
    """Return the announcement that a body describes."""
    return AnnouncementDraft(**body | {"item_ids": tuple(body["item_ids"])})
