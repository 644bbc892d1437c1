"""Letters, for those who work on tickets where they came in."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.parties import Person
from server.desk.mail.models import Mailbox, ReceivedLetter
from server.desk.mail.rules.letters import Letter
from server.desk.mail.rules.reading import read_letter
from server.desk.mail.rules.states import TAKEN
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import find_ticket, may_work_on
from server.desk.tickets.queries.scope import visible_tickets
from server.foundation.errors import PermissionDenied
from server.foundation.paging import Page, PageRequest, SortKey, count_up_to, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.foundation.storage import Storage

#: Ids are given as letters come.
LETTER_SORTS = {"id": SortKey(ReceivedLetter.id, int)}


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """Which letters; "" and None mean no matter."""

    state: str = ""
    reason: str = ""
    mailbox_id: int | None = None


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter; the mailbox it came through, while there is one; whose it was taken for.

    ``reference``: the ticket it became or landed on, "" when there is none in the actor's sight.
    """

    letter: ReceivedLetter
    mailbox: Mailbox | None
    person: Person | None
    reference: str


def list_letters(
    session: Session, actor: Actor, wanted: LetterFilter, page: PageRequest
) -> Page[LetterRow]:
    """Return one page of the letters in sight, the newest first by default."""
    actor.require(Permission.TICKET_WORK)
    if not page.sort:
        page = PageRequest("-id", page.cursor, page.limit)
    query = _rows(actor).where(*_narrowed(actor, wanted))
    found = fetch_page(session, query, page, LETTER_SORTS, ReceivedLetter.id)
    return Page([_row(*one) for one in found.rows], found.next_cursor)


def count_letters(session: Session, actor: Actor, wanted: LetterFilter) -> int:
    """Count them, up to ``paging.COUNT_LIMIT`` + 1. Nothing is in sight of who may not work."""
    return count_up_to(session, select(ReceivedLetter.id).where(*_narrowed(actor, wanted)))


def find_letter(session: Session, actor: Actor, letter_id: int) -> LetterRow:
    """Return a letter in sight. Raises ``NotFound``."""
    actor.require(Permission.TICKET_WORK)
    found = session.execute(
        _rows(actor).where(ReceivedLetter.id == letter_id, seen_letters(actor))
    ).first()
    if found is None:
        raise NotFound("letter", letter_id)
    return _row(*found)


def letter_for_deciding(session: Session, actor: Actor, letter_id: int) -> ReceivedLetter:
    """Return a letter in sight, fresh and locked until the end. Raises ``NotFound``."""
    actor.require(Permission.TICKET_WORK)
    query = (
        select(ReceivedLetter)
        .where(ReceivedLetter.id == letter_id, seen_letters(actor))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("letter", letter_id)
    return found


def letter_of_ticket(
    session: Session, actor: Actor, reference: str | int, letter_id: int
) -> ReceivedLetter:
    """Return a letter that is on a ticket the actor works on, wherever it came in.

    Raises ``NotFound``, ``PermissionDenied``.
    """
    ticket = find_ticket(session, actor, reference)
    if not may_work_on(session, actor, ticket.id):
        raise PermissionDenied(Permission.TICKET_WORK)
    query = select(ReceivedLetter).where(
        ReceivedLetter.id == letter_id, ReceivedLetter.ticket_id == ticket.id
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("letter", letter_id)
    return found


def letters_by_entry(
    session: Session, ticket_id: int, entry_ids: Collection[int]
) -> dict[int | None, int]:
    """Return {entry: letter} for entries of a ticket that came by mail; None is its opening.

    For a ticket that the caller has found for its reader. One statement.
    """
    query = select(ReceivedLetter.entry_id, ReceivedLetter.id).where(
        ReceivedLetter.ticket_id == ticket_id,
        # One that is ignored may stand behind a note, and opens nothing.
        (ReceivedLetter.state == TAKEN) | ReceivedLetter.entry_id.is_not(None),
    )
    known = {None, *entry_ids}
    return {entry: letter for entry, letter in session.execute(query) if entry in known}


def read_whole(
    letter: ReceivedLetter,
    storage: Storage,
    trusted_server: str = "",
    own_hosts: frozenset[str] = frozenset(),
) -> Letter:
    """Return what a letter says. Raises ``NotFound`` when its bytes are no longer kept."""
    if not letter.stored_name:
        raise NotFound("letter", letter.id)
    with storage.open(letter.stored_name) as stream:
        return read_letter(stream.read(), trusted_server=trusted_server, own_hosts=own_hosts)


def seen_letters(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``ReceivedLetter`` under which the actor works on what came in."""
    columns = ScopeColumns(organisation=ReceivedLetter.organisation_id)
    return visible(actor, Permission.TICKET_WORK, columns)


def kept_letters(session: Session) -> set[str]:
    """Return the stored names of all letters whose bytes are kept."""
    query = select(ReceivedLetter.stored_name).where(ReceivedLetter.stored_name != "")
    return set(session.scalars(query))


def _narrowed(actor: Actor, wanted: LetterFilter) -> list[ColumnElement[bool]]:
    conditions = [seen_letters(actor)]
    if wanted.state:
        conditions.append(ReceivedLetter.state == wanted.state)
    if wanted.reason:
        conditions.append(ReceivedLetter.reason == wanted.reason)
    if wanted.mailbox_id is not None:
        conditions.append(ReceivedLetter.mailbox_id == wanted.mailbox_id)
    return conditions


def _rows(actor: Actor) -> Select[ReceivedLetter, Mailbox, Person, str]:
    in_sight = visible_tickets(actor) & (Ticket.id == ReceivedLetter.ticket_id)
    return (
        select(ReceivedLetter, Mailbox, Person, Ticket.reference)
        .outerjoin(Mailbox, Mailbox.id == ReceivedLetter.mailbox_id)
        .outerjoin(Person, Person.id == ReceivedLetter.person_id)
        .outerjoin(Ticket, in_sight)
    )


def _row(
    letter: ReceivedLetter, mailbox: Mailbox | None, person: Person | None, reference: str | None
) -> LetterRow:
    return LetterRow(letter, mailbox, person, reference or "")
