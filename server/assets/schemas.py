"""The wire format of contracts and racks."""

from collections.abc import Sequence
from typing import Any

from marshmallow import fields, validate

from cmdb.records.items import Item
from server.assets.actions import KINDS
from server.assets.models import Contract
from server.assets.queries import STATES
from server.assets.racks import RackView
from server.assets.rules.racks import Placed, Slot
from server.foundation.edge.fields import Identifier, Line
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema
from server.items.schemas import ItemRefSchema

_MANY = validate.Length(max=5000)


class ContractQuerySchema(PageQuerySchema):
    """Which contracts."""

    q = Line(
        load_default="",
        longest=200,
        metadata={"description": "Part of the reference, the name, or the supplier's name."},
    )
    state = fields.String(
        load_default="",
        validate=validate.OneOf(("", *STATES)),
        metadata={"description": "In force; in force and ending within 90 days; or over."},
    )
    ends_after = fields.Date(load_default=None, metadata={"description": "Not over on that day."})


class ContractEditSchema(StrictSchema):
    """What a contract is from now on; both days are included."""

    reference = Line(required=True, shortest=1, longest=255)
    name = Line(required=True, shortest=1, longest=255)
    supplier = Line(
        load_default="",
        longest=255,
        metadata={"description": "By name; one that is new is written down. Or `supplier_id`."},
    )
    supplier_id = Identifier(load_default=None, allow_none=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    item_ids = fields.List(Identifier(), load_default=list, validate=_MANY)


class ContractDraftSchema(ContractEditSchema):
    """A contract to write down."""

    organisation_id = Identifier(required=True)


class ContractSchema(StrictSchema):
    """A promise of a supplier."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    reference = fields.String(required=True)
    name = fields.String(required=True)
    supplier = fields.String(required=True)
    supplier_id = fields.Integer(required=True)
    kind = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    created_at = Moment(required=True)


class ContractDetailsSchema(ContractSchema):
    """The same with the items in sight that it covers."""

    items = fields.List(fields.Nested(ItemRefSchema), required=True)


class DeviceInRackSchema(StrictSchema):
    """A device in a rack: its lowest unit (null: nobody has said), height and face."""

    item_id = fields.Integer(required=True)
    name = fields.String(required=True)
    position = fields.Integer(required=True, allow_none=True)
    height = fields.Integer(required=True)
    face = fields.String(required=True)


class RackSlotSchema(StrictSchema):
    """Units of a face, by the highest: a device, or one free unit."""

    unit = fields.Integer(required=True)
    height = fields.Integer(required=True)
    device = fields.Nested(DeviceInRackSchema, required=True, allow_none=True)


class RackSchema(StrictSchema):
    """A rack from above, its two faces, and what cannot be placed."""

    rack = fields.Nested(ItemRefSchema, required=True)
    units = fields.Integer(required=True)
    front = fields.List(fields.Nested(RackSlotSchema), required=True)
    rear = fields.List(fields.Nested(RackSlotSchema), required=True)
    unplaced = fields.List(fields.Nested(DeviceInRackSchema), required=True)


def contract_document(row: Contract, items: Sequence[Item]) -> dict[str, Any]:
    """Return what ``ContractDetailsSchema`` dumps."""
    own = {name: getattr(row, name) for name in ContractSchema().fields}
    return own | {"items": items}


def rack_document(view: RackView) -> dict[str, Any]:
    """Return what ``RackSchema`` dumps."""
    faces = {face: [_slot(one) for one in slots] for face, slots in view.faces.items()}
    unplaced = [_device(one) for one in view.unplaced]
    return {"rack": view.rack, "units": view.units, "unplaced": unplaced} | faces


def _slot(slot: Slot) -> dict[str, Any]:
    device = _device(slot.device) if slot.device else None
    return {"unit": slot.unit, "height": slot.height, "device": device}


def _device(one: Placed) -> dict[str, Any]:
    names = ("item_id", "name", "position", "height", "face")
    return {name: getattr(one, name) for name in names}
