"""A small real OpenID Connect provider on loopback: code flow with PKCE, signed ID tokens.

Whoever is "signed in" there is said by the test; ``bend`` lets it lie the way an attacker would.
"""

import base64
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import ECKey

Claims = dict[str, Any]

CLIENT_ID = "cadastre"
CLIENT_SECRET = "the client's secret"


@dataclass(frozen=True)
class _Grant:
    """What an authorization code stands for."""

    query: Mapping[str, str]
    claims: Claims


class IdentityProvider:
    """The provider. ``claims`` are of whoever signs in next; ``bend`` changes a token's claims."""

    def __init__(self) -> None:
        self.claims: Claims = {"sub": "subject-1"}
        self.bend: Callable[[Claims], Claims] = dict
        self.encode: Callable[[Claims], str] = self.sign
        self.key = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)
        self.published: Callable[[Claims], Claims] = dict
        self.tokens_given = 0
        self._codes: dict[str, _Grant] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def reset(self) -> None:
        """Be honest again, about the usual person."""
        self.claims, self.bend, self.encode = {"sub": "subject-1"}, dict, self.sign
        self.published = dict

    def sign(self, claims: Claims) -> str:
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)

    def metadata(self) -> Claims:
        return self.published(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
            }
        )

    def keys(self) -> Claims:
        return {"keys": [self.key.as_dict(private=False)]}

    def authorize(self, address: str) -> str:
        """Do what a browser does there: sign in, and return where it is sent back to."""
        query = _single(urlsplit(address).query)
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = _Grant(query, dict(self.claims))
        back = {"code": code, "state": query["state"], "iss": self.issuer}
        return f"{query['redirect_uri']}?{urlencode(back)}"

    def token(self, form: Mapping[str, str], authorization: str) -> tuple[int, Claims]:
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if authorization != f"Basic {expected}":
            return 401, {"error": "invalid_client"}
        grant = self._codes.pop(form.get("code", ""), None)
        if grant is None or grant.query["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        challenge = create_s256_code_challenge(form.get("code_verifier", ""))
        if challenge != grant.query["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": grant.query["nonce"],
            **grant.claims,
        }
        self.tokens_given += 1
        return 200, {
            "access_token": secrets.token_urlsafe(16),
            "token_type": "Bearer",
            "id_token": self.encode(self.bend(claims)),
        }


def unsigned(claims: Claims) -> str:
    """Return a token whose header says that it needs no signature."""
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(_encoded(part) for part in parts) + "."


def _encoded(part: Claims) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _single(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


def _handler_of(provider: IdentityProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            documents = {
                "/.well-known/openid-configuration": provider.metadata,
                "/keys": provider.keys,
            }
            path = urlsplit(self.path).path
            if path == "/authorize":
                self.send_response(303)
                self.send_header("Location", provider.authorize(self.path))
                self.end_headers()
                return
            found = documents.get(path)
            self._say(200 if found else 404, found() if found else {})

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(*provider.token(_single(text), self.headers.get("Authorization", "")))

        def _say(self, status: int, document: Claims) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: Any) -> None:
            return

    return Handler


@contextmanager
def running_identity_provider() -> Iterator[IdentityProvider]:
    """Run a provider for as long as the block lasts."""
    provider = IdentityProvider()
    try:
        yield provider
    finally:
        provider.stop()
