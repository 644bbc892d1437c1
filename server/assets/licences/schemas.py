"""The wire format of licences."""

from typing import Any

from marshmallow import fields, validate

from server.assets.licences.actions import MOST, MOST_PATTERNS
from server.assets.licences.queries import BoughtRow, LicenceDetails, LicenceRow, UsingRow
from server.assets.licences.rules import METRICS, STATES
from server.foundation.edge.fields import Identifier, Line
from server.foundation.edge.schemas import PageQuerySchema, StrictSchema
from server.items.schemas import ItemRefSchema


class LicenceQuerySchema(PageQuerySchema):
    """Which licences."""

    q = Line(load_default="", metadata={"description": "Part of the name or of the maker's."})
    state = fields.String(load_default="", validate=validate.OneOf(["", *STATES]))


class LicenceEditSchema(StrictSchema):
    """What a licence is called, what it is about and by what it is counted."""

    name = Line(required=True, shortest=1, longest=255)
    vendor = Line(load_default="", longest=255)
    metric = fields.String(required=True, validate=validate.OneOf(METRICS))
    covers = fields.List(
        Line(shortest=2, longest=300),
        required=True,
        validate=validate.Length(min=1, max=MOST_PATTERNS),
        metadata={
            "description": "Names of products; * is anything, and deb:nginx* one ecosystem's alone."
        },
    )


class LicenceDraftSchema(LicenceEditSchema):
    """A licence to write down."""

    organisation_id = Identifier(required=True)


class EntitlementDraftSchema(StrictSchema):
    """So many were bought; without days they hold for good."""

    quantity = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=MOST))
    starts_on = fields.Date(load_default=None, allow_none=True)
    ends_on = fields.Date(load_default=None, allow_none=True)
    supplier_id = Identifier(load_default=None, allow_none=True)
    contract_id = Identifier(load_default=None, allow_none=True)
    note = Line(load_default="", longest=255)


class EntitlementSchema(EntitlementDraftSchema):
    """So many were bought, from whom and under which contract."""

    id = fields.Integer(required=True)
    supplier = fields.String(allow_none=True)
    contract = fields.String(allow_none=True)


class LicenceSchema(StrictSchema):
    """A licence and how it stands today, counted over the items in sight."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    name = fields.String(required=True)
    vendor = fields.String(required=True)
    metric = fields.String(required=True)
    entitled = fields.Integer(required=True)
    used = fields.Integer(required=True)
    balance = fields.Integer(
        required=True, metadata={"description": "How many are left; below zero: missing."}
    )
    items = fields.Integer(required=True)
    uncertain = fields.Integer(
        required=True,
        metadata={"description": "On how many items nobody can tell the cores, or the user."},
    )
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    ends_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "When the next entitlement that holds today ends."},
    )


class LicenceDetailsSchema(LicenceSchema):
    """All there is to a licence."""

    covers = fields.List(fields.String(), required=True)
    entitlements = fields.List(fields.Nested(EntitlementSchema), required=True)


class UsingSchema(StrictSchema):
    """An item that uses a licence, and by which product."""

    item = fields.Nested(ItemRefSchema, required=True)
    product = fields.String(required=True)
    version = fields.String(required=True)
    cores = fields.Integer(required=True, allow_none=True)


def licence_document(row: LicenceRow | LicenceDetails) -> dict[str, Any]:
    """Return what ``LicenceSchema`` dumps."""
    names = ("id", "organisation_id", "name", "vendor", "metric")
    standing = row.standing
    return {name: getattr(row.licence, name) for name in names} | {
        "entitled": standing.entitled,
        "used": standing.use.used,
        "balance": standing.balance,
        "items": standing.use.items,
        "uncertain": standing.use.unknown,
        "state": standing.state,
        "ends_on": standing.ends_on,
    }


def details_document(row: LicenceDetails) -> dict[str, Any]:
    """Return what ``LicenceDetailsSchema`` dumps."""
    bought = [entitlement_document(one) for one in row.bought]
    return licence_document(row) | {"covers": list(row.covers), "entitlements": bought}


def entitlement_document(row: BoughtRow) -> dict[str, Any]:
    """Return what ``EntitlementSchema`` dumps."""
    names = ("id", "quantity", "starts_on", "ends_on", "supplier_id", "contract_id", "note")
    return {name: getattr(row.entitlement, name) for name in names} | {
        "supplier": row.supplier.name if row.supplier else None,
        "contract": row.contract.reference if row.contract else None,
    }


def using_document(row: UsingRow) -> dict[str, Any]:
    """Return what ``UsingSchema`` dumps."""
    return {
        "item": row.item,
        "product": row.product,
        "version": row.version,
        "cores": row.cores,
    }
