"""A wrong password and an unknown login cannot be told apart, and guessing ends soon."""

import time

import pytest

from server.people.passwords import hash_password, verify_password
from server.people.rules.lockout import FAILURES_PER_LOGIN
from tests.immunity.conftest import Target
from tests.support.people import give_password

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def login(target: Target) -> str:
    assert target.world.agent.person_id is not None
    with target.database.writing() as session:
        return give_password(session, target.world.agent.person_id, PASSWORD)


def test_the_answer_is_the_same_word_for_word(target: Target, login: str) -> None:
    answers = []
    for name in (login, "nobody-of-this-name"):
        client = target.site.test_client()
        answer = client.post("/sign-in", data={"login": name, "password": "wrong"})
        answers.append((answer.status_code, answer.text.replace(f'value="{name}"', "LOGIN")))
    assert answers[0] == answers[1]
    assert answers[0][0] == 401


def test_somebody_unknown_costs_as_much_as_somebody_known() -> None:
    stored = hash_password(PASSWORD)
    verify_password(None, "wrong")
    known, unknown = _cost(stored), _cost(None)
    assert unknown > known / 3


def _cost(stored: str | None) -> float:
    began = time.process_time()
    for _ in range(3):
        assert verify_password(stored, "wrong") is False
    return time.process_time() - began


def test_both_are_locked_alike(target: Target, login: str) -> None:
    for name in (login, "another-nobody"):
        client = target.site.test_client()
        codes = [
            client.post("/sign-in", data={"login": name, "password": "wrong"}).status_code
            for _ in range(FAILURES_PER_LOGIN + 1)
        ]
        assert codes[-1] == 429
