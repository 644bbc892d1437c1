"""What a letter becomes: a new ticket, or an entry on one, with its files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.records.items import Item, ItemParty
from cmdb.records.parties import Person
from server.desk.mail.models import Mailbox, ReceivedLetter
from server.desk.mail.queries.senders import organisations_below, people_with, sender_actor
from server.desk.mail.rules.addresses import addresses_in
from server.desk.mail.rules.letters import Letter
from server.desk.mail.rules.states import TAKEN
from server.desk.mail.rules.tickets import description_of, named_item, title_of, words_of_entry
from server.desk.tickets.actions import EntryDraft, TicketDraft, add_entry, open_ticket
from server.desk.tickets.actions.attaching import Upload, attach_file
from server.desk.tickets.models import Ticket, TicketEntry, TicketWatcher
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.own_fields import check_fields, needs_moment
from server.desk.tickets.rules.words import Words
from server.foundation.permissions import Actor, system_actor
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.foundation.storage import Storage, attachments_at
from server.items.scope import visible_items
from server.notify.rules.tokens import PURPOSE
from server.people.rules.logins import login_key

_CHANNEL = "email"
#: Items of one person that are looked for in a letter.
_MOST_ITEMS = 200
#: People who follow a ticket because they were sent a copy.
_MOST_COPIED = 20


@dataclass(frozen=True, slots=True)
class MailDesk:
    """What taking in letters needs of an installation. ``keys`` verify tokens of tickets."""

    storage: Storage
    keys: Sequence[bytes]
    most_bytes: int
    #: Hosts in the Message-IDs of our own mail, and addresses that it comes from.
    own_hosts: frozenset[str]
    own_addresses: frozenset[str]


def desk_of(settings: Settings) -> MailDesk:
    """Return what taking in letters needs of an installation."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    return MailDesk(
        attachments_at(settings.home),
        SecretBox(settings.key_file).derived(PURPOSE),
        settings.max_attachment_megabytes << 20,
        frozenset({host.lower()}),
        frozenset({login_key(address) for _, address in addresses_in(settings.smtp_from)}),
    )


@dataclass(frozen=True, slots=True)
class Incoming:
    """A letter on its way in; ``proven``: the trusted server found that its sender is real."""

    session: Session
    desk: MailDesk
    row: ReceivedLetter
    letter: Letter
    now: datetime
    proven: bool = False


def open_from(incoming: Incoming, person: Person) -> Ticket:
    """Open the ticket of a letter for whoever wrote it, with its files.

    Raises what ``open_ticket`` raises.
    """
    session, row, letter = incoming.session, incoming.row, incoming.letter
    mailbox = session.get(Mailbox, row.mailbox_id) if row.mailbox_id else None
    sender = sender_actor(session, person, row.organisation_id)
    below = organisations_below(session, row.organisation_id)
    home = person.organisation_id if person.organisation_id in below else row.organisation_id
    item_id = _item_named(session, sender, letter)
    draft = replace(
        _draft(words_of(session), mailbox),
        title=title_of(letter),
        description=description_of(letter),
        affected_item_ids=() if item_id is None else (item_id,),
        requester_id=person.id,
        organisation_id=home,
    )
    # Its group is the mailbox's word, which no sender could give: the desk opens it in their name.
    opener = replace(system_actor("mail"), person_id=person.id, language=person.language)
    try:
        ticket = open_ticket(session, opener, draft, incoming.now)
    except InvalidValue:
        # Of what the mailbox names, its group alone may have gone since: the letter matters more.
        ticket = open_ticket(session, opener, replace(draft, group_id=None), incoming.now)
    if mailbox is not None and mailbox.watch_copied:
        _let_watch(session, ticket, person, [*letter.to, *letter.cc])
    _attach(incoming, ticket, sender, "public")
    _note_taken(incoming, ticket.id, None, person.id)
    return ticket


def answer_on(incoming: Incoming, ticket: Ticket, actor: Actor, draft: EntryDraft) -> TicketEntry:
    """Write a letter on a ticket by the rights of ``actor``, with its files.

    Raises what ``add_entry`` raises: ``NotFound`` or ``PermissionDenied`` for whoever has no part
    in the ticket.
    """
    entry = add_entry(incoming.session, actor, ticket.id, draft, incoming.now)
    _attach(incoming, ticket, actor, draft.kind)
    _note_taken(incoming, ticket.id, entry.id, actor.person_id)
    return entry


def entry_draft(letter: Letter, kind: str = "public") -> EntryDraft:
    """Return what an answer says. Raises ``InvalidValue`` for one that says nothing at all."""
    text = words_of_entry(letter)
    if not text:
        raise InvalidValue({"text": "the letter holds neither words nor files"})
    return EntryDraft(text, kind)


def _draft(words: Words, mailbox: Mailbox | None) -> TicketDraft:
    """Return what the mailbox says of its tickets, as far as the desk still has such words."""
    draft = TicketDraft("", channel=_known(_CHANNEL, words.channels))
    if mailbox is None:
        return replace(draft, kind=_known(draft.kind, words.kinds))
    category = mailbox.category if mailbox.category in words.categories else ""
    if category and (check_fields(words, category, {})[1] or needs_moment(words, category)):
        category = ""
    return replace(
        draft,
        kind=_known(mailbox.kind, words.kinds),
        category=category,
        group_id=mailbox.group_id,
    )


def _item_named(session: Session, sender: Actor, letter: Letter) -> int | None:
    """Return the sender's own item that the letter names, where they may see it."""
    query = (
        select(Item.id, Item.name, Item.serial)
        .where(
            Item.id.in_(select(ItemParty.item_id).where(ItemParty.person_id == sender.person_id)),
            visible_items(sender),
        )
        .order_by(Item.id)
        .limit(_MOST_ITEMS)
    )
    names = {item: (name, serial) for item, name, serial in session.execute(query)}
    return named_item(letter, names)


def _let_watch(
    session: Session, ticket: Ticket, requester: Person, addresses: Sequence[str]
) -> None:
    copied = people_with(session, addresses)[:_MOST_COPIED]
    for person in copied:
        if person.active and person.id != requester.id:
            session.add(TicketWatcher(ticket_id=ticket.id, person_id=person.id))
    session.flush()


def _attach(incoming: Incoming, ticket: Ticket, actor: Actor, kind: str) -> None:
    """Attach the files; what a ticket does not take is named in a note, and stays in the letter."""
    session, desk, now = incoming.session, incoming.desk, incoming.now
    refused: list[str] = []
    for one in incoming.letter.files:
        if not one.content:
            continue
        upload = Upload(one.file_name, BytesIO(one.content), desk.most_bytes, kind)
        try:
            attach_file(session, actor, ticket.id, desk.storage, upload, now)
        except InvalidValue as error:
            refused.append(f"{one.file_name}: {'; '.join(error.fields.values())}")
    if refused:
        text = "Files of the letter that are not here:\n" + "\n".join(refused)
        add_entry(session, system_actor("mail"), ticket.id, EntryDraft(text, "internal"), now)


def _note_taken(
    incoming: Incoming, ticket_id: int, entry_id: int | None, person_id: int | None
) -> None:
    row = incoming.row
    row.state, row.reason, row.note = TAKEN, "", ""
    row.ticket_id, row.entry_id, row.person_id = ticket_id, entry_id, person_id
    row.decided_at = incoming.now


def _known(code: str, words: Mapping[str, object]) -> str:
    """Return a word, or the first of the list where people have taken it away since."""
    return code if code in words else next(iter(words))
