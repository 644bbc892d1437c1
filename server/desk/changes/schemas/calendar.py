"""The wire format of the calendar."""

from datetime import timedelta
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from server.desk.changes.actions import WindowDraft
from server.desk.changes.queries import Calendar
from server.desk.changes.schemas.planning import ChangeSchema, change_document
from server.desk.tickets.actions.checking import TEXT_LENGTH, TITLE_LENGTH
from server.foundation.edge.fields import Identifier, QueryIdentifier
from server.foundation.edge.schemas import Moment, StrictSchema
from server.foundation.permissions import Actor
from server.items.schemas import ItemRefSchema

_TITLE = validate.Length(min=1, max=TITLE_LENGTH)
_TEXT = validate.Length(max=TEXT_LENGTH)
_FEW = validate.Length(max=200)
#: The longest time that one answer is about.
_LONGEST = timedelta(days=400)


class CalendarQuerySchema(StrictSchema):
    """Which days, where, and for which service."""

    from_text = True

    from_ = Moment(required=True, data_key="from", attribute="from")
    to = Moment(required=True)
    site_id = QueryIdentifier(load_default=None)
    service_id = QueryIdentifier(load_default=None)

    @validates_schema
    def check_days(self, data: dict[str, Any], **_options: Any) -> None:
        """Refuse days that run backwards, or too many."""
        if data["to"] <= data["from"]:
            raise ValidationError("must be later than from", "to")
        if data["to"] - data["from"] > _LONGEST:
            raise ValidationError("must be at most 400 days after from", "to")


class CalendarWindowDraftSchema(StrictSchema):
    """A freeze or a window for maintenance; without any list it is about everything."""

    kind = fields.String(required=True, validate=validate.OneOf(["freeze", "maintenance"]))
    name = fields.String(required=True, validate=_TITLE)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    organisation_id = Identifier(load_default=None, allow_none=True)
    reason = fields.String(load_default="", validate=_TEXT)
    repeats = fields.String(load_default="", validate=validate.OneOf(["", "weekly"]))
    time_zone = fields.String(load_default="UTC", validate=validate.Length(max=100))
    item_ids = fields.List(Identifier(), load_default=list, validate=_FEW)
    class_codes = fields.List(
        fields.String(validate=validate.Length(max=100)), load_default=list, validate=_FEW
    )
    service_ids = fields.List(Identifier(), load_default=list, validate=_FEW)
    site_ids = fields.List(Identifier(), load_default=list, validate=_FEW)


def window_draft(body: dict[str, Any]) -> WindowDraft:
    """Return the window that a body describes."""
    return WindowDraft(**body)


class CalendarWindowSchema(CalendarWindowDraftSchema):
    """A freeze or a window for maintenance."""

    id = fields.Integer(required=True)
    suspended_at = Moment(required=True, allow_none=True)
    suspended_reason = fields.String(required=True)


class HeldSchema(StrictSchema):
    """One time at which a window holds."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    start = Moment(required=True)
    end = Moment(required=True)


class ReleaseSpanSchema(StrictSchema):
    """A release, from its first window to the end of its last."""

    reference = fields.String(required=True)
    title = fields.String(required=True)
    start = Moment(required=True)
    end = Moment(required=True)


class CalendarSchema(StrictSchema):
    """What happens in some days."""

    changes = fields.List(fields.Nested(ChangeSchema), required=True)
    windows = fields.List(fields.Nested(HeldSchema), required=True)
    releases = fields.List(fields.Nested(ReleaseSpanSchema), required=True)


def calendar_document(actor: Actor, found: Calendar) -> dict[str, Any]:
    """Return what ``CalendarSchema`` describes."""
    return {
        "changes": [change_document(actor, change) for change in found.changes],
        "windows": [
            {
                "id": row.id,
                "kind": row.kind,
                "name": row.name,
                "start": here.start.isoformat(),
                "end": here.end.isoformat(),
            }
            for row, here in found.windows
        ],
        "releases": [
            {
                "reference": release.reference,
                "title": release.title,
                "start": span.start.isoformat(),
                "end": span.end.isoformat(),
            }
            for release, span in found.releases
        ],
    }


class CollidingChangeSchema(StrictSchema):
    """One of two changes that collide."""

    reference = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    window_start = Moment(required=True)
    window_end = Moment(required=True)


class CollidingPairSchema(StrictSchema):
    """Two changes that get in each other's way; of items of each kind the first 20."""

    first = fields.Nested(CollidingChangeSchema, required=True)
    second = fields.Nested(CollidingChangeSchema, required=True)
    start = Moment(
        attribute="shared.start", required=True, metadata={"description": "When both run."}
    )
    end = Moment(attribute="shared.end", required=True)
    items = fields.List(
        fields.Nested(ItemRefSchema), required=True, metadata={"description": "Touched by both."}
    )
    services = fields.List(
        fields.Nested(ItemRefSchema), required=True, metadata={"description": "Down with either."}
    )
    only_together = fields.List(
        fields.Nested(ItemRefSchema),
        required=True,
        metadata={"description": "Down with neither alone, but with both."},
    )
    same_implementer = fields.Boolean(required=True)


class CalendarCollisionsSchema(StrictSchema):
    """The changes of some days that collide, two by two."""

    pairs = fields.List(fields.Nested(CollidingPairSchema), required=True)
    more = fields.Integer(required=True, metadata={"description": "Pairs that are not listed."})
    hidden = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Pairs with a change out of sight, for who may count those."},
    )
    cut = fields.Boolean(
        required=True,
        metadata={"description": "Only the first 1,000 changes of these days were compared."},
    )


class SuspensionSchema(StrictSchema):
    """Why a window holds no longer."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=TEXT_LENGTH))


class ChangeMoveWindowSchema(StrictSchema):
    """When a change shall begin."""

    start = Moment(required=True)


class CalendarFeedDraftSchema(StrictSchema):
    """What a feed is called."""

    name = fields.String(required=True, validate=_TITLE)


class CalendarFeedSchema(StrictSchema):
    """A feed."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    created_at = Moment(required=True)


class OpenedFeedSchema(StrictSchema):
    """A feed just opened; its address is never to be seen again."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True)
