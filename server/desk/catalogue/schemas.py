"""The wire format of the catalogue."""

from typing import Any

from marshmallow import fields, validate

from server.desk.catalogue.queries import Offered
from server.desk.catalogue.rules.offering import STATES
from server.desk.catalogue.rules.writing import offering_document
from server.foundation.edge.fields import Line
from server.foundation.edge.identifiers import LARGEST_ID
from server.foundation.edge.schemas import Moment, StrictSchema

#: What people need to see of an offering; who approves and who does it is the desk's own.
_SHOWN = ("names", "descriptions", "section", "icon", "cost", "delivery", "fields")


class _QuerySchema(StrictSchema):
    from_text = True


class OfferedQuerySchema(_QuerySchema):
    """Which offerings: those that hold every word, those of a section."""

    text = Line(longest=200, load_default="")
    section = Line(longest=60, load_default="")


class OfferedVersionQuerySchema(_QuerySchema):
    """Which version; the newest when none is named."""

    version = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(min=1, max=LARGEST_ID)
    )


class OfferedSchema(StrictSchema):
    """Something to ask for, with the questions of its form."""

    code = fields.String(required=True)
    version = fields.Integer(required=True)
    names = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    descriptions = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    section = fields.Dict(required=True)
    icon = fields.String(required=True)
    cost = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    delivery = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    fields_ = fields.List(fields.Dict(), data_key="fields", attribute="fields", required=True)


class OfferingSectionSchema(StrictSchema):
    """A section of the catalogue."""

    code = fields.String(required=True)
    labels = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class CatalogueQuerySchema(_QuerySchema):
    """Offerings of one state."""

    state = fields.String(load_default="", validate=validate.OneOf(["", *STATES]))


class OfferingDraftSchema(StrictSchema):
    """An offering as its document says it; each fault is told under its own path."""

    document = fields.Dict(keys=fields.String(), required=True)


class OfferingNewSchema(OfferingDraftSchema):
    """A new offering under a code of its own."""

    code = fields.String(
        required=True,
        validate=validate.Regexp(
            r"^[a-z][a-z0-9_]{0,39}$", error="must be lower-case letters, digits and _"
        ),
    )


class OfferingPublicationSchema(StrictSchema):
    """Whether forms of older versions, which somebody may be filling in, hold no longer."""

    withdraw_older = fields.Boolean(load_default=False)


class OfferingSchema(StrictSchema):
    """An offering as it is worked on."""

    code = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    has_changes = fields.Boolean(required=True)
    document = fields.Dict(required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    published_at = Moment(required=True, allow_none=True)


class OfferingVersionSchema(StrictSchema):
    """What an offering said in one publication."""

    version = fields.Integer(required=True)
    document = fields.Dict(required=True)
    at = Moment(required=True)
    person_id = fields.Integer(required=True, allow_none=True)
    withdrawn_at = Moment(required=True, allow_none=True)


def offered_document(offered: Offered) -> dict[str, Any]:
    """Return what people are shown of an offering."""
    document = offering_document(offered.form)
    shown = {name: document[name] for name in _SHOWN}
    return {"code": offered.offering.code, "version": offered.version, **shown}
