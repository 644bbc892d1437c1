"""The wire format of how often a service is down."""

from marshmallow import fields, validate

from server.foundation.edge.fields import Identifier
from server.foundation.edge.schemas import StrictSchema
from server.items.impacts.schemas.answers import as_of_field
from server.items.impacts.schemas.findings import RatedItemSchema

_MOST_KNOWN = 1_000
#: Mean times of less than four seconds or more than a thousand years are a slip of the hand.
_HOURS = validate.Range(min=0.001, max=9_000_000)


class KnownTimesSchema(StrictSchema):
    """How often an item fails, as somebody supposes."""

    item = Identifier(required=True)
    hours_between_failures = fields.Float(required=True, validate=_HOURS)
    hours_to_repair = fields.Float(required=True, validate=_HOURS)


class OutageQuerySchema(StrictSchema):
    """How many contributors, and of when."""

    from_text = True

    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=1_000))
    as_of = as_of_field()


class OutageQuestionSchema(StrictSchema):
    """The same, with mean times to try out."""

    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=1_000))
    as_of = as_of_field()
    known = fields.List(
        fields.Nested(KnownTimesSchema),
        load_default=list,
        validate=validate.Length(max=_MOST_KNOWN),
        metadata={"description": "Mean times that go before those of the items and classes."},
    )


class OutageSchema(StrictSchema):
    """One item, or two down at once, that take the service down; ``own``: by their own word."""

    items = fields.List(fields.Nested(RatedItemSchema), required=True)
    hours_a_year = fields.Float(required=True)
    share = fields.Float(required=True)
    own = fields.Boolean(required=True)


class OutageAnswerSchema(StrictSchema):
    """How often an item is up (0 to 1), single failures alone and with two at once."""

    availability = fields.Float(required=True)
    single = fields.Float(required=True)
    hours_a_year = fields.Float(required=True)
    target = fields.Float(
        required=True, allow_none=True, metadata={"description": "What was promised, in percent."}
    )
    rows = fields.List(fields.Nested(OutageSchema), required=True)
    hidden = fields.Integer(required=True, allow_none=True)
    untried = fields.Integer(required=True)
    assumed = fields.Boolean(required=True)
    outside = fields.Boolean(required=True)
    sequence = fields.Integer(required=True)
