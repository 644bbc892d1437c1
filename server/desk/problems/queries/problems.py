"""Problems, one and many, with what belongs to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.model.text import clean, text_key
from cmdb.records.items import Item
from cmdb.records.parties import Person
from server.desk.problems.models import Problem, ProblemEntry, ProblemItem, ProblemTicket
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import visible_tickets
from server.foundation.errors import PermissionDenied
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.items.scope import visible_items

_MAX_ID = 2**63 - 1
_SORTS = {
    "created": SortKey(Problem.created_at, datetime.fromisoformat),
    "priority": SortKey(Problem.priority, int),
}
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ProblemFilter:
    """Which problems; None and "" narrow nothing."""

    text: str = ""
    state: str = ""
    open: bool | None = None


def visible_problems(
    actor: Actor, permission: Permission = Permission.TICKET_READ
) -> ColumnElement[bool]:
    """Return the condition on ``Problem`` under which the actor holds ``permission``.

    Nobody's own: requesters see what is published of one, never the problem.
    """
    team = Problem.group_id.in_(sorted(actor.group_ids))
    columns = ScopeColumns(organisation=Problem.organisation_id, own=None, team=team)
    return visible(actor, permission, columns)


def list_problems(
    session: Session, actor: Actor, wanted: ProblemFilter, request: PageRequest
) -> Page[Problem]:
    """Return one page of the problems that fit and are in sight; the newest first by default."""
    actor.require(Permission.TICKET_READ)
    if not request.sort:
        request = PageRequest("-created", request.cursor, request.limit)
    query = select(Problem).where(visible_problems(actor))
    if wanted.text.strip():
        words = clean(wanted.text)
        found = Problem.title_key.contains(text_key(words), autoescape=True)
        query = query.where((Problem.reference == words.upper()) | found)
    if wanted.state:
        query = query.where(Problem.state == wanted.state)
    if wanted.open is not None:
        query = query.where(Problem.is_open == wanted.open)
    return fetch_page(session, query, request, _SORTS, Problem.id)


def find_problem(session: Session, actor: Actor, reference: str | int) -> Problem:
    """Return a problem by id or reference. Raises ``NotFound`` when there is none in sight."""
    actor.require(Permission.TICKET_READ)
    found = session.scalar(select(Problem).where(_named(reference), visible_problems(actor)))
    if found is None:
        raise NotFound("problem", reference)
    return found


def lock_problem(session: Session, actor: Actor, reference: str | int) -> Problem:
    """Return a problem the actor may work on, fresh and locked.

    Raises ``NotFound`` when it is out of sight, ``PermissionDenied`` when it is in sight only.
    """
    condition = visible_problems(actor, Permission.TICKET_WORK)
    query = select(Problem).where(_named(reference), condition).with_for_update()
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        find_problem(session, actor, reference)
        raise PermissionDenied(Permission.TICKET_WORK)
    return found


def may_work_on_problem(session: Session, actor: Actor, problem_id: int) -> bool:
    """Say whether the actor may work on a problem."""
    condition = visible_problems(actor, Permission.TICKET_WORK)
    return session.scalar(select(Problem.id).where(Problem.id == problem_id, condition)) is not None


def tickets_of(session: Session, actor: Actor, problem_id: int) -> Sequence[Ticket]:
    """Return the tickets behind which a problem lies, of those in sight; the newest first."""
    query = (
        select(Ticket)
        .join(ProblemTicket, ProblemTicket.ticket_id == Ticket.id)
        .where(ProblemTicket.problem_id == problem_id, visible_tickets(actor))
        .order_by(Ticket.id.desc())
        .limit(_SHOWN)
    )
    return session.scalars(query).all()


def items_of(session: Session, actor: Actor, problem_id: int) -> list[tuple[Item, bool]]:
    """Return the items in sight that a problem is about, and whether each is the cause."""
    query = (
        select(Item, ProblemItem.is_cause)
        .join(ProblemItem, ProblemItem.item_id == Item.id)
        .where(ProblemItem.problem_id == problem_id, visible_items(actor))
        .order_by(ProblemItem.is_cause.desc(), Item.name_key, Item.id)
        .limit(_SHOWN)
    )
    return [(item, cause) for item, cause in session.execute(query)]


def entries_of(session: Session, problem_id: int) -> Sequence[tuple[ProblemEntry, Person | None]]:
    """Return the notes on a problem that the caller has found in sight, oldest first."""
    query = (
        select(ProblemEntry, Person)
        .outerjoin(Person, Person.id == ProblemEntry.author_id)
        .where(ProblemEntry.problem_id == problem_id)
        .order_by(ProblemEntry.id.desc())
        .limit(_SHOWN)
    )
    return [(entry, person) for entry, person in session.execute(query)][::-1]


def problems_of_ticket(session: Session, actor: Actor, ticket_id: int) -> Sequence[Problem]:
    """Return the problems in sight that lie behind a ticket."""
    query = (
        select(Problem)
        .join(ProblemTicket, ProblemTicket.problem_id == Problem.id)
        .where(ProblemTicket.ticket_id == ticket_id, visible_problems(actor))
        .order_by(Problem.id)
    )
    return session.scalars(query.limit(_SHOWN)).all()


def _named(reference: str | int) -> ColumnElement[bool]:
    text = str(reference).strip().upper()
    if text.isascii() and text.isdigit():
        return Problem.id == min(int(text[:20]), _MAX_ID)
    return Problem.reference == clean(text)
