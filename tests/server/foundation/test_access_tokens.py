"""An access token is got from a real token server, and a sentence says why it is not."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from server.foundation.access_tokens import (
    AccessToken,
    TokenRefused,
    TokenUnavailable,
    TokenWish,
    fetch_token,
)
from server.foundation.outbound import INSIDE, Gate
from server.foundation.web_client import WebClient
from tests.support.token_server import CLIENT_ID, CLIENT_SECRET, SCOPE, Said, TokenServer, said

WEB = WebClient(INSIDE, timeout_seconds=0.5)


def wish(url: str, **changes: str) -> TokenWish:
    usual = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "scope": SCOPE}
    return TokenWish(url, **(usual | changes))


def test_the_application_asks_for_itself_and_nothing_secret_is_shown(
    token_server: TokenServer,
) -> None:
    found = fetch_token(WEB, wish(token_server.url))
    assert found == AccessToken(token_server.given[0], 3600, "")
    form = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "scope": SCOPE}
    assert token_server.asked == [form | {"grant_type": "client_credentials"}]
    asked = wish(token_server.url, refresh_token="refresh it")
    assert found.token not in repr(found)
    assert CLIENT_SECRET not in repr(asked)
    assert "refresh it" not in repr(asked)


def test_a_refresh_token_is_shown_and_another_one_comes_back(token_server: TokenServer) -> None:
    used = token_server.new_refresh_token()
    token_server.rotates = True
    found = fetch_token(WEB, wish(token_server.url, refresh_token=used, scope=""))
    assert token_server.refresh_tokens == {found.refresh_token}
    assert "scope" not in token_server.asked[0]
    with pytest.raises(TokenRefused, match="refused: invalid_grant: Revoked"):
        fetch_token(WEB, wish(token_server.url, refresh_token=used))


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [(60, 60), ("3599", 3599), (None, 0), (10**8, 86_400), (-5, 0), ("soon", 0), (True, 0)],
)
def test_how_long_it_lasts_is_believed_within_reason(
    token_server: TokenServer, expires_in: object, seconds: int
) -> None:
    token_server.expires_in = expires_in
    assert fetch_token(WEB, wish(token_server.url)).seconds == seconds


def test_what_the_server_says_is_told_on_one_line_without_our_secrets(
    token_server: TokenServer,
) -> None:
    with pytest.raises(TokenRefused) as refused:
        fetch_token(WEB, wish(token_server.url, client_secret="wrong/one", scope="x"))
    why = "AADSTS7000215: Invalid client secret … provided."
    assert str(refused.value) == f"the token server 127.0.0.1 refused: invalid_client: {why}"
    token_server.speak = lambda _: said(
        503, {"error": "temporarily_unavailable", "error_description": "\x1b[31m" + "x" * 9000}
    )
    with pytest.raises(TokenUnavailable, match="temporarily_unavailable: ") as later:
        fetch_token(WEB, wish(token_server.url))
    assert type(later.value) is TokenUnavailable
    assert len(str(later.value)) < 400
    assert str(later.value).isprintable()


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"Content-Type": "text/html"}, b"<html>Sign in</html>"),
        (302, {"Location": "{url}"}, b""),
        (307, {"Location": "{url}"}, b""),
        (500, {}, b""),
        said(200, []),
        said(200, {"token_type": "Bearer"}),
        said(200, {"access_token": 5}),
        said(200, {"access_token": ""}),
        said(200, {"access_token": "two words"}),
        said(200, {"access_token": "a\r\nb"}),
        said(200, {"access_token": "a", "token_type": "mac"}),
        said(200, {"access_token": "a", "refresh_token": ["b"]}),
        said(200, {"access_token": "a", "refresh_token": "ключ"}),
        said(400, {"error": ["invalid_client"]}),
        (200, {}, b"[" * 100_000),
        (200, {}, b"\xff\xfe"),
    ],
)
def test_an_answer_that_is_none_is_said_and_no_redirection_is_followed(
    token_server: TokenServer, answer: Said
) -> None:
    status, headers, body = answer
    led = {name: value.format(url=token_server.url) for name, value in headers.items()}
    token_server.speak = lambda _: (status, led, body)
    with pytest.raises(TokenUnavailable) as failed:
        fetch_token(WEB, wish(token_server.url))
    where = "the token server 127.0.0.1"
    assert str(failed.value) == f"{where} answers {status} without a usable token"
    assert len(token_server.asked) == 1


@contextmanager
def dripping() -> Iterator[str]:
    """Listen as a server that never comes to an end."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            peer, _ = listener.accept()
            with peer, suppress(OSError):
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not over.wait(0.05):
                    peer.sendall(b" ")

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/token"
        finally:
            over.set()
            thread.join(10)


def slowly(_form: dict[str, str]) -> Said:
    time.sleep(0.8)
    return said(200, {"access_token": "late"})


def test_a_server_that_is_slow_or_away_or_out_of_bounds_is_said(
    token_server: TokenServer,
) -> None:
    token_server.speak = slowly
    with pytest.raises(TokenUnavailable, match="it takes too long"):
        fetch_token(WEB, wish(token_server.url))
    with dripping() as url, pytest.raises(TokenUnavailable, match="it takes too long"):
        fetch_token(WEB, wish(url))
    with pytest.raises(TokenUnavailable, match="no conversation is possible"):
        fetch_token(WEB, wish("http://127.0.0.1:1/token"))
    for url in ("http://login.example.test/token", "https://169.254.169.254/token"):
        with pytest.raises(TokenUnavailable, match="leads to where this server may not connect"):
            fetch_token(WEB, wish(url))
    with pytest.raises(TokenUnavailable, match="may not connect"):
        fetch_token(WebClient(Gate()), wish(token_server.url))
