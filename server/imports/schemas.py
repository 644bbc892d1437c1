"""The wire format of imports."""

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, fields, validate

from server.foundation.edge.fields import Line, QueryIdentifier
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema
from server.imports.running import LineOutcome


class UploadQuerySchema(StrictSchema):
    """Where a file goes, and what it is called."""

    from_text = True

    organisation_id = QueryIdentifier(required=True)
    source = Line(load_default="sheet", longest=50)
    file_name = Line(load_default="import.csv", longest=200)


class MappingSchema(StrictSchema):
    """What the columns mean: an attribute's code, @key, @class, or "" to leave a column out."""

    columns = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    class_code = Line(data_key="class", load_default="")
    classes = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    values = fields.Dict(keys=fields.String(), values=fields.Dict(), load_default=dict)


class ImportRunSchema(StrictSchema):
    """A file on its way in. ``state``: mapped, running, done, failed or undone."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    source = fields.String(required=True)
    file_name = fields.String(required=True)
    headers = fields.List(fields.String(), required=True)
    mapping = fields.Dict(required=True)
    state = fields.String(required=True)
    counts = fields.Dict(required=True)
    problem = fields.String(required=True)
    at = Moment(required=True)
    finished_at = Moment(required=True, allow_none=True)


_LINES = ("", "created", "updated", "review", "refused", "unchanged", "faulty")


class LineQuerySchema(PageQuerySchema):
    """Which lines."""

    outcome = fields.String(
        load_default="",
        validate=validate.OneOf(_LINES),
        metadata={"description": "What became of a line; faulty: lines with problems."},
    )


class ImportLineSchema(Schema):
    """What became of one line of the file; lines that changed nothing are only counted."""

    number = fields.Integer(required=True)
    outcome = fields.String(required=True)
    item_id = fields.Integer(required=True, allow_none=True)
    problems = fields.Dict(required=True)


class RehearsedLineSchema(ImportLineSchema):
    """What would become of one line, and what it would change."""

    changes = fields.Dict(required=True)


class RehearsalSchema(Schema):
    """What the first thousand lines would do."""

    counts = fields.Dict(required=True)
    lines = fields.List(fields.Nested(RehearsedLineSchema), required=True)


def rehearsal_document(outcomes: Sequence[LineOutcome]) -> dict[str, Any]:
    """Return what ``RehearsalSchema`` dumps: wrong lines first, then what changes."""
    counts: dict[str, int] = {}
    for one in outcomes:
        counts[one.outcome] = counts.get(one.outcome, 0) + 1
    told = sorted(outcomes, key=lambda one: (not one.problems, one.outcome == "unchanged"))
    lines = [
        {
            "number": one.number,
            "outcome": one.outcome,
            # What a rehearsal creates is gone again.
            "item_id": None if one.outcome == "created" else one.item_id,
            "problems": dict(one.problems),
            "changes": {name: {"old": old, "new": new} for name, (old, new) in one.changes.items()},
        }
        for one in told[:200]
    ]
    return {"counts": counts, "lines": lines}
