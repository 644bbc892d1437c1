"""Nobody gets into a ticket by mail who has no part in it, whatever their letter claims.

What is tried is known from other desks: a guessed number in the subject, an answer to a copy, a
mail that some service sends to the desk's own address so that it lands where its writer reads it.
"""

import hashlib
import io
import itertools
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from cmdb.records.parties import Person
from server.desk.mail.actions.landing import MailDesk, desk_of
from server.desk.mail.actions.mailboxes import add_mailbox
from server.desk.mail.actions.taking import take_in
from server.desk.mail.models import Mailbox, ReceivedLetter
from server.desk.tickets.actions import TicketDraft, open_ticket
from server.desk.tickets.models import Ticket, TicketEntry, TicketWatcher
from server.foundation.clock import utc_now
from server.foundation.permissions import Actor
from server.foundation.secrets import SecretBox
from server.notify.rules.tokens import ticket_token
from server.people.actions.people import create_person
from server.people.sync_parties import deactivate_persons
from tests.immunity.conftest import Target

_TRUSTED = "mx.example.test"
_numbers = itertools.count(1)


class Post:
    """A mailbox of the desk; letters come straight from its server's hands."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.desk: MailDesk = desk_of(target.settings)
        number = next(_numbers)
        particulars = {
            "name": f"Help {number}",
            "organisation_id": target.world.root.id,
            "address": f"help-{number}@example.test",
            "host": "127.0.0.1",
            "port": 993,
            "security": "tls",
            "user_name": "help",
            "password": "secret",
        }
        box = SecretBox(target.settings.key_file)
        with target.database.writing() as session:
            row = add_mailbox(session, target.world.admin, particulars, box, utc_now())
            self._mailbox_id = row.id

    def set(self, **values: object) -> None:
        """Write columns of the mailbox."""
        with self._target.database.writing() as session:
            row = session.get_one(Mailbox, self._mailbox_id)
            for name, value in values.items():
                setattr(row, name, value)

    def come(self, sender: str, subject: str = "Hello", **headers: str) -> ReceivedLetter:
        """Take a letter in and return what became of it."""
        number = next(_numbers)
        message = EmailMessage()
        message["From"], message["Subject"] = sender, subject
        message["Message-ID"] = f"<{number}@writer.test>"
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content("Let me in")
        raw = message.as_bytes()
        kept = self.desk.storage.keep(io.BytesIO(raw))
        with self._target.database.writing() as session:
            row = ReceivedLetter(
                organisation_id=self._target.world.root.id,
                mailbox_id=self._mailbox_id,
                uid_validity=1,
                uid=number,
                digest=hashlib.sha256(raw).hexdigest(),
                received_at=utc_now(),
                size=len(raw),
                stored_name=kept.name,
                state="waiting",
            )
            session.add(row)
            session.flush()
            letter_id = row.id
        take_in(self._target.database, self.desk, letter_id)
        with self._target.database.reading() as session:
            return session.get_one(ReceivedLetter, letter_id)


@pytest.fixture
def post(target: Target) -> Post:
    return Post(target)


def address_of(target: Target, actor: Actor) -> str:
    with target.database.reading() as session:
        return session.get_one(Person, actor.person_id).email


def opened(target: Target, actor: Actor) -> Ticket:
    with target.database.writing() as session:
        return open_ticket(session, actor, TicketDraft("Payroll is wrong"), utc_now())


def said_on(target: Target, ticket: Ticket) -> int:
    query = select(TicketEntry.id).where(
        TicketEntry.ticket_id == ticket.id, TicketEntry.kind != "system"
    )
    with target.database.reading() as session:
        return len(session.scalars(query).all())


def colleague(target: Target) -> str:
    """Return the address of somebody known who has no right at all."""
    email = f"colleague-{next(_numbers)}@example.test"
    particulars = {
        "organisation_id": target.world.root.id,
        "display_name": "Col League",
        "email": email,
    }
    with target.database.writing() as session:
        create_person(session, target.world.admin, particulars, utc_now())
    return email


def followers_of(target: Target, ticket_id: int) -> int:
    query = select(TicketWatcher.person_id).where(TicketWatcher.ticket_id == ticket_id)
    with target.database.reading() as session:
        return len(session.scalars(query).all())


def token_of(post: Post, ticket: Ticket) -> str:
    return ticket_token(post.desk.keys[-1], ticket.reference)


@pytest.mark.parametrize("mark", ["", ".aaaaaaaaaa", ".AAAAAAAAAA", ".k7x2qfabcd", ".2222222222"])
@pytest.mark.parametrize("place", ["subject", "In-Reply-To", "References"])
def test_a_guessed_token_proves_nothing_not_even_for_the_requester(
    target: Target, post: Post, mark: str, place: str
) -> None:
    ticket = opened(target, target.world.requester)
    guess = f"{ticket.reference}{mark}"
    mine = address_of(target, target.world.requester)
    if place == "subject":
        row = post.come(mine, f"Re: {guess}")
    else:
        row = post.come(mine, f"Re: {ticket.reference}", **{place: f"<notification-1.{guess}@x>"})
    assert (row.state, row.reason) == ("held", "unproven")
    assert said_on(target, ticket) == 0


def test_the_token_of_one_ticket_opens_no_other(target: Target, post: Post) -> None:
    mine, other = (opened(target, target.world.requester) for _ in range(2))
    signature = token_of(post, mine).partition(".")[2]
    row = post.come(
        address_of(target, target.world.requester), f"Re: {other.reference}.{signature}"
    )
    assert row.state == "held"
    assert said_on(target, other) == 0


def test_who_was_passed_a_mail_of_ours_still_has_no_part_in_the_ticket(
    target: Target, post: Post
) -> None:
    ticket = opened(target, target.world.requester)
    # Who may only read, and a colleague without any right.
    for outsider in (address_of(target, target.world.reader), colleague(target)):
        row = post.come(outsider, f"Re: {token_of(post, ticket)}")
        assert (row.state, row.reason) == ("held", "not_yours")
    assert said_on(target, ticket) == 0
    assert followers_of(target, ticket.id) == 0


def test_a_copy_lets_nobody_read_along(target: Target, post: Post) -> None:
    mine = address_of(target, target.world.requester)
    row = post.come(mine, "Payroll", Cc=colleague(target))
    assert row.state == "taken"
    assert row.ticket_id is not None
    assert followers_of(target, row.ticket_id) == 0


@pytest.mark.parametrize("strangers", ["hold", "add"])
def test_what_a_service_sends_to_the_desk_lands_on_no_ticket_of_whoever_asked_for_it(
    target: Target, post: Post, strangers: str
) -> None:
    post.set(strangers=strangers)
    ticket = opened(target, target.world.requester)
    token = token_of(post, ticket)
    to = f"help+{token}@example.test"
    sender = f"verify-{strangers}@service.test"
    for subject in ("Confirm your address", f"Confirm your address {token}"):
        row = post.come(sender, subject, To=to, Cc=address_of(target, target.world.requester))
        assert row.ticket_id != ticket.id
        if row.ticket_id is not None:
            # Where strangers are written down their ticket is their own, and no one else's.
            mine = target.api(target.world.requester)
            assert mine.get(f"/tickets/{row.ticket_id}").status_code in {403, 404}
    assert said_on(target, ticket) == 0


@pytest.mark.parametrize(
    "findings",
    [
        "",
        "mx.evil.test; dmarc=pass header.from=example.test",
        f"{_TRUSTED}; dmarc=fail header.from=example.test; spf=pass smtp.mailfrom=example.test",
        f"{_TRUSTED}; spf=pass smtp.mailfrom=evil.test; dkim=pass header.d=evil.test",
        f"{_TRUSTED}; spf=pass smtp.mailfrom=example.test.evil.test",
        f'{_TRUSTED}; none reason="; dmarc=pass header.from=example.test"',
        f"{_TRUSTED}; none (; dmarc=pass header.from=example.test)",
    ],
)
def test_where_a_server_is_trusted_a_sender_it_did_not_prove_is_held(
    target: Target, post: Post, findings: str
) -> None:
    post.set(trusted_server=_TRUSTED)
    ticket = opened(target, target.world.requester)
    headers = {"Authentication_Results": findings} if findings else {}
    mine = address_of(target, target.world.requester)
    row = post.come(mine, f"Re: {token_of(post, ticket)}", **headers)
    assert (row.state, row.reason) == ("held", "unverified")
    assert said_on(target, ticket) == 0


def test_a_letter_of_two_senders_is_nobodys(target: Target, post: Post) -> None:
    ticket = opened(target, target.world.requester)
    mine = address_of(target, target.world.requester)
    row = post.come(f"{mine}, evil@evil.test", f"Re: {token_of(post, ticket)}")
    assert row.state == "held"
    assert said_on(target, ticket) == 0


def test_who_left_writes_on_nothing_any_more(target: Target, post: Post) -> None:
    actor = target.world.change_manager
    ticket = opened(target, actor)
    mine = address_of(target, actor)
    assert post.come(mine, f"Re: {token_of(post, ticket)}").state == "taken"
    assert actor.person_id is not None
    with target.database.writing() as session:
        deactivate_persons(session, "local", [actor.person_id], utc_now())
    row = post.come(mine, f"Re: {token_of(post, ticket)}")
    assert (row.state, row.reason) == ("held", "may_not")
    assert said_on(target, ticket) == 1
