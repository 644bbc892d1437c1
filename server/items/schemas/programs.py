"""The wire format of agents: how they enrol, and what they are told."""

from marshmallow import fields, validate

from server.foundation.edge.fields import Identifier, Line
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema
from server.items.enrolment import MOST_USES


class EnrolSchema(StrictSchema):
    """An agent introduces itself."""

    token = fields.String(required=True, validate=validate.Length(min=8, max=200))
    agent_id = Line(required=True, longest=64, shortest=8)
    hostname = Line(load_default="", longest=255)
    version = Line(load_default="", longest=64)


class EnrolledSchema(StrictSchema):
    """The agent's key, shown this once."""

    agent_id = fields.String(required=True)
    key = fields.String(required=True)


class TakenSchema(StrictSchema):
    """A report has been committed; ``resend`` names sections that the server lacks."""

    accepted = fields.Boolean(required=True)
    resend = fields.List(fields.String(), required=True)
    next_report_seconds = fields.Integer(required=True)
    item = fields.Integer(required=True, allow_none=True)


class EnrolmentTokenDraftSchema(StrictSchema):
    """A token for agents to enrol with."""

    name = Line(required=True, longest=255, shortest=1)
    organisation_id = Identifier(required=True)
    uses = fields.Integer(
        load_default=1, allow_none=True, validate=validate.Range(min=1, max=MOST_USES)
    )
    valid_hours = fields.Integer(
        load_default=24, allow_none=True, validate=validate.Range(min=1, max=24 * 366)
    )


class EnrolmentTokenSchema(StrictSchema):
    """The new token, shown this once."""

    token = fields.String(required=True)


class AgentNarrowingSchema(StrictSchema):
    """Which agents; what is left out, null or "" does not matter. All that is given must hold."""

    q = Line(load_default="", longest=200, metadata={"description": "Part of the host's name."})
    silent_hours = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1, max=24 * 366),
        metadata={
            "description": "Nothing was heard of it for so long; agents of other makers, which come"
            " once a day, for two days more. A revoked one is not silent."
        },
    )
    problems = fields.Boolean(
        load_default=None,
        allow_none=True,
        metadata={"description": "Whether its last report told of problems."},
    )
    suspect = fields.Boolean(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Whether it may be a duplicate: several machines use its key, a question"
            " of identity about it waits, another agent reports its item, or that has a twin."
        },
    )
    version = Line(
        load_default="", longest=64, metadata={"description": "It is of exactly this version."}
    )
    not_version = Line(
        load_default="",
        longest=64,
        metadata={"description": "It is an agent of Cadastre, and of another version than this."},
    )


class AgentQuerySchema(PageQuerySchema, AgentNarrowingSchema):
    """Which agents, and which page of them."""

    revoked = fields.Boolean(
        load_default=None,
        allow_none=True,
        metadata={"description": "Whether it was revoked; left out: both."},
    )


class AgentSchema(StrictSchema):
    """An enrolled or admitted agent; ``kind`` says whose: cadastre, fusioninventory, glpi, ocs."""

    id = fields.Integer(required=True)
    agent_id = fields.String(required=True)
    hostname = fields.String(required=True)
    kind = fields.String(required=True)
    version = fields.String(required=True)
    organisation_id = fields.Integer(required=True)
    item_id = fields.Integer(required=True, allow_none=True)
    enrolled_at = Moment(required=True)
    last_report_at = Moment(required=True, allow_none=True)
    last_full_at = Moment(required=True, allow_none=True)
    wanted_at = Moment(required=True, allow_none=True)
    revoked_at = Moment(required=True, allow_none=True)
    problems = fields.Dict(required=True)


class WantedSchema(AgentNarrowingSchema):
    """Of which agents a whole report is wanted; never of revoked ones."""


class WantedCountSchema(StrictSchema):
    """How many agents were asked."""

    asked = fields.Integer(required=True)
