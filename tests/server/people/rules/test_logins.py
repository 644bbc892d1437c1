import pytest

from server.people.rules.logins import login_key, name_key


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ADA", "ada"),
        (" ada ", "ada"),
        ("stra\u00dfe", "strasse"),
        ("\u0130stanbul", "i\u0307stanbul"),
        ("a\u200bda", "ada"),
        ("ad\x00a", "ada"),
        ("\uff21da", "ada"),
    ],
)
def test_what_looks_the_same_is_the_same_login(typed: str, stored: str) -> None:
    assert login_key(typed) == stored
    assert login_key(stored) == stored


def test_names_differ_by_neither_case_nor_white_space() -> None:
    assert name_key(" Ada \n LOVELACE ") == "ada lovelace"
