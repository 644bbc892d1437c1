import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from server.foundation.errors import DirectoryUnavailable
from server.people.directory import (
    Endpoint,
    is_filter,
    is_loopback,
    open_directory,
    unique_id_filter,
)
from tests.support.certificates import CertificateAuthority
from tests.support.directory import SlapdServer

# Names with everything that means something in a filter or a distinguished name.
AWKWARD = [
    "plain",
    "star*",
    "(paren)",
    "back\\slash",
    "nul\\00",
    "comma,comma",
    "plus+plus",
    'quote"quote',
    "<less>",
    "semi;colon",
    "#hash",
    " leading",
    "trailing ",
    "equals=equals",
    "*)(uid=*",
    "*)(|(objectClass=*",
    "имя",
    "a&b|c!d",
]


@pytest.fixture
def endpoint(directory: SlapdServer) -> Endpoint:
    return Endpoint(
        url=directory.tls_url,
        authority=directory.authority.read_text(encoding="ascii"),
        bind_dn=directory.reader_dn,
        bind_password=directory.reader_password,
    )


def _person(directory: SlapdServer, uid: str, **attributes: object) -> str:
    dn = f"uid={uid},{directory.base_dn}"
    standard: dict[str, object] = {"cn": uid, "sn": uid, "userPassword": "secret"}
    directory.add(dn, ["inetOrgPerson"], standard | attributes)
    return dn


def _names(endpoint: Endpoint, base: str, search_filter: str = "(objectClass=person)") -> set[str]:
    with open_directory(endpoint) as directory:
        found = directory.entries(base, search_filter, ["cn"], page_size=2)
        return {value.decode() for entry in found for value in entry.attributes["cn"]}


@pytest.mark.parametrize("way", ["ldaps", "starttls"])
def test_every_page_is_read_over_verified_tls(directory: SlapdServer, way: str) -> None:
    endpoint = Endpoint(
        url=directory.tls_url if way == "ldaps" else directory.url,
        authority=directory.authority.read_text(encoding="ascii"),
        bind_dn=directory.reader_dn,
        bind_password=directory.reader_password,
    )
    for number in range(5):
        _person(directory, f"p{number}")
    assert _names(endpoint, directory.base_dn) == {f"p{number}" for number in range(5)}


@pytest.mark.parametrize("way", ["ldaps", "starttls"])
def test_a_certificate_of_a_stranger_is_refused(
    directory: SlapdServer, tmp_path_factory: pytest.TempPathFactory, way: str
) -> None:
    stranger = CertificateAuthority(tmp_path_factory.mktemp("stranger"))
    endpoint = Endpoint(
        url=directory.tls_url if way == "ldaps" else directory.url,
        authority=stranger.certificate.read_text(encoding="ascii"),
        bind_dn=directory.reader_dn,
        bind_password=directory.reader_password,
    )
    with pytest.raises(DirectoryUnavailable, match="certificate cannot be verified"):
        _names(endpoint, directory.base_dn)


def test_a_wrong_password_for_reading_is_told_without_the_password(
    directory: SlapdServer, endpoint: Endpoint
) -> None:
    wrong = Endpoint(
        endpoint.url, endpoint.start_tls, endpoint.authority, endpoint.bind_dn, "hunter2hunter2"
    )
    assert "hunter2" not in repr(wrong)
    with pytest.raises(DirectoryUnavailable, match="invalidCredentials") as refusal:
        _names(wrong, directory.base_dn)
    assert "hunter2" not in str(refusal.value)


def test_nobody_listens(directory: SlapdServer) -> None:
    with pytest.raises(DirectoryUnavailable, match="no connection"):
        _names(Endpoint("ldap://127.0.0.1:1"), directory.base_dn)


def test_a_search_that_fails_is_not_an_empty_answer(
    directory: SlapdServer, endpoint: Endpoint
) -> None:
    with pytest.raises(DirectoryUnavailable, match="there is nothing at dc=nowhere,dc=test"):
        _names(endpoint, "dc=nowhere,dc=test")


# Answers of a server, without the envelope that carries the number of the message.
_BIND_SUCCESS = bytes([0x61, 7, 10, 1, 0, 4, 0, 4, 0])
_NO_START_TLS = bytes([0x78, 7, 10, 1, 2, 4, 0, 4, 0])
_ONE_ENTRY = bytes([0x64, 8, 4, 4]) + b"cn=a" + bytes([0x30, 0])


@contextmanager
def _fake(answers: list[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """A server that reads one request per answer, then hangs up."""
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            for answer in answers:
                request = connection.recv(65536)
                heard.append(request)
                number = _number(request)
                envelope = bytes([0x30, len(number) + len(answer)])
                connection.sendall(envelope + number + answer)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    with listener:
        yield f"ldap://127.0.0.1:{listener.getsockname()[1]}", heard
    thread.join(5)


def _number(request: bytes) -> bytes:
    """Return the message's number as it is encoded: behind a tag and a short or long length."""
    start = 2 + (request[1] & 0x7F if request[1] & 0x80 else 0)
    return request[start : start + 2 + request[start + 1]] if request else b""


def test_a_server_that_dies_in_the_middle_is_not_the_end_of_the_list() -> None:
    with _fake([_BIND_SUCCESS, _ONE_ENTRY]) as (url, _):
        endpoint = Endpoint(url, start_tls=False, bind_dn="cn=reader", bind_password="x")
        with (
            pytest.raises(DirectoryUnavailable, match="broke off"),
            open_directory(endpoint) as opened,
        ):
            list(opened.entries("dc=x", "(objectClass=*)", ["cn"]))


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"ldap://127.0.0.1:{listener.getsockname()[1]}"
        endpoint = Endpoint(url, start_tls=False, bind_dn="cn=r", answer_seconds=1)
        with pytest.raises(DirectoryUnavailable), open_directory(endpoint):
            raise AssertionError("it bound")


def test_a_directory_without_starttls_gets_no_password() -> None:
    with _fake([_NO_START_TLS]) as (url, heard):
        endpoint = Endpoint(url, bind_dn="cn=reader", bind_password="only reading")
        with pytest.raises(DirectoryUnavailable, match="does not start TLS"):
            _names(endpoint, "dc=x")
    assert len(heard) == 1
    assert b"only reading" not in heard[0]


@pytest.mark.parametrize("password", ["", " ", "\t", "\u3000", "x\0", "\0", "x" * 1_000_000])
def test_a_server_that_accepts_anything_is_never_asked_about_an_empty_password(
    password: str,
) -> None:
    with _fake([_BIND_SUCCESS]) as (url, heard):
        endpoint = Endpoint(url, start_tls=False, bind_dn="cn=reader", bind_password="x")
        with open_directory(endpoint) as opened:
            assert not opened.accepts("cn=a,dc=x", password)
            assert not opened.accepts("", "a fine password")
        assert len(heard) == 1


def test_the_right_password_is_accepted_and_a_wrong_one_is_not(
    directory: SlapdServer, endpoint: Endpoint
) -> None:
    dn = _person(directory, "anna")
    with open_directory(endpoint) as opened:
        assert opened.accepts(dn, "secret")
    with open_directory(endpoint) as opened:
        assert not opened.accepts(dn, "Secret")
    with open_directory(endpoint) as opened:
        assert not opened.accepts(f"uid=nobody,{directory.base_dn}", "secret")


@pytest.mark.parametrize("name", AWKWARD)
def test_a_value_in_a_filter_finds_itself_and_nothing_else(
    directory: SlapdServer, endpoint: Endpoint, name: str
) -> None:
    _person(directory, "decoy")
    _person(directory, "wanted", description=name)
    search_filter = unique_id_filter("description", name)
    found = _names(endpoint, directory.base_dn, search_filter)
    assert found == {"wanted"}


def test_an_objectguid_is_looked_for_by_its_bytes() -> None:
    assert unique_id_filter("objectGUID", "6f9619ff-8b86-d011-b42d-00c04fc964ff") == (
        r"(objectGUID=\ff\19\96\6f\86\8b\11\d0\b4\2d\00\c0\4f\c9\64\ff)"
    )


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("(objectClass=person)", True),
        ("(&(objectClass=person)(!(uid=a*)))", True),
        ("objectClass=person", False),
        ("(objectClass=person", False),
        ("", False),
        ("(&)x", False),
        ("()", False),
    ],
)
def test_a_filter_is_told_from_what_is_none(text: str, is_one: bool) -> None:
    assert is_filter(text) is is_one


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("ldap://127.0.0.1:389", True),
        ("ldap://localhost", True),
        ("ldap://[::1]:389", True),
        ("ldap://127.0.0.1.example.test", False),
        ("ldap://192.0.2.1", False),
        ("ldap://localhost.example.test", False),
    ],
)
def test_only_this_machine_is_this_machine(url: str, here: bool) -> None:
    assert is_loopback(url) is here
