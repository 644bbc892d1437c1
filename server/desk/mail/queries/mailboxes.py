"""Mailboxes, for those who make the rules of the desk."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.parties import OrganisationClosure
from server.desk.mail.models import Mailbox, ReceivedLetter
from server.desk.mail.rules.states import HELD, WAITING
from server.desk.tickets.models import Ticket
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible

MAILBOX_SORTS = {
    "name": SortKey(Mailbox.name_key),
    "updated_at": SortKey(Mailbox.updated_at, datetime.fromisoformat),
}


@dataclass(frozen=True, slots=True)
class MailboxRow:
    """A mailbox with how many of its letters wait to be read, and how many are held."""

    mailbox: Mailbox
    waiting: int
    held: int


def list_mailboxes(session: Session, actor: Actor, page: PageRequest) -> Page[MailboxRow]:
    """Return one page of the mailboxes the actor administers, by name unless asked otherwise."""
    actor.require(Permission.ADMIN_RULES)
    query = select(Mailbox).where(_seen(actor))
    found = fetch_page(session, query, page, MAILBOX_SORTS, Mailbox.id)
    return Page(_counted(session, list(found.rows)), found.next_cursor)


def find_mailbox(session: Session, actor: Actor, mailbox_id: int) -> Mailbox:
    """Return a mailbox the actor administers. Raises ``NotFound`` for others."""
    actor.require(Permission.ADMIN_RULES)
    found = session.scalar(select(Mailbox).where(Mailbox.id == mailbox_id, _seen(actor)))
    if found is None:
        raise NotFound("mailbox", mailbox_id)
    return found


def counted(session: Session, mailbox: Mailbox) -> MailboxRow:
    """Return a mailbox from ``find_mailbox`` with the counts of its letters."""
    return _counted(session, [mailbox])[0]


def reply_address(session: Session, organisation_id: int) -> str | None:
    """Return where answers to mail about tickets of an organisation are taken in.

    The address of its own active mailbox, or of the nearest one above it; None where there is
    none. Of several the oldest.
    """
    query = (
        select(Mailbox.address)
        .join(OrganisationClosure, OrganisationClosure.ancestor_id == Mailbox.organisation_id)
        .where(OrganisationClosure.descendant_id == organisation_id, Mailbox.is_active)
        .order_by(OrganisationClosure.depth, Mailbox.id)
        .limit(1)
    )
    return session.scalar(query)


def answers_to(session: Session, reference: str) -> str | None:
    """Return where answers about the ticket of a reference are taken in; None for nowhere.

    The active mailbox by which its first letter came, else that of its organisation.
    """
    ticket = session.scalar(select(Ticket).where(Ticket.reference == reference))
    if ticket is None:
        return None
    query = (
        select(Mailbox.address)
        .join(ReceivedLetter, ReceivedLetter.mailbox_id == Mailbox.id)
        .where(ReceivedLetter.ticket_id == ticket.id, Mailbox.is_active)
        .order_by(ReceivedLetter.id)
        .limit(1)
    )
    return session.scalar(query) or reply_address(session, ticket.organisation_id)


def due_mailboxes(session: Session, now: datetime) -> list[int]:
    """Return the ids of mailboxes to be looked at now, or whose letters wait to be read."""
    # Not correlated: few letters wait, among the many that a mailbox has had.
    waits = Mailbox.id.in_(select(ReceivedLetter.mailbox_id).where(ReceivedLetter.state == WAITING))
    is_time = Mailbox.next_at.is_(None) | (Mailbox.next_at <= now)
    query = select(Mailbox.id).where((Mailbox.is_active & is_time) | waits).order_by(Mailbox.id)
    return list(session.scalars(query))


def _counted(session: Session, mailboxes: list[Mailbox]) -> list[MailboxRow]:
    query = (
        select(ReceivedLetter.mailbox_id, ReceivedLetter.state, func.count())
        .where(ReceivedLetter.state.in_((WAITING, HELD)))
        .group_by(ReceivedLetter.mailbox_id, ReceivedLetter.state)
    )
    counts = {(row[0], row[1]): row[2] for row in session.execute(query)}
    return [
        MailboxRow(one, counts.get((one.id, WAITING), 0), counts.get((one.id, HELD), 0))
        for one in mailboxes
    ]


def _seen(actor: Actor) -> ColumnElement[bool]:
    columns = ScopeColumns(organisation=Mailbox.organisation_id)
    return visible(actor, Permission.ADMIN_RULES, columns)
