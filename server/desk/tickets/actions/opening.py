"""Opening a ticket."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from cmdb.model.text import text_key
from cmdb.records.items import Item
from cmdb.records.parties import Person
from server.desk.tickets.actions.assessing import judge, keep_services
from server.desk.tickets.actions.checking import (
    Problems,
    check_group,
    check_items,
    check_organisation,
    check_person,
    check_words,
    own_fields,
    text_of,
    title_of,
)
from server.desk.tickets.actions.references import next_reference
from server.desk.tickets.actions.routing import note_route, route
from server.desk.tickets.actions.tasking import put_tasks
from server.desk.tickets.events import TicketOpened
from server.desk.tickets.models import AffectedItem, Ticket
from server.desk.tickets.queries.belongings import find_template
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.own_fields import needs_moment
from server.desk.tickets.rules.words import Words
from server.foundation.events import publish
from server.foundation.permissions import Actor, Permission


@dataclass(frozen=True, slots=True)
class TicketDraft:
    """A new ticket as a person or a program describes it.

    Without a requester it is the actor's own, without an organisation the requester's. ``impact``
    overrides what the graph suggests and needs ``impact_reason``; it, an assignee, a group, and
    another requester are for those who may work on tickets.
    """

    title: str
    kind: str = "incident"
    description: str = ""
    urgency: str = "medium"
    affected_item_ids: tuple[int, ...] = ()
    cause_item_id: int | None = None
    requester_id: int | None = None
    organisation_id: int | None = None
    assignee_id: int | None = None
    group_id: int | None = None
    channel: str = "portal"
    category: str = ""
    occurred_at: datetime | None = None
    impact: str | None = None
    impact_reason: str = ""
    #: The category's own fields, by code.
    fields: Mapping[str, Any] = field(default_factory=dict)
    #: The code of a template, whose steps become the ticket's checklist.
    template: str = ""
    #: A form of its own asked what had to be asked, in the place of what the category needs.
    asked_elsewhere: bool = False


def open_ticket(session: Session, actor: Actor, draft: TicketDraft, now: datetime) -> Ticket:
    """Open a ticket; its impact is computed on the graph and decides its priority.

    Raises ``InvalidValue`` naming every field that is wrong (``affected_item_ids.0`` for the first
    item), ``PermissionDenied``.
    """
    actor.require(Permission.TICKET_OPEN)
    words = words_of(session)
    ticket, items = _checked(session, actor, draft, words, now)
    tiers = {item.id: item.criticality for item in items}
    blast = judge(session, ticket, tiers, words)
    ticket.reference = next_reference(session, words.kinds[ticket.kind].prefix)
    session.add(ticket)
    session.flush()
    _name_items(session, ticket.id, list(tiers), draft.cause_item_id)
    keep_services(session, ticket.id, blast)
    _put_checklist(session, actor, ticket.id, draft.template)
    decision, turn = route(session, ticket, words, now)
    publish(session, TicketOpened(ticket.id, now, actor.person_id, ticket.group_id))
    note_route(session, ticket, decision, turn, now)
    return ticket


def _put_checklist(session: Session, actor: Actor, ticket_id: int, code: str) -> None:
    if not code:
        return
    try:
        template = find_template(session, actor, code)
    except NotFound as error:
        raise InvalidValue({"template": f"there is no template {code}"}) from error
    put_tasks(session, ticket_id, template.document.get("tasks") or (), template.name)


def _checked(
    session: Session, actor: Actor, draft: TicketDraft, words: Words, now: datetime
) -> tuple[Ticket, list[Item]]:
    """Return the ticket, not yet added, and its items; raises for all that is wrong at once."""
    problems = Problems()
    check_words(problems, words, asdict(draft))
    requester = _requester(session, actor, problems, draft)
    organisation_id = draft.organisation_id or _home(actor, requester)
    check_organisation(session, actor, problems, Permission.TICKET_OPEN, organisation_id)
    _check_work(session, actor, problems, draft, organisation_id)
    items = check_items(session, actor, problems, "affected_item_ids", draft.affected_item_ids)
    if draft.cause_item_id is not None and draft.cause_item_id not in items:
        problems.add("cause_item_id", "must be one of the affected items")
    if draft.occurred_at is not None and draft.occurred_at > now:
        problems.add("occurred_at", "must not lie in the future")
    complete = not draft.asked_elsewhere
    own = own_fields(problems, words, draft.category, draft.fields, complete=complete)
    if complete and draft.occurred_at is None and needs_moment(words, draft.category):
        problems.add("occurred_at", "must not be empty")
    title = title_of(problems, draft.title)
    ticket = Ticket(
        kind=draft.kind,
        organisation_id=organisation_id,
        title=title,
        title_key=text_key(title),
        description=text_of(problems, "description", draft.description),
        state=words.first_state,
        is_open=True,
        urgency=draft.urgency,
        impact=draft.impact or "",
        suggested_impact="",
        impact_overridden=draft.impact is not None,
        impact_reason=text_of(problems, "impact_reason", draft.impact_reason),
        priority=max(words.priorities),
        requester_id=requester.id if requester else None,
        assignee_id=draft.assignee_id,
        group_id=draft.group_id,
        created_by_id=actor.person_id,
        channel=draft.channel,
        category=draft.category,
        fields=own,
        created_at=now,
        updated_at=now,
        activity_at=now,
        occurred_at=draft.occurred_at,
        version=1,
    )
    problems.refuse()
    return ticket, list(items.values())


def _requester(
    session: Session, actor: Actor, problems: Problems, draft: TicketDraft
) -> Person | None:
    person_id = draft.requester_id or actor.person_id
    return check_person(session, actor, problems, "requester_id", person_id)


def _home(actor: Actor, requester: Person | None) -> int | None:
    return requester.organisation_id if requester else actor.organisation_id


def _check_work(
    session: Session,
    actor: Actor,
    problems: Problems,
    draft: TicketDraft,
    organisation_id: int | None,
) -> None:
    """Check what only those may say who work on tickets."""
    for_another = draft.requester_id not in (None, actor.person_id)
    handed_on = draft.assignee_id is not None or draft.group_id is not None
    if for_another or handed_on or draft.impact is not None:
        actor.require(Permission.TICKET_WORK, organisation_id)
    check_person(session, actor, problems, "assignee_id", draft.assignee_id)
    check_group(session, actor, problems, "group_id", draft.group_id)
    if draft.impact is not None and not draft.impact_reason.strip():
        problems.add("impact_reason", "say why the graph's suggestion does not fit")


def _name_items(
    session: Session, ticket_id: int, item_ids: list[int], cause_item_id: int | None
) -> None:
    rows = [
        {"ticket_id": ticket_id, "item_id": item_id, "is_cause": item_id == cause_item_id}
        for item_id in item_ids
    ]
    if rows:
        session.execute(insert(AffectedItem), rows)
