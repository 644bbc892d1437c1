"""Bodies of emergencies."""

from marshmallow import Schema, fields, validate

from server.foundation.edge.fields import Identifier, Passage
from server.foundation.edge.schemas import Moment, StrictSchema, page_of
from server.people.rules.emergencies import MOST_HOURS, SHORTEST_REASON


class EmergencyUseSchema(Schema):
    """Somebody broke the glass."""

    id = fields.Integer(required=True)
    grant_id = fields.Integer(required=True, allow_none=True)
    person_id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    role = fields.String(required=True)
    reason = fields.String(required=True)
    taken_at = Moment(required=True)
    ends_at = Moment(required=True)
    ended_at = Moment(required=True, allow_none=True)
    signature = fields.String(required=True)
    genuine = fields.Boolean(
        required=True, metadata={"description": "Whether the signature fits what is stored."}
    )
    reviewed_by = fields.Integer(required=True, allow_none=True)
    reviewed_at = Moment(required=True, allow_none=True)
    note = fields.String(required=True)


class EmergencyTakeSchema(StrictSchema):
    """A grant to be woken."""

    grant_id = Identifier(required=True)
    reason = Passage(
        longest=2000,
        required=True,
        metadata={"description": f"What has happened, in at least {SHORTEST_REASON} letters."},
    )
    hours = fields.Integer(
        strict=True, load_default=2, validate=validate.Range(min=1, max=MOST_HOURS)
    )


class EmergencyReviewSchema(StrictSchema):
    """What somebody else thinks of it."""

    note = Passage(longest=2000, required=True)


EmergencyUsePage = page_of(EmergencyUseSchema, "EmergencyUsePage")
