"""Taking letters in: each becomes a ticket or an entry, is ignored, or is held with its reason."""

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from cmdb.records.parties import Person
from server.desk.mail.actions.landing import Incoming, MailDesk, answer_on, entry_draft, open_from
from server.desk.mail.models import Mailbox, ReceivedLetter
from server.desk.mail.queries.answering import (
    answers_internal_word,
    named_ticket,
    proven_ticket,
    undelivered_tickets,
)
from server.desk.mail.queries.letters import read_whole
from server.desk.mail.queries.senders import people_with, sender_actor
from server.desk.mail.rules.letters import Letter
from server.desk.mail.rules.proving import is_proven
from server.desk.mail.rules.states import HELD, IGNORED, WAITING
from server.desk.tickets.actions import EntryDraft, add_entry
from server.desk.tickets.actions.conversation import check_writing
from server.desk.tickets.actions.linking import link_ticket
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import find_ticket, may_work_on
from server.desk.tickets.queries.words import words_of
from server.foundation.allowances import Allowance, spend
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.errors import PermissionDenied, TooManyAttempts
from server.foundation.events import whole_or_not
from server.foundation.permissions import system_actor
from server.people.actions.people import create_person
from server.people.rules.logins import login_key

#: New tickets of one sender, and people whom one mailbox writes down by itself.
NEW_TICKETS = Allowance("tickets by mail", 20, 3600)
NEW_PEOPLE = Allowance("people by mail", 60, 3600)
#: Answers of one person on one ticket: two programs that answer each other end here.
ANSWERS = Allowance("answers by mail", 30, 3600)
#: What only machines write. What else may come of one is held: a list passes on what people write,
#: and Exchange marks letters of people as such that want no automatic answer.
_SURE = frozenset({"own", "bounce", "auto-submitted"})
_MOST_ATTEMPTS = 3
_LONGEST_NOTE = 500

log = structlog.get_logger(__name__)


class _Held(Exception):
    """A letter is held for a person to decide."""

    def __init__(self, reason: str, note: str = "") -> None:
        self.reason = reason
        self.note = note
        super().__init__(reason)


def take_in(database: Database, desk: MailDesk, letter_id: int) -> str:
    """Take in a letter that waits, in a transaction of its own; return the state it has then.

    An attempt is counted before it begins, so that a letter which ends the process ends it three
    times at most; then it is held. So is one that fails.
    """
    with database.writing() as session:
        row = _locked(session, letter_id)
        if row is None:
            return ""
        if row.attempts >= _MOST_ATTEMPTS:
            _hold(row, "failed", row.note)
            return row.state
        row.attempts += 1
        mailbox = session.get(Mailbox, row.mailbox_id) if row.mailbox_id else None
        trusted = mailbox.trusted_server if mailbox else ""
        session.flush()
        session.expunge(row)
    try:
        letter = read_whole(row, desk.storage, trusted, desk.own_hosts)
        with database.writing() as session:
            return _take(session, desk, letter_id, letter, trusted)
    except Exception as error:  # noqa: BLE001 - one letter holds up nobody
        log.warning("a letter could not be taken in", letter=letter_id, error=repr(error))
        return _failed(database, letter_id, error)


def waiting_letters(session: Session, mailbox_id: int, after: int, limit: int) -> list[int]:
    """Return the ids, above ``after``, of letters of a mailbox that wait, as they came."""
    query = select(ReceivedLetter.id).where(
        ReceivedLetter.state == WAITING,
        ReceivedLetter.mailbox_id == mailbox_id,
        ReceivedLetter.id > after,
    )
    return list(session.scalars(query.order_by(ReceivedLetter.id).limit(limit)))


def _take(session: Session, desk: MailDesk, letter_id: int, letter: Letter, trusted: str) -> str:
    row = _locked(session, letter_id)
    if row is None:
        return ""
    row.from_address, row.from_name = letter.from_address, letter.from_name
    row.subject, row.sent_at = letter.subject, letter.sent_at
    proven = bool(trusted) and is_proven(letter)
    incoming = Incoming(session, desk, row, letter, utc_now(), proven)
    try:
        # What was begun when it turns out that it is to be held, never was.
        with whole_or_not(session):
            _decide(incoming, trusted)
    except _Held as held:
        _hold(row, held.reason, held.note)
    except TooManyAttempts:
        _hold(row, "too_many")
    except InvalidValue as error:
        _hold(row, "refused", "; ".join(f"{name}: {why}" for name, why in error.fields.items()))
    except PermissionDenied as error:
        _hold(row, "may_not", str(error))
    return row.state


def _decide(incoming: Incoming, trusted: str) -> None:
    """Take the letter in or ignore it. Raises ``_Held``, and what tickets refuse."""
    row, letter = incoming.row, incoming.letter
    reason = letter.automatic or ("own" if _is_own(incoming) else "")
    if reason in _SURE:
        _ignore(incoming, reason)
        return
    if reason:
        raise _Held("automatic", reason)
    if not letter.from_address:
        raise _Held("unreadable", ", ".join(letter.faults))
    if trusted and not incoming.proven:
        raise _Held("unverified")
    person = _sender(incoming)
    row.person_id = person.id
    ticket = proven_ticket(incoming.session, letter, incoming.desk.keys, row.organisation_id)
    proof = ticket is not None
    if ticket is None:
        ticket = named_ticket(incoming.session, letter)
    if ticket is None:
        _open(incoming, person)
    else:
        _answer(incoming, person, ticket, proof=proof)


def _is_own(incoming: Incoming) -> bool:
    """Say whether the desk itself sent the letter: it would answer itself for ever."""
    key = login_key(incoming.letter.from_address)
    if key in incoming.desk.own_addresses:
        return True
    return (
        bool(key)
        and incoming.session.scalar(select(Mailbox.id).where(Mailbox.address_key == key).limit(1))
        is not None
    )


def _ignore(incoming: Incoming, reason: str) -> None:
    """Ignore what a machine wrote; where our mail did not arrive, its ticket says so."""
    letter, row = incoming.letter, incoming.row
    row.state, row.reason, row.note = IGNORED, "automatic", reason
    row.decided_at = incoming.now
    if reason != "bounce":
        return
    to = ", ".join(letter.failed_recipients) or "its recipient"
    draft = EntryDraft(f"Mail about this ticket to {to} could not be delivered.", "internal")
    for ticket in undelivered_tickets(incoming.session, letter, incoming.desk.keys):
        spend(incoming.session, ANSWERS, f"ticket:{ticket.id}:undelivered", incoming.now)
        entry = add_entry(incoming.session, system_actor("mail"), ticket.id, draft, incoming.now)
        row.ticket_id, row.entry_id = ticket.id, entry.id


def _sender(incoming: Incoming) -> Person:
    """Return whoever has the sender's address. Raises ``_Held`` unless that is one person."""
    found = people_with(incoming.session, [incoming.letter.from_address])
    active = [one for one in found if one.active]
    if len(active) == 1:
        return active[0]
    if found:
        raise _Held("ambiguous" if active else "may_not")
    row = incoming.row
    mailbox = incoming.session.get(Mailbox, row.mailbox_id) if row.mailbox_id else None
    if mailbox is None or mailbox.strangers != "add":
        raise _Held("stranger")
    spend(incoming.session, NEW_PEOPLE, f"mailbox:{mailbox.id}", incoming.now)
    particulars = {
        "organisation_id": mailbox.organisation_id,
        "display_name": incoming.letter.from_name or incoming.letter.from_address,
        "email": incoming.letter.from_address,
    }
    return create_person(incoming.session, system_actor("mail"), particulars, incoming.now)


def _open(incoming: Incoming, person: Person) -> Ticket:
    party = login_key(incoming.letter.from_address)
    spend(incoming.session, NEW_TICKETS, party, incoming.now)
    return open_from(incoming, person)


def _answer(incoming: Incoming, person: Person, ticket: Ticket, *, proof: bool) -> None:
    """Write on the ticket, or open another where it is closed; ``proof``: our mail came back."""
    session, row = incoming.session, incoming.row
    actor = sender_actor(session, person, row.organisation_id)
    try:
        find_ticket(session, actor, ticket.id)
        check_writing(session, actor, ticket, "public")
    except (NotFound, PermissionDenied) as error:
        raise _Held("not_yours" if proof else "unproven", ticket.reference) from error
    if not proof and not incoming.proven:
        raise _Held("unproven", ticket.reference)
    state = words_of(session).states.get(ticket.state)
    if not ticket.is_open and not (state is not None and state.solved):
        follows = _open(incoming, person)
        desk = system_actor("mail")
        link_ticket(session, desk, follows.id, "related_to", ticket.id, incoming.now)
        return
    spend(session, ANSWERS, f"ticket:{ticket.id}:{person.id}", incoming.now)
    # Who works on it and answers what is internal does not mean the requester to read that.
    internal = answers_internal_word(session, incoming.letter, person.id)
    internal = internal and may_work_on(session, actor, ticket.id)
    draft = entry_draft(incoming.letter, "internal" if internal else "public")
    answer_on(incoming, ticket, actor, draft)


def _failed(database: Database, letter_id: int, error: Exception) -> str:
    with database.writing() as session:
        row = _locked(session, letter_id)
        if row is None:
            return ""
        row.note = f"{type(error).__name__}: {error}"[:_LONGEST_NOTE]
        if row.attempts >= _MOST_ATTEMPTS or isinstance(error, NotFound):
            _hold(row, "failed", row.note)
        return row.state


def _hold(row: ReceivedLetter, reason: str, note: str = "") -> None:
    row.state, row.reason, row.note = HELD, reason, note[:_LONGEST_NOTE]


def _locked(session: Session, letter_id: int) -> ReceivedLetter | None:
    """Return a letter that waits, locked; None when somebody else was quicker."""
    query = (
        select(ReceivedLetter)
        .where(ReceivedLetter.id == letter_id, ReceivedLetter.state == WAITING)
        .with_for_update()
    )
    return session.scalar(query)
