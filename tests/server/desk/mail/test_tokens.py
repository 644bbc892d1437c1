"""A mailbox that signs in by OAuth 2 is looked at like any other, and its tokens last."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.desk.mail.actions import tokens
from server.desk.mail.actions.access import MailTrial, try_out
from server.desk.mail.actions.mailboxes import change_mailbox
from server.desk.mail.models import Mailbox
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.outbound import INSIDE_NETWORKS
from server.foundation.permissions import system_actor
from server.foundation.progress import SilentReporter
from server.foundation.rotation import rotate
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from tests.server.desk.estate import Estate
from tests.server.desk.mail.post import Post, letter
from tests.support.imap import ImapServer
from tests.support.token_server import CLIENT_ID, CLIENT_SECRET, SCOPE, TokenServer, said

ROOT = Path(__file__).parents[4]
RITA = "rita@example.test"


def set_up(
    server: ImapServer,
    token_server: TokenServer,
    database: Database,
    estate: Estate,
    home: Path,
    **changes: Any,
) -> Post:
    given = {
        "sign_in": "oauth",
        "token_url": token_server.url,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "scope": SCOPE,
        "password": "",
    }
    post = Post.set_up(server, database, estate, home, **(given | changes))
    post.settings = Settings(home=home, web_networks=INSIDE_NETWORKS)
    token_server.user = post.user
    return post


@pytest.fixture
def post(
    imap_server: ImapServer,
    token_server: TokenServer,
    database: Database,
    estate: Estate,
    tmp_path: Path,
) -> Post:
    """Return a mailbox whose application asks for itself."""
    return set_up(imap_server, token_server, database, estate, tmp_path)


@pytest.fixture
def delegated(
    imap_server: ImapServer,
    token_server: TokenServer,
    database: Database,
    estate: Estate,
    tmp_path: Path,
) -> Post:
    """Return a mailbox with a refresh token, which another one follows at each use."""
    token_server.rotates = True
    refresh = {
        "token_grant": "refresh_token",
        "refresh_token": token_server.new_refresh_token(),
        "scope": "",
    }
    return set_up(imap_server, token_server, database, estate, tmp_path, **refresh)


def kept(post: Post) -> str:
    """Return the refresh token that is kept."""
    place = tokens.secret_place(post.mailbox_id, "refresh_token")
    return SecretBox(post.settings.key_file).open(post.mailbox().sealed_refresh_token, place)


def change(post: Post, **changes: Any) -> None:
    """Change the mailbox as an administrator does."""
    with post.database.writing() as session:
        mailbox = session.get_one(Mailbox, post.mailbox_id)
        box = SecretBox(post.settings.key_file)
        change_mailbox(session, post.estate.world.admin, mailbox, changes, box, utc_now())


def tried(post: Post) -> MailTrial:
    return try_out(post.database, post.settings, post.mailbox())


def minutes_left(post: Post) -> int:
    next_at = post.mailbox().next_at
    assert next_at is not None
    return round((next_at - utc_now()) / timedelta(minutes=1))


def test_letters_come_and_one_token_serves_until_it_lasts_five_minutes_no_more(
    post: Post, token_server: TokenServer
) -> None:
    post.deliver(letter(RITA, "One"))
    assert post.look() == {"fetched": 1, "known": 0, "taken": 1}
    assert post.look() == {"fetched": 0, "known": 0}
    assert tried(post).ok
    assert len(token_server.asked) == 1
    change(post, name="Renamed")
    token_server.expires_in = 299
    post.look()
    post.look()
    # What an administrator changed may concern it; and what ends soon is not begun with.
    assert len(token_server.asked) == 3
    assert post.mailbox().failures == 0


def test_a_secret_that_is_refused_is_told_and_after_three_times_asked_once_an_hour(
    post: Post, token_server: TokenServer
) -> None:
    change(post, client_secret="not it")
    waits = []
    for failures in (1, 2, 3, 4):
        post.wait_over()
        assert post.look() == {"fetched": 0, "known": 0}
        assert post.mailbox().failures == failures
        waits.append(minutes_left(post))
        assert post.look() == {}
    assert waits == [1, 5, 60, 60]
    assert len(token_server.asked) == 4
    why = "invalid_client: AADSTS7000215: Invalid client secret … provided."
    assert post.mailbox().last_error == f"the token server 127.0.0.1 refused: {why}"
    trial = tried(post)
    assert (trial.ok, trial.step, trial.detail) == (False, "token", post.mailbox().last_error)
    change(post, client_secret=CLIENT_SECRET)
    post.look()
    assert (post.mailbox().failures, post.mailbox().last_error) == (0, "")


def test_a_token_server_in_trouble_is_left_alone_for_a_while_and_asked_again(
    post: Post, token_server: TokenServer
) -> None:
    token_server.speak = lambda _: (502, {"Content-Type": "text/html"}, b"<h1>Bad gateway</h1>")
    waits = []
    for _ in range(3):
        post.wait_over()
        post.look()
        waits.append(minutes_left(post))
    assert waits == [1, 2, 4]
    assert "answers 502 without a usable token" in post.mailbox().last_error
    token_server.speak = lambda _: said(400, {"error": "invalid_scope"})
    assert tried(post).detail.endswith("refused: invalid_scope")
    change(post, token_url="http://127.0.0.1:1/token", client_secret=CLIENT_SECRET)
    assert "no conversation is possible" in tried(post).detail
    token_server.speak = token_server.answer
    change(post, token_url=token_server.url, client_secret=CLIENT_SECRET)
    post.deliver(letter(RITA))
    assert post.look() == {"fetched": 1, "known": 0, "taken": 1}


def test_nobody_inside_is_asked_for_a_token_unless_the_settings_say_so(
    post: Post, token_server: TokenServer
) -> None:
    post.settings = Settings(home=post.settings.home, web_networks="")
    trial = tried(post)
    assert (trial.ok, trial.step) == (False, "token")
    assert "127.0.0.1 leads to where this server may not connect" in trial.detail
    assert token_server.asked == []


def test_a_token_that_is_withdrawn_before_its_time_is_forgotten_and_another_one_fetched(
    post: Post, token_server: TokenServer
) -> None:
    assert post.look() == {"fetched": 0, "known": 0}
    token_server.withdraw()
    post.look()
    row = post.mailbox()
    assert "refused the access token" in row.last_error
    assert token_server.given[0] not in row.last_error
    assert minutes_left(post) == 1
    post.wait_over()
    post.look()
    assert (post.mailbox().last_error, len(token_server.asked)) == ("", 2)


def test_trying_out_says_which_step_failed(post: Post, token_server: TokenServer) -> None:
    token_server.user = "somebody else"
    assert tried(post).step == "sign_in"
    token_server.user = post.user
    assert tried(post).step == ""
    post.change(folder="Nowhere")
    assert tried(post).step == "folder"
    port = post.mailbox().port
    post.change(folder="INBOX", port=1)
    assert tried(post).step == "connect"
    post.change(port=port)
    post.settings.key_file.unlink()
    assert tried(post).step == "secret"
    change(post, host="localhost")
    assert tried(post).detail == "no client secret is kept for this mailbox"


def test_a_refresh_token_that_changes_is_kept_before_it_is_used(
    delegated: Post, token_server: TokenServer
) -> None:
    first, version = kept(delegated), delegated.mailbox().version
    token_server.expires_in = 0
    assert delegated.look() == {"fetched": 0, "known": 0}
    second = kept(delegated)
    assert {second} == token_server.refresh_tokens
    assert tried(delegated).ok
    assert {kept(delegated)} == token_server.refresh_tokens
    assert len({first, second, kept(delegated)}) == 3
    # An administrator who has the form open is not refused for it.
    assert delegated.mailbox().version == version
    delegated.change(folder="Nowhere")
    delegated.look()
    assert {kept(delegated)} == token_server.refresh_tokens


def test_a_process_killed_between_the_rotation_and_the_use_locks_nobody_out(
    delegated: Post, token_server: TokenServer, database_url: str
) -> None:
    delegated.deliver(letter(RITA))
    used = kept(delegated)
    program = [sys.executable, "-m", "tests.server.desk.mail.killing_rotation"]
    of_it = [database_url, str(delegated.settings.home), str(delegated.mailbox_id)]
    ended = subprocess.run([*program, *of_it], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert kept(delegated) != used
    assert {kept(delegated)} == token_server.refresh_tokens
    delegated.wait_over()
    assert delegated.look() == {"fetched": 1, "known": 0, "taken": 1}


def test_what_an_administrator_typed_meanwhile_stays_and_a_new_key_is_no_change(
    delegated: Post, token_server: TokenServer
) -> None:
    token_server.expires_in = 0
    honest = token_server.answer

    def typed_meanwhile(form: dict[str, str]) -> Any:
        change(delegated, refresh_token="typed")
        return honest(form)

    token_server.speak = typed_meanwhile
    delegated.look()
    assert kept(delegated) == "typed"
    change(delegated, refresh_token=token_server.new_refresh_token())

    def sealed_anew(form: dict[str, str]) -> Any:
        box = SecretBox(delegated.settings.key_file)
        rotate(delegated.database, system_actor("tests"), box, SilentReporter())
        return honest(form)

    token_server.speak = sealed_anew
    token_server.refresh_tokens = {kept(delegated)}
    assert tried(delegated).ok
    assert {kept(delegated)} == token_server.refresh_tokens


def test_an_application_without_a_secret_needs_none_with_a_refresh_token(
    delegated: Post, token_server: TokenServer
) -> None:
    asked: list[dict[str, str]] = []

    def public(form: dict[str, str]) -> Any:
        asked.append(form)
        return token_server.answer(form | {"client_secret": CLIENT_SECRET})

    token_server.speak = public
    change(delegated, client_secret="")
    assert tried(delegated).ok
    assert "client_secret" not in asked[0]
    change(delegated, refresh_token="")
    assert tried(delegated).detail == "no refresh token is kept for this mailbox"
