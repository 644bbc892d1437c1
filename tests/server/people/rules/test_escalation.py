import pytest

from server.foundation.permissions import Actor, Grant, Permission, Reach
from server.people.rules.escalation import missing

BOTH = frozenset({Permission.ITEM_READ, Permission.ITEM_WRITE})
READ = frozenset({Permission.ITEM_READ})


def _actor(*grants: Grant) -> Actor:
    return Actor(name="Ada", person_id=1, grants=grants)


@pytest.mark.parametrize(
    "wanted",
    [
        Grant(READ, 5, frozenset({5, 6})),
        Grant(READ, 6, frozenset({6})),
        Grant(READ, 5, frozenset({5}), class_codes=frozenset({"server"})),
        Grant(READ, 5, frozenset({5}), reach=Reach.OWN),
    ],
)
def test_who_holds_it_all_there_may_hand_it_out(wanted: Grant) -> None:
    assert missing(_actor(Grant(BOTH, 5, frozenset({5, 6}))), [wanted]) is None
    assert missing(_actor(Grant(BOTH)), [wanted]) is None


@pytest.mark.parametrize(
    "held",
    [
        Grant(READ, 5, frozenset({5})),
        Grant(BOTH, 6, frozenset({6})),
        Grant(BOTH, 5, frozenset({5}), class_codes=frozenset({"server"})),
        Grant(BOTH, 5, frozenset({5}), reach=Reach.TEAM),
    ],
)
def test_who_holds_less_may_not(held: Grant) -> None:
    wanted = Grant(frozenset({Permission.ITEM_WRITE}), 5, frozenset({5}))
    assert missing(_actor(held), [wanted]) is Permission.ITEM_WRITE


def test_what_stands_on_the_root_is_held_on_the_root_only() -> None:
    assert missing(_actor(Grant(BOTH, 5, frozenset({5}))), [Grant(READ, 1)]) is Permission.ITEM_READ


def test_two_grants_together_cover_what_neither_covers_alone() -> None:
    held = _actor(Grant(READ), Grant(frozenset({Permission.ITEM_WRITE}), 5, frozenset({5})))
    assert missing(held, [Grant(BOTH, 5, frozenset({5}))]) is None
