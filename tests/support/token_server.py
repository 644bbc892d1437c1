"""A small real OAuth 2 token server on loopback, and the introspection that a mail server asks.

What it knows and how it behaves is said by the test; ``speak`` lets it answer as a broken one.
"""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

CLIENT_ID = "cadastre mail"
CLIENT_SECRET = "the client's secret & more"
SCOPE = "https://mail.test/.default"

#: Status, headers and body of an answer.
Said = tuple[int, Mapping[str, str], bytes]


def said(status: int, document: object) -> Said:
    """Return an answer of JSON."""
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()


class TokenServer:
    """The server: one application, and the refresh tokens that are worth something."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}/token"
        self.introspection_url = f"http://127.0.0.1:{self._server.server_port}/introspect"
        self._users: dict[str, str] = {}
        self.reset()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def reset(self) -> None:
        """Be an honest server again, which has given nothing."""
        #: Whose mailbox the next token opens; the forms of all requests; how long a token lasts.
        self.user = ""
        self.asked: list[dict[str, str]] = []
        self.expires_in: object = 3600
        self.refresh_tokens: set[str] = set()
        self.rotates = False
        self.speak: Callable[[dict[str, str]], Said] = self.answer
        self.given: list[str] = []

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def new_refresh_token(self) -> str:
        """Return a refresh token that can be used, once where the server rotates them."""
        token = f"refresh {secrets.token_urlsafe(32)}"
        self.refresh_tokens.add(token)
        return token

    def withdraw(self) -> None:
        """Let no token be worth anything that was given so far."""
        for token in self.given:
            self._users.pop(token, None)

    def answer(self, form: dict[str, str]) -> Said:
        """Answer as RFC 6749 says, 4.4 and 6."""
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            why = f"AADSTS7000215: Invalid client secret {form.get('client_secret')} provided.\r\n"
            return said(401, {"error": "invalid_client", "error_description": why})
        renewed = {}
        if form.get("grant_type") == "refresh_token":
            used = form.get("refresh_token", "")
            if used not in self.refresh_tokens:
                return said(400, {"error": "invalid_grant", "error_description": "Revoked."})
            if self.rotates:
                self.refresh_tokens.discard(used)
                renewed = {"refresh_token": self.new_refresh_token()}
        elif form.get("scope") != SCOPE:
            return said(400, {"error": "invalid_scope"})
        token = secrets.token_urlsafe(900)
        self._users[token] = self.user
        self.given.append(token)
        told = {"access_token": token, "token_type": "Bearer", "expires_in": self.expires_in}
        return said(200, told | renewed)

    def introspect(self, token: str) -> Said:
        """Tell the mail server whose token it is (RFC 7662)."""
        user = self._users.get(token)
        if user is None:
            return said(200, {"active": False})
        return said(200, {"active": True, "username": user, "exp": int(time.time()) + 600})


def _handler_of(server: TokenServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown = self.headers.get("Authorization", "")
            query = parse_qs(urlsplit(self.path).query)
            token = query.get("token", [""])[0] or shown.removeprefix("Bearer ")
            self._send(server.introspect(token))

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(text).items()}
            if urlsplit(self.path).path == "/introspect":
                self._send(server.introspect(form.get("token", "")))
                return
            server.asked.append(form)
            self._send(server.speak(form))

        def _send(self, answer: Said) -> None:
            status, headers, body = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: Any) -> None:
            return

    return Handler


@contextmanager
def running_token_server() -> Iterator[TokenServer]:
    """Run a token server for as long as the block lasts."""
    server = TokenServer()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def one_token_server() -> Iterator[TokenServer]:
    """Keep one token server for each process of tests; dovecot asks it."""
    with running_token_server() as server:
        yield server


@pytest.fixture
def token_server(one_token_server: TokenServer) -> TokenServer:
    """Return the token server, honest, and asked for nothing yet."""
    one_token_server.reset()
    return one_token_server
