import ssl
from typing import Any

import ldap3
import pytest

from tests.support.directory import SlapdServer

_PEOPLE = 620


def test_a_group_shows_on_its_members_and_loses_the_deleted_ones(directory: SlapdServer) -> None:
    ada = _add_person(directory, "ada")
    grace = _add_person(directory, "grace")
    group = f"cn=compilers,{directory.base_dn}"
    directory.add(group, ["groupOfNames"], {"member": [ada, grace]})
    assert _read(directory, ada, "memberOf") == [group]
    directory.delete(ada)
    assert _read(directory, group, "member") == [grace]


def test_an_entry_can_be_changed_and_renamed(directory: SlapdServer) -> None:
    ada = _add_person(directory, "ada")
    before = _read(directory, ada, "entryUUID")
    directory.modify(ada, {"mail": ["ada@example.test"]})
    directory.rename(ada, "uid=lovelace")
    renamed = f"uid=lovelace,{directory.base_dn}"
    assert _read(directory, renamed, "mail") == ["ada@example.test"]
    assert _read(directory, renamed, "entryUUID") == before


def test_people_sign_in_with_their_own_password_only(directory: SlapdServer) -> None:
    ada = _add_person(directory, "ada")
    assert _binds(directory, ada, "secret of ada")
    assert not _binds(directory, ada, "another secret")


@pytest.mark.parametrize("way", ["ldaps", "starttls"])
def test_the_certificate_verifies_against_the_authority(directory: SlapdServer, way: str) -> None:
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(directory.authority))
    url = directory.tls_url if way == "ldaps" else directory.url
    connection: Any = ldap3.Connection(
        ldap3.Server(url, tls=tls, get_info=ldap3.NONE),
        directory.reader_dn,
        directory.reader_password,
    )
    if way == "starttls":
        assert connection.start_tls()
    assert connection.bind()
    connection.unbind()


def test_a_reader_has_to_page_through_more_than_500_people(directory: SlapdServer) -> None:
    for number in range(_PEOPLE):
        _add_person(directory, f"person{number}")
    with _reading(directory) as connection:
        search = {"search_base": directory.base_dn, "search_filter": "(objectClass=inetOrgPerson)"}
        connection.search(**search)
        assert connection.result["description"] == "sizeLimitExceeded"
        assert len(connection.response) == 500
        paged = connection.extend.standard.paged_search(**search, paged_size=200, generator=True)
        assert sum(1 for _ in paged) == _PEOPLE


def test_every_test_finds_the_directory_empty(directory: SlapdServer) -> None:
    with _reading(directory) as connection:
        connection.search(directory.base_dn, "(objectClass=*)")
        assert {entry["dn"] for entry in connection.response} == {
            directory.base_dn,
            directory.reader_dn,
        }


def _add_person(directory: SlapdServer, uid: str) -> str:
    dn = f"uid={uid},{directory.base_dn}"
    attributes = {"cn": uid.title(), "sn": uid.title(), "userPassword": f"secret of {uid}"}
    directory.add(dn, ["inetOrgPerson"], attributes)
    return dn


def _reading(directory: SlapdServer) -> Any:
    return ldap3.Connection(
        ldap3.Server(directory.url, get_info=ldap3.NONE),
        directory.reader_dn,
        directory.reader_password,
        raise_exceptions=True,
    )


def _read(directory: SlapdServer, dn: str, attribute: str) -> list[str]:
    with _reading(directory) as connection:
        connection.search(dn, "(objectClass=*)", ldap3.BASE, attributes=[attribute])
        return [str(value) for value in connection.entries[0][attribute].values]


def _binds(directory: SlapdServer, dn: str, password: str) -> bool:
    connection: Any = ldap3.Connection(
        ldap3.Server(directory.url, get_info=ldap3.NONE), dn, password
    )
    try:
        return bool(connection.bind())
    finally:
        connection.unbind()
