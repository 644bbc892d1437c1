"""How a redundancy group stands, in words."""

import pytest

from cmdb.engine.graph import GroupRule, GroupTerms, ItemId
from cmdb.engine.impact.values import GroupStanding, LostMember, standing_of
from tests.web.presenters.readers import reader
from web.presenters.redundancy import group_state, needs_label, slack_text, standing_text


def _standing(rule: GroupRule, total: float, required: float, *lost: float) -> GroupStanding:
    terms = GroupTerms(1, rule, total, required, (), reduces=rule == "capacity")
    gone = [LostMember(ItemId(number), weight, 1) for number, weight in enumerate(lost)]
    return standing_of(terms, gone)


@pytest.mark.parametrize(
    ("standing", "told", "slack"),
    [
        (_standing("at_least", 2, 1), "needs 1 of 2, 2 up", "1 more may be lost"),
        (_standing("at_least", 4, 2), "needs 2 of 4, 4 up", "2 more may be lost"),
        (_standing("at_least", 2, 1, 1), "needs 1 of 2, 1 up", "none may be lost"),
        (_standing("at_least", 2, 2, 1), "needs 2 of 2, 1 up", "short by 1"),
        (
            _standing("capacity", 100, 60, 20),
            "needs capacity 60 of 100, 80 is up",
            "capacity 20 may still be lost",
        ),
    ],
)
def test_a_group_says_what_it_needs_and_what_may_still_be_lost(
    standing: GroupStanding, told: str, slack: str
) -> None:
    assert (standing_text(standing, reader()), slack_text(standing, reader())) == (told, slack)


def test_a_bracket_has_room_for_two_numbers() -> None:
    assert needs_label(_standing("at_least", 12, 10), reader()) == "10 of 12"


def test_a_group_passes_on_what_it_must() -> None:
    assert group_state(holds=True, lost_some=False) == "up"
    assert group_state(holds=True, lost_some=True) == "at_risk"
    assert group_state(holds=False, lost_some=True) == "down"
