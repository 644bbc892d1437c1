"""Which ticket a letter answers, and how sure that is."""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.desk.mail.models import ReceivedLetter
from server.desk.mail.rules.answering import tokens_of
from server.desk.mail.rules.letters import Letter
from server.desk.tickets.models import Ticket, TicketEntry
from server.desk.tickets.queries.belongings import gone_into
from server.notify.models import Notification
from server.notify.rules.tokens import holds, tokens_in

_REFERENCE = re.compile(r"(?<![A-Za-z0-9-])[A-Z]{2,6}-[0-9]{1,12}(?![A-Za-z0-9-])")
_NOTIFICATION = re.compile(r"notification-([0-9]{1,18})\.")
_ENTRY = re.compile(r"entry:([0-9]{1,18})")
#: A ticket that was merged may have gone on into others.
_FURTHEST = 20


def proven_ticket(
    session: Session, letter: Letter, keys: Sequence[bytes], organisation_id: int
) -> Ticket | None:
    """Return the ticket of which the letter holds the proof, where that ticket stands now.

    That is the token of our mail, or that it answers a letter which is on the ticket: whoever has
    its Message-ID wrote that letter or was sent it.
    """
    for reference, signature in tokens_of(letter):
        if holds(keys, reference, signature):
            found = _by_reference(session, reference)
            if found is not None:
                return _where_it_is(session, found)
    if not letter.references:
        return None
    query = (
        select(Ticket)
        .join(ReceivedLetter, ReceivedLetter.ticket_id == Ticket.id)
        .where(
            ReceivedLetter.message_id.in_(letter.references),
            ReceivedLetter.organisation_id == organisation_id,
        )
        .order_by(Ticket.id.desc())
        .limit(1)
    )
    answered = session.scalar(query)
    return None if answered is None else _where_it_is(session, answered)


def named_ticket(session: Session, letter: Letter) -> Ticket | None:
    """Return the ticket that the subject merely names; everybody can guess a reference."""
    for one in _REFERENCE.finditer(letter.subject):
        found = _by_reference(session, one[0])
        if found is not None:
            return _where_it_is(session, found)
    return None


def undelivered_tickets(session: Session, letter: Letter, keys: Sequence[bytes]) -> list[Ticket]:
    """Return the tickets about which mail of ours could not be delivered, as a bounce proves."""
    found: dict[int, Ticket] = {}
    for message_id in letter.undelivered:
        for reference, signature in tokens_in(message_id):
            ticket = (
                _by_reference(session, reference) if holds(keys, reference, signature) else None
            )
            if ticket is not None:
                found[ticket.id] = ticket
    return list(found.values())


def answers_internal_word(session: Session, letter: Letter, person_id: int) -> bool:
    """Say whether the letter answers our mail that told this person of an internal entry."""
    for message_id in letter.references:
        mail = _NOTIFICATION.match(message_id)
        told = session.get(Notification, int(mail[1])) if mail else None
        if told is None or told.person_id != person_id:
            continue
        about = _ENTRY.fullmatch(told.event_key)
        entry = session.get(TicketEntry, int(about[1])) if about else None
        return entry is not None and entry.kind == "internal"
    return False


def _by_reference(session: Session, reference: str) -> Ticket | None:
    return session.scalar(select(Ticket).where(Ticket.reference == reference))


def _where_it_is(session: Session, ticket: Ticket) -> Ticket:
    for _ in range(_FURTHEST):
        further = gone_into(session, ticket.id)
        if further is None:
            return ticket
        ticket = further
    return ticket
