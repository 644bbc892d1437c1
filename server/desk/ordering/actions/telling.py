"""Who hears of an order: those asked, those who have a task, those who see that nobody is asked."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.parties import Membership, Person
from server.desk.ordering.models import OrderApproval
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries.hearing import hearers_of
from server.notify.actions import Notice, tell

_EXCERPT = 2000


def tell_asked(
    session: Session,
    ticket: Ticket,
    approvals: Iterable[OrderApproval],
    excluded: Collection[int],
    now: datetime,
    *,
    again: bool = False,
) -> None:
    """Tell those who are asked that it waits for them; ``again``: that it still does."""
    kind = "order_reminder" if again else "order_approval"
    for one in approvals:
        people = _people(session, one.person_id, one.group_id) - set(excluded)
        key = f"order_approval:{one.id}"
        key = f"{key}:{now.isoformat()}" if again else key
        tell(session, people, _notice(session, ticket, kind, key), now)


def tell_held(session: Session, ticket: Ticket, step: int, now: datetime) -> None:
    """Tell those who work on the ticket that nobody was found who could agree."""
    people = hearers_of(session, ticket).workers - {ticket.requester_id}
    key = f"order:{ticket.id}:held:{step}:{now.isoformat()}"
    tell(session, people, _notice(session, ticket, "order_held", key), now)


def tell_task(
    session: Session, ticket: Ticket, code: str, title: str, group_id: int, now: datetime
) -> None:
    """Tell a group that it is its turn."""
    notice = _notice(session, ticket, "order_task", f"order:{ticket.id}:task:{code}", title)
    tell(session, _people(session, None, group_id), notice, now)


def _people(session: Session, person_id: int | None, group_id: int | None) -> set[int]:
    if person_id is not None:
        return {person_id}
    query = select(Membership.person_id).where(Membership.group_id == group_id)
    return set(session.scalars(query))


def _notice(session: Session, ticket: Ticket, kind: str, key: str, text: str = "") -> Notice:
    requester = session.get(Person, ticket.requester_id) if ticket.requester_id else None
    detail = {
        "reference": ticket.reference,
        "title": ticket.title,
        "who": requester.display_name if requester else "",
        "text": text or ticket.description[:_EXCERPT],
    }
    return Notice(kind, key, f"/orders/{ticket.reference}", detail)
