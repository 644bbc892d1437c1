"""The wire format of clocks and of the agreements they follow."""

from marshmallow import fields, validate

from server.desk.sla.rules.agreements import SECTIONS
from server.foundation.edge.fields import Passage
from server.foundation.edge.schemas import Moment, StrictSchema


class TicketClockSchema(StrictSchema):
    """A promise about a ticket. ``due_at`` is null while it is paused, and once it is kept."""

    measure = fields.String(required=True)
    calendar = fields.String(required=True)
    target_minutes = fields.Integer(required=True)
    started_at = Moment(required=True)
    stopped_at = Moment(required=True, allow_none=True)
    due_at = Moment(required=True, allow_none=True)
    breached_at = Moment(required=True, allow_none=True)
    used_minutes = fields.Integer(required=True)
    left_minutes = fields.Integer(required=True)
    running = fields.Boolean(required=True)
    if_resumed_now = Moment(required=True, allow_none=True)
    reason = fields.String(required=True)


class BreachReasonSchema(StrictSchema):
    """Why a promise was missed."""

    reason = Passage(longest=1000, required=True)


class ServiceLevelsSchema(StrictSchema):
    """Calendars and targets in force."""

    sections = fields.Dict(required=True)
    changed = fields.List(fields.String(), required=True)


class ServiceLevelsDraftSchema(StrictSchema):
    """Sections to be replaced; null makes one what was shipped."""

    sections = fields.Dict(
        keys=fields.String(validate=validate.OneOf(SECTIONS)),
        values=fields.Raw(allow_none=True),
        required=True,
    )
