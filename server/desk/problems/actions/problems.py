"""Opening a problem, finding its cause, and publishing how to live with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from cmdb.model.text import clean, text_key
from cmdb.records.parties import Organisation
from server.desk.problems.models import Problem, ProblemEntry, ProblemItem, ProblemTicket
from server.desk.problems.queries.problems import lock_problem
from server.desk.problems.rules.lifecycle import MOST_WHYS, OPEN, PUBLISHED, plan_step
from server.desk.tickets.actions.checking import (
    Problems,
    check_group,
    check_items,
    check_organisation,
    check_person,
    text_of,
    title_of,
)
from server.desk.tickets.actions.references import next_reference
from server.desk.tickets.events import TicketNoted
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import find_ticket, lock_ticket
from server.desk.tickets.queries.words import words_of
from server.foundation.events import publish
from server.foundation.permissions import Actor, Permission

#: Texts that an edit may change, as they are called on the problem.
TEXTS = ("description", "cause", "workaround", "resolution")
#: What an edit may change.
FIELDS = (
    "title",
    *TEXTS,
    "priority",
    "assignee_id",
    "group_id",
    "whys",
    "published",
    "match_model",
    "match_software",
    "match_below",
)
_LINES = {"match_model": 200, "match_software": 200, "match_below": 60}


@dataclass(frozen=True, slots=True)
class ProblemDraft:
    """A new problem; without an organisation it is its tickets', else the actor's widest."""

    title: str
    description: str = ""
    priority: int = 3
    tickets: tuple[str, ...] = ()
    item_ids: tuple[int, ...] = ()
    cause_item_id: int | None = None
    organisation_id: int | None = None
    group_id: int | None = None


def open_problem(session: Session, actor: Actor, draft: ProblemDraft, now: datetime) -> Problem:
    """Open a problem over incidents and items. Raises ``InvalidValue``, ``PermissionDenied``."""
    actor.require(Permission.TICKET_WORK)
    problems = Problems()
    title = title_of(problems, draft.title)
    description = text_of(problems, "description", draft.description)
    tickets = _tickets(session, actor, problems, draft.tickets)
    organisation_id = draft.organisation_id or _home(session, actor, tickets)
    check_organisation(session, actor, problems, Permission.TICKET_WORK, organisation_id)
    _check_priority(session, problems, draft.priority)
    check_group(session, actor, problems, "group_id", draft.group_id)
    ids = list(dict.fromkeys([*draft.item_ids, *filter(None, [draft.cause_item_id])]))
    items = check_items(session, actor, problems, "item_ids", ids)
    problems.refuse()
    row = Problem(
        reference=next_reference(session, "PRB"),
        organisation_id=organisation_id,
        title=title,
        title_key=text_key(title),
        description=description,
        state="new",
        is_open=True,
        priority=draft.priority,
        group_id=draft.group_id,
        whys=[],
        created_at=now,
        created_by_id=actor.person_id,
        updated_at=now,
        version=1,
    )
    session.add(row)
    session.flush()
    session.add_all(
        ProblemItem(problem_id=row.id, item_id=one, is_cause=one == draft.cause_item_id)
        for one in items
    )
    for ticket in tickets:
        _gather(session, actor, row, ticket, now)
    session.flush()
    return row


def _home(session: Session, actor: Actor, tickets: Sequence[Ticket]) -> int | None:
    """Return the organisation of all tickets, else the widest at whose desk the actor works."""
    shared = {one.organisation_id for one in tickets}
    if len(shared) == 1:
        return shared.pop()
    grants = actor.grants_for(Permission.TICKET_WORK)
    if any(grant.organisation_ids is None for grant in grants):
        root = select(Organisation.id).where(Organisation.parent_id.is_(None))
        return session.scalar(root.order_by(Organisation.id).limit(1))
    return actor.organisation_id


def _tickets(
    session: Session, actor: Actor, problems: Problems, references: Sequence[str]
) -> list[Ticket]:
    found = []
    for number, reference in enumerate(dict.fromkeys(references)):
        try:
            found.append(find_ticket(session, actor, reference))
        except NotFound:
            problems.add(f"tickets.{number}", f"there is no ticket {reference}")
    return found


def _check_priority(session: Session, problems: Problems, priority: int) -> None:
    known = words_of(session).priorities
    if priority not in known:
        problems.add("priority", f"must be one of {', '.join(map(str, known))}")


def edit_problem(
    session: Session, actor: Actor, reference: str | int, values: Mapping[str, Any], now: datetime
) -> Problem:
    """Change some of ``FIELDS``; what is not named stays.

    Raises ``InvalidValue`` naming every field that is wrong, ``NotFound``, ``PermissionDenied``.
    """
    row = lock_problem(session, actor, reference)
    problems = Problems()
    for name in values:
        problems.add(name, "" if name in FIELDS else "cannot be edited")
    problems.refuse()
    wanted = dict(values) | _texts(problems, values)
    _check_who(session, actor, problems, row, wanted)
    if "priority" in wanted:
        _check_priority(session, problems, wanted["priority"])
    if "whys" in wanted:
        wanted["whys"] = _whys(problems, wanted["whys"])
    _check_published(problems, row, wanted)
    problems.refuse()
    for name, value in wanted.items():
        setattr(row, name, value)
    row.title_key = text_key(row.title)
    row.updated_at = now
    row.version += 1
    session.flush()
    return row


def _texts(problems: Problems, values: Mapping[str, Any]) -> dict[str, str]:
    """Return title and texts as they are stored."""
    found: dict[str, str] = {}
    if "title" in values:
        found["title"] = title_of(problems, values["title"])
    for name in values.keys() & {*TEXTS}:
        found[name] = text_of(problems, name, values[name])
    for name in values.keys() & _LINES.keys():
        found[name] = clean(values[name])
        if len(found[name]) > _LINES[name]:
            problems.add(name, f"must not be longer than {_LINES[name]}")
    return found


def _check_who(
    session: Session, actor: Actor, problems: Problems, row: Problem, wanted: Mapping[str, Any]
) -> None:
    """Check who is newly named; somebody who has left since may stay where they are."""
    if wanted.get("assignee_id") != row.assignee_id:
        check_person(session, actor, problems, "assignee_id", wanted.get("assignee_id"))
    if wanted.get("group_id") != row.group_id:
        check_group(session, actor, problems, "group_id", wanted.get("group_id"))


def _check_published(problems: Problems, row: Problem, wanted: Mapping[str, Any]) -> None:
    """Refuse to tell others of a known error without saying how to live with it."""
    if wanted.get("published", "") not in PUBLISHED:
        problems.add("published", f"must be one of {', '.join(PUBLISHED[1:])}")
    published = wanted.get("published", row.published)
    if published and not wanted.get("workaround", row.workaround).strip():
        problems.add("workaround", "say how to live with it before others are told")


def _whys(problems: Problems, given: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    found = []
    for number, one in enumerate(given):
        answer = text_of(problems, f"whys.{number}.because", str(one.get("because", "")))
        shown = text_of(problems, f"whys.{number}.evidence", str(one.get("evidence", "")))
        if answer:
            found.append({"because": answer, "evidence": shown})
    if len(found) > MOST_WHYS:
        problems.add("whys", f"at most {MOST_WHYS} answers lead to a root")
    return found


def move_problem(
    session: Session, actor: Actor, reference: str | int, state: str, now: datetime
) -> Problem:
    """Take a step. Solving it says so on each open ticket behind which it lies.

    Raises ``IllegalMove``, ``InvalidValue`` naming what is missing, ``NotFound``.
    """
    row = lock_problem(session, actor, reference)
    before = row.state
    row.state = plan_step(before, state, {name: getattr(row, name) for name in TEXTS})
    row.is_open = row.state in OPEN
    row.resolved_at = None if row.is_open else row.resolved_at or now
    row.closed_at = now if row.state == "closed" else None
    if row.state == "known_error" and not row.published:
        row.published = "agents"
    row.updated_at = now
    row.version += 1
    detail = {"before": before, "after": row.state}
    session.add(
        ProblemEntry(
            problem_id=row.id,
            at=now,
            author_id=actor.person_id,
            kind="moved",
            text="",
            detail=detail,
        )
    )
    session.flush()
    if row.state == "resolved":
        _tell_tickets(session, actor, row, now)
    return row


def _tell_tickets(session: Session, actor: Actor, row: Problem, now: datetime) -> None:
    query = (
        select(Ticket.id)
        .join(ProblemTicket, ProblemTicket.ticket_id == Ticket.id)
        .where(ProblemTicket.problem_id == row.id, Ticket.is_open)
    )
    detail = {"reference": row.reference, "title": row.title}
    for ticket_id in session.scalars(query).all():
        event = TicketNoted(ticket_id, now, actor.person_id, "problem_resolved", detail)
        publish(session, event)


def note_problem(
    session: Session, actor: Actor, reference: str | int, text: str, now: datetime
) -> ProblemEntry:
    """Write a note. Raises ``InvalidValue``, ``NotFound``, ``PermissionDenied``."""
    row = lock_problem(session, actor, reference)
    problems = Problems()
    told = text_of(problems, "text", text)
    problems.add("text", "" if told else "must not be empty")
    problems.refuse()
    entry = ProblemEntry(
        problem_id=row.id, at=now, author_id=actor.person_id, kind="note", text=told, detail={}
    )
    session.add(entry)
    session.flush()
    return entry


def gather_ticket(
    session: Session, actor: Actor, reference: str | int, ticket: str, now: datetime
) -> Problem:
    """Say that a problem lies behind a ticket; saying it again changes nothing."""
    row = lock_problem(session, actor, reference)
    try:
        found = lock_ticket(session, actor, ticket)
    except NotFound as error:
        raise InvalidValue({"ticket": f"there is no ticket {ticket}"}) from error
    _gather(session, actor, row, found, now)
    session.flush()
    return row


def _gather(session: Session, actor: Actor, row: Problem, ticket: Ticket, now: datetime) -> None:
    if session.get(ProblemTicket, (row.id, ticket.id)) is not None:
        return
    session.add(ProblemTicket(problem_id=row.id, ticket_id=ticket.id))
    detail = {"reference": row.reference, "title": row.title}
    publish(session, TicketNoted(ticket.id, now, actor.person_id, "problem", detail))


def leave_ticket(session: Session, actor: Actor, reference: str | int, ticket: str) -> Problem:
    """Say that it does not lie behind a ticket after all. Raises ``NotFound``."""
    row = lock_problem(session, actor, reference)
    found = find_ticket(session, actor, ticket)
    link = session.get(ProblemTicket, (row.id, found.id))
    if link is None:
        raise NotFound("link", ticket)
    session.delete(link)
    session.flush()
    return row


def name_items(
    session: Session,
    actor: Actor,
    reference: str | int,
    item_ids: Sequence[int],
    cause_item_id: int | None = None,
) -> Problem:
    """Name more items that a problem is about, and which of all of them is the cause."""
    row = lock_problem(session, actor, reference)
    problems = Problems()
    ids = list(dict.fromkeys([*item_ids, *filter(None, [cause_item_id])]))
    items = check_items(session, actor, problems, "item_ids", ids)
    problems.refuse()
    for item_id in items:
        if session.get(ProblemItem, (row.id, item_id)) is None:
            session.add(ProblemItem(problem_id=row.id, item_id=item_id, is_cause=False))
    session.flush()
    if cause_item_id is not None:
        query = select(ProblemItem).where(ProblemItem.problem_id == row.id)
        for one in session.scalars(query):
            one.is_cause = one.item_id == cause_item_id
    session.flush()
    return row


def take_off_item(session: Session, actor: Actor, reference: str | int, item_id: int) -> Problem:
    """Take an item off a problem; doing so again changes nothing."""
    row = lock_problem(session, actor, reference)
    session.execute(
        delete(ProblemItem).where(ProblemItem.problem_id == row.id, ProblemItem.item_id == item_id)
    )
    return row
