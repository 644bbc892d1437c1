import uuid
from collections.abc import Mapping

import pytest

from cmdb.errors import InvalidValue
from server.people.rules.mapping import (
    ACTIVE_DIRECTORY,
    OPENLDAP,
    attribute_map,
    group_seen,
    person_seen,
)

ID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
LDAP = attribute_map(OPENLDAP, {})
AD = attribute_map(ACTIVE_DIRECTORY, {})


def _raw(**attributes: str | bytes | list[str]) -> Mapping[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for name, given in attributes.items():
        values = given if isinstance(given, list) else [given]
        found[name.lower()] = [
            value if isinstance(value, bytes) else value.encode() for value in values
        ]
    return found


def test_an_openldap_person() -> None:
    raw = _raw(
        entryUUID=ID.upper(),
        uid="ada",
        cn="Ada L",
        displayName="Ada Lovelace",
        givenName="Ada",
        sn="Lovelace",
        mail=["ada@example.test", "other@example.test"],
        departmentNumber="Engines",
        manager="uid=charles,dc=x",
    )
    seen = person_seen("uid=ada,dc=x", raw, LDAP)
    assert seen is not None
    assert (seen.external_id, seen.login, seen.disabled) == (ID, "ada", False)
    assert seen.details[:4] == ("Ada Lovelace", "Ada", "Lovelace", "ada@example.test")
    assert seen.details[6] == "Engines"
    assert seen.manager_dn == "uid=charles,dc=x"


def test_an_active_directory_person_is_known_by_the_bytes_of_its_guid() -> None:
    raw = _raw(
        objectGUID=uuid.UUID(ID).bytes_le, sAMAccountName="ada", cn="Ada", userAccountControl="512"
    )
    seen = person_seen("CN=Ada,DC=x", raw, AD)
    assert seen is not None
    assert (seen.external_id, seen.login, seen.disabled) == (ID, "ada", False)


@pytest.mark.parametrize(("flags", "disabled"), [("514", True), ("66048", False), ("66050", True)])
def test_active_directory_disables_by_a_flag(flags: str, disabled: bool) -> None:
    raw = _raw(
        objectGUID=uuid.UUID(ID).bytes_le, sAMAccountName="a", cn="A", userAccountControl=flags
    )
    seen = person_seen("CN=A,DC=x", raw, AD)
    assert seen is not None
    assert seen.disabled is disabled


@pytest.mark.parametrize(
    ("name", "value", "disabled"),
    [
        ("pwdAccountLockedTime", "000001010000Z", True),
        ("pwdAccountLockedTime", "20260101120000Z", False),
        ("nsAccountLock", "TRUE", True),
        ("nsAccountLock", "FALSE", False),
    ],
)
def test_other_directories_say_it_in_their_own_words(name: str, value: str, disabled: bool) -> None:
    raw = _raw(**{"entryUUID": ID, "uid": "a", "cn": "A", name: value})
    seen = person_seen("uid=a,dc=x", raw, LDAP)
    assert seen is not None
    assert seen.disabled is disabled


def test_who_has_no_name_is_called_by_the_login() -> None:
    seen = person_seen("uid=a,dc=x", _raw(entryUUID=ID, uid="ada"), LDAP)
    assert seen is not None
    assert seen.details[0] == "ada"


@pytest.mark.parametrize(
    "raw", [_raw(uid="ada", cn="Ada"), _raw(entryUUID="no uuid", cn="Ada"), _raw(entryUUID=ID)]
)
def test_without_identity_or_name_it_is_nobody(raw: Mapping[str, list[bytes]]) -> None:
    assert person_seen("uid=a,dc=x", raw, LDAP) is None


def test_a_groups_members_come_from_every_attribute_that_has_some() -> None:
    raw = _raw(entryUUID=ID, cn="Team", member=["uid=a,dc=x"], memberUid=["b", "c"])
    seen = group_seen("cn=Team,dc=x", raw, LDAP)
    assert seen is not None
    assert seen.members == ("uid=a,dc=x", "b", "c")


def test_text_of_any_encoding_is_read_and_holds_no_nul() -> None:
    seen = person_seen("uid=a,dc=x", _raw(entryUUID=ID, uid="a", cn=b"A\0\xff"), LDAP)
    assert seen is not None
    assert seen.details[0] == "A\ufffd"


def test_a_changed_map_reads_other_attributes() -> None:
    changed = attribute_map(OPENLDAP, {"login": "mail", "display_name": ["gecos", "cn"]})
    seen = person_seen("x", _raw(entryUUID=ID, mail="a@x", uid="a", gecos="Ada"), changed)
    assert seen is not None
    assert (seen.login, seen.details[0]) == ("a@x", "Ada")
    assert "gecos" in changed.person_attributes()


def test_a_field_can_be_switched_off() -> None:
    changed = attribute_map(OPENLDAP, {"phone": []})
    seen = person_seen("x", _raw(entryUUID=ID, uid="a", telephoneNumber="1"), changed)
    assert seen is not None
    assert "1" not in seen.details


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"shoe_size": "x"}, "mapping.shoe_size"),
        ({"login": "uid)(x=*"}, "mapping.login"),
        ({"login": []}, "mapping.login"),
        ({"unique_id": []}, "mapping.unique_id"),
        ({"email": {"a": 1}}, "mapping.email"),
        ({"email": [7]}, "mapping.email"),
    ],
)
def test_a_wrong_map_is_refused_by_field(changes: Mapping[str, object], field: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        attribute_map(OPENLDAP, changes)
    assert set(refusal.value.fields) == {field}
