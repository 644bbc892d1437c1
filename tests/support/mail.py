"""A real SMTP server in this process, which keeps what it is handed."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.processes import free_port


@dataclass(frozen=True)
class DeliveredMail:
    """One message with the envelope it came in."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage


class SmtpServer:
    """Collects mail in `delivered`; `refusal` set to an SMTP answer makes it refuse instead.

    `refused` holds answers to single recipients, `unread` to what was written to one of them.
    """

    host = "127.0.0.1"

    def __init__(self) -> None:
        self.delivered: list[DeliveredMail] = []
        self.refusal: str | None = None
        self.refused: dict[str, str] = {}
        self.unread: dict[str, str] = {}
        self._controller: Controller | None = None

    @property
    def port(self) -> int:
        """The loopback port it listens on."""
        return 0 if self._controller is None else int(self._controller.port)

    def start(self) -> None:
        """Listen on a free port; another process may be quicker, so try three of them."""
        for attempt in range(3):
            self._controller = Controller(self, hostname=self.host, port=free_port())
            try:
                self._controller.start()
            except OSError:
                if attempt == 2:
                    raise
            else:
                return

    def stop(self) -> None:
        """Close the port; what was delivered stays."""
        if self._controller is not None:
            self._controller.stop()

    def clear(self) -> None:
        """Forget all mail and accept again."""
        self.delivered.clear()
        self.refused.clear()
        self.unread.clear()
        self.refusal = None

    async def handle_RCPT(  # noqa: N802 (aiosmtpd calls its hooks by this name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take one recipient; aiosmtpd calls this in its own thread."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 (aiosmtpd calls its hooks by this name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take one message; aiosmtpd calls this in its own thread."""
        if self.refusal is not None:
            return self.refusal
        for recipient in envelope.rcpt_tos:
            if recipient in self.unread:
                return self.unread[recipient]
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        parsed = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
        self.delivered.append(
            DeliveredMail(envelope.mail_from or "", tuple(envelope.rcpt_tos), parsed)
        )
        return "250 kept"


@pytest.fixture(scope="session")
def running_smtp_server() -> Iterator[SmtpServer]:
    """One SMTP server per test process; tests ask for `smtp_server`."""
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def smtp_server(running_smtp_server: SmtpServer) -> SmtpServer:
    """Return the SMTP server with an empty box."""
    running_smtp_server.clear()
    return running_smtp_server
