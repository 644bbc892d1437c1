"""What strangers, forgers and programs that answer each other do to a desk that receives mail."""

from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage

import pytest
from sqlalchemy import func, select, update

from cmdb.errors import NotFound
from cmdb.records.parties import Person
from server.desk.mail.actions.taking import ANSWERS
from server.desk.tickets.actions import EntryDraft, TicketDraft, add_entry, open_ticket
from server.desk.tickets.models import Ticket, TicketWatcher
from server.desk.tickets.queries import find_ticket
from server.foundation.clock import utc_now
from server.foundation.errors import PermissionDenied
from server.foundation.jobs.handler import JobContext
from server.notify.jobs import DELIVER
from server.notify.rules.tokens import tokens_in
from server.wiring import JOBS
from tests.server.desk.mail.post import ADDRESS, Post, letter
from tests.server.desk.mail.rules.test_hostile_letters import HOSTILE
from tests.support.mail import SmtpServer


def _address(post: Post, who: str) -> str:
    with post.database.reading() as session:
        return session.get_one(Person, getattr(post.estate.world, who).person_id).email


def _opened(post: Post, who: str = "requester") -> Ticket:
    actor = getattr(post.estate.world, who)
    with post.database.writing() as session:
        return open_ticket(session, actor, TicketDraft("Broken"), utc_now())


@pytest.fixture
def send(post: Post, smtp_server: SmtpServer) -> Callable[[], list[EmailMessage]]:
    """Return what lets the desk send what waits and returns the mails."""
    settings = replace(
        post.settings, smtp_host=smtp_server.host, smtp_port=smtp_server.port, smtp_starttls=False
    )

    def sent() -> list[EmailMessage]:
        smtp_server.delivered.clear()
        JOBS[DELIVER].run(JobContext(post.database, settings, {}))
        return [one.message for one in smtp_server.delivered]

    return sent


def _answer(mail: EmailMessage, text: str, **headers: str) -> bytes:
    """Return an answer to a mail as a mail program writes it, with all of it quoted."""
    quoted = "\n".join(f"> {line}" for line in mail.get_content().splitlines())
    body = f"{text}\n\nOn Mon, 23 Nov 2026 at 10:15, Desk <{mail['From']}> wrote:\n{quoted}\n"
    headers = {"In_Reply_To": mail["Message-ID"], "References": mail["Message-ID"]} | headers
    return letter(mail["To"], f"Re: {mail['Subject']}", body, (), **headers)


def test_a_conversation_by_mail_goes_there_and_back(
    post: Post, send: Callable[[], list[EmailMessage]]
) -> None:
    rita = _address(post, "requester")
    ticket_id = post.come(letter(rita)).ticket_id
    assert ticket_id is not None
    (received,) = send()
    assert (received["To"], received["Reply-To"]) == (rita, ADDRESS)
    with post.database.writing() as session:
        draft = EntryDraft("Is anybody hurt?", "public")
        add_entry(session, post.estate.world.agent, ticket_id, draft, utc_now())
    (asked,) = send()
    row = post.come(_answer(asked, "No, all are well."))
    assert (row.state, row.ticket_id) == ("taken", ticket_id)
    assert [one.text for one in post.entries(ticket_id)] == [
        "Is anybody hurt?",
        "No, all are well.",
    ]
    # A program that keeps no header still quotes the foot.
    bare = _answer(asked, "Out now.", In_Reply_To="", References="")
    assert post.come(bare).ticket_id == ticket_id
    assert len(post.tickets()) == 1


def test_a_token_that_was_copied_opens_nothing_to_whoever_copied_it(
    post: Post, send: Callable[[], list[EmailMessage]]
) -> None:
    """Somebody was sent a copy, and answers to all with the whole thread."""
    ticket_id = post.come(letter(_address(post, "requester"))).ticket_id
    (received,) = send()
    reader = _address(post, "reader")
    forwarded = _answer(received, "Add me, please.", Cc=_address(post, "nobody"))
    row = post.come(forwarded.replace(_address(post, "requester").encode(), reader.encode()))
    assert (row.from_address, row.state, row.reason) == (reader, "held", "not_yours")
    assert post.entries(ticket_id or 0) == []
    with post.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(TicketWatcher)) == 0
        with pytest.raises((NotFound, PermissionDenied)):
            find_ticket(session, post.estate.world.nobody, ticket_id or 0)


def test_the_proof_of_one_ticket_is_none_of_another(post: Post) -> None:
    mine, other = _opened(post), _opened(post, "agent")
    signature = post.token(mine.reference).partition(".")[2]
    rita = _address(post, "requester")
    for reference in (other.reference, mine.reference.replace("INC", "REQ")):
        row = post.come(letter(rita, f"Re: {reference}.{signature}", Message_ID=f"<{reference}@x>"))
        assert post.entries(other.id) == []
        assert row.ticket_id not in {mine.id, other.id}
    both = f"Re: {other.reference}.{signature} {post.token(mine.reference)}"
    assert post.come(letter(rita, both)).ticket_id == mine.id


@pytest.mark.parametrize(
    ("sender", "reason"),
    [
        # A name that looks like an agent's address is a name.
        ('"{agent}" <eve@evil.test>', "stranger"),
        ("{agent} <eve@evil.test>", "stranger"),
        ("eve@evil.test ({agent})", "stranger"),
        ("=?utf-8?q?{agent}?= <eve@evil.test>", "stranger"),
        ("<{agent}>, <eve@evil.test>", "unreadable"),
        ("{agent}\r\nFrom: eve@evil.test", "unreadable"),
        ("{agent}\u200b <{agent}\u200b>", "unreadable"),
        # The trusted server proved another domain than the one that is shown.
        ("{agent}", "unverified"),
    ],
)
def test_a_forged_sender_is_not_who_they_say(post: Post, sender: str, reason: str) -> None:
    ticket = _opened(post)
    post.change(trusted_server="mx.example.test")
    proof = "mx.example.test; dmarc=pass header.from=evil.test; dkim=pass header.d=evil.test"
    raw = (
        f"Authentication-Results: {proof}\r\nFrom: {sender.format(agent=_address(post, 'agent'))}"
        "\r\nAuthentication-Results: mx.example.test; dmarc=pass header.from=example.test"
        f"\r\nSubject: Re: {post.token(ticket.reference)}\r\nMessage-ID: <f@evil.test>"
        "\r\n\r\nSolved, close it.\r\n"
    )
    row = post.come(raw.encode())
    assert (row.state, row.reason) == ("held", reason)
    assert post.entries(ticket.id) == []


def test_a_line_break_in_a_subject_or_a_name_writes_no_header(
    post: Post, send: Callable[[], list[EmailMessage]]
) -> None:
    post.change(strangers="add")
    hostile = "=?utf-8?q?x=0D=0ABcc:_all=40example.test=0D=0A=0D=0AClick?="
    raw = (
        f"From: {hostile} <new@elsewhere.test>\r\nSubject: {hostile}\r\n"
        "Message-ID: <h@x>\r\n\r\nHelp\r\n"
    )
    assert post.come(raw.encode()).state == "taken"
    (received,) = send()
    assert received["Bcc"] is None
    assert received["To"] == "new@elsewhere.test"
    assert [name for name in received if name.lower().startswith(("bcc", "click"))] == []
    (ticket,) = post.tickets()
    assert ticket.title == "x Bcc: all@example.test Click"


def test_programs_that_answer_by_the_book_are_not_answered(
    post: Post, send: Callable[[], list[EmailMessage]]
) -> None:
    post.come(letter(_address(post, "requester")))
    (received,) = send()
    away = _answer(received, "I am away.", Auto_Submitted="auto-replied")
    assert post.come(away).state == "ignored"
    assert send() == []
    # Our own mail that comes back to us is no letter of anybody.
    received.replace_header("To", ADDRESS)
    del received["Auto-Submitted"], received["X-Auto-Response-Suppress"]
    assert post.come(received.as_bytes()).state == "ignored"
    assert len(post.tickets()) == 1


def test_two_programs_that_answer_each_other_through_a_ticket_come_to_an_end(
    post: Post, send: Callable[[], list[EmailMessage]], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = type(ANSWERS)(ANSWERS.name, 3, ANSWERS.seconds)
    monkeypatch.setattr("server.desk.mail.actions.taking.ANSWERS", few)
    ticket = _opened(post)
    with post.database.writing() as session:
        whose = update(Ticket).where(Ticket.id == ticket.id)
        session.execute(whose.values(assignee_id=post.estate.world.agent.person_id))
    mails = send()
    for _ in range(20):
        if not mails:
            break
        # Neither says that it is a machine.
        post.deliver(*(_answer(one, "I am on holiday.") for one in mails))
        post.look()
        mails = send()
    assert mails == []
    assert 4 <= len(post.entries(ticket.id)) <= 6
    assert "too_many" in {one.reason for one in post.letters()}
    assert len(post.tickets()) == 1


def test_a_letter_of_10_mb_of_text_is_taken_in_and_kept_whole(post: Post) -> None:
    raw = letter(_address(post, "requester"), "Log", "It is broken again.\n" * 500_000)
    row = post.come(raw)
    assert row.state == "taken"
    assert row.size > 10_000_000
    (ticket,) = post.tickets()
    assert 50_000 < len(ticket.description) <= 100_000


def test_no_hostile_letter_holds_up_the_one_after_it(post: Post) -> None:
    """Nothing of them waits, nothing failed, and whoever writes next is heard."""
    post.change(strangers="add")
    # IMAP itself takes no zero (RFC 3501); the longest of them are read in the tests of the rules.
    letters = [raw for raw, _ in HOSTILE.values() if 0 < len(raw) < 250_000 and b"\0" not in raw]
    assert len(letters) > 30
    post.deliver(*letters, letter(_address(post, "requester"), "Last"))
    post.look()
    rows = post.letters()
    assert {one.state for one in rows} <= {"taken", "held", "ignored"}
    assert "failed" not in {one.reason for one in rows}
    assert rows[-1].state == "taken"
    texts = [text for one in post.tickets() for text in (one.title, one.description)]
    assert texts
    assert [text for text in texts if "\x00" in text] == []


def test_what_a_mail_of_ours_proves_is_about_its_own_ticket_alone(
    post: Post, send: Callable[[], list[EmailMessage]]
) -> None:
    rita = _address(post, "requester")
    first, second = (post.come(letter(rita, f"Number {n}")).ticket_id for n in range(2))
    (digest,) = send()
    assert tokens_in(digest.as_string()) == []
    row = post.come(_answer(digest, "Which one do you mean?"))
    assert row.ticket_id not in {first, second}
