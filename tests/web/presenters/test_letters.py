"""Every code that a letter can carry has words, and whoever decides about it is told what helps."""

import pytest

from server.desk.mail.rules.letters import AUTOMATIC, FAULTS
from server.desk.mail.rules.sign_in import GRANTS, SIGN_INS, STEPS
from server.desk.mail.rules.states import REASONS, STATES
from tests.web.presenters.readers import reader
from web.presenters import letters


def test_every_state_has_words() -> None:
    assert set(letters.state_texts(reader())) == set(STATES)


def test_every_reason_says_why_and_what_helps() -> None:
    for reason in REASONS:
        why = letters.why_text(reason, reader())
        assert why.reason != reason, reason
        assert why.advice, reason


def test_every_way_to_know_a_program_and_every_fault_has_words() -> None:
    for code in AUTOMATIC:
        assert letters.automatic_text(code, reader()) != code
    assert not set(FAULTS) & set(letters.fault_texts(FAULTS, reader()))


def test_a_code_that_nobody_knows_stands_for_itself() -> None:
    assert letters.why_text("novel", reader()) == letters.Why("novel")
    assert letters.fault_texts(["novel"], reader()) == ["novel"]


def test_every_way_to_sign_in_and_every_step_of_a_trial_has_words() -> None:
    assert [code for code, _ in letters.sign_in_texts(reader())] == list(SIGN_INS)
    assert [code for code, _ in letters.grant_texts(reader())] == list(GRANTS)
    assert set(letters.step_texts(reader())) == set(STEPS)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            "the mail server m.test:993 takes no access token: it offers no XOAUTH2",
            "m.test:993 takes no access tokens: it does not offer XOAUTH2.",
        ),
        (
            "the mail server m.test:993 refused the access token: No (status 400)",
            "m.test:993 refused the access token: No (status 400)",
        ),
        (
            "the token server l.test refused: invalid_grant: Revoked",
            "The token server l.test refused: invalid_grant: Revoked",
        ),
        (
            "the token server l.test answers 502 without a usable token",
            "The token server l.test answers 502, without a token.",
        ),
        (
            "the token server cannot be asked: l.test leads to where this server may not connect",
            "The token server cannot be asked: l.test lies in a closed network.",
        ),
        (
            "the token server cannot be asked: l.test: it takes too long",
            "The token server cannot be asked: l.test: it takes too long",
        ),
        (
            "no refresh token is kept for this mailbox",
            "No refresh token is kept. Edit the mailbox and type it in.",
        ),
    ],
)
def test_what_is_wrong_about_a_token_is_said_in_words(told: str, words: str) -> None:
    assert letters.trouble_text(told, reader()) == words
