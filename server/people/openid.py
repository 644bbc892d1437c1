"""Talking OpenID Connect: where a browser is sent, and what the answer proves.

The only file that knows Authlib and joserfc. Everything is asked through ``WebClient``, so through
the gate; what a provider publishes about itself is kept for ten minutes.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from server.foundation.errors import (
    AddressRefused,
    IdentityRefused,
    ProviderUnavailable,
    WebUnreachable,
)
from server.foundation.web_client import Answer, WebClient, checked_url

#: Signatures only: "none" and the symmetric ones, for which our own secret would be the key, are
#: no proof of who signed.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_LEEWAY_SECONDS = 60
_KEPT_SECONDS = 600
_KEPT_AT_MOST = 50
_LONGEST_SUBJECT = 255
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider's row, ready to be asked."""

    provider_id: int
    code: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: str = "openid"


@dataclass(frozen=True, slots=True)
class Expected:
    """What belongs to one round trip: made when the browser leaves, compared when it is back."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Published:
    """What a provider says of itself, and the keys that it signs with."""

    metadata: Mapping[str, Any]
    keys: KeySet


class PublishedBook:
    """What providers published, kept for a while. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Published]] = {}

    def of(self, web: WebClient, issuer: str, *, anew: bool = False) -> Published:
        """Return what ``issuer`` publishes; ``anew`` asks it even if that is known.

        Raises ``ProviderUnavailable`` when it does not answer, or not as it must.
        """
        with self._lock:
            until, found = self._known.get(issuer, (0.0, None))
        if found is not None and not anew and time.monotonic() < until:
            return found
        found = _published(web, issuer)
        with self._lock:
            if len(self._known) >= _KEPT_AT_MOST:
                self._known.clear()
            self._known[issuer] = (time.monotonic() + _KEPT_SECONDS, found)
        return found


#: The one of this process.
BOOK = PublishedBook()


def authorization_url(provider: Provider, published: Published, expected: Expected) -> str:
    """Return where the browser goes: code flow with PKCE (S256), state and nonce."""
    client = _client(provider, published, None)
    url, _ = client.create_authorization_url(
        published.metadata["authorization_endpoint"],
        state=expected.state,
        code_verifier=expected.verifier,
        nonce=expected.nonce,
        redirect_uri=expected.redirect_uri,
    )
    return str(url)


def identify(
    web: WebClient, provider: Provider, code: str, expected: Expected, now: datetime
) -> Mapping[str, Any]:
    """Exchange the code and return the claims of an ID token that was checked in all respects.

    Raises ``IdentityRefused`` for a code or token that proves nothing, ``ProviderUnavailable``.
    """
    published = BOOK.of(web, provider.issuer)
    answer = _exchange(web, provider, published, code, expected)
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise IdentityRefused("there is no ID token")
    claims, header = _verified(web, provider, published, token)
    checked = CodeIDToken(
        claims,
        header,
        {
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id},
        },
        {
            "nonce": expected.nonce,
            "client_id": provider.client_id,
            "access_token": answer.get("access_token"),
        },
    )
    try:
        checked.validate(now=int(now.timestamp()), leeway=_LEEWAY_SECONDS)
    except (JoseError, AuthlibBaseError, TypeError, ValueError) as error:
        raise IdentityRefused(f"the ID token is not for us: {_named(error)}") from error
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise IdentityRefused("the ID token has no usable subject")
    return claims


def _published(web: WebClient, issuer: str) -> Published:
    document = _document(web, get_well_known_url(issuer, external=True))
    # Exactly as written: two issuers that only look alike are two.
    if document.get("issuer") != issuer:
        raise ProviderUnavailable("it calls itself by another issuer than ours")
    metadata = OpenIDProviderMetadata(document)
    try:
        metadata.validate_jwks_uri()
        for name in _ENDPOINTS:
            checked_url(str(document.get(name, "")))
    except (ValueError, AddressRefused) as error:
        raise ProviderUnavailable("one of its endpoints has no usable address") from error
    keys = _document(web, document["jwks_uri"])
    try:
        return Published(document, KeySet.import_key_set({"keys": list(keys["keys"])}))
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise ProviderUnavailable("its keys cannot be read") from error


def _document(web: WebClient, url: str) -> dict[str, Any]:
    answer = _asked(web, "GET", url, {"Accept": "application/json"}, None)
    try:
        document = answer.json()
    except ValueError:
        document = None
    if answer.status != 200 or not isinstance(document, dict):
        raise ProviderUnavailable(f"{url} answers {answer.status} without a usable document")
    return document


def _asked(
    web: WebClient, method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> Answer:
    try:
        return web.ask(method, url, headers, body)
    except (AddressRefused, WebUnreachable) as error:
        raise ProviderUnavailable(str(error)) from error


def _exchange(
    web: WebClient, provider: Provider, published: Published, code: str, expected: Expected
) -> Mapping[str, Any]:
    client = _client(provider, published, _Transport(web))
    try:
        answer: Mapping[str, Any] = client.fetch_token(
            published.metadata["token_endpoint"],
            grant_type="authorization_code",
            code=code,
            redirect_uri=expected.redirect_uri,
            code_verifier=expected.verifier,
        )
    except AuthlibBaseError as error:
        raise IdentityRefused("the provider does not take the code") from error
    except ValueError as error:
        raise ProviderUnavailable("its token endpoint answers no usable document") from error
    return answer


def _client(
    provider: Provider, published: Published, transport: "_Transport | None"
) -> OAuth2Client:
    offered = published.metadata.get("token_endpoint_auth_methods_supported")
    method = "client_secret_basic" if provider.client_secret else "none"
    if provider.client_secret and isinstance(offered, list) and method not in offered:
        method = "client_secret_post"
    return OAuth2Client(
        transport,
        provider.client_id,
        provider.client_secret or None,
        token_endpoint_auth_method=method,
        scope=provider.scopes,
        code_challenge_method="S256",
    )


class _Transport:
    """What Authlib sends with: its session is one of ours."""

    def __init__(self, web: WebClient) -> None:
        self._web = web

    def post(
        self, url: str, data: Any = None, headers: Any = None, auth: Any = None
    ) -> "_Received":
        """Send a form. The headers are copied: Authlib would write the secret into its own."""
        url, headers, body = auth.prepare("POST", url, dict(headers or {}), urlencode(data or {}))
        return _Received(_asked(self._web, "POST", url, headers, body.encode()))


class _Received:
    """An answer as Authlib reads it."""

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self.json = answer.json

    def raise_for_status(self) -> None:
        """Raise ``ValueError`` for a status that is no success."""
        if self.status_code >= 400:
            raise ValueError(f"it answers {self.status_code}")


def _verified(
    web: WebClient, provider: Provider, published: Published, token: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (claims, header) of a token that one of the provider's keys signed."""
    try:
        try:
            found = jwt.decode(token, published.keys, algorithms=list(_ALGORITHMS))
        except InvalidKeyIdError:
            # It may have got a new key since we last looked.
            keys = BOOK.of(web, provider.issuer, anew=True).keys
            found = jwt.decode(token, keys, algorithms=list(_ALGORITHMS))
    except (JoseError, TypeError, ValueError) as error:
        raise IdentityRefused(f"the ID token is not signed as it must be: {_named(error)}") from (
            error
        )
    return dict(found.claims), dict(found.header)


def _named(error: Exception) -> str:
    """Return what kind of fault it is; the text of the fault may hold what somebody sent."""
    return str(getattr(error, "error", "") or type(error).__name__)
