import pytest

from cmdb.errors import InvalidValue
from server.people.rules.passwords import (
    check_new_password,
    new_one_time_password,
    presentable,
)

KNOWN = ("ada.lovelace.1815", "Ada Lovelace", "ada.lovelace@example.test")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "eleven char",
        "aaaaaaaaaaaaaaaa",
        "ababababababab",
        " " * 20,
        "with a NUL\0 inside",
        "x" * 1025,
        "ADA.Lovelace@example.test",
        "Ada.Lovelace.1815",
    ],
)
def test_a_poor_password_is_refused_by_name_of_the_field(password: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        check_new_password(password, KNOWN)
    assert set(refusal.value.fields) == {"new_password"}


@pytest.mark.parametrize("password", ["correct horse", "пароль-длинный", "Tr0ub4dor&3xx"])
def test_a_long_password_is_enough(password: str) -> None:
    check_new_password(password, KNOWN)


@pytest.mark.parametrize("password", ["", " ", "\t\n", "\u3000", "a\0b", "x" * 1_000_000])
def test_nobody_is_asked_about_what_cannot_be_a_password(password: str) -> None:
    assert not presentable(password)


def test_a_one_time_password_passes_the_policy_and_is_never_the_same() -> None:
    made = {new_one_time_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_new_password(password, KNOWN)
