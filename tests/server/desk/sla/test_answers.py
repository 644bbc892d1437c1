"""A first answer after a hand-over: what stops its clock, and who owes it how often."""

from datetime import timedelta

import pytest

from server.desk.sla.rules.agreements import Agreements
from server.desk.sla.rules.clocks import Stretch, read_clock
from server.desk.sla.rules.facts import Facts, Promise, promises_of
from server.desk.sla.rules.targets import Target, whose_of
from server.desk.tickets.rules.staying import Passing, Word, answered, stays
from tests.server.desk.sla.test_holders import ALWAYS, CASE, LINES, NINE, agreed, at

LINE = Target("respond", 60, "always", whose="group", lines=("2",))
SUPPLIER = Target("respond", 60, "always", whose="supplier", supplier=4)


def happened(
    *passings: tuple[float, int | None],
    words: tuple[Word, ...] = (),
    solved: float | None = None,
) -> Facts:
    """Return who had it from which minute on, and what was said."""
    told = [Passing(at(minutes), group_id) for minutes, group_id in passings]
    numbers = {(20, one.at) for one in told}
    had = answered(stays(told, LINES, numbers), words, {(5, 8)})
    return Facts(1, CASE, NINE, solved_at=None if solved is None else at(solved), stays=had)


def owed(agreements: Agreements, facts: Facts) -> dict[str, Promise]:
    """Return the first answers that are owed, by whose they are."""
    return {one.holder: one for one in promises_of(agreements, facts)}


def test_an_answer_ends_the_clock_and_is_owed_again_when_the_ticket_comes_again() -> None:
    words = (Word(at(20), 1, 8), Word(at(95), 2, 9))
    facts = happened((0, 7), (10, 8), (50, 7), (70, 9), words=words)
    found = owed(agreed(LINE), facts)
    assert {holder: (one.ran, one.stopped_at) for holder, one in found.items()} == {
        "line:2": ([Stretch(at(10), at(20))], at(20)),
        "line:2#2": ([Stretch(at(70), at(95))], at(95)),
    }
    assert {whose_of("respond", holder) for holder in found} == {"group"}
    # How long they may have it is another promise, and counts both times together.
    both = agreed(LINE, Target("resolve", 90, "always", whose="group", lines=("2",)))
    solving = [one for one in promises_of(both, facts) if one.measure == "resolve"]
    assert [one.holder for one in solving] == ["line:2"]


def test_only_words_of_whoever_has_it_are_an_answer() -> None:
    def stopped(*words: Word) -> bool:
        (one,) = owed(agreed(LINE), happened((0, 7), (10, 8), words=words)).values()
        return one.stopped_at is not None

    assert not stopped(Word(at(5), 1, 8))
    assert not stopped(Word(at(20), 1, 7))
    assert not stopped(Word(at(20), 5, None))
    assert not stopped(Word(at(20), 1, None, of_supplier=True))
    assert stopped(Word(at(20), 1, 8))
    # From before it was noted whose word it was: who is of the group today.
    assert stopped(Word(at(20), 5, None, noted=False))
    assert not stopped(Word(at(20), 6, None, noted=False))


def test_a_suppliers_word_counts_from_when_it_was_said_and_its_clock_does_not_wait() -> None:
    words = (Word(at(300), 1, None), Word(at(200), 1, None, of_supplier=True))
    facts = happened((0, 7), (60, 20), words=words)
    waiting = Facts(
        1,
        CASE,
        NINE,
        runs=((at(70), False),),
        opens=((at(70), True),),
        stays=facts.stays,
    )
    one = owed(agreed(SUPPLIER), waiting)["supplier:4"]
    assert (one.ran, one.stopped_at) == ([Stretch(at(60), at(200))], at(200))
    inside = Target("respond", 60, "always", whose="group")
    found = owed(agreed(inside), waiting)
    assert found["group:7"].ran == [Stretch(NINE, at(60))]


@pytest.mark.parametrize(("left", "missed"), [(40, False), (90, True)])
def test_what_was_never_answered_is_missed_only_where_its_time_ran_out(
    left: int, missed: bool
) -> None:
    facts = happened((0, 8), (left, 7), solved=400)
    one = owed(agreed(LINE), facts)["line:2"]
    assert (one.stopped_at, one.away) == (None, True)
    reading = read_clock(ALWAYS, one.ran, one.target.time, at(500))
    assert (reading.breached_at is not None, reading.running) == (missed, False)
    assert reading.used == timedelta(minutes=left)


def test_a_solution_is_an_answer_of_whoever_has_it() -> None:
    one = owed(agreed(LINE), happened((0, 8), solved=30))["line:2"]
    assert (one.ran, one.stopped_at) == ([Stretch(NINE, at(30))], at(30))
