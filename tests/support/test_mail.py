import smtplib
from email.message import EmailMessage

import pytest

from tests.support.mail import SmtpServer


def test_a_message_arrives_with_its_envelope_and_its_letters(smtp_server: SmtpServer) -> None:
    _send(smtp_server, "Принтер печатает пустые страницы")
    (mail,) = smtp_server.delivered
    assert mail.sender == "desk@example.test"
    assert mail.recipients == ("ada@example.test",)
    assert mail.message["Subject"] == "Принтер печатает пустые страницы"
    assert mail.message.get_content().strip() == "Готово."


def test_the_server_can_refuse_for_now(smtp_server: SmtpServer) -> None:
    smtp_server.refusal = "451 try again later"
    with pytest.raises(smtplib.SMTPDataError, match="try again later"):
        _send(smtp_server, "too early")
    assert smtp_server.delivered == []


def test_every_test_finds_an_empty_box(smtp_server: SmtpServer) -> None:
    assert smtp_server.delivered == []
    assert smtp_server.refusal is None


def _send(server: SmtpServer, subject: str) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "desk@example.test", "ada@example.test"
    message["Subject"] = subject
    message.set_content("Готово.")
    with smtplib.SMTP(server.host, server.port, timeout=10) as client:
        client.send_message(message)
