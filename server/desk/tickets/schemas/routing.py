"""The wire format of routing rules, desk groups, queues, absences and hand-overs."""

from dataclasses import asdict
from typing import Any

from marshmallow import fields, validate

from server.desk.routing.models import DeskGroup, RoutingRule
from server.desk.routing.rules.conditions import FIELDS, TESTS
from server.desk.routing.rules.reading import read_rule, rule_document
from server.desk.routing.rules.skills import LEAST, MOST, read_stored
from server.desk.routing.rules.turns import LINES, MODES
from server.desk.tickets.actions.bulk import MAX_BULK
from server.desk.tickets.actions.checking import TEXT_LENGTH
from server.desk.tickets.actions.grouping import DeskGroupDraft
from server.desk.tickets.actions.ruling import MAX_TRIED, Tried
from server.desk.tickets.queries.queues import Queue
from server.desk.tickets.schemas.tickets import MoveDraftSchema
from server.foundation.edge.fields import Identifier, Line, Passage
from server.foundation.edge.schemas import Moment, StrictSchema


class Skills(fields.Dict):
    """What somebody must be able to do: a skill's code to the least level of it, 1 to 5."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            keys=Line(longest=40, shortest=1),
            values=fields.Integer(strict=True, validate=validate.Range(min=LEAST, max=MOST)),
            **options,
        )


class RoutingConditionSchema(StrictSchema):
    """Any, all or none of the values must be among what the ticket holds of the field."""

    field = fields.String(required=True, validate=validate.OneOf(FIELDS))
    test = fields.String(load_default="any", validate=validate.OneOf(TESTS))
    values = fields.List(
        Line(longest=400, shortest=1), required=True, validate=validate.Length(min=1, max=200)
    )


class RoutingExampleSchema(StrictSchema):
    """A case kept with a rule: what a ticket holds, by field, and whether the rule matches it."""

    name = Line(longest=120, shortest=1, required=True)
    facts = fields.Dict(
        keys=fields.String(validate=validate.OneOf(FIELDS)),
        values=fields.List(Passage(longest=4000)),
        required=True,
    )
    matches = fields.Boolean(load_default=True)


class RoutingRuleDraftSchema(StrictSchema):
    """A rule: all its conditions must hold; examples that come out otherwise refuse it."""

    name = Line(longest=120, shortest=1, required=True)
    enabled = fields.Boolean(load_default=True)
    conditions = fields.List(
        fields.Nested(RoutingConditionSchema), load_default=list, validate=validate.Length(max=20)
    )
    group_id = Identifier(load_default=None, allow_none=True)
    assignee_id = Identifier(load_default=None, allow_none=True)
    priority = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1, max=5)
    )
    skills = Skills(load_default=dict)
    final = fields.Boolean(load_default=False)
    examples = fields.List(
        fields.Nested(RoutingExampleSchema), load_default=list, validate=validate.Length(max=50)
    )


class RoutingRuleSchema(RoutingRuleDraftSchema):
    """A rule as it is stored; rules are asked in the order of ``position``."""

    id = fields.Integer(required=True)
    position = fields.Integer(required=True)
    updated_at = Moment(required=True)


def rule_row(row: RoutingRule) -> dict[str, Any]:
    """Return what ``RoutingRuleSchema`` dumps."""
    told = rule_document(read_rule(row.document, row.id))
    names = ("id", "position", "enabled", "updated_at")
    return told | {name: getattr(row, name) for name in names}


class RoutingOrderSchema(StrictSchema):
    """Every rule once, in the order in which they are to be asked."""

    ids = fields.List(Identifier(), required=True, validate=validate.Length(max=500))


class RoutingTrialWishSchema(StrictSchema):
    """A rule to be tried on the newest tickets, in the place of ``rule_id`` if one is named."""

    rule = fields.Nested(RoutingRuleDraftSchema, required=True)
    rule_id = Identifier(load_default=None, allow_none=True)
    limit = fields.Integer(
        load_default=500, strict=True, validate=validate.Range(min=1, max=MAX_TRIED)
    )


class RoutingTriedSchema(StrictSchema):
    """A past ticket, and what all rules together would give it."""

    reference = fields.String(required=True)
    title = fields.String(required=True)
    matched = fields.Boolean(required=True)
    differs = fields.Boolean(required=True)
    group_id = fields.Integer(required=True, allow_none=True)
    would_be_group_id = fields.Integer(required=True, allow_none=True)
    would_be_assignee_id = fields.Integer(required=True, allow_none=True)
    would_be_priority = fields.Integer(required=True, allow_none=True)


class RoutingTrialSchema(StrictSchema):
    """How a rule would have done; ``rows`` holds what it matches."""

    examined = fields.Integer(required=True)
    matched = fields.Integer(required=True)
    rows = fields.List(fields.Nested(RoutingTriedSchema), required=True)


def trial_document(tried: list[Tried]) -> dict[str, Any]:
    """Return what ``RoutingTrialSchema`` dumps."""
    rows = [
        {
            "reference": one.ticket.reference,
            "title": one.ticket.title,
            "matched": one.matched,
            "differs": one.differs,
            "group_id": one.ticket.group_id,
            "would_be_group_id": one.decision.outcome.group_id,
            "would_be_assignee_id": one.decision.outcome.assignee_id,
            "would_be_priority": one.decision.outcome.priority,
        }
        for one in tried
        if one.matched
    ]
    return {"examined": len(tried), "matched": len(rows), "rows": rows}


class RoutingExampleWishSchema(StrictSchema):
    """A ticket whose facts become an example."""

    reference = Line(longest=40, shortest=1, required=True)


class DeskGroupDraftSchema(StrictSchema):
    """How a group works on tickets."""

    line = fields.String(load_default="1", validate=validate.OneOf(LINES))
    department = Line(longest=60, load_default="")
    assignment = fields.String(load_default="none", validate=validate.OneOf(MODES))
    most_open = fields.Integer(
        load_default=0, strict=True, validate=validate.Range(min=0, max=1000)
    )
    skills = Skills(load_default=dict)
    needs_shift = fields.Boolean(load_default=False)
    needs_presence = fields.Boolean(load_default=False)
    pass_at_shift_end = fields.Boolean(load_default=False)


class DeskGroupSchema(DeskGroupDraftSchema):
    """How a group works on tickets."""

    group_id = fields.Integer(required=True)


def desk_group_row(group_id: int, row: DeskGroup | None) -> dict[str, Any]:
    """Return what ``DeskGroupSchema`` dumps; of which nothing was said is first line."""
    draft = DeskGroupDraft()
    if row is None:
        return asdict(draft) | {"group_id": group_id}
    told = {name: getattr(row, name) for name in asdict(draft)}
    return told | {"group_id": group_id, "skills": read_stored(row.skills)}


class TicketQueueSchema(StrictSchema):
    """What waits in a group; a group of null is what nobody's is yet."""

    group_id = fields.Integer(required=True, allow_none=True)
    name = fields.String(required=True)
    line = fields.String(required=True)
    department = fields.String(required=True)
    open = fields.Integer(required=True)
    unassigned = fields.Integer(required=True)
    breached = fields.Integer(required=True)
    oldest_at = Moment(required=True, allow_none=True)


def queue_row(queue: Queue) -> dict[str, Any]:
    """Return what ``TicketQueueSchema`` dumps."""
    return {
        "group_id": queue.group.id if queue.group else None,
        "name": queue.group.name if queue.group else "",
        "line": queue.desk.line if queue.desk else "1",
        "department": queue.desk.department if queue.desk else "",
        "open": queue.open,
        "unassigned": queue.unassigned,
        "breached": queue.breached,
        "oldest_at": queue.oldest_at,
    }


class AbsenceSchema(StrictSchema):
    """From when to when somebody is away."""

    id = fields.Integer(required=True)
    person_id = fields.Integer(required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    note = fields.String(required=True)


class AbsenceMadeSchema(AbsenceSchema):
    """An absence, and how many tickets were passed on because of it."""

    passed_on = fields.Integer(required=True)


class AbsenceDraftSchema(StrictSchema):
    """An absence, one's own without a person; ``pass_on`` gives open tickets to the next."""

    person_id = Identifier(load_default=None, allow_none=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    note = Line(longest=200, load_default="")
    pass_on = fields.Boolean(load_default=False)


class TicketBulkSchema(StrictSchema):
    """The same for many tickets; what is absent stays as it is."""

    references = fields.List(
        Line(longest=40, shortest=1), required=True, validate=validate.Length(min=1, max=MAX_BULK)
    )
    group_id = Identifier(load_default=None, allow_none=True)
    assignee_id = Identifier(load_default=None, allow_none=True)
    urgency = Line(longest=40, load_default="")
    note = Passage(longest=TEXT_LENGTH, load_default="")
    note_kind = fields.String(
        load_default="internal", validate=validate.OneOf(["public", "internal"])
    )
    move = fields.Nested(MoveDraftSchema, load_default=None, allow_none=True)


class TicketBulkOutcomeSchema(StrictSchema):
    """What became of one ticket; a fault says why nothing was done to it."""

    reference = fields.String(required=True)
    fault = fields.String(required=True)


class HandoverDraftSchema(StrictSchema):
    """To which group a ticket goes, what is asked of it, and what the requester is told."""

    group_id = Identifier(required=True)
    asked = Passage(longest=TEXT_LENGTH, required=True)
    known = Passage(longest=TEXT_LENGTH, load_default="")
    tried = Passage(longest=TEXT_LENGTH, load_default="")
    supplier_reference = Line(longest=120, load_default="")
    notice = Passage(longest=TEXT_LENGTH, load_default="")


class HandoverSchema(StrictSchema):
    """A hand-over, with how the ticket stood."""

    id = fields.Integer(required=True)
    at = Moment(required=True)
    person_id = fields.Integer(required=True, allow_none=True)
    from_group_id = fields.Integer(required=True, allow_none=True)
    to_group_id = fields.Integer(required=True, allow_none=True)
    known = fields.String(required=True)
    tried = fields.String(required=True)
    asked = fields.String(required=True)
    supplier_reference = fields.String(required=True)
    pack = fields.Dict(required=True)
    accepted_at = Moment(required=True, allow_none=True)
    accepted_by_id = fields.Integer(required=True, allow_none=True)
