"""The wire: TLS that is checked, proxies, and a server nobody should trust."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent import enrolment
from agent.errors import KeyRefused, ReportRefused, ServerAway, SettingsError
from agent.sender import Sender, proxy_end
from agent.settings import Settings
from tests.agent.desk import KEY, Desk, Reply, listening
from tests.support.certificates import CertificateAuthority


@pytest.fixture
def authority(tmp_path: Path) -> CertificateAuthority:
    folder = tmp_path / "authority"
    folder.mkdir()
    return CertificateAuthority(folder)


@pytest.fixture
def tls_desk(authority: CertificateAuthority) -> Iterator[Desk]:
    issued = authority.issue()
    with listening(Desk(), tls=(issued.certificate, issued.key)) as desk:
        yield desk


def test_enrolment_trades_a_token_for_a_key(desk: Desk, folder: Path) -> None:
    agent_id = enrolment.enrol(str(folder), {"server": desk.address}, "one-time")
    (request,) = desk.requests
    assert request.path == "/api/v1/agents/enrol"
    assert request.body["token"] == "one-time"
    assert request.body["agent_id"] == agent_id
    assert (folder / "key").read_text().strip() == KEY
    assert (folder / "key").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_token_that_is_refused_leaves_nothing_behind(desk: Desk, folder: Path) -> None:
    desk.replies = [Reply(401, {"detail": "used up"})]
    with pytest.raises(KeyRefused, match="does not accept this token"):
        enrolment.enrol(str(folder), {"server": desk.address}, "old")
    assert not (folder / "key").exists()
    assert not (folder / "settings.json").exists()


def test_enrolling_again_keeps_the_id_and_sends_all_again(desk: Desk, folder: Path) -> None:
    first = enrolment.enrol(str(folder), {"server": desk.address}, "a")
    (folder / "state.json").write_text('{"sequence": 7, "acknowledged": {"os": "1"}}')
    assert enrolment.enrol(str(folder), {"server": desk.address}, "b") == first
    assert json.loads((folder / "state.json").read_text()) == {"sequence": 7}


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "ключ", "k" * 600, 7, None])
def test_a_key_that_could_not_stand_in_a_header_is_refused(
    desk: Desk, folder: Path, key: object
) -> None:
    desk.replies = [Reply(201, {"agent_id": "x", "key": key})]
    with pytest.raises(ServerAway):
        enrolment.enrol(str(folder), {"server": desk.address}, "t")
    assert not (folder / "key").exists()


def test_a_server_with_a_certificate_of_our_authority_is_trusted(
    tls_desk: Desk, authority: CertificateAuthority
) -> None:
    chosen = Settings({"server": tls_desk.address, "ca_file": str(authority.certificate)})
    assert Sender(chosen).healthy().status == 200


def test_a_server_without_one_is_not(tls_desk: Desk) -> None:
    with pytest.raises(ServerAway, match="certificate verify failed"):
        Sender(Settings({"server": tls_desk.address})).healthy()


def test_an_old_and_a_new_authority_are_trusted_side_by_side(
    tls_desk: Desk, authority: CertificateAuthority, tmp_path: Path
) -> None:
    (tmp_path / "next").mkdir()
    coming = CertificateAuthority(tmp_path / "next")
    both = tmp_path / "both.pem"
    both.write_bytes(coming.certificate.read_bytes() + authority.certificate.read_bytes())
    chosen = Settings({"server": tls_desk.address, "ca_file": str(both)})
    assert Sender(chosen).healthy().status == 200


@pytest.mark.parametrize("content", [None, b"", b"not a certificate"])
def test_a_ca_file_that_cannot_be_used_is_said(tmp_path: Path, content: bytes | None) -> None:
    place = tmp_path / "ca.pem"
    if content is not None:
        place.write_bytes(content)
    chosen = Settings({"server": "https://127.0.0.1:1", "ca_file": str(place)})
    with pytest.raises(SettingsError, match=r"CA file .* cannot be used"):
        Sender(chosen).healthy()


def test_a_certificate_for_another_name_is_refused(
    authority: CertificateAuthority,
) -> None:
    issued = authority.issue("elsewhere.example", ())
    with listening(Desk(), tls=(issued.certificate, issued.key)) as desk:
        chosen = Settings({"server": desk.address, "ca_file": str(authority.certificate)})
        with pytest.raises(ServerAway, match="certificate verify failed"):
            Sender(chosen).healthy()


def test_a_proxy_is_asked_for_a_tunnel_and_told_who_comes(
    tls_desk: Desk, authority: CertificateAuthority
) -> None:
    with _proxy() as (address, lines):
        chosen = Settings(
            {
                "server": tls_desk.address,
                "ca_file": str(authority.certificate),
                "proxy": address.replace("://", "://user:p%40ss@"),
            }
        )
        assert Sender(chosen).healthy().status == 200
    target = tls_desk.address.partition("://")[2]
    assert lines[0].startswith(f"CONNECT {target} ")
    assert "Proxy-Authorization: Basic dXNlcjpwQHNz" in lines


@pytest.mark.parametrize("proxy", ["https://secure.example", "socks5://one.example", "://"])
def test_a_proxy_of_another_kind_is_refused(proxy: str) -> None:
    with pytest.raises(SettingsError, match="proxy must look like"):
        proxy_end(proxy)


def test_a_server_below_a_path_is_reached_there(desk: Desk) -> None:
    Sender(Settings({"server": f"{desk.address}/cadastre/"})).healthy()
    assert desk.requests[0].path == "/cadastre/healthz"


def test_an_endless_answer_is_cut(desk: Desk) -> None:
    desk.replies = [Reply(422, b"x" * (3 * 1024 * 1024))]
    with pytest.raises(ReportRefused):
        Sender(Settings({"server": desk.address})).report(_report(), KEY)


def test_a_server_that_speaks_no_http_is_away() -> None:
    with _babbling() as address, pytest.raises(ServerAway, match="was not reached"):
        Sender(Settings({"server": address})).healthy()


def _report() -> dict[str, object]:
    return {"digests": {}, "sections": {}}


@contextmanager
def _babbling() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_babble, args=(server,))
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def _babble(server: socket.socket) -> None:
    client, _ = server.accept()
    with client:
        client.recv(1024)
        client.sendall(b"220 mail.example ESMTP\r\n")


@contextmanager
def _proxy() -> Iterator[tuple[str, list[str]]]:
    """Run a proxy for one tunnel; the lines of the request that opened it are collected."""
    lines: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_tunnel, args=(server, lines))
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", lines
        thread.join()


def _tunnel(server: socket.socket, lines: list[str]) -> None:
    client, _ = server.accept()
    with client, client.makefile("rb") as asked:
        lines.extend(line.decode().strip() for line in iter(asked.readline, b"\r\n"))
        host, _, port = lines[0].split()[1].partition(":")
        with socket.create_connection((host, int(port))) as upstream:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pour, args=(upstream, client))
            back.start()
            _pour(client, upstream)
            back.join()


def _pour(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return
