"""The client against a real snmpd, every version and every algorithm."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

import pytest

from discovery.snmp.client import SnmpClient
from discovery.snmp.credentials import Community, Credential, User
from discovery.snmp.session import (
    ABSENT,
    END,
    Limits,
    NoAnswer,
    Oid,
    Refused,
    SnmpError,
    SnmpSession,
    Unsendable,
)
from tests.discovery.conftest import Serve, recording
from tests.support.processes import (
    ServerProcess,
    free_port,
    private_directory,
    require_program,
    start_on_free_ports,
)
from tests.support.snmp import SnmpdServer
from tests.support.snmp_responder import Answer, RecordedDevice, Request

_SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
_NAME = (*_SYSTEM, 5, 0)
_NO_SUCH = (*_SYSTEM, 99, 0)
_QUICK = Limits(timeout_seconds=0.6, retries=1)
_PASSPHRASE, _SECRET = "one pass phrase", "another pass phrase"

_USERS = {
    "plain": User("plain"),
    "md5-des": User("md5-des", "MD5", _PASSPHRASE, "DES", _SECRET),
    "sha-aes": User("sha-aes", "SHA", _PASSPHRASE, "AES", _SECRET),
    "sha224": User("sha224", "SHA-224", _PASSPHRASE),
    "sha256-aes256": User("sha256-aes256", "SHA-256", _PASSPHRASE, "AES-256", _SECRET),
    "sha384-aes192": User("sha384-aes192", "SHA-384", _PASSPHRASE, "AES-192", _SECRET),
    "sha512-cisco": User("sha512-cisco", "SHA-512", _PASSPHRASE, "AES-256-C", _SECRET),
    "sha256-cisco": User("sha256-cisco", "SHA-256", _PASSPHRASE, "AES-192-C", _SECRET),
}


@pytest.fixture(scope="module")
def snmpd_with_all_users() -> Iterator[int]:
    """An snmpd that knows a user for every algorithm, and its port."""
    snmpd = require_program("snmpd", "snmpd")
    lines = ["[snmp] mibs :", "sysName users.example.test"]
    for user in _USERS.values():
        keys = f'{user.auth_protocol} "{user.auth_key}"' if user.auth_protocol else ""
        keys += f' {user.priv_protocol} "{user.priv_key}"' if user.priv_protocol else ""
        level = "authpriv" if user.priv_protocol else "auth" if user.auth_protocol else "noauth"
        lines += [f"createUser {user.user} {keys}", f"rouser {user.user} {level}"]
    with private_directory("snmpd-users") as place:
        lines.append(f"[snmp] persistentDir {place}")
        (place / "snmpd.conf").write_text("\n".join(lines))

        def start() -> tuple[ServerProcess, int]:
            port = free_port()
            command = [snmpd, "-f", "-Lo", "-C", "-c", str(place / "snmpd.conf")]
            server = ServerProcess([*command, f"udp:127.0.0.1:{port}"], place / "snmpd.log")
            server.start(lambda: ask(port, _USERS["plain"]) == b"users.example.test")
            return server, port

        server, port = start_on_free_ports(start)
        try:
            yield port
        finally:
            server.stop()


def ask(port: int, credential: Credential, host: str = "127.0.0.1") -> object:
    """Return what the device answers for sysName, or the error."""

    async def run() -> object:
        async with SnmpClient() as client:
            session = client.session(host, port, credential, _QUICK)
            try:
                return (await session.get([_NAME]))[_NAME]
            except SnmpError as error:
                return error

    return asyncio.run(run())


@pytest.mark.parametrize("version", ["1", "2c"])
def test_a_community_reads_what_is_there_and_learns_what_is_not(
    snmpd_server: SnmpdServer, version: str
) -> None:
    async def run() -> None:
        async with SnmpClient() as client:
            community = Community(snmpd_server.community, version)
            session = client.session(snmpd_server.host, snmpd_server.port, community, _QUICK)
            answer = await session.get([_NO_SUCH, _NAME])
            assert answer == {_NO_SUCH: ABSENT, _NAME: snmpd_server.name.encode()}

    asyncio.run(run())


@pytest.mark.parametrize("name", list(_USERS))
def test_every_algorithm_of_snmpv3_is_understood(snmpd_with_all_users: int, name: str) -> None:
    assert ask(snmpd_with_all_users, _USERS[name]) == b"users.example.test"


def test_the_shared_snmpd_knows_its_user(snmpd_server: SnmpdServer) -> None:
    user = User(
        snmpd_server.user,
        "SHA-256",
        snmpd_server.authentication_password,
        "AES",
        snmpd_server.privacy_password,
    )
    assert ask(snmpd_server.port, user) == snmpd_server.name.encode()


@pytest.mark.parametrize(
    ("user", "words"),
    [
        (User("nobody", "SHA", _PASSPHRASE), "does not know the user"),
        (User("sha-aes", "SHA", "a wrong pass phrase", "AES", _SECRET), "authentication key"),
        (User("sha-aes", "SHA", _PASSPHRASE), "does not let these credentials read"),
    ],
)
def test_a_refusal_of_snmpv3_is_told_in_words(
    snmpd_with_all_users: int, user: User, words: str
) -> None:
    answer = ask(snmpd_with_all_users, user)
    assert isinstance(answer, Refused)
    assert words in str(answer)
    assert "phrase" not in str(answer)


def test_a_wrong_community_and_an_empty_port_are_silence(snmpd_server: SnmpdServer) -> None:
    assert isinstance(ask(snmpd_server.port, Community("wrong")), NoAnswer)
    assert isinstance(ask(free_port(), Community("public")), NoAnswer)


def test_one_client_serves_users_of_one_name_with_different_keys(
    snmpd_with_all_users: int,
) -> None:
    async def run() -> list[object]:
        right, wrong = _USERS["sha-aes"], User("sha-aes", "SHA", "not the pass phrase")
        async with SnmpClient() as client:
            found: list[object] = []
            for user in (right, wrong, right):
                session = client.session("127.0.0.1", snmpd_with_all_users, user, _QUICK)
                try:
                    found.append((await session.get([_NAME]))[_NAME])
                except Refused:
                    found.append(Refused)
            return found

    assert asyncio.run(run()) == [b"users.example.test", Refused, b"users.example.test"]


def test_bulk_answers_round_by_round(snmpd_server: SnmpdServer) -> None:
    async def run(session: SnmpSession) -> None:
        first, second = await session.bulk([_SYSTEM, _NAME], 1)
        assert first[0] == (*_SYSTEM, 1, 0)
        assert second[0] == (*_SYSTEM, 6, 0)
        rounds = await session.bulk([_SYSTEM], 5)
        assert [oid for oid, _ in rounds] == sorted(oid for oid, _ in rounds)
        assert len(rounds) == 5

    asyncio.run(_with_session(snmpd_server, run))


@pytest.mark.parametrize("version", ["1", "2c"])
def test_nothing_follows_the_last_object(serve: Serve, version: str) -> None:
    port = serve({"127.77.1.1": RecordedDevice(recording("ups"))})

    async def run() -> None:
        async with SnmpClient() as client:
            session = client.session("127.77.1.1", port, Community("public", version), _QUICK)
            beyond: Oid = (2, 99)
            answers = await session.bulk([beyond, _SYSTEM], 1)
            assert answers[0] == (beyond, END)
            assert answers[1][0] == (*_SYSTEM, 1, 0)

    asyncio.run(run())


def test_an_answer_from_another_address_is_not_taken(serve: Serve) -> None:
    port = serve({"127.77.1.2": _Impostor(recording("ups"))})
    assert isinstance(ask(port, Community("public"), "127.77.1.2"), NoAnswer)


class _Impostor(RecordedDevice):
    """Answers rightly, with the number that was asked, from an address that was not."""

    def answer(self, request: Request) -> Answer | None:
        answer = super().answer(request)
        return answer and replace(answer, sender="127.77.1.99")


def test_a_late_answer_to_the_first_try_still_counts(serve: Serve) -> None:
    slow = RecordedDevice(recording("ups"), delay_seconds=0.8)  # longer than one try
    port = serve({"127.77.1.3": slow})
    assert ask(port, Community("public"), "127.77.1.3") == b"ups-1"
    assert slow.requests == 2


def test_a_request_that_cannot_leave_this_machine_is_said_to_be_so() -> None:
    answer = ask(0, Community("public"))  # the kernel refuses to send to port 0
    assert isinstance(answer, Unsendable)


def test_a_device_on_ipv6_answers_like_any_other() -> None:
    snmpd = require_program("snmpd", "snmpd")
    with private_directory("snmpd-6") as place:
        (place / "snmpd.conf").write_text(
            f"[snmp] persistentDir {place}\n[snmp] mibs :\nsysName six\nrocommunity6 public\n"
        )
        port = free_port()
        command = [snmpd, "-f", "-Lo", "-C", "-c", str(place / "snmpd.conf"), f"udp6:[::1]:{port}"]
        server = ServerProcess(command, place / "snmpd.log")
        server.start(lambda: ask(port, Community("public"), "::1") == b"six")
        server.stop()


async def _with_session(server: SnmpdServer, run: Callable[[SnmpSession], Awaitable[None]]) -> None:
    async with SnmpClient() as client:
        await run(client.session(server.host, server.port, Community(server.community), _QUICK))
