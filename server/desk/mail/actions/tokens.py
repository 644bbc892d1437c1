"""Access tokens of mailboxes: asked for when there is none that lasts, kept in memory only."""

import threading
import time
from typing import Any

from server.desk.mail.models import Mailbox
from server.desk.mail.rules.sign_in import REFRESH_TOKEN, SECRET_COLUMNS, missing_secret
from server.foundation.access_tokens import TokenUnavailable, TokenWish, fetch_token
from server.foundation.database import Database
from server.foundation.secrets import Place, SecretBox
from server.foundation.settings import Settings
from server.foundation.web_client import WebClient

#: A token has to last so much longer; a look takes that long at times.
_AT_LEAST_SECONDS = 300
#: What a token was asked for. With anything else here it is another mailbox's, and not used; the
#: version counts every change of an administrator, the refresh token's of itself not.
_ASKED_FOR = (
    "id",
    "version",
    "created_at",
    "updated_at",
    "host",
    "port",
    "security",
    "authority",
    "user_name",
    "token_grant",
    "token_url",
    "client_id",
    "scope",
    "sealed_client_secret",
)


class TokenBook:
    """One token of each mailbox, until it ends. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[int, tuple[tuple[Any, ...], float, str]] = {}

    def held(self, mailbox: Mailbox) -> str:
        """Return a token of the mailbox that lasts for a look, or ""."""
        with self._lock:
            asked_for, until, token = self._held.get(mailbox.id, ((), 0.0, ""))
        lasts = until - time.monotonic() > _AT_LEAST_SECONDS
        return token if lasts and asked_for == _asked_for(mailbox) else ""

    def keep(self, mailbox: Mailbox, token: str, seconds: int) -> None:
        """Keep a token that was given for so many seconds."""
        with self._lock:
            self._held[mailbox.id] = (_asked_for(mailbox), time.monotonic() + seconds, token)

    def forget(self, mailbox_id: int) -> None:
        """Forget a token that was refused, whatever it promised."""
        with self._lock:
            self._held.pop(mailbox_id, None)


#: The one of this process.
BOOK = TokenBook()


def secret_place(mailbox_id: int, name: str) -> Place:
    """Return where a mailbox's secret is sealed, by its field in ``SECRET_COLUMNS``."""
    return Place("mailbox", SECRET_COLUMNS[name], mailbox_id)


def token_of(database: Database, settings: Settings, mailbox: Mailbox) -> str:
    """Return an access token for a mailbox that signs in by OAuth 2.

    Outside of any transaction: the token server may take its time. Raises ``SecretUnreadable``,
    ``TokenUnavailable``, ``TokenRefused``.
    """
    secrets = SecretBox(settings.key_file)
    wish = _wish(mailbox, secrets)
    if held := BOOK.held(mailbox):
        return held
    given = fetch_token(WebClient(settings.web_gate), wish)
    if wish.refresh_token and given.refresh_token not in ("", wish.refresh_token):
        # The old one may be worth nothing from now on: first of all the new one is committed.
        _keep_rotated(database, secrets, mailbox.id, wish.refresh_token, given.refresh_token)
    BOOK.keep(mailbox, given.token, given.seconds)
    return given.token


def _asked_for(mailbox: Mailbox) -> tuple[Any, ...]:
    return tuple(getattr(mailbox, name) for name in _ASKED_FOR)


def _wish(mailbox: Mailbox, secrets: SecretBox) -> TokenWish:
    if missing := missing_secret(mailbox):
        raise TokenUnavailable(f"no {missing} is kept for this mailbox")
    refreshes = mailbox.token_grant == REFRESH_TOKEN
    sealed = mailbox.sealed_refresh_token if refreshes else ""
    return TokenWish(
        url=mailbox.token_url,
        client_id=mailbox.client_id,
        client_secret=secrets.open(
            mailbox.sealed_client_secret, secret_place(mailbox.id, "client_secret")
        ),
        scope=mailbox.scope,
        refresh_token=secrets.open(sealed, secret_place(mailbox.id, "refresh_token")),
    )


def _keep_rotated(
    database: Database, secrets: SecretBox, mailbox_id: int, used: str, given: str
) -> None:
    """Keep the refresh token that was given for the one that was used.

    Where another one stands by now, or none, somebody typed or blanked it: that stays.
    """
    place = secret_place(mailbox_id, "refresh_token")
    with database.writing() as session:
        row = session.get(Mailbox, mailbox_id, with_for_update=True)
        if row is not None and secrets.open(row.sealed_refresh_token, place) == used:
            row.sealed_refresh_token = secrets.seal(given, place)
