"""The wire format of software across the estate."""

from marshmallow import fields

from server.foundation.edge.fields import Line
from server.foundation.edge.schemas import PageQuerySchema, StrictSchema


class SoftwareQuerySchema(PageQuerySchema):
    """Which products."""

    q = Line(load_default="", longest=200)
    ecosystem = Line(load_default="", longest=64)


class WhereQuerySchema(PageQuerySchema):
    """Which installations: all, of one version, or of every version below one."""

    below = Line(load_default="", longest=255)
    version = Line(load_default="", longest=255)


class ProductRowSchema(StrictSchema):
    """A product, on how many items, in how many versions."""

    id = fields.Integer(required=True, attribute="product.id")
    ecosystem = fields.String(required=True, attribute="product.ecosystem")
    name = fields.String(required=True, attribute="product.name")
    vendor = fields.String(
        required=True,
        attribute="called.vendor",
        metadata={"description": 'Who makes it; "" where nobody knows.'},
    )
    product = fields.String(
        required=True, attribute="called.product", metadata={"description": "What people call it."}
    )
    items = fields.Integer(required=True)
    versions = fields.Integer(required=True)


class VersionRowSchema(StrictSchema):
    """One version; ``below`` says whether it is older than the one asked for."""

    version = fields.String(required=True)
    items = fields.Integer(required=True)
    below = fields.Boolean(required=True)
    package_url = fields.String(required=True)


class ProductSchema(StrictSchema):
    """A product with the versions that are installed, the newest first."""

    id = fields.Integer(required=True)
    ecosystem = fields.String(required=True)
    name = fields.String(required=True)
    versions = fields.List(fields.Nested(VersionRowSchema), required=True)


class InstallationSchema(StrictSchema):
    """A version on an item, and which source said so."""

    item_id = fields.Integer(required=True, attribute="item.id")
    item = fields.String(required=True, attribute="item.name")
    version = fields.String(required=True)
    architecture = fields.String(required=True)
    source = fields.String(required=True)
