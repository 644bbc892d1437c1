"""A mailbox is opened over each kind of security, and says in a sentence why it is not."""

import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import pytest

from server.foundation.clock import utc_now
from server.foundation.imap import (
    FolderUnavailable,
    MailAccess,
    MailboxRefused,
    MailboxUnavailable,
    open_mailbox,
)
from server.foundation.outbound import Gate
from tests.support.imap import ImapServer

LETTER = b"From: a@b.test\r\nMessage-ID: <1@b.test>\r\nSubject: Hi\r\n\r\nBody\r\n"


def seen(flags: Sequence[str]) -> list[bool]:
    return ["\\Seen" in one for one in flags]


@pytest.mark.parametrize("security", ["tls", "starttls", "plain"])
def test_letters_are_read_as_they_are_and_put_away(imap_server: ImapServer, security: str) -> None:
    user = imap_server.new_user()
    imap_server.deliver(user, LETTER, LETTER.replace(b"<1@", b"<2@"))
    port = imap_server.tls_port if security == "tls" else imap_server.port
    with open_mailbox(imap_server.access(user, security=security, port=port)) as box:
        assert box.uids_after(0, utc_now()) == [1, 2]
        assert box.uids_after(1, utc_now()) == [2]
        assert box.uids_after(2, utc_now()) == []
        (head,) = box.heads([1])
        assert (head.uid, head.size, head.headers) == (1, len(LETTER), LETTER[: -len(b"Body\r\n")])
        assert box.letter(1) == LETTER
        assert box.letter(7) is None
        assert seen(imap_server.flags(user)) == [False, False]
        box.put_away([2])
    assert seen(imap_server.flags(user)) == [False, True]


def test_letters_are_moved_and_what_others_marked_as_deleted_stays(
    imap_server: ImapServer,
) -> None:
    user, folder = imap_server.new_user(), "Erledigt & готово"
    imap_server.deliver(user, LETTER, LETTER)
    imap_server.do(user, "STORE", "2", "+FLAGS.SILENT", "(\\Deleted)")
    with open_mailbox(imap_server.access(user, done_folder=folder)) as box:
        box.make_folder()
        assert folder in box.folders()
        box.put_away([1])
        assert box.letter(1) is None
    (left,) = imap_server.flags(user)
    assert "UID 2" in left
    with open_mailbox(imap_server.access(user, folder=folder)) as box:
        assert box.letter(1) == LETTER


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({"password": "wrong"}, MailboxRefused, "refused the user name or the password"),
        ({"folder": "Nowhere"}, FolderUnavailable, "has no folder Nowhere"),
        ({"authority": ""}, MailboxUnavailable, "certificate of .* is not trusted"),
        ({"port": 1}, MailboxUnavailable, "cannot be reached"),
        ({"host": "169.254.169.254"}, MailboxUnavailable, "is not among directory_networks"),
        ({"gate": Gate()}, MailboxUnavailable, "is not among directory_networks"),
        ({"host": "no-such-host.invalid"}, MailboxUnavailable, "cannot be reached"),
    ],
)
def test_what_does_not_open_says_why(
    imap_server: ImapServer,
    changes: dict[str, object],
    kind: type[MailboxUnavailable],
    said: str,
) -> None:
    access = imap_server.access(imap_server.new_user(), **changes)
    with pytest.raises(kind, match=said) as refused, open_mailbox(access):
        pass
    assert type(refused.value) is kind
    assert imap_server.password not in str(refused.value)


@contextmanager
def speaking(*lines: bytes) -> Iterator[int]:
    """Listen as a server that says its lines one after the other, whatever it is told."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            peer, _ = listener.accept()
            with peer:
                peer.settimeout(10)
                for line in lines:
                    peer.sendall(line)
                    with suppress(OSError):
                        peer.recv(4096)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join(10)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "broke off"),
        ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], "unexpected response"),
        ([b"* OK here\r\n", b"* BYE too many of you\r\n"], "broke off"),
        ([b"* OK here\r\n", b"* CAPABILITY IMAP4rev1 {99999999999}\r\n"], "broke off"),
    ],
)
def test_a_server_that_speaks_something_else_or_hangs_up_is_said(
    lines: Sequence[bytes], said: str
) -> None:
    with speaking(*lines) as port:
        access = MailAccess("127.0.0.1", port, "plain", "a", "b")
        with pytest.raises(MailboxUnavailable, match=said), open_mailbox(access):
            pass


def test_a_server_that_never_comes_to_an_end_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = threading.Event()

        def drip() -> None:
            peer, _ = listener.accept()
            with peer, suppress(OSError):
                while not over.wait(0.01):
                    peer.sendall(b"*")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        port = int(listener.getsockname()[1])
        access = MailAccess("127.0.0.1", port, "plain", "a", "b", most_seconds=1)
        try:
            with pytest.raises(MailboxUnavailable), open_mailbox(access):
                pass
        finally:
            over.set()
            thread.join(10)


def test_no_sentence_holds_what_breaks_a_line() -> None:
    with speaking(b"* OK here\r\n", b"* BYE \x1b[31mred\x00\x07\r\n") as port:
        access = MailAccess("127.0.0.1", port, "plain", "a", "b")
        with pytest.raises(MailboxUnavailable) as refused, open_mailbox(access):
            pass
    assert re.fullmatch(r"[\x20-\x7e]+", str(refused.value))
