"""The steps of the work on a ticket, the time it took, and what the requester thought of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.model.text import clean
from server.desk.tickets.actions.checking import Problems, check_person, text_of
from server.desk.tickets.events import TicketNoted
from server.desk.tickets.models import Ticket, TicketTask, TicketTime
from server.desk.tickets.queries import find_ticket, lock_ticket
from server.desk.tickets.queries.belongings import find_template
from server.desk.tickets.rules.linking import next_position
from server.foundation.errors import PermissionDenied
from server.foundation.events import publish
from server.foundation.permissions import Actor, Permission

MAX_TASKS = 200
_TITLE = 255
_LONGEST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """A step to be done, by whom and until when if that matters."""

    title: str
    assignee_id: int | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimeDraft:
    """Time that was worked; ``worked_at`` None is now."""

    minutes: int
    note: str = ""
    worked_at: datetime | None = None


def add_task(
    session: Session, actor: Actor, reference: str | int, draft: TaskDraft, now: datetime
) -> TicketTask:
    """Add a step. Raises ``InvalidValue``, ``NotFound``, ``PermissionDenied``."""
    ticket = lock_ticket(session, actor, reference)
    problems = Problems()
    title = clean(draft.title)
    problems.add("title", "" if title else "must not be empty")
    problems.add("title", f"must not be longer than {_TITLE}" if len(title) > _TITLE else "")
    check_person(session, actor, problems, "assignee_id", draft.assignee_id)
    problems.refuse()
    (row,) = put_tasks(session, ticket.id, [title])
    row.assignee_id, row.due_at = draft.assignee_id, draft.due_at
    ticket.activity_at = now
    session.flush()
    return row


def add_checklist(
    session: Session, actor: Actor, reference: str | int, code: str, now: datetime
) -> list[TicketTask]:
    """Add the steps of a template as a checklist. Raises ``InvalidValue`` when it has none."""
    ticket = lock_ticket(session, actor, reference)
    template = find_template(session, actor, code)
    titles = template.document.get("tasks") or []
    if not titles:
        raise InvalidValue({"template": "has no steps"})
    rows = put_tasks(session, ticket.id, titles, template.name)
    ticket.activity_at = now
    detail = {"checklist": template.name, "steps": len(rows)}
    publish(session, TicketNoted(ticket.id, now, actor.person_id, "checklist", detail))
    return rows


def put_tasks(
    session: Session, ticket_id: int, titles: Iterable[str], checklist: str = ""
) -> list[TicketTask]:
    """Write steps after those there are. Raises ``InvalidValue`` beyond ``MAX_TASKS``."""
    query = select(TicketTask.position).where(TicketTask.ticket_id == ticket_id)
    positions = list(session.scalars(query))
    first = next_position(positions)
    rows = [
        TicketTask(ticket_id=ticket_id, position=first + number, checklist=checklist, title=title)
        for number, title in enumerate(titles)
    ]
    if len(positions) + len(rows) > MAX_TASKS:
        raise InvalidValue({"title": f"a ticket has at most {MAX_TASKS} steps"})
    session.add_all(rows)
    session.flush()
    return rows


def tick_task(
    session: Session,
    actor: Actor,
    reference: str | int,
    task_id: int,
    now: datetime,
    *,
    done: bool,
) -> TicketTask:
    """Say that a step is done, or is not; who and when is kept. Raises ``NotFound``."""
    ticket = lock_ticket(session, actor, reference)
    row = _task(session, ticket, task_id)
    if (row.done_at is not None) == done:
        return row
    row.done_at, row.done_by_id = (now, actor.person_id) if done else (None, None)
    ticket.activity_at = now
    session.flush()
    what = "task_done" if done else "task_undone"
    publish(session, TicketNoted(ticket.id, now, actor.person_id, what, {"title": row.title}))
    return row


def remove_task(session: Session, actor: Actor, reference: str | int, task_id: int) -> None:
    """Take a step away that is not done. Raises ``NotFound``, ``Conflict``."""
    ticket = lock_ticket(session, actor, reference)
    row = _task(session, ticket, task_id)
    if row.done_at is not None:
        raise Conflict("a step that was done stays as a record")
    session.delete(row)
    session.flush()


def book_time(
    session: Session, actor: Actor, reference: str | int, draft: TimeDraft, now: datetime
) -> TicketTime:
    """Book time that one worked on a ticket. Raises ``InvalidValue``, ``PermissionDenied``."""
    ticket = lock_ticket(session, actor, reference)
    problems = Problems()
    if not 1 <= draft.minutes <= _LONGEST_MINUTES:
        problems.add("minutes", f"must be from 1 to {_LONGEST_MINUTES}")
    worked_at = draft.worked_at or now
    if worked_at > now:
        problems.add("worked_at", "must not lie in the future")
    if now - worked_at > timedelta(days=400):
        problems.add("worked_at", "must not lie more than 400 days back")
    note = text_of(problems, "note", draft.note)
    problems.refuse()
    row = TicketTime(
        ticket_id=ticket.id,
        person_id=actor.person_id,
        at=now,
        worked_at=worked_at,
        minutes=draft.minutes,
        note=note[:1000],
    )
    session.add(row)
    ticket.booked_minutes += draft.minutes
    session.flush()
    return row


def remove_time(session: Session, actor: Actor, reference: str | int, time_id: int) -> None:
    """Take back time that one booked oneself. Raises ``NotFound``, ``PermissionDenied``."""
    ticket = lock_ticket(session, actor, reference)
    row = session.get(TicketTime, time_id)
    if row is None or row.ticket_id != ticket.id:
        raise NotFound("time", time_id)
    if row.person_id != actor.person_id:
        raise PermissionDenied(Permission.TICKET_WORK)
    ticket.booked_minutes -= row.minutes
    session.delete(row)
    session.flush()


def rate_ticket(
    session: Session, actor: Actor, reference: str | int, rating: int, text: str, now: datetime
) -> Ticket:
    """Say what one thought of how one's ticket was handled; saying it again replaces it.

    Raises ``InvalidValue``, ``PermissionDenied`` for anybody but the requester, ``Conflict`` while
    the ticket is open.
    """
    ticket = find_ticket(session, actor, reference)
    if actor.person_id is None or ticket.requester_id != actor.person_id:
        raise PermissionDenied(Permission.TICKET_OPEN)
    if ticket.is_open:
        raise Conflict("the ticket is still open; it can be rated once it is solved")
    problems = Problems()
    problems.add("rating", "" if 1 <= rating <= 5 else "must be from 1 to 5")
    told = text_of(problems, "text", text)
    problems.refuse()
    ticket.rating, ticket.rating_text = rating, told[:2000]
    ticket.activity_at = now
    session.flush()
    detail: Mapping[str, Any] = {"rating": rating, "note": ticket.rating_text}
    publish(session, TicketNoted(ticket.id, now, actor.person_id, "rated", detail))
    return ticket


def _task(session: Session, ticket: Ticket, task_id: int) -> TicketTask:
    row = session.get(TicketTask, task_id)
    if row is None or row.ticket_id != ticket.id:
        raise NotFound("task", task_id)
    return row
