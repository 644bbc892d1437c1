"""The wire format of links, files, tasks, time, ratings, templates and words."""

from typing import Any

from marshmallow import fields, validate

from discovery.reach.values import KINDS as CHECKS
from server.desk.tickets.actions.checking import TEXT_LENGTH
from server.desk.tickets.rules.linking import KINDS
from server.desk.tickets.rules.words import SECTIONS
from server.foundation.edge.fields import Base64, Code, Identifier, Line, Passage
from server.foundation.edge.schemas import Moment, StrictSchema

_REFERENCE = validate.Length(min=1, max=40)


class TicketLinkSchema(StrictSchema):
    """A linked ticket; ``outgoing`` reads "this ticket is <kind> that one"."""

    reference = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    open = fields.Boolean(required=True)
    kind = fields.String(required=True)
    outgoing = fields.Boolean(required=True)


def link_row(found: Any) -> dict[str, Any]:
    """Return what ``TicketLinkSchema`` dumps of a ``LinkedTicket``."""
    ticket = found.ticket
    return {
        "reference": ticket.reference,
        "title": ticket.title,
        "state": ticket.state,
        "open": ticket.is_open,
        "kind": found.kind,
        "outgoing": found.outgoing,
    }


class TicketCheckDraftSchema(StrictSchema):
    """What to check of an affected item."""

    item_id = Identifier(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(CHECKS))
    port = fields.Integer(load_default=0, validate=validate.Range(min=0, max=65_535))
    address = fields.String(load_default="", validate=validate.Length(max=64))
    place = fields.String(
        load_default="",
        validate=validate.OneOf(("", "server", "site")),
        metadata={"description": "From where: this server, or the collector of the item's site."},
    )


class TicketCheckSchema(StrictSchema):
    """A check that was asked for; its answer becomes an internal entry."""

    job_id = Identifier(allow_none=True)
    item_id = Identifier()
    kind = fields.String()
    address = fields.String()
    port = fields.Integer()
    collector = fields.String(metadata={"description": "Who makes it; empty: this server."})


class TicketReportDraftSchema(StrictSchema):
    """Of which affected item a report is wanted now."""

    item_id = Identifier(required=True)


class TicketReportSchema(StrictSchema):
    """A report that is awaited; that it was asked for and that it came become internal entries."""

    item_id = Identifier()
    hostname = fields.String()
    last_report_at = Moment(allow_none=True)
    wanted_at = Moment()


class TicketLinkDraftSchema(StrictSchema):
    """What the ticket of the address is to another one."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    other = fields.String(required=True, validate=_REFERENCE)


class TicketMergeSchema(StrictSchema):
    """Into which ticket the one of the address goes."""

    into = fields.String(required=True, validate=_REFERENCE)


class TicketAttachmentSchema(StrictSchema):
    """A file on a ticket."""

    id = fields.Integer(required=True)
    at = Moment(required=True)
    author_id = fields.Integer(required=True, allow_none=True)
    kind = fields.String(required=True)
    file_name = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)


class TicketUploadSchema(StrictSchema):
    """A file to attach."""

    file_name = fields.String(required=True, validate=validate.Length(min=1, max=1000))
    kind = fields.String(load_default="public", validate=validate.OneOf(["public", "internal"]))
    content = Base64(required=True, metadata={"description": "The file, as base64."})


class TicketTaskSchema(StrictSchema):
    """A step of the work on a ticket."""

    id = fields.Integer(required=True)
    checklist = fields.String(required=True)
    title = fields.String(required=True)
    assignee_id = fields.Integer(required=True, allow_none=True)
    due_at = Moment(required=True, allow_none=True)
    done_at = Moment(required=True, allow_none=True)
    done_by_id = fields.Integer(required=True, allow_none=True)


class TicketTaskDraftSchema(StrictSchema):
    """One step, or all steps of a template."""

    title = fields.String(load_default="", validate=validate.Length(max=255))
    template = fields.String(load_default="", validate=validate.Length(max=60))
    assignee_id = Identifier(load_default=None, allow_none=True)
    due_at = Moment(load_default=None, allow_none=True)


class TicketTickSchema(StrictSchema):
    """Whether a step is done."""

    done = fields.Boolean(required=True)


class TicketTimeSchema(StrictSchema):
    """Time booked on a ticket."""

    id = fields.Integer(required=True)
    person_id = fields.Integer(required=True, allow_none=True)
    worked_at = Moment(required=True)
    minutes = fields.Integer(required=True)
    note = fields.String(required=True)


class TicketTimeDraftSchema(StrictSchema):
    """Time that one worked."""

    minutes = fields.Integer(required=True, validate=validate.Range(min=1, max=1440))
    note = Passage(longest=1000, load_default="")
    worked_at = Moment(load_default=None, allow_none=True)


class TicketRatingSchema(StrictSchema):
    """What the requester thought of it."""

    rating = fields.Integer(required=True, validate=validate.Range(min=1, max=5))
    text = Passage(longest=2000, load_default="")


class TicketTemplateSchema(StrictSchema):
    """A template: what it fills in, and the steps it brings."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    document = fields.Dict(required=True)


class TicketTemplateDraftSchema(StrictSchema):
    """What a template fills in; what is left out is left to whoever opens the ticket."""

    name = Line(required=True, longest=120, shortest=1)
    title = fields.String(validate=validate.Length(max=255))
    kind = Code()
    category = fields.String(validate=validate.Length(max=80))
    urgency = Code()
    description = Passage(longest=TEXT_LENGTH)
    group_id = Identifier(allow_none=True)
    fields_ = fields.Dict(keys=fields.String(), attribute="fields", data_key="fields")
    tasks = fields.List(Line(longest=255, shortest=1), validate=validate.Length(max=200))


class TicketTemplateNewSchema(TicketTemplateDraftSchema):
    """A new template under a code of its own."""

    code = Code(required=True)


class DeskWordsSchema(StrictSchema):
    """The desk's words, section by section; the order in a section is that of choosing."""

    sections = fields.Dict(required=True)
    changed = fields.List(fields.String(), required=True)


class DeskWordsDraftSchema(StrictSchema):
    """Sections to be replaced; null makes one what was shipped."""

    sections = fields.Dict(
        keys=fields.String(validate=validate.OneOf(SECTIONS)),
        values=fields.Raw(allow_none=True),
        required=True,
    )
