"""Asking a token server for access: OAuth 2 client credentials and refresh tokens.

RFC 6749, sections 4.4, 5 and 6. The client's secret goes in the body (section 2.3.1), as Microsoft
and Google write it themselves. Everything is asked through ``WebClient``, so through the gate.
"""

import re
from dataclasses import dataclass, field
from typing import Any, TypeGuard
from urllib.parse import quote, quote_plus, urlencode, urlsplit

from cmdb.errors import CadastreError
from server.foundation.errors import AddressRefused, WebUnreachable
from server.foundation.web_client import Answer, WebClient

#: A token as it goes into a header or a line (RFC 6750, 2.1), and so long at most.
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
_REFRESH_TOKEN = re.compile(r"[\x20-\x7e]{1,8000}")
_LONGEST_TEXT = 300
#: Whatever a server promises, it is asked anew each day.
_LONGEST_LIFE = 86_400
#: Who asks, or what it shows, is not accepted: asking again changes nothing (RFC 6749, 5.2).
_REFUSALS = frozenset({"invalid_client", "invalid_grant", "unauthorized_client"})
_HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/x-www-form-urlencoded",
}


class TokenUnavailable(CadastreError):
    """There is no access token; the text says why, and what the server said."""


class TokenRefused(TokenUnavailable):
    """The token server does not accept the application, its secret or its refresh token."""


@dataclass(frozen=True, slots=True)
class TokenWish:
    """Where a token is asked for, and by whom; ``refresh_token`` "" is client credentials."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""
    refresh_token: str = field(default="", repr=False)

    @property
    def place(self) -> str:
        """Return how texts call the server."""
        return f"the token server {urlsplit(self.url).hostname}"

    @property
    def body(self) -> bytes:
        """Return the form that is sent."""
        if self.refresh_token:
            form = {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
        else:
            form = {"grant_type": "client_credentials"}
        form["client_id"] = self.client_id
        # An application that can keep no secret has none; "" would be a wrong one.
        extra = {"client_secret": self.client_secret, "scope": self.scope}
        return urlencode(form | {name: value for name, value in extra.items() if value}).encode()


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What was given: a token, for how many seconds, and "" or the refresh token to use next."""

    token: str = field(repr=False)
    seconds: int
    refresh_token: str = field(default="", repr=False)


def fetch_token(web: WebClient, wish: TokenWish) -> AccessToken:
    """Ask for an access token. Raises ``TokenRefused``, ``TokenUnavailable``."""
    try:
        answer = web.ask("POST", wish.url, _HEADERS, wish.body)
    except (AddressRefused, WebUnreachable) as error:
        raise TokenUnavailable(f"the token server cannot be asked: {error}") from error
    document = _document(answer)
    if answer.status != 200:
        _refuse(wish, answer, document)
    token, kind = document.get("access_token"), document.get("token_type", "Bearer")
    renewed = document.get("refresh_token") or ""
    if not _is(token, _TOKEN) or str(kind).lower() != "bearer":
        raise _useless(wish, answer)
    if renewed and not _is(renewed, _REFRESH_TOKEN):
        raise _useless(wish, answer)
    return AccessToken(token, _seconds(document.get("expires_in")), renewed)


def _document(answer: Answer) -> dict[str, Any]:
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _refuse(wish: TokenWish, answer: Answer, document: dict[str, Any]) -> None:
    """Raise what the server said, with none of our secrets should it repeat them."""
    code, why = document.get("error"), document.get("error_description")
    if not isinstance(code, str) or not code:
        raise _useless(wish, answer)
    said = f"{code}: {why}" if isinstance(why, str) and why else code
    kind = TokenRefused if code in _REFUSALS else TokenUnavailable
    text = one_line(said, wish.client_secret, wish.refresh_token)
    raise kind(f"{wish.place} refused: {text}")


def _useless(wish: TokenWish, answer: Answer) -> TokenUnavailable:
    return TokenUnavailable(f"{wish.place} answers {answer.status} without a usable token")


def one_line(said: str, *secrets: str) -> str:
    """Return what somebody said on one line of bounded length, without these secrets.

    >>> one_line("wrong: s3cret" + chr(10) + "again", "s3cret")
    'wrong: … again'
    """
    for secret in filter(None, secrets):
        for written in (secret, quote(secret, safe=""), quote_plus(secret)):
            said = said.replace(written, "…")
    shown = "".join(char if char.isprintable() else " " for char in said)
    return " ".join(shown.split())[:_LONGEST_TEXT]


def _seconds(told: object) -> int:
    """Return for how long a token holds; 0 where nobody says: it is then used once.

    Some servers write the number as text.
    """
    text = str(told)
    known = re.fullmatch(r"\d{1,9}", text, re.ASCII) and not isinstance(told, bool)
    return min(int(text), _LONGEST_LIFE) if known else 0


def _is(value: object, pattern: re.Pattern[str]) -> TypeGuard[str]:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
