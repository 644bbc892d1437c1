"""Handing one message to the mail server of the settings."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from cmdb.errors import CadastreError
from server.foundation.errors import AddressRefused
from server.foundation.settings import Settings

_TIMEOUT_SECONDS = 20


class MailNotSent(CadastreError):
    """The mail server could not be reached or refused; the text says which, and what it said."""


class _Connection(smtplib.SMTP):
    """A connection that goes through the gate."""

    def __init__(self, settings: Settings) -> None:
        self._gate = settings.directory_gate
        super().__init__(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT_SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._gate.connect(host, port, timeout)


@contextmanager
def mail_server(settings: Settings) -> Iterator[smtplib.SMTP]:
    """Yield a connection that is encrypted and signed in as the settings say.

    Raises ``MailNotSent``.
    """
    place = f"the mail server {settings.smtp_host}:{settings.smtp_port}"
    if not settings.smtp_host:
        raise MailNotSent("no mail server is set (smtp_host); `cadastre setup` asks for one")
    try:
        with _Connection(settings) as connection:
            if settings.smtp_starttls:
                connection.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                connection.login(settings.smtp_user, settings.smtp_password)
            yield connection
    except smtplib.SMTPNotSupportedError as error:
        raise MailNotSent(f"{place} cannot do what is asked: {error}") from error
    except smtplib.SMTPException as error:
        raise MailNotSent(f"{place} refused: {_said(error)}") from error
    except AddressRefused as error:
        raise MailNotSent(f"{place} is not among directory_networks") from error
    except OSError as error:
        raise MailNotSent(f"{place} cannot be reached: {error}") from error


def send_test_message(settings: Settings, recipient: str) -> None:
    """Send a short message that proves the settings. Raises ``MailNotSent``."""
    message = EmailMessage()
    message["From"] = settings.smtp_from or f"cadastre@{settings.smtp_host}"
    message["To"] = recipient
    message["Subject"] = "Cadastre can send mail"
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain="cadastre.invalid")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        f"This message was sent by the set-up of Cadastre at {settings.base_url}.\n"
        "Nothing needs to be done about it.\n"
    )
    with mail_server(settings) as connection:
        connection.send_message(message)


def _said(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        words = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
        return f"{error.smtp_code} {words}"
    return str(error)
