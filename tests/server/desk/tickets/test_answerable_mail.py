"""Mail about one ticket carries what proves it and where an answer goes; nothing else does."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from cmdb.records.parties import Person
from server.desk.tickets.actions import EntryDraft, TicketDraft, add_entry, open_ticket
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.notify.jobs import deliverer, run_delivery
from server.notify.models import Notification
from server.notify.rules.tokens import PURPOSE, holds, tokens_in
from tests.server.desk.estate import Estate
from tests.support.mail import SmtpServer

FOOT = {
    "en": "Your answer to this mail lands on the ticket. INC-1.",
    "es": "Su respuesta a este correo se añade al ticket. INC-1.",
    "ru": "Ваш ответ на это письмо попадёт в заявку. INC-1.",
}


def _help(_session: Session, reference: str) -> str | None:
    """Receive answers about the first ticket, as a mailbox of its organisation does."""
    return "help@example.test" if reference == "INC-1" else None


@pytest.fixture
def settings(smtp_server: SmtpServer, tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path,
        smtp_host=smtp_server.host,
        smtp_port=smtp_server.port,
        smtp_starttls=False,
        public_url="https://desk.example.test",
    )


def _open(database: Database, estate: Estate, language: str = "en") -> int:
    with database.writing() as session:
        rita = estate.world.requester.person_id
        session.execute(update(Person).where(Person.id == rita).values(language=language))
        return open_ticket(session, estate.world.requester, TicketDraft("It hums"), utc_now()).id


def _sent(smtp_server: SmtpServer) -> EmailMessage:
    (mail,) = smtp_server.delivered
    return mail.message


def _holds(settings: Settings, text: str) -> list[str]:
    """Return the references of what a text proves."""
    keys = SecretBox(settings.key_file).derived(PURPOSE)
    return [reference for reference, mac in tokens_in(text) if holds(keys, reference, mac)]


@pytest.mark.parametrize("language", ["en", "es", "ru"])
def test_an_answer_finds_the_way_back_where_a_mailbox_receives(
    database: Database, estate: Estate, settings: Settings, smtp_server: SmtpServer, language: str
) -> None:
    _open(database, estate, language)
    assert deliverer(_help)(JobContext(database, settings, {})) == {"sent": 1}
    message = _sent(smtp_server)
    assert message["Subject"].startswith("INC-1: ")
    assert message["Reply-To"] == "help@example.test"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Message-ID"].endswith("@desk.example.test>")
    assert message["In-Reply-To"] == message["References"] == "<INC-1@desk.example.test>"
    text = message.get_content().replace("\r\n", "\n")
    foot = next(line for line in text.split("\n") if line.startswith(FOOT[language]))
    # Below "-- " many programs cut.
    assert text.index(foot) < text.index("\n-- \n")
    assert _holds(settings, foot) == _holds(settings, message["Message-ID"]) == ["INC-1"]
    # The root of the conversation can be guessed, and proves nothing.
    assert _holds(settings, message["References"]) == []


def test_without_a_mailbox_nothing_is_promised(
    database: Database, estate: Estate, settings: Settings, smtp_server: SmtpServer
) -> None:
    _open(database, estate)
    assert run_delivery(JobContext(database, settings, {})) == {"sent": 1}
    message = _sent(smtp_server)
    assert message["Reply-To"] is None
    assert _holds(settings, message["Message-ID"]) == ["INC-1"]
    assert tokens_in(message.get_content()) == []


def test_two_things_about_one_ticket_are_one_answerable_mail_and_about_two_none(
    database: Database, estate: Estate, settings: Settings, smtp_server: SmtpServer
) -> None:
    ticket_id = _open(database, estate)
    with database.writing() as session:
        draft = EntryDraft("Which room?", "public")
        add_entry(session, estate.world.agent, ticket_id, draft, utc_now())
    deliver, context = deliverer(_help), JobContext(database, settings, {})
    assert deliver(context) == {"sent": 1}
    assert _holds(settings, _sent(smtp_server)["Message-ID"]) == ["INC-1"]
    smtp_server.delivered.clear()
    with database.writing() as session:
        session.execute(update(Notification).values(mail_state="waiting", deliver_at=utc_now()))
        open_ticket(session, estate.world.requester, TicketDraft("It smokes"), utc_now())
    assert deliver(context) == {"sent": 1}
    digest = _sent(smtp_server)
    assert digest["Reply-To"] is None
    assert tokens_in(digest.as_string()) == []
    assert digest["References"] == "<INC-1@desk.example.test> <INC-2@desk.example.test>"


def test_who_only_owns_what_is_hit_gets_no_proof(
    database: Database, estate: Estate, settings: Settings, smtp_server: SmtpServer
) -> None:
    _open(database, estate)
    with database.writing() as session:
        session.execute(update(Notification).values(kind="item_hit"))
    deliverer(_help)(JobContext(database, settings, {}))
    assert tokens_in(_sent(smtp_server).as_string()) == []


def test_a_damaged_key_file_holds_up_no_mail(
    database: Database, estate: Estate, settings: Settings, smtp_server: SmtpServer
) -> None:
    _open(database, estate)
    settings.key_file.write_text("no key at all\n")
    settings.key_file.chmod(0o600)
    assert deliverer(_help)(JobContext(database, settings, {})) == {"sent": 1}
    assert _sent(smtp_server)["Reply-To"] is None
    assert tokens_in(_sent(smtp_server).as_string()) == []


def test_an_address_that_breaks_a_header_sends_nothing(
    database: Database, estate: Estate, settings: Settings, smtp_server: SmtpServer
) -> None:
    _open(database, estate)
    hostile = deliverer(lambda _session, _reference: "help@example.test\r\nBcc: all@example.test")
    assert hostile(JobContext(database, settings, {})) == {"sent": 0, "refused": 1}
    assert smtp_server.delivered == []
