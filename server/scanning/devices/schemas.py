"""The wire format of what a device told."""

from typing import Any

from marshmallow import fields

from server.foundation.edge.schemas import StrictSchema

_ITEM = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
    "required": ["id", "name"],
}


def _named(found: tuple[int, str] | None) -> dict[str, Any] | None:
    return None if found is None else {"id": found[0], "name": found[1]}


def _item() -> fields.Field[Any]:
    """Return the field for the item that was recognised, null where none in sight was."""
    return fields.Function(
        lambda one: _named(one.item), metadata={**_ITEM, "type": ["object", "null"]}
    )


class TransceiverSchema(StrictSchema):
    """An optic in a port: what it is, and what it measures; "" and null are not told."""

    kind = fields.String(required=True)
    vendor = fields.String(required=True)
    model = fields.String(required=True)
    serial = fields.String(required=True)
    temperature_c = fields.Float(required=True, allow_none=True)
    volts = fields.Float(required=True, allow_none=True)
    bias_ma = fields.Float(required=True, allow_none=True)
    sent_dbm = fields.Float(required=True, allow_none=True)
    received_dbm = fields.Float(required=True, allow_none=True)


class PortSchema(StrictSchema):
    """A port of a device (``index``: ifIndex), what it carries, and what is behind it.

    ``macs`` are the first 20 addresses learnt there of ``mac_count``. ``linked`` are known items,
    named with the port there; ``neighbours`` told their names and are no known device. ``socket``
    is one for a cable; others are built on top.
    """

    index = fields.Integer(required=True)
    name = fields.String(required=True)
    alias = fields.String(required=True)
    up = fields.Boolean(required=True, allow_none=True)
    speed_mbps = fields.Float(required=True, allow_none=True)
    socket = fields.Boolean(required=True)
    untagged = fields.List(fields.Integer(), required=True)
    tagged = fields.List(fields.Integer(), required=True)
    learnt_vlans = fields.List(fields.Integer(), required=True)
    mac_count = fields.Integer(required=True)
    macs = fields.List(fields.String(), required=True)
    linked = fields.Function(
        lambda port: [_named(one) for one in port.linked],
        metadata={"type": "array", "items": _ITEM},
    )
    neighbours = fields.List(fields.String(), required=True)
    transceiver = fields.Nested(TransceiverSchema, required=True, allow_none=True)


class AccessPointSchema(StrictSchema):
    """An access point, as its controller tells it; ``clients`` are connected to it."""

    mac = fields.String(required=True, attribute="told.mac")
    name = fields.String(required=True, attribute="told.name")
    address = fields.String(required=True, attribute="told.address")
    vendor = fields.String(required=True, attribute="told.vendor")
    model = fields.String(required=True, attribute="told.model")
    serial = fields.String(required=True, attribute="told.serial")
    version = fields.String(required=True, attribute="told.version")
    location = fields.String(required=True, attribute="told.location")
    clients = fields.Integer(required=True, attribute="stations")
    item = _item()


class StationSchema(StrictSchema):
    """Who is connected without a cable; ``network`` is the SSID."""

    mac = fields.String(required=True, attribute="told.mac")
    name = fields.String(required=True, attribute="told.name")
    address = fields.String(required=True, attribute="told.address")
    access_point = fields.String(required=True)
    network = fields.String(required=True, attribute="told.network")
    channel = fields.Integer(required=True, allow_none=True, attribute="told.channel")
    signal_dbm = fields.Float(required=True, allow_none=True, attribute="told.signal_dbm")
    item = _item()
