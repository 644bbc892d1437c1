"""Every code that a letter can carry has words, and whoever decides about it is told what helps."""

from server.desk.mail.rules.letters import AUTOMATIC, FAULTS
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
