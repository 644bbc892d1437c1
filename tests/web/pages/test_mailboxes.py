"""Mailboxes on pages: connected to a real one, tried out, switched, looked at, taken away."""

from pathlib import Path
from typing import Any

from server.desk.mail.actions.mailboxes import LOOK
from server.desk.mail.models import Mailbox, ReceivedLetter
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.models import Job
from server.foundation.storage import Storage
from tests.support.imap import ImapServer
from tests.support.letters import letter, put_letter
from tests.support.people import World
from tests.support.token_server import TokenServer
from tests.web.pages.conftest import Browser

MAILBOXES = "/administration/mailboxes"
SECRET = "open-sesame"


def _form(world: World, **changes: str) -> dict[str, Any]:
    return {
        "name": "Help desk",
        "organisation_id": str(world.root.id),
        "address": "help@example.test",
        "host": "imap.example.test",
        "port": "993",
        "security": "tls",
        "authority": "",
        "user_name": "help",
        "password": SECRET,
        "folder": "INBOX",
        "done_folder": "",
        "kind": "incident",
        "category": "",
        "group_id": "",
        "strangers": "hold",
        "trusted_server": "",
        "keep_days": "90",
        "since": "",
        **changes,
    }


def _reached(server: ImapServer, user: str) -> dict[str, str]:
    return {
        "host": server.host,
        "port": str(server.tls_port),
        "authority": server.authority,
        "user_name": user,
        "password": server.password,
    }


def _only(database: Database) -> Mailbox:
    with database.reading() as session:
        return session.query(Mailbox).one()


def test_without_a_mailbox_the_page_says_what_one_is_for(admin: Browser) -> None:
    assert "No mailbox is connected" in admin.read(MAILBOXES)
    assert MAILBOXES in admin.read("/administration/desk")


def test_a_new_mailbox_is_kept_switched_off_and_its_password_never_shown(
    admin: Browser, database: Database, world: World
) -> None:
    where = admin.done(f"{MAILBOXES}/new", **_form(world))
    kept = _only(database)
    assert (kept.has_password, kept.is_active, kept.group_id) == (True, False, None)
    for address in (where, f"{where}/edit", MAILBOXES):
        assert SECRET not in admin.read(address)


def test_a_refused_form_says_what_is_wrong_and_keeps_all_but_the_password(
    admin: Browser, database: Database, world: World
) -> None:
    answer = admin.post(f"{MAILBOXES}/new", **_form(world, port="none", address="two words"))
    assert answer.status_code == 422
    assert 'id="error-port"' in answer.text
    assert 'value="two words"' in answer.text
    assert SECRET not in answer.text
    answer = admin.post(f"{MAILBOXES}/new", **_form(world, port="70000"))
    assert "This takes a number from 1 to 65535." in answer.text
    answer = admin.post(f"{MAILBOXES}/new", **_form(world, address="two words"))
    assert "must be one e-mail address" not in answer.text
    assert 'id="error-address"' in answer.text


def test_an_empty_password_keeps_the_one_that_is_and_a_stale_form_is_refused(
    admin: Browser, database: Database, world: World
) -> None:
    where = admin.done(f"{MAILBOXES}/new", **_form(world))
    sealed = _only(database).sealed_password
    changed = _form(world, password="", name="Renamed", version="1", since="2026-01-02T03:04:05")
    admin.done(f"{where}/edit", **changed)
    kept = _only(database)
    assert (kept.name, kept.sealed_password) == ("Renamed", sealed)
    assert kept.since.isoformat() == "2026-01-02T03:04:05+00:00"
    assert admin.post(f"{where}/edit", **changed).status_code == 412


def _by_token(world: World, **changes: str) -> dict[str, Any]:
    wanted = {
        "sign_in": "oauth",
        "token_grant": "client_credentials",
        "token_url": "https://login.example.test/token",
        "client_id": "cadastre",
        "client_secret": SECRET,
        "scope": "https://mail.example.test/.default",
        "refresh_token": "",
        "password": "",
    }
    return _form(world, **(wanted | changes))


def test_a_mailbox_of_oauth_2_is_connected_and_its_secrets_never_shown(
    admin: Browser, database: Database, world: World
) -> None:
    # Browsers fill in what is out of sight: the other way's secret is left out.
    filled = _by_token(world, password="filled in", refresh_token="filled in")
    where = admin.done(f"{MAILBOXES}/new", **filled)
    kept = _only(database)
    assert (kept.has_password, kept.has_client_secret, kept.has_refresh_token) == (
        False,
        True,
        False,
    )
    for address in (where, f"{where}/edit", MAILBOXES):
        assert SECRET not in admin.read(address)
    assert "https://login.example.test/token" in admin.read(where)
    edited = admin.read(f"{where}/edit")
    assert "https://mail.example.test/.default" in edited
    again = _by_token(world, client_secret="", name="Renamed", version="1")
    admin.done(f"{where}/edit", **again)
    assert _only(database).sealed_client_secret == kept.sealed_client_secret
    moved = _by_token(world, client_secret="", client_id="another", version="2")
    admin.done(f"{where}/edit", **moved)
    assert "No client secret is kept." in admin.read(where)
    back = _form(world, sign_in="password", client_secret=SECRET, version="3")
    admin.done(f"{where}/edit", **back)
    kept = _only(database)
    assert (kept.sign_in, kept.has_password, kept.has_client_secret) == ("password", True, False)


def test_a_refused_form_of_oauth_2_keeps_what_was_typed_but_no_secret(
    admin: Browser, world: World
) -> None:
    wrong = _by_token(world, token_url="http://login.example.test/token", client_id="")
    answer = admin.post(f"{MAILBOXES}/new", **wrong)
    assert answer.status_code == 422
    assert "This must be an https:// address." in answer.text
    assert "OAuth 2 needs this." in answer.text
    assert '<option value="oauth" selected>' in answer.text
    assert 'value="http://login.example.test/token"' in answer.text
    assert 'value="https://mail.example.test/.default"' in answer.text
    assert SECRET not in answer.text


def test_trying_out_says_in_words_at_which_step_it_ended(
    admin: Browser, world: World, token_server: TokenServer
) -> None:
    given = _by_token(world, token_url=token_server.url)
    where = admin.done(f"{MAILBOXES}/new", **given)
    page = admin.post(f"{where}/try").text
    assert "What failed: getting an access token." in page
    assert "The token server cannot be asked: 127.0.0.1 lies in a closed network." in page
    assert token_server.asked == []


def test_trying_out_counts_what_waits_and_changes_nothing(
    admin: Browser, database: Database, world: World, imap_server: ImapServer
) -> None:
    user = imap_server.new_user()
    raw = letter("rita@example.test", "It hums", "It hums.", utc_now())
    where = admin.done(f"{MAILBOXES}/new", **_form(world, **_reached(imap_server, user)))
    imap_server.deliver(user, raw, raw)
    page = admin.post(f"{where}/try").text
    assert "It answers. Nothing was changed there or here. 2 letters wait." in page
    assert not any("Seen" in one for one in imap_server.flags(user))
    with database.reading() as session:
        assert session.query(ReceivedLetter).count() == 0


def test_a_mailbox_that_does_not_answer_is_told_in_one_sentence(
    admin: Browser, world: World, imap_server: ImapServer
) -> None:
    wrong = _reached(imap_server, imap_server.new_user()) | {"password": "wrong"}
    where = admin.done(f"{MAILBOXES}/new", **_form(world, **wrong))
    page = admin.post(f"{where}/try").text
    assert "It does not work yet" in page
    assert "refused the user name or the password" in page
    assert "the mail server 127.0.0.1" not in page


def test_a_mailbox_is_switched_on_looked_at_and_switched_off(
    admin: Browser, database: Database, world: World
) -> None:
    where = admin.done(f"{MAILBOXES}/new", **_form(world))
    assert admin.post(f"{where}/look").status_code == 422
    admin.done(f"{where}/switch", on="1")
    assert _only(database).is_active
    admin.done(f"{where}/look")
    with database.reading() as session:
        job = session.query(Job).filter_by(kind=LOOK).one()
        assert job.payload == {"mailbox_id": _only(database).id}
    assert "The mailbox is being read" in admin.read(where)
    admin.done(f"{where}/switch", on="")
    assert not _only(database).is_active


def test_how_a_mailbox_stands_is_told_in_the_list_and_on_its_page(
    admin: Browser, database: Database, world: World
) -> None:
    where = admin.done(f"{MAILBOXES}/new", **_form(world, is_active="1"))
    assert "not looked at yet" in admin.read(MAILBOXES)
    with database.writing() as session:
        mailbox = session.query(Mailbox).one()
        mailbox.failing_since = utc_now()
        mailbox.last_error = "the mail server imap.example.test:993 cannot be reached: timed out"
    for address in (MAILBOXES, where):
        assert "imap.example.test:993 cannot be reached: timed out" in admin.read(address)


def test_a_mailbox_that_is_removed_leaves_its_letters(
    admin: Browser, database: Database, world: World, tmp_path: Path
) -> None:
    where = admin.done(f"{MAILBOXES}/new", **_form(world))
    raw = letter("rita@example.test", "It hums", "It hums.", utc_now())
    with database.writing() as session:
        mailbox, storage = session.query(Mailbox).one(), Storage(tmp_path / "kept")
        letter_id = put_letter(session, storage, mailbox, raw, utc_now()).id
    assert "1 letter is held back" in admin.read(where)
    admin.done(f"{where}/remove")
    assert admin.get(where).status_code == 404
    assert "It hums" in admin.read(f"/letters/{letter_id}")


def test_nobody_else_sets_up_mailboxes(nobody: Browser, admin: Browser, world: World) -> None:
    where = admin.done(f"{MAILBOXES}/new", **_form(world))
    for address in (MAILBOXES, f"{MAILBOXES}/new", where, f"{where}/edit"):
        assert nobody.get(address).status_code in (403, 404)
    for act in ("try", "switch", "look", "remove", "edit"):
        assert nobody.post(f"{where}/{act}").status_code in (403, 404)
