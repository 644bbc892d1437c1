"""Bodies of personnel lists and of their deliveries."""

from marshmallow import Schema, fields, validate

from server.foundation.edge.fields import Code, Identifier, Line
from server.foundation.edge.schemas import Moment, StrictSchema, page_of
from server.people.rules.roster_lines import FIELDS, WINNABLE

#: So many lines one request may bring; a longer list is a file.
MOST_AT_ONCE = 10_000

_COLUMNS = {
    "description": f"Field ({', '.join(FIELDS)}) to the header of its column; usual headers are "
    "understood without."
}


class RosterSchema(Schema):
    """A personnel list as it is shown."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    organisation_id = fields.Integer(required=True)
    columns = fields.Dict(required=True)
    wins = fields.List(fields.String(), required=True)
    complete = fields.Boolean(required=True)
    creates = fields.Boolean(required=True)
    enabled = fields.Boolean(required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    version = fields.Integer(required=True)


class RosterChangeSchema(StrictSchema):
    """What may be changed about a personnel list; what is left out stays."""

    name = Line(shortest=1)
    columns = fields.Dict(keys=fields.String(), values=Line(), metadata=_COLUMNS)
    wins = fields.List(
        Line(),
        validate=validate.Length(max=len(WINNABLE)),
        metadata={
            "description": "Fields in which its word counts before that of directories: "
            f"{', '.join(WINNABLE)}."
        },
    )
    complete = fields.Boolean(
        metadata={"description": "Each delivery holds everybody: whoever is missing has left."}
    )
    creates = fields.Boolean(metadata={"description": "Whoever nobody else knows is written down."})
    enabled = fields.Boolean()


class RosterCreateSchema(RosterChangeSchema):
    """A personnel list to be added."""

    code = Code(required=True)
    name = Line(shortest=1, required=True)
    organisation_id = Identifier(required=True)


class RosterRunSchema(Schema):
    """One delivery of a personnel list."""

    id = fields.Integer(required=True)
    state = fields.String(
        required=True,
        metadata={"description": "queued, running, finished, held, failed or replaced."},
    )
    file_name = fields.String(required=True)
    started_at = Moment(required=True)
    finished_at = Moment(required=True, allow_none=True)
    report = fields.Dict(required=True)


class DeliverySchema(StrictSchema):
    """The lines of a personnel list, by header, as a file would hold them."""

    people = fields.List(
        fields.Dict(keys=fields.String(), values=fields.String(allow_none=True)),
        required=True,
        validate=validate.Length(min=1, max=MOST_AT_ONCE),
    )


class DeliveredFileSchema(StrictSchema):
    """What a delivered file is called."""

    file_name = Line(load_default="")


class OtherWordSchema(Schema):
    """What another source says."""

    source = fields.String(required=True)
    value = fields.String(required=True)


class SaidSchema(Schema):
    """What is said of one attribute of somebody, and by whom."""

    attribute = fields.String(required=True)
    value = fields.String(required=True)
    source = fields.String(
        required=True, metadata={"description": "Whose word counts; empty where nobody says."}
    )
    others = fields.Function(
        lambda said: [{"source": source, "value": text} for source, text in said.others],
        metadata={
            "type": "array",
            "items": {"type": "object"},
            "description": "What others say, in the order in which they would count.",
        },
    )


class WordsSchema(Schema):
    """Who says what of somebody."""

    items = fields.List(fields.Nested(SaidSchema), required=True)


RosterPage = page_of(RosterSchema, "RosterPage")
RosterRunPage = page_of(RosterRunSchema, "RosterRunPage")
