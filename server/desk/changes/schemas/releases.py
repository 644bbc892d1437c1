"""The wire format of releases."""

from typing import Any

from marshmallow import fields, validate

from server.desk.changes.actions import ReleaseDraft
from server.desk.changes.models import Release
from server.desk.changes.queries import ReleasePage, ReleaseRow, ReleaseVersions
from server.desk.changes.rules.releases import PROGRESS, STANDINGS, Seen
from server.desk.tickets.actions.checking import TEXT_LENGTH, TITLE_LENGTH
from server.foundation.edge.fields import Identifier
from server.foundation.edge.schemas import Moment, StrictSchema, page_of, schema_of
from server.items.schemas import ItemRefSchema

_TITLE = validate.Length(min=1, max=TITLE_LENGTH)
_WORD = validate.Length(max=TITLE_LENGTH)
_TEXT = validate.Length(max=TEXT_LENGTH)


class ReleaseDraftSchema(StrictSchema):
    """A release: software by its name, or the attribute by which devices say their version."""

    title = fields.String(required=True, validate=_TITLE)
    target_version = fields.String(required=True, validate=_TITLE)
    product = fields.String(
        load_default="",
        validate=_WORD,
        metadata={"description": "The name under which discovery finds the software."},
    )
    attribute = fields.String(
        load_default="",
        validate=_WORD,
        metadata={"description": 'Instead of software, as "firmware_version".'},
    )
    notes = fields.String(load_default="", validate=_TEXT)
    organisation_id = Identifier(load_default=None, allow_none=True)


def release_draft(body: dict[str, Any]) -> ReleaseDraft:
    """Return the release that a body describes."""
    return ReleaseDraft(**body)


class ReleasePatchSchema(StrictSchema):
    """Changed fields; what is absent stays."""

    title = fields.String(validate=_TITLE)
    target_version = fields.String(validate=_TITLE)
    product = fields.String(validate=_WORD)
    attribute = fields.String(validate=_WORD)
    notes = fields.String(validate=_TEXT)


class ReleaseBlockerSchema(StrictSchema):
    """What stands in the way: a change, and why."""

    reference = fields.String(required=True)
    code = fields.String(required=True)


class ReleaseRowSchema(StrictSchema):
    """A release, and where it is by the changes in sight."""

    id = fields.Integer(required=True)
    reference = fields.String(required=True)
    organisation_id = fields.Integer(required=True)
    title = fields.String(required=True)
    product = fields.String(required=True)
    attribute = fields.String(required=True)
    target_version = fields.String(required=True)
    progress = fields.String(required=True, validate=validate.OneOf(PROGRESS))
    change_count = fields.Integer(required=True)
    start = Moment(required=True, allow_none=True)
    end = Moment(required=True, allow_none=True)
    created_at = Moment(required=True)
    version = fields.Integer(required=True)


class ReleaseSchema(ReleaseRowSchema):
    """A release with its changes and what stands in its way."""

    notes = fields.String(required=True)
    changes = fields.List(fields.String(), required=True)
    blockers = fields.List(fields.Nested(ReleaseBlockerSchema), required=True)


ReleaseListPage = page_of(ReleaseRowSchema, "ReleasePage")
_PLAIN = (
    "id",
    "reference",
    "organisation_id",
    "title",
    "product",
    "attribute",
    "target_version",
    "created_at",
    "version",
)


def release_row(row: ReleaseRow) -> dict[str, Any]:
    """Return what ``ReleaseRowSchema`` dumps."""
    told: dict[str, Any] = {name: getattr(row.release, name) for name in _PLAIN}
    return told | {
        "progress": row.progress,
        "change_count": row.changes,
        "start": row.start,
        "end": row.end,
    }


def release_document(page: ReleasePage) -> dict[str, Any]:
    """Return a release as JSON."""
    release: Release = page.row.release
    whole = release_row(page.row) | {
        "notes": release.notes,
        "changes": [change.reference for change in page.changes],
        "blockers": [{"reference": one.reference, "code": one.code} for one in page.blockers],
    }
    found: dict[str, Any] = schema_of(ReleaseSchema).dump(whole)
    return found


class SeenVersionSchema(StrictSchema):
    """A version that discovery found."""

    version = fields.String(required=True)
    ecosystem = fields.String(required=True)


class VersionLineSchema(StrictSchema):
    """An item that the release touches, and how it stands to the version aimed at."""

    item = fields.Nested(ItemRefSchema, required=True)
    standing = fields.String(required=True, validate=validate.OneOf(STANDINGS))
    seen = fields.List(fields.Nested(SeenVersionSchema), required=True)
    source = fields.String(required=True)
    heard_at = Moment(required=True, allow_none=True)
    changes = fields.List(fields.String(), required=True)


class BesideSchema(StrictSchema):
    """An item below the version that no change of the release touches."""

    item = fields.Nested(ItemRefSchema, required=True)
    seen = fields.List(fields.Nested(SeenVersionSchema), required=True)


class ReleaseVersionsSchema(StrictSchema):
    """Discovered against aimed at; `beside` is null where it is not looked for."""

    target_version = fields.String(required=True)
    lines = fields.List(fields.Nested(VersionLineSchema), required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    beside = fields.List(fields.Nested(BesideSchema), required=True, allow_none=True)
    more_beside = fields.Boolean(required=True)


def versions_document(release: Release, found: ReleaseVersions) -> dict[str, Any]:
    """Return what ``ReleaseVersionsSchema`` dumps."""
    return {
        "target_version": release.target_version,
        "lines": [
            {
                "item": line.item,
                "standing": line.standing,
                "seen": [_seen(one) for one in line.seen],
                "source": line.source,
                "heard_at": line.heard_at,
                "changes": [change.reference for change in line.changes],
            }
            for line in found.lines
        ],
        "counts": dict(found.counts),
        "beside": None
        if found.beside is None
        else [{"item": item, "seen": [_seen(one) for one in seen]} for item, seen in found.beside],
        "more_beside": found.more_beside,
    }


def _seen(one: Seen) -> dict[str, str]:
    return {"version": one.version, "ecosystem": one.ecosystem}
