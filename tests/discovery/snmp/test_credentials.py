"""Credentials say what is wrong with them and never what they hold."""

import pytest

from discovery.snmp.credentials import Community, Ladder, User


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"user": ""}, "needs a name"),
        ({"user": "a", "auth_protocol": "SHA"}, "go together"),
        ({"user": "a", "auth_protocol": "SHA", "auth_key": "short"}, "shorter than 8"),
        ({"user": "a", "auth_protocol": "CRC", "auth_key": "long enough"}, "'CRC'"),
        ({"user": "a", "priv_protocol": "AES", "priv_key": "long enough"}, "needs authentication"),
    ],
)
def test_a_user_that_cannot_work_is_refused(arguments: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words) as raised:
        User(**arguments)
    assert "enough" not in str(raised.value)


def test_a_community_needs_its_word_and_a_version_that_has_one() -> None:
    with pytest.raises(ValueError, match="empty"):
        Community("")
    with pytest.raises(ValueError, match="use 1 or 2c"):
        Community("public", "3")


def test_secrets_do_not_show() -> None:
    user = User("reader", "SHA", "first secret", "AES", "second secret")
    assert "secret" not in repr(user) + repr(Community("secret"))


def test_a_ladder_begins_with_what_fitted_and_forgets_what_is_not_there() -> None:
    rungs = (Community("a"), Community("b"), User("c"))
    ladder = Ladder(rungs, {"10.0.0.1": 2, "10.0.0.2": 3, "10.0.0.3": -1})
    assert ladder.at("10.0.0.1") == [rungs[2], rungs[0], rungs[1]]
    for address in ("10.0.0.2", "10.0.0.3", "10.0.0.4"):
        assert ladder.first_at(address) is None
        assert ladder.at(address) == list(rungs)
    assert Ladder.over(ladder) is ladder
    assert (list(Ladder.over(rungs)), ladder[1:]) == (list(rungs), rungs[1:])
