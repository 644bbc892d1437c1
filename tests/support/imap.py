"""A real IMAP server: dovecot with folders on the disk, in clear, over STARTTLS and over TLS."""

import imaplib
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from server.foundation.imap import MailAccess
from tests.support.certificates import CertificateAuthority
from tests.support.processes import (
    ServerProcess,
    answers_on,
    free_port,
    private_directory,
    require_program,
    start_on_free_ports,
)
from tests.support.token_server import TokenServer

# Nobody is made to wait for a wrong password: tests give many.
_CONFIGURATION = """
protocols = imap
base_dir = {directory}/run
state_dir = {directory}/state
log_path = {directory}/dovecot.log
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain xoauth2
auth_failure_delay = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 0
mail_location = maildir:{directory}/mail/%u
mail_fsync = never
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {directory}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={directory}/mail/%u
}}
namespace inbox {{
  inbox = yes
  mailbox Processed {{
    auto = create
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""
# Whose an access token is, dovecot asks a server that knows (RFC 7662).
_INTROSPECTION = """
introspection_mode = post
introspection_url = {url}
username_attribute = username
active_attribute = active
active_value = true
timeout_msecs = 5000
"""
_USER, _GROUP = "dovenull", "dovenull"


class ImapServer:
    """One dovecot that knows everybody by `password`; a name that is new has an empty mailbox.

    It takes access tokens too (XOAUTH2), about which it asks at ``introspection_url``.
    """

    host = "127.0.0.1"
    password = "open-sesame"

    def __init__(self, directory: Path, introspection_url: str = "") -> None:
        self._directory = directory
        self._introspection_url = introspection_url
        authority = CertificateAuthority(directory)
        self._issued = authority.issue("localhost")
        #: PEM text of the authority.
        self.authority = authority.certificate.read_text()
        self.port = 0
        self.tls_port = 0
        self._server: ServerProcess | None = None
        self._given = 0
        directory.chmod(0o755)
        (directory / "mail").mkdir()
        shutil.chown(directory / "mail", _USER, _GROUP)

    def start(self) -> None:
        """Start dovecot on two free loopback ports; raises ServerDidNotStartError."""
        self.port, self.tls_port = free_port(), free_port()
        self._run()

    def restart(self) -> None:
        """Come back on the ports of before."""
        self._run()

    def stop(self) -> None:
        """Stop the server; a test may do so to see what a lost server does."""
        if self._server is not None:
            self._server.stop()

    def new_user(self) -> str:
        """Return the name of somebody who has had no mail yet."""
        self._given += 1
        return f"desk{self._given}"

    def access(self, user: str, **changes: object) -> MailAccess:
        """Return how the mailbox of a name is opened over TLS; ``changes`` are its fields."""
        fields = {
            "host": self.host,
            "port": self.tls_port,
            "security": "tls",
            "user_name": user,
            "password": self.password,
            "authority": self.authority,
        }
        return MailAccess(**(fields | changes))  # type: ignore[arg-type]

    def deliver(self, user: str, *letters: bytes, folder: str = "INBOX") -> None:
        """Put letters into a folder of somebody's mailbox, as a mail server does."""
        with self._opened(user) as client:
            for letter in letters:
                answer, told = client.append(
                    folder, "", imaplib.Time2Internaldate(time.time()), letter
                )
                assert answer == "OK", told

    def flags(self, user: str, folder: str = "INBOX") -> list[str]:
        """Return the flags of each letter of a folder, in their order."""
        with self._opened(user) as client:
            client.select(f'"{folder}"', readonly=True)
            told = client.uid("FETCH", "1:*", "(FLAGS)")[1]
            return [one.decode() for one in told if isinstance(one, bytes)]

    def letters(self, user: str, folder: str = "INBOX") -> int:
        """Return how many letters lie in a folder."""
        with self._opened(user) as client:
            return int(client.select(f'"{folder}"', readonly=True)[1][0] or b"0")

    def do(self, user: str, command: str, *words: str, folder: str = "INBOX") -> Sequence[object]:
        """Give a command about letters of a folder, as another program would."""
        with self._opened(user) as client:
            client.select(f'"{folder}"')
            answer, told = client.uid(command, *words)
            assert answer == "OK", told
            return told

    def forget_numbers(self, user: str) -> None:
        """Number the letters of the inbox anew under another UIDVALIDITY, as after a restore."""
        folder = self._directory / "mail" / user
        numbers = folder / "dovecot-uidlist"
        first = numbers.read_text().splitlines()[0]
        anew = re.sub(r"V(\d+) N\d+", lambda told: f"V{int(told[1]) + 1000} N1", first)
        for index in folder.glob("dovecot.index*"):
            index.unlink()
        numbers.write_text(f"{anew}\n")

    def uid_validity(self, user: str) -> int:
        """Return what the server calls the state of the inbox."""
        with self._opened(user) as client:
            client.select("INBOX", readonly=True)
            return int(client.response("UIDVALIDITY")[1][0])

    def _run(self) -> None:
        configuration = self._directory / "dovecot.conf"
        configuration.write_text(
            _CONFIGURATION.format(
                directory=self._directory,
                certificate=self._issued.certificate,
                key=self._issued.key,
                user=_USER,
                group=_GROUP,
                password=self.password,
                port=self.port,
                tls_port=self.tls_port,
            )
        )
        asked = _INTROSPECTION.format(url=self._introspection_url or "http://127.0.0.1:1/")
        (self._directory / "oauth2.conf").write_text(asked)
        dovecot = require_program("dovecot", "dovecot-imapd")
        server = ServerProcess(
            [dovecot, "-F", "-c", str(configuration)], log=self._directory / "process.log"
        )
        server.start(lambda: answers_on(self.port) and answers_on(self.tls_port))
        self._server = server

    def _opened(self, user: str) -> imaplib.IMAP4:
        client = imaplib.IMAP4(self.host, self.port)
        client.login(user, self.password)
        return client


@pytest.fixture(scope="session")
def imap_server(one_token_server: TokenServer) -> Iterator[ImapServer]:
    """One dovecot per test process; each test takes a name of its own (`new_user`)."""
    with private_directory("dovecot") as place:
        server = ImapServer(place, one_token_server.introspection_url)
        start_on_free_ports(server.start)
        try:
            yield server
        finally:
            server.stop()
