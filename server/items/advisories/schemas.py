"""The wire format of advisories."""

from typing import Any

from marshmallow import fields, validate

from server.foundation.edge.fields import Line
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema, schema_of
from server.items.advisories.details import AdvisoryDetail
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


class VersionRangeSchema(StrictSchema):
    """Versions of a package that are meant; "" is without a beginning, or without an end.

    ``introduced`` and ``last`` are meant themselves, ``after`` and ``fixed`` are not. ``ecosystem``
    "" is every one whose packages are the maker's own; ``exact`` are single versions.
    """

    ecosystem = fields.String(required=True)
    name = fields.String(required=True)
    system = fields.String(required=True)
    release = fields.String(required=True)
    introduced = fields.String(required=True)
    after = fields.String(required=True)
    fixed = fields.String(required=True)
    last = fields.String(required=True)
    exact = fields.List(fields.String(), required=True)


class AdvisoryDetailSchema(AdvisorySchema):
    """An advisory, on how many items it is, and at most 200 of its ``ranges_total`` ranges."""

    items = fields.Integer(required=True)
    ranges = fields.List(fields.Nested(VersionRangeSchema), required=True)
    ranges_total = fields.Integer(required=True)


def detail_document(detail: AdvisoryDetail) -> dict[str, Any]:
    """Return what ``AdvisoryDetailSchema`` dumps."""
    told = {name: getattr(detail.advisory, name) for name in schema_of(AdvisorySchema).fields}
    return told | {
        "items": detail.items,
        "ranges": detail.ranges,
        "ranges_total": detail.ranges_total,
    }


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
