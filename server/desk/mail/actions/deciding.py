"""What people decide about letters that are held: nothing goes away without somebody's word."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.records.parties import Person
from server.desk.mail.actions.landing import Incoming, MailDesk, answer_on, entry_draft, open_from
from server.desk.mail.models import Mailbox, ReceivedLetter
from server.desk.mail.queries.letters import letter_for_deciding, read_whole
from server.desk.mail.queries.senders import people_with
from server.desk.mail.rules.letters import Letter
from server.desk.mail.rules.states import DROPPED, HELD
from server.desk.tickets.actions import EntryDraft
from server.desk.tickets.actions.checking import Problems, check_person, text_of
from server.desk.tickets.actions.conversation import KINDS
from server.desk.tickets.models import Ticket, TicketEntry
from server.desk.tickets.queries import find_ticket, may_work_on
from server.foundation.audit import record
from server.foundation.errors import PermissionDenied
from server.foundation.permissions import Actor, Permission
from server.people.actions.people import create_person

_LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose a letter is: somebody known, or somebody new of this name with its address."""

    person_id: int | None = None
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class Joining:
    """The ticket that a letter belongs to, and who may read it there: "public" or "internal"."""

    reference: str
    kind: str = "public"


def take_letter(
    session: Session, actor: Actor, letter_id: int, sender: Sender, desk: MailDesk, now: datetime
) -> Ticket:
    """Open a ticket of a held letter for its sender, and return it.

    Writing somebody down needs ``person:write`` besides. Raises ``Conflict`` for a letter that is
    not held or not here any more, ``InvalidValue`` by field, ``NotFound``, ``PermissionDenied``.
    """
    row, letter = _held(session, actor, letter_id, desk)
    if (sender.person_id is None) == (not sender.display_name.strip()):
        raise InvalidValue({"person_id": "give a person, or the name of somebody new"})
    person = _person(session, actor, row, letter, sender, now)
    ticket = open_from(Incoming(session, desk, row, letter, now), person)
    _decided(session, actor, row, "letter_taken", {"ticket": ticket.reference})
    return ticket


def join_letter(
    session: Session,
    actor: Actor,
    letter_id: int,
    joining: Joining,
    desk: MailDesk,
    now: datetime,
) -> TicketEntry:
    """Write a held letter on a ticket that the actor works on, and return the entry.

    It stands there as the word of whoever has its address; where nobody has, as the actor's, with
    name and address on top. Raises as ``take_letter``.
    """
    row, letter = _held(session, actor, letter_id, desk)
    if joining.kind not in KINDS:
        raise InvalidValue({"kind": f"must be one of {', '.join(KINDS)}"})
    try:
        ticket = find_ticket(session, actor, joining.reference)
    except NotFound as error:
        raise InvalidValue({"reference": f"there is no ticket {joining.reference}"}) from error
    if not may_work_on(session, actor, ticket.id):
        raise PermissionDenied(Permission.TICKET_WORK)
    draft = entry_draft(letter, joining.kind)
    known = [one for one in people_with(session, [letter.from_address]) if one.active]
    if len(known) == 1:
        writer = replace(actor, person_id=known[0].id)
    else:
        writer, draft = actor, _named(letter, draft)
    incoming = Incoming(session, desk, row, letter, now)
    entry = answer_on(incoming, ticket, writer, draft)
    row.person_id = known[0].id if len(known) == 1 else None
    _decided(session, actor, row, "letter_joined", {"ticket": ticket.reference})
    return entry


def drop_letter(
    session: Session, actor: Actor, letter_id: int, note: str, now: datetime
) -> ReceivedLetter:
    """Let a held letter become nothing, with the reason; it is kept for a while all the same.

    Raises ``Conflict``, ``InvalidValue``, ``NotFound``.
    """
    row = _open_row(session, actor, letter_id)
    problems = Problems()
    text = text_of(problems, "note", note)
    problems.add("note", "" if text else "must not be empty")
    if len(text) > _LONGEST_NOTE:
        problems.add("note", f"must not be longer than {_LONGEST_NOTE}")
    problems.refuse()
    row.state, row.note, row.decided_at = DROPPED, text, now
    _decided(session, actor, row, "letter_dropped", {"note": text})
    return row


def _open_row(session: Session, actor: Actor, letter_id: int) -> ReceivedLetter:
    row = letter_for_deciding(session, actor, letter_id)
    if row.state != HELD:
        raise Conflict(f"the letter is {row.state} already")
    return row


def _held(
    session: Session, actor: Actor, letter_id: int, desk: MailDesk
) -> tuple[ReceivedLetter, Letter]:
    row = _open_row(session, actor, letter_id)
    mailbox = session.get(Mailbox, row.mailbox_id) if row.mailbox_id else None
    try:
        trusted = mailbox.trusted_server if mailbox else ""
        return row, read_whole(row, desk.storage, trusted, desk.own_hosts)
    except NotFound as error:
        raise Conflict("the letter itself is not here: it was too large, or is gone") from error


def _person(
    session: Session,
    actor: Actor,
    row: ReceivedLetter,
    letter: Letter,
    sender: Sender,
    now: datetime,
) -> Person:
    if sender.person_id is None:
        particulars = {
            "organisation_id": row.organisation_id,
            "display_name": sender.display_name.strip(),
            "email": letter.from_address,
        }
        return create_person(session, actor, particulars, now)
    problems = Problems()
    found = check_person(session, actor, problems, "person_id", sender.person_id)
    problems.refuse()
    if found is None:
        raise NotFound("person", sender.person_id)
    return found


def _named(letter: Letter, draft: EntryDraft) -> EntryDraft:
    who = f"{letter.from_name} <{letter.from_address}>".strip()
    return replace(draft, text=f"{who}:\n\n{draft.text}"[:100_000])


def _decided(
    session: Session, actor: Actor, row: ReceivedLetter, act: str, told: dict[str, str]
) -> None:
    row.decided_by_id = actor.person_id
    session.flush()
    record(session, actor, act, f"letter:{row.id}", told)
