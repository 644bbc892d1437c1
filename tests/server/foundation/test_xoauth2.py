"""A mailbox is opened by an access token (XOAUTH2); a refusal says what the server told."""

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from server.foundation.access_tokens import fetch_token
from server.foundation.imap import (
    FolderUnavailable,
    MailAccess,
    MailboxRefused,
    MailboxUnavailable,
    open_mailbox,
)
from server.foundation.outbound import INSIDE
from server.foundation.web_client import WebClient
from tests.server.foundation.test_access_tokens import wish
from tests.server.foundation.test_imap import LETTER
from tests.support.imap import ImapServer
from tests.support.token_server import TokenServer


def token_for(token_server: TokenServer, user: str) -> str:
    token_server.user = user
    return fetch_token(WebClient(INSIDE), wish(token_server.url)).token


@pytest.mark.parametrize("security", ["tls", "starttls", "plain"])
def test_a_token_opens_the_mailbox_of_whom_it_is_for(
    imap_server: ImapServer, token_server: TokenServer, security: str
) -> None:
    user = imap_server.new_user()
    imap_server.deliver(user, LETTER)
    token = token_for(token_server, user)
    port = imap_server.tls_port if security == "tls" else imap_server.port
    access = imap_server.access(user, token=token, password="", security=security, port=port)
    assert token not in repr(access)
    with open_mailbox(access) as box:
        assert (box.letters, box.letter(1)) == (1, LETTER)
    with (
        pytest.raises(FolderUnavailable, match="has no folder Nowhere"),
        open_mailbox(imap_server.access(user, token=token, folder="Nowhere")),
    ):
        pass


def test_a_token_that_is_withdrawn_or_for_somebody_else_is_refused_with_the_servers_words(
    imap_server: ImapServer, token_server: TokenServer
) -> None:
    user = imap_server.new_user()
    token = token_for(token_server, user)
    token_server.withdraw()
    with (
        pytest.raises(MailboxRefused) as refused,
        open_mailbox(imap_server.access(user, token=token)),
    ):
        pass
    assert "refused the access token: [AUTHENTICATIONFAILED]" in str(refused.value)
    assert "(status 401" in str(refused.value) or "(status invalid_token" in str(refused.value)
    assert token not in str(refused.value)
    token = token_for(token_server, imap_server.new_user())
    with (
        pytest.raises(MailboxRefused, match="refused the access token"),
        open_mailbox(imap_server.access(user, token=token)),
    ):
        pass


def challenge(text: str) -> bytes:
    return b"+ " + base64.b64encode(text.encode()) + b"\r\n"


@contextmanager
def scripted(*lines: bytes) -> Iterator[int]:
    """Listen as a server that answers one line to each line; TAG is that of the last command."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            peer, _ = listener.accept()
            tag = b""
            with peer, peer.makefile("rb") as heard, suppress(OSError):
                peer.settimeout(10)
                peer.sendall(b"* OK here\r\n")
                for line in lines:
                    tag = b" ".join(heard.readline().split(b" ")[:-1])[:5] or tag
                    peer.sendall(line.replace(b"TAG", tag))

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join(10)


OFFERS = b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\nTAG OK done\r\n"


@pytest.mark.parametrize(
    ("lines", "kind", "said"),
    [
        ((b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n",), MailboxUnavailable, "offers no XOAUTH2"),
        ((OFFERS, b"+ \r\n", b"+ x\r\n"), MailboxUnavailable, "asks for something unreadable"),
        (
            (OFFERS, b"+ \r\n", challenge('{"status":"400"}'), b"TAG NO \x1b[1mSECRET\r\n"),
            MailboxRefused,
            r"refused the access token: \[1m… \(status 400\)",
        ),
        (
            (OFFERS, b"+ \r\n", challenge("SECRET"), b"TAG NO No\r\n"),
            MailboxRefused,
            r"No \(…\)",
        ),
        (
            (OFFERS, b"+ \r\n", challenge("[1]"), b"TAG NO [UNAVAILABLE] later\r\n"),
            MailboxUnavailable,
            r"later \(\[1\]\)",
        ),
        ((OFFERS, b"+ \r\n", *[challenge("more")] * 4), MailboxUnavailable, "broke off"),
        ((OFFERS, b"+ \r\n", b"* BYE\r\n"), MailboxUnavailable, "broke off"),
    ],
)
def test_a_server_that_answers_anything_else_is_said(
    lines: tuple[bytes, ...], kind: type[MailboxUnavailable], said: str
) -> None:
    with scripted(*lines) as port:
        access = MailAccess("127.0.0.1", port, "plain", "a", "", token="SECRET")
        with pytest.raises(kind, match=said) as failed, open_mailbox(access):
            pass
    assert type(failed.value) is kind
    assert "SECRET" not in str(failed.value)
