"""The wire format of notifications and of how one wants them."""

from typing import Any

from marshmallow import fields, validate

from server.foundation.edge.fields import Identifier
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema, page_of
from server.notify.models import Notification
from server.notify.rules.texts import Told, kinds, line_of
from server.notify.rules.timing import WAYS

_MINUTE = validate.Range(min=0, max=1439)


class NotificationQuerySchema(PageQuerySchema):
    """Which of one's notifications."""

    unread = fields.Boolean(load_default=False)


class NotificationSchema(StrictSchema):
    """One thing one was told; ``line`` is in one's own language."""

    id = fields.Integer(required=True)
    at = Moment(required=True)
    kind = fields.String(required=True)
    line = fields.String(required=True)
    path = fields.String(required=True)
    read_at = Moment(required=True, allow_none=True)
    sent_at = Moment(required=True, allow_none=True)


NotificationPage = page_of(NotificationSchema, "NotificationPage")


def notification_row(row: Notification, language: str) -> dict[str, Any]:
    """Return what ``NotificationSchema`` dumps."""
    names = ("id", "at", "kind", "path", "read_at", "sent_at")
    line = line_of(Told(row.kind, row.detail, row.path), language)
    return {name: getattr(row, name) for name in names} | {"line": line}


class ReadSchema(StrictSchema):
    """Which were read; all of them when none is named."""

    ids = fields.List(
        Identifier(), load_default=None, allow_none=True, validate=validate.Length(max=500)
    )


class NotificationPreferenceSchema(StrictSchema):
    """How one wants to be told; minutes are of one's local day."""

    mail = fields.String(required=True, validate=validate.OneOf(WAYS))
    quiet_from = fields.Integer(load_default=None, allow_none=True, validate=_MINUTE)
    quiet_to = fields.Integer(load_default=None, allow_none=True, validate=_MINUTE)
    digest_at = fields.Integer(load_default=480, validate=_MINUTE)
    muted = fields.List(fields.String(validate=validate.OneOf(kinds())), load_default=list)
