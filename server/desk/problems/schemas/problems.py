"""The wire format of problems, known errors, proposals and major incidents."""

from collections.abc import Sequence
from typing import Any

from marshmallow import fields, validate

from server.desk.problems.actions.major import KINDS
from server.desk.problems.models import Problem
from server.desk.problems.queries.known import KnownError
from server.desk.problems.queries.proposing import Proposal
from server.desk.problems.rules.lifecycle import MOST_WHYS, PUBLISHED, STATES
from server.desk.tickets.actions.checking import MAX_ITEMS, TEXT_LENGTH
from server.foundation.edge.fields import Identifier, Line, Passage
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema, page_of

_TICKET = {"longest": 40, "shortest": 1}


class WhySchema(StrictSchema):
    """Why, or why that: an answer and what shows it."""

    because = Passage(longest=TEXT_LENGTH, required=True)
    evidence = Passage(longest=TEXT_LENGTH, load_default="")


class ProblemRecordSchema(StrictSchema):
    """A problem."""

    id = fields.Integer(required=True)
    reference = fields.String(required=True)
    organisation_id = fields.Integer(required=True)
    title = fields.String(required=True)
    description = fields.String(required=True)
    state = fields.String(required=True)
    open = fields.Boolean(attribute="is_open", required=True)
    priority = fields.Integer(required=True)
    assignee_id = fields.Integer(required=True, allow_none=True)
    group_id = fields.Integer(required=True, allow_none=True)
    whys = fields.List(fields.Dict(), required=True)
    cause = fields.String(required=True)
    workaround = fields.String(required=True)
    resolution = fields.String(required=True)
    published = fields.String(required=True)
    match_model = fields.String(required=True)
    match_software = fields.String(required=True)
    match_below = fields.String(required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    resolved_at = Moment(required=True, allow_none=True)
    version = fields.Integer(required=True)


ProblemPage = page_of(ProblemRecordSchema, "ProblemPage")


class ProblemQuerySchema(PageQuerySchema):
    """Which problems."""

    q = Line(longest=200, load_default="")
    state = fields.String(load_default="", validate=validate.OneOf(["", *STATES]))
    open = fields.Boolean(load_default=None, allow_none=True)


class ProblemDraftSchema(StrictSchema):
    """A new problem over incidents and items."""

    title = Line(longest=255, shortest=1, required=True)
    description = Passage(longest=TEXT_LENGTH, load_default="")
    priority = fields.Integer(load_default=3, strict=True, validate=validate.Range(min=1, max=5))
    tickets = fields.List(Line(**_TICKET), load_default=list, validate=validate.Length(max=200))
    item_ids = fields.List(Identifier(), load_default=list, validate=validate.Length(max=MAX_ITEMS))
    cause_item_id = Identifier(load_default=None, allow_none=True)
    organisation_id = Identifier(load_default=None, allow_none=True)
    group_id = Identifier(load_default=None, allow_none=True)


class ProblemPatchSchema(StrictSchema):
    """Changed fields; what is absent stays."""

    title = Line(longest=255, shortest=1)
    description = Passage(longest=TEXT_LENGTH)
    priority = fields.Integer(strict=True, validate=validate.Range(min=1, max=5))
    assignee_id = Identifier(allow_none=True)
    group_id = Identifier(allow_none=True)
    whys = fields.List(fields.Nested(WhySchema), validate=validate.Length(max=MOST_WHYS))
    cause = Passage(longest=TEXT_LENGTH)
    workaround = Passage(longest=TEXT_LENGTH)
    resolution = Passage(longest=TEXT_LENGTH)
    published = fields.String(validate=validate.OneOf(PUBLISHED))
    match_model = Line(longest=200)
    match_software = Line(longest=200)
    match_below = Line(longest=60)


class ProblemMoveSchema(StrictSchema):
    """A step of a problem's life."""

    state = fields.String(required=True, validate=validate.OneOf(STATES))


class ProblemNoteDraftSchema(StrictSchema):
    """What somebody found."""

    text = Passage(longest=TEXT_LENGTH, required=True)


class ProblemEntrySchema(StrictSchema):
    """A note, or a step that was taken."""

    id = fields.Integer(required=True)
    at = Moment(required=True)
    author_id = fields.Integer(required=True, allow_none=True)
    kind = fields.String(required=True)
    text = fields.String(required=True)
    detail = fields.Dict(required=True)


class ProblemTicketDraftSchema(StrictSchema):
    """A ticket behind which the problem lies."""

    ticket = Line(**_TICKET, required=True)


class ProblemTicketSchema(StrictSchema):
    """A ticket behind which the problem lies."""

    reference = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    open = fields.Boolean(attribute="is_open", required=True)


class ProblemItemsDraftSchema(StrictSchema):
    """More items, and which of all of them is the cause."""

    item_ids = fields.List(Identifier(), load_default=list, validate=validate.Length(max=MAX_ITEMS))
    cause_item_id = Identifier(load_default=None, allow_none=True)


class ProblemItemSchema(StrictSchema):
    """An item that a problem is about."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    class_code = fields.String(required=True)
    is_cause = fields.Boolean(required=True)


class KnownErrorQuerySchema(StrictSchema):
    """On which items."""

    from_text = True

    ticket = Line(longest=40, load_default="")
    item_id = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(min=1, max=2**63 - 1)
    )


class KnownErrorSchema(StrictSchema):
    """A known error, the item it fits and by what: item, model or software."""

    reference = fields.String(required=True)
    title = fields.String(required=True)
    workaround = fields.String(required=True)
    item_id = fields.Integer(required=True)
    item_name = fields.String(required=True)
    by = fields.String(required=True)
    version = fields.String(required=True)


def known_row(one: KnownError) -> dict[str, Any]:
    """Return what ``KnownErrorSchema`` dumps."""
    return {
        "reference": one.problem.reference,
        "title": one.problem.title,
        "workaround": one.problem.workaround,
        "item_id": one.item.id,
        "item_name": one.item.name,
        "by": one.by,
        "version": one.version,
    }


class ProblemProposalSchema(StrictSchema):
    """Incidents that one failure would explain, with what speaks for it."""

    item_id = fields.Integer(required=True)
    item_name = fields.String(required=True)
    tickets = fields.List(fields.String(), required=True)
    explains = fields.List(fields.Integer(), required=True)
    share = fields.Float(required=True)
    differences = fields.Integer(required=True)
    changed_at = Moment(required=True, allow_none=True)


def proposal_row(one: Proposal) -> dict[str, Any]:
    """Return what ``ProblemProposalSchema`` dumps."""
    return {
        "item_id": one.item.id,
        "item_name": one.item.name,
        "tickets": [ticket.reference for ticket in one.tickets],
        "explains": [item.id for item in one.explains],
        "share": one.share,
        "differences": one.differences,
        "changed_at": one.changed_at,
    }


class MajorIncidentDraftSchema(StrictSchema):
    """Who leads, where people meet, what was learnt; ``children`` come to belong to it."""

    manager_id = Identifier(load_default=None, allow_none=True)
    technical_id = Identifier(load_default=None, allow_none=True)
    communications_id = Identifier(load_default=None, allow_none=True)
    bridge = Line(longest=300, load_default="")
    lessons = Passage(longest=TEXT_LENGTH, load_default="")
    children = fields.List(Line(**_TICKET), load_default=list, validate=validate.Length(max=200))


class MajorUpdateSchema(StrictSchema):
    """A line of the time line; ``told``: on how many tickets an announcement was written."""

    id = fields.Integer(required=True)
    at = Moment(required=True)
    person_id = fields.Integer(required=True, allow_none=True)
    kind = fields.String(required=True)
    text = fields.String(required=True)
    told = fields.Integer(required=True)


class MajorUpdateDraftSchema(StrictSchema):
    """A fact for the time line, or an announcement to everybody concerned."""

    kind = fields.String(load_default="fact", validate=validate.OneOf(KINDS))
    text = Passage(longest=TEXT_LENGTH, required=True)


class MajorIncidentSchema(StrictSchema):
    """A major incident."""

    ticket_id = fields.Integer(required=True)
    declared_at = Moment(required=True)
    declared_by_id = fields.Integer(required=True, allow_none=True)
    manager_id = fields.Integer(required=True, allow_none=True)
    technical_id = fields.Integer(required=True, allow_none=True)
    communications_id = fields.Integer(required=True, allow_none=True)
    bridge = fields.String(required=True)
    lessons = fields.String(required=True)
    ended_at = Moment(required=True, allow_none=True)


def entry_rows(rows: Sequence[tuple[Any, Any]]) -> list[Any]:
    """Return the entries of rows with their authors."""
    return [entry for entry, _ in rows]


def item_rows(rows: list[tuple[Any, bool]]) -> list[dict[str, Any]]:
    """Return what ``ProblemItemSchema`` dumps."""
    return [
        {"id": item.id, "name": item.name, "class_code": item.class_code, "is_cause": cause}
        for item, cause in rows
    ]


def problem_page(page: Any) -> dict[str, Any]:
    """Return what ``ProblemPage`` dumps."""
    rows: list[Problem] = list(page.rows)
    return {"rows": rows, "next_cursor": page.next_cursor}
