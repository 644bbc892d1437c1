"""Reading a mailbox over IMAP (RFC 3501). The one file that knows imap_tools.

Of imap_tools it uses signing in, folders and search. Its ``flag`` and ``delete`` expunge the whole
folder, also what other programs only marked: letters are marked and moved by single commands here.
"""

import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from imap_tools.errors import ImapToolsError
from imap_tools.mailbox import BaseMailBox
from imap_tools.utils import encode_folder

from cmdb.errors import CadastreError
from server.foundation.access_tokens import one_line
from server.foundation.errors import AddressRefused
from server.foundation.outbound import INSIDE, Gate
from server.foundation.xoauth2 import Xoauth2

#: "tls" from the first byte, "starttls", or "plain": nothing is encrypted.
SECURITIES = ("tls", "starttls", "plain")
_TIMEOUT_SECONDS = 20
#: A server that sends a byte at a time is not listened to for ever.
_MOST_SECONDS = 600
#: What a server may send as one piece; letters that say they are larger are not asked for.
_MOST_BYTES = 64 << 20
_BATCH = 100
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,15})\b")
#: Answers of a server whose own trouble it is (RFC 5530), though it refuses.
_PASSING = ("[UNAVAILABLE]", "[INUSE]", "[SERVERBUG]", "[LIMIT]")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class MailboxUnavailable(CadastreError):
    """The mail server does not answer as it should; the text says which, and what it said."""


class MailboxRefused(MailboxUnavailable):
    """The mail server does not accept who signs in: the password, or the access token."""


class FolderUnavailable(MailboxUnavailable):
    """The mail server has no such folder, or does not open it."""


@dataclass(frozen=True, slots=True)
class MailAccess:
    """Where a mailbox is, and who opens it. ``authority``: PEM text, "" for the system's.

    With a ``token`` it is opened by SASL XOAUTH2, and there is no password.
    """

    host: str
    port: int
    security: str
    user_name: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    done_folder: str = ""
    authority: str = ""
    gate: Gate = INSIDE
    most_seconds: int = _MOST_SECONDS
    token: str = field(default="", repr=False)

    @property
    def place(self) -> str:
        """Return how texts call the server."""
        return f"the mail server {self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class LetterHead:
    """What is known of a letter before it is fetched; ``headers``: the four that tell it apart."""

    uid: int
    size: int
    headers: bytes


class OpenMailbox:
    """One folder of a mailbox, opened. Methods raise ``MailboxUnavailable``."""

    def __init__(self, box: "_Box", access: MailAccess) -> None:
        self._box = box
        self._access = access
        self._abilities = box.abilities()
        self.uid_validity = self._number("UIDVALIDITY")
        #: How many letters there are in the folder.
        self.letters = self._number("EXISTS")

    def uids_after(self, last_uid: int, since: datetime) -> list[int]:
        """Return the UIDs above ``last_uid`` of letters that came since, the smallest first.

        A server knows days only, those of its own zone, so up to two days before count too.
        """
        day = since - timedelta(days=1)
        date = f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
        # "5:*" always holds the last letter, whatever its number is.
        words = self._box.uids(f"UID {last_uid + 1}:* SINCE {date}", None)
        found = {int(word) for word in words if word.isdecimal()}
        return sorted(uid for uid in found if uid > last_uid)

    def heads(self, uids: Sequence[int]) -> list[LetterHead]:
        """Return what is known of some letters; those that are gone are left out."""
        wanted = "(UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID FROM DATE SUBJECT)])"
        found: list[LetterHead] = []
        for start in range(0, len(uids), _BATCH):
            told = self._asked("FETCH", _set_of(uids[start : start + _BATCH]), wanted)
            for words, content in _pieces(told):
                uid, size = _UID.search(words), _SIZE.search(words)
                if uid is not None and size is not None:
                    found.append(LetterHead(int(uid[1]), int(size[1]), content))
        return [one for one in found if one.uid in set(uids)]

    def letter(self, uid: int) -> bytes | None:
        """Return a letter as it is, and leave it as it is; None when it is gone."""
        told = self._asked("FETCH", str(uid), "(UID BODY.PEEK[])")
        for words, content in _pieces(told):
            known = _UID.search(words)
            if known is not None and int(known[1]) == uid:
                return content
        return None

    def put_away(self, uids: Sequence[int]) -> None:
        """Move letters to the folder for those that were fetched, or mark them as seen."""
        done = self._access.done_folder
        for start in range(0, len(uids), _BATCH):
            some = _set_of(uids[start : start + _BATCH])
            if not done:
                self._asked("STORE", some, "+FLAGS.SILENT", r"(\Seen)")
            elif "MOVE" in self._abilities:
                self._asked("MOVE", some, _folder_name(done))
            else:
                self._asked("COPY", some, _folder_name(done))
                self._asked("STORE", some, "+FLAGS.SILENT", r"(\Deleted)")
                if "UIDPLUS" in self._abilities:
                    self._asked("EXPUNGE", some)

    def folders(self) -> tuple[str, ...]:
        """Return the names of the folders there are."""
        return tuple(one.name for one in self._box.folder.list())

    def make_folder(self) -> None:
        """Make the folder for letters that were fetched, where it is missing."""
        done = self._access.done_folder
        if done and not self._box.folder.exists(done):
            self._box.folder.create(done)

    def _number(self, name: str) -> int:
        told = self._box.client.response(name)[1]
        word = told[-1] if told else None
        if not isinstance(word, bytes) or not word.isdigit():
            raise MailboxUnavailable(f"{self._access.place} does not tell {name} of its folder")
        return int(word)

    def _asked(self, command: str, *words: str | bytes) -> Sequence[Any]:
        answer, told = self._box.client.uid(command, *words)  # type: ignore[arg-type]
        if answer != "OK":
            said = _said(told[-1] if told else b"")
            raise MailboxUnavailable(f"{self._access.place} refused {command}: {said}")
        return told


@contextmanager
def open_mailbox(access: MailAccess) -> Iterator[OpenMailbox]:
    """Sign in, open the folder and yield it. Raises ``MailboxUnavailable``, ``MailboxRefused``."""
    place = access.place
    try:
        box = _Box(access)
        try:
            (_show_token if access.token else _sign_in)(box, access)
            _open_folder(box, access)
            yield OpenMailbox(box, access)
        finally:
            # What was committed stays committed, whether or not the server says good-bye.
            with suppress(imaplib.IMAP4.error, ImapToolsError, OSError, ValueError):
                box.logout()
            with suppress(OSError):
                box.client.shutdown()
    except AddressRefused as error:
        raise MailboxUnavailable(f"{place} is not among directory_networks") from error
    except ssl.SSLCertVerificationError as error:
        why = error.verify_message or str(error)
        raise MailboxUnavailable(f"the certificate of {place} is not trusted: {why}") from error
    except imaplib.IMAP4.abort as error:
        raise MailboxUnavailable(f"{place} broke off: {_said(error)}") from error
    except (imaplib.IMAP4.error, ImapToolsError) as error:
        raise MailboxUnavailable(f"{place} does not answer as it should: {_said(error)}") from error
    except OSError as error:
        raise MailboxUnavailable(f"{place} cannot be reached: {error}") from error


def trusted_context(authority: str) -> ssl.SSLContext:
    """Return what trusts the authority of a PEM text, or the system's for "".

    Raises ``ssl.SSLError`` or ``ValueError`` for a text that holds no certificate.
    """
    return ssl.create_default_context(cadata=authority or None)


class _Client(imaplib.IMAP4):
    """A connection that goes through the gate, with an end to its time and to what it brings."""

    def __init__(self, access: MailAccess) -> None:
        self._access = access
        self._watch = threading.Timer(access.most_seconds, self._cut_off)
        self._watch.daemon = True
        super().__init__(access.host, access.port, _TIMEOUT_SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:  # imaplib asks for it
        access = self._access
        self.sock = access.gate.connect(access.host, access.port, timeout or _TIMEOUT_SECONDS)
        self._watch.start()
        try:
            return self._encrypted() if access.security == "tls" else self.sock
        except BaseException:
            self._watch.cancel()
            self.sock.close()
            raise

    def _encrypted(self) -> ssl.SSLSocket:
        wrapped = trusted_context(self._access.authority).wrap_socket(
            self.sock, server_hostname=self._access.host, do_handshake_on_connect=False
        )
        self.sock = wrapped
        wrapped.do_handshake()
        return wrapped

    def _cut_off(self) -> None:
        """End the connection; whoever reads from it in another thread gets an error."""
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def shutdown(self) -> None:
        """Close the connection, and watch it no longer."""
        self._watch.cancel()
        super().shutdown()

    def read(self, size: int) -> bytes:
        """Read a piece as large as the server says. Raises ``abort`` when that is too large."""
        if size > _MOST_BYTES:
            raise self.abort(f"a piece of {size} bytes was announced")
        return super().read(size)


class _Box(BaseMailBox):
    """imap_tools over a connection of ours."""

    def __init__(self, access: MailAccess) -> None:
        self._access = access
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        client = _Client(self._access)
        if self._access.security == "starttls":
            try:
                client.starttls(trusted_context(self._access.authority))
            except BaseException:
                with suppress(OSError):
                    client.shutdown()
                raise
        return client

    def abilities(self) -> frozenset[str]:
        """Return what the server can do for whom it knows: more than for strangers."""
        told = self.client.capability()[1]
        return frozenset(told[-1].decode("ascii", "replace").upper().split())


def _sign_in(box: _Box, access: MailAccess) -> None:
    try:
        if "AUTH=PLAIN" in box.client.capabilities:
            # Takes every character, which LOGIN does not.
            box.login_utf8(access.user_name, access.password, None)
        else:
            box.login(access.user_name, access.password, None)
    except imaplib.IMAP4.abort:
        raise
    except UnicodeEncodeError as error:
        why = "takes no other letters than ASCII in names and passwords"
        raise MailboxRefused(f"{access.place} {why}") from error
    except (imaplib.IMAP4.error, ImapToolsError) as error:
        said = _said(error)
        kind = MailboxUnavailable if said.startswith(_PASSING) else MailboxRefused
        raise kind(f"{access.place} refused the user name or the password: {said}") from error


def _show_token(box: _Box, access: MailAccess) -> None:
    if "AUTH=XOAUTH2" not in box.client.capabilities:
        raise MailboxUnavailable(f"{access.place} takes no access token: it offers no XOAUTH2")
    talk = Xoauth2(access.user_name, access.token)
    try:
        box.client.authenticate("XOAUTH2", talk.answer)
    except imaplib.IMAP4.abort:
        raise
    except ValueError as error:
        # Its challenge is no Base64: it waits for an answer, and would for a good-bye too.
        box.client.shutdown()
        raise MailboxUnavailable(f"{access.place} asks for something unreadable") from error
    except imaplib.IMAP4.error as error:
        said = one_line(_said(error), access.token)
        kind = MailboxUnavailable if said.startswith(_PASSING) else MailboxRefused
        told = f"{said} ({talk.refusal})" if talk.refusal else said
        raise kind(f"{access.place} refused the access token: {told}") from error


def _open_folder(box: _Box, access: MailAccess) -> None:
    try:
        box.folder.set(access.folder)
    except ImapToolsError as error:
        raise FolderUnavailable(
            f"{access.place} has no folder {access.folder} that can be opened: {_said(error)}"
        ) from error


def _pieces(told: Sequence[Any]) -> Iterator[tuple[bytes, bytes]]:
    """Yield (words around a piece, piece) from what imaplib makes of an answer to FETCH.

    Words stand before the piece, and after it up to its bracket; what else a server tells of
    letters in between (that somebody marked one) is no piece.
    """
    for number, one in enumerate(told):
        if isinstance(one, tuple):
            after = told[number + 1] if number + 1 < len(told) else b""
            yield one[0] + b" " + (after if isinstance(after, bytes) else b""), one[1]


def _set_of(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))


def _folder_name(name: str) -> bytes:
    return bytes(encode_folder(name))


def _said(error: object) -> str:
    """Return what a server said, on one line of bounded length."""
    if isinstance(error, ImapToolsError) and hasattr(error, "command_result"):
        told = error.command_result[1]
        error = told[-1] if told else ""
    elif isinstance(error, BaseException):
        error = error.args[0] if error.args else ""
    text = error.decode("utf-8", "replace") if isinstance(error, bytes) else str(error)
    return one_line(text)
