"""A session begins with a secret of its own, and ends everywhere at once."""

from datetime import UTC, datetime, timedelta

import pytest

from server.foundation.edge.csrf import token_of as csrf_of
from server.foundation.errors import SecondFactorRequired, SignInRefused
from server.foundation.secrets import SecretBox
from server.people.actions.second_factor import begin_factor, confirm_factor
from server.people.actions.second_step import sign_in_with_code
from server.people.actions.sessions import Client
from server.people.actions.sign_in import Credentials, Door, sign_in
from server.people.rules.totp import code_at, step_of
from tests.immunity.conftest import Target
from tests.support.people import give_password

PASSWORD = "correct horse battery"
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def login(target: Target) -> str:
    assert target.world.agent.person_id is not None
    with target.database.writing() as session:
        return give_password(session, target.world.agent.person_id, PASSWORD)


def test_signing_in_replaces_whatever_secret_the_browser_had(target: Target, login: str) -> None:
    client = target.site.test_client()
    client.set_cookie("cadastre", "chosen-by-somebody-else")
    proof = csrf_of("chosen-by-somebody-else")
    form = {"login": login, "password": PASSWORD, "csrf_token": proof}
    answer = client.post("/sign-in", data=form)
    first = client.get_cookie("cadastre")
    assert answer.status_code == 303
    assert first is not None
    assert first.value != "chosen-by-somebody-else"
    again = target.site.test_client()
    again.set_cookie("cadastre", first.value)
    assert again.get("/items").status_code == 200
    door = Door(target.database, SecretBox(target.settings.key_file))
    here = Client("192.0.2.9", former_secret=first.value)
    sign_in(door, Credentials(login, PASSWORD), here, datetime.now(UTC))
    assert again.get("/items").status_code == 302


def test_the_cookie_is_hidden_from_scripts_and_from_other_sites(target: Target, login: str) -> None:
    answer = target.site.test_client().post("/sign-in", data={"login": login, "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_signing_out_ends_it_wherever_it_was_copied_to(target: Target) -> None:
    browser = target.browser(target.world.reader)
    copy = target.site.test_client()
    copy.set_cookie("cadastre", browser.secret)
    assert copy.get("/items").status_code == 200
    assert browser.post("/sign-out").status_code == 303
    assert copy.get("/items").status_code == 302


def test_a_code_of_the_second_factor_counts_once(target: Target) -> None:
    actor, secrets = target.world.change_manager, SecretBox(target.settings.key_file)
    door = Door(target.database, secrets)
    assert actor.person_id is not None
    with target.database.writing() as session:
        login = give_password(session, actor.person_id, PASSWORD)
        key = begin_factor(session, actor, secrets, NOON).secret
        confirm_factor(session, actor, secrets, code_at(key, step_of(NOON)), NOON)
    later = NOON + timedelta(minutes=2)
    code = code_at(key, step_of(later))

    def show() -> None:
        with pytest.raises(SecondFactorRequired) as needed:
            sign_in(door, Credentials(login, PASSWORD), Client("192.0.2.1"), later)
        sign_in_with_code(door, needed.value.pending, code, Client("192.0.2.1"), later)

    show()
    with pytest.raises(SignInRefused):
        show()
