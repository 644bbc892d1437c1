"""Schedules: what is written of them, and the opening of what is due."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import CadastreError, NotFound
from cmdb.model import standing_model
from cmdb.model.text import clean
from cmdb.records.items import Item
from cmdb.records.parties import OrganisationClosure
from cmdb.vocabulary import LifeStage
from server.desk.routines.models import ScheduledTicket, TicketSchedule
from server.desk.routines.queries import find_schedule
from server.desk.routines.rules.rhythm import MOST_EVERY, RHYTHMS, next_due
from server.desk.tickets.actions import TicketDraft, open_ticket
from server.desk.tickets.actions.checking import Problems, check_items, check_organisation
from server.desk.tickets.actions.templating import require_rules
from server.desk.tickets.models import TicketTemplate
from server.desk.tickets.queries.belongings import find_template
from server.desk.tickets.queries.words import words_of
from server.foundation import audit
from server.foundation.events import whole_or_not
from server.foundation.permissions import Actor, Permission, system_actor

#: Items of a class for which one time opens tickets at most.
MOST_ITEMS = 500
#: Tickets that one transaction opens: each asks the graph and takes the write lock.
BATCH = 20
_TITLE = 255


@dataclass(frozen=True, slots=True)
class ScheduleDraft:
    """A schedule as somebody writes it; ``time_zone`` is the clock on which it comes."""

    name: str
    template: str
    first_at: datetime | None
    rhythm: str = "month"
    every: int = 1
    time_zone: str = "UTC"
    organisation_id: int | None = None
    item_id: int | None = None
    class_code: str = ""
    enabled: bool = True


def save_schedule(
    session: Session,
    actor: Actor,
    draft: ScheduleDraft,
    now: datetime,
    schedule_id: int | None = None,
) -> TicketSchedule:
    """Add a schedule, or write one anew; what it opened stays. Raises ``InvalidValue``."""
    require_rules(actor)
    row = find_schedule(session, actor, schedule_id) if schedule_id else TicketSchedule()
    organisation_id = draft.organisation_id or row.organisation_id or actor.organisation_id
    first_at = _check(session, actor, draft, organisation_id, now)
    row.name, row.template, row.enabled = clean(draft.name), draft.template, draft.enabled
    row.organisation_id = organisation_id or 0
    row.item_id, row.class_code = draft.item_id, draft.class_code
    row.first_at, row.rhythm, row.every = first_at, draft.rhythm, draft.every
    row.time_zone = draft.time_zone
    # What has been opened for a time is not opened again for it: only what is to come counts.
    row.next_at = (
        first_at
        if first_at >= now
        else next_due(first_at, draft.rhythm, draft.every, draft.time_zone, now)
    )
    row.updated_at, row.updated_by_id = now, actor.person_id
    session.add(row)
    session.flush()
    audit.record(session, actor, "ticket_schedule.changed", f"ticket_schedule:{row.id}")
    return row


def _check(
    session: Session,
    actor: Actor,
    draft: ScheduleDraft,
    organisation_id: int | None,
    now: datetime,
) -> datetime:
    problems = Problems()
    name = clean(draft.name)
    problems.add("name", "" if 0 < len(name) <= 120 else "must have 1 to 120 characters")
    problems.add("rhythm", "" if draft.rhythm in RHYTHMS else f"must be one of {_listed()}")
    fits = 1 <= draft.every <= MOST_EVERY
    problems.add("every", "" if fits else f"must be from 1 to {MOST_EVERY}")
    problems.add("first_at", "" if draft.first_at else "must not be empty")
    if draft.first_at is not None and abs((draft.first_at - now).days) > 3660:
        problems.add("first_at", "must lie within ten years")
    try:
        ZoneInfo(draft.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        problems.add("time_zone", "must be the name of a time zone, as Europe/Madrid")
    check_organisation(session, actor, problems, Permission.TICKET_OPEN, organisation_id)
    try:
        find_template(session, actor, draft.template)
    except NotFound:
        problems.add("template", f"there is no template {draft.template}")
    if draft.item_id is not None:
        check_items(session, actor, problems, "item_id", [draft.item_id])
        if "item_id.0" in problems.fields:
            problems.add("item_id", problems.fields.pop("item_id.0"))
    if draft.class_code and standing_model().find_class(draft.class_code) is None:
        problems.add("class_code", f"there is no class {draft.class_code!r}")
    elif draft.class_code and draft.item_id is not None:
        problems.add("class_code", "name an item or a class, not both")
    problems.refuse()
    return draft.first_at or now


def _listed() -> str:
    return ", ".join(RHYTHMS)


def remove_schedule(session: Session, actor: Actor, schedule_id: int) -> None:
    """Take a schedule away; the tickets it opened stay. Raises ``NotFound``."""
    session.delete(find_schedule(session, actor, schedule_id))
    session.flush()
    audit.record(session, actor, "ticket_schedule.removed", f"ticket_schedule:{schedule_id}")


def open_due(session: Session, now: datetime) -> int | None:
    """Open up to ``BATCH`` tickets of one schedule that is due; None when nothing is.

    Each is a row together with its ticket, so that neither a process killed in between nor a
    second worker opens one again; the schedule moves on once all are there. Times that were missed
    while nobody ran are not made up for: it opens once, and goes on from now.
    """
    query = (
        select(TicketSchedule)
        .where(TicketSchedule.enabled, TicketSchedule.next_at <= now)
        .order_by(TicketSchedule.next_at, TicketSchedule.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.scalar(query)
    if row is None:
        return None
    done = select(ScheduledTicket.about_id).where(
        ScheduledTicket.schedule_id == row.id, ScheduledTicket.due_at == row.next_at
    )
    made = set(session.scalars(done))
    waiting = [one for one in _about(session, row) if one not in made]
    for item_id in waiting[:BATCH]:
        session.add(_open(session, row, item_id, now))
        session.flush()
    if len(waiting) <= BATCH:
        row.last_at = row.next_at
        row.next_at = next_due(row.first_at, row.rhythm, row.every, row.time_zone, now)
        session.flush()
    return min(len(waiting), BATCH)


def _about(session: Session, row: TicketSchedule) -> list[int]:
    """Return the items for which tickets are opened; [0] for one ticket without an item."""
    if row.item_id is not None:
        return [row.item_id]
    if not row.class_code:
        return [0]
    below = select(OrganisationClosure.descendant_id).where(
        OrganisationClosure.ancestor_id == row.organisation_id
    )
    known = standing_model().find_class(row.class_code) is not None
    classes = sorted(standing_model().descendants(row.class_code)) if known else [row.class_code]
    query = (
        select(Item.id)
        .where(
            Item.class_code.in_(classes),
            Item.organisation_id.in_(below),
            Item.merged_into_id.is_(None),
            Item.stage == LifeStage.IN_USE.value,
        )
        .order_by(Item.id)
        .limit(MOST_ITEMS)
    )
    return list(session.scalars(query))


def _open(session: Session, row: TicketSchedule, item_id: int, now: datetime) -> ScheduledTicket:
    """Open one ticket, or keep why that was refused: the others must not wait for it."""
    made = ScheduledTicket(schedule_id=row.id, due_at=row.next_at, about_id=item_id, fault="")
    try:
        with whole_or_not(session):
            draft = _draft(session, row, item_id)
            made.ticket_id = open_ticket(session, system_actor("schedule"), draft, now).id
    except CadastreError as error:
        made.ticket_id, made.fault = None, str(error)[:500]
    return made


def _draft(session: Session, row: TicketSchedule, item_id: int) -> TicketDraft:
    query = select(TicketTemplate).where(TicketTemplate.code == row.template)
    template = session.scalar(query)
    if template is None:
        raise NotFound("template", row.template)
    prepared, words = template.document, words_of(session)
    title = prepared.get("title") or row.name
    item = session.get(Item, item_id) if item_id else None
    kind = prepared.get("kind", "")
    return TicketDraft(
        title=(f"{title}: {item.name}" if item else title)[:_TITLE],
        kind=kind if kind in words.kinds else next(iter(words.kinds)),
        description=prepared.get("description", ""),
        urgency=prepared.get("urgency") or "medium",
        affected_item_ids=(item.id,) if item else (),
        organisation_id=item.organisation_id if item else row.organisation_id,
        group_id=prepared.get("group_id"),
        channel="api" if "api" in words.channels else next(iter(words.channels)),
        category=prepared.get("category", ""),
        fields=prepared.get("fields") or {},
        occurred_at=row.next_at.astimezone(UTC),
        template=row.template,
    )
