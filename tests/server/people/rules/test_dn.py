import pytest

from server.people.rules.dn import dn_key, looks_like_dn


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("uid=ada,dc=x", "UID=Ada,DC=X"),
        ("uid=ada, ou=people ,dc=x", "uid=ada,ou=people,dc=x"),
        (r"cn=Doe\, Jane,dc=x", r"cn=Doe\2c Jane,dc=x"),
        (r"cn=\d0\90\d0\b4\d0\b0,dc=x", "cn=Ада,dc=x"),
        (r"cn=a\+b,dc=x", r"cn=a\2Bb,dc=x"),
        (r"cn=\#1\\,dc=x", r"cn=\231\5c,dc=x"),
    ],
)
def test_two_spellings_of_one_name_are_equal(one: str, other: str) -> None:
    assert dn_key(one) == dn_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"cn=a\,b,dc=x", "cn=a,b,dc=x"),
        ("cn=a,dc=x", "cn=ab,dc=x"),
        ("uid=ada,dc=x", "cn=ada,dc=x"),
    ],
)
def test_two_names_stay_apart(one: str, other: str) -> None:
    assert dn_key(one) != dn_key(other)


def test_a_login_is_not_a_name() -> None:
    assert looks_like_dn("cn=a,dc=x")
    assert not looks_like_dn("ada")
