"""The wire format of advisories."""

from marshmallow import fields, validate

from server.foundation.edge.fields import Line
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema
from server.items.advisories.queries import SEVERITIES


class AdvisoryQuerySchema(PageQuerySchema):
    """Which vulnerabilities."""

    q = Line(load_default="", longest=200)
    severity = fields.String(load_default="", validate=validate.OneOf(("", *SEVERITIES)))


class AdvisoryFileQuerySchema(StrictSchema):
    """How the file is called; one of life cycles is called as its product."""

    file_name = Line(required=True, longest=200, shortest=1)


class BroughtSchema(StrictSchema):
    """What became of a file of advisories."""

    stored = fields.Integer(required=True)
    withdrawn = fields.Integer(required=True)
    refused = fields.Integer(required=True)


class AdvisorySchema(StrictSchema):
    """A known vulnerability, or the end of support of a cycle of releases."""

    id = fields.Integer(required=True)
    feed = fields.String(required=True)
    code = fields.String(required=True)
    summary = fields.String(required=True)
    aliases = fields.List(fields.String(), required=True)
    severity = fields.String(required=True)
    score = fields.Float(required=True, allow_none=True)
    ends_on = fields.Date(required=True, allow_none=True)
    imported_at = Moment(required=True)


class AdvisoryRowSchema(StrictSchema):
    """A vulnerability, and on how many items it is."""

    advisory = fields.Nested(AdvisorySchema, required=True)
    items = fields.Integer(required=True)


class AffectedRowSchema(StrictSchema):
    """An item that an advisory means; ``fixed`` is the version that mends it, "" for none yet."""

    item_id = fields.Integer(required=True, attribute="item.id")
    item = fields.String(required=True, attribute="item.name")
    product = fields.String(required=True)
    version = fields.String(required=True)
    fixed = fields.String(required=True)


class WeaknessSchema(StrictSchema):
    """A vulnerability of a release on an item; ``fixed`` mends it, "" for nothing yet."""

    advisory = fields.Nested(AdvisorySchema, required=True)
    product = fields.String(required=True)
    version = fields.String(required=True)
    fixed = fields.String(required=True)


class SupportEndSchema(StrictSchema):
    """When support of an operating system or a product on an item ends."""

    advisory_id = fields.Integer(required=True)
    product = fields.String(required=True)
    version = fields.String(required=True)
    ends_on = fields.Date(required=True)


class KnownOfItemSchema(StrictSchema):
    """What is known of one item: at most 100 weaknesses, the gravest first, of ``total``."""

    weaknesses = fields.List(fields.Nested(WeaknessSchema), required=True)
    total = fields.Integer(required=True)
    support_ends = fields.List(fields.Nested(SupportEndSchema), required=True)


class CycleSchema(StrictSchema):
    """A cycle of releases in use, and when its support ends."""

    advisory_id = fields.Integer(required=True, attribute="advisory.id")
    product = fields.String(required=True)
    release = fields.String(required=True)
    ends_on = fields.Date(required=True)
    items = fields.Integer(required=True)
