"""The doctor names mailboxes that fail, and counts letters that wait for somebody."""

from server.commands.diagnosis.letters import look_at_letters
from server.foundation.database import Database
from tests.server.desk.estate import Estate
from tests.server.desk.mail.post import Post, letter


def said(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(one.level.value, one.seen) for one in look_at_letters(session)]


def test_without_a_mailbox_nothing_is_said(database: Database, estate: Estate) -> None:
    assert estate.laptop
    assert said(database) == []


def test_it_says_which_mailbox_fails_and_how_many_letters_are_held(post: Post) -> None:
    post.come(letter("nobody@elsewhere.test"))
    assert said(post.database) == [
        ("ok", "all 1 answer"),
        ("look", "1 letters are held until somebody decides"),
    ]
    post.change(port=1)
    post.look()
    (level, seen), _ = said(post.database)
    assert level == "wrong"
    assert seen.startswith(f"Help desk {post.user} fails since ")
    assert "cannot be reached" in seen
    post.change(failing_since=None, sealed_password="")
    assert said(post.database)[0] == ("wrong", f"Help desk {post.user} has no password")
    post.change(sign_in="oauth")
    assert said(post.database)[0] == ("wrong", f"Help desk {post.user} has no client secret")
    post.change(token_grant="refresh_token")
    assert said(post.database)[0] == ("wrong", f"Help desk {post.user} has no refresh token")
