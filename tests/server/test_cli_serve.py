import http.client
import json
import os
import signal
import socket
import sqlite3
import ssl
import time
from datetime import timedelta
from pathlib import Path

import pytest

from tests.server.command_line import Cadastre, occupied_port
from tests.support.certificates import CertificateAuthority
from tests.support.postgres import PostgresCluster
from tests.support.processes import free_port

PASSWORD = r"Password +(\S+)"


def test_the_first_start_makes_everything_and_ctrl_c_ends_it_cleanly(
    cadastre_anywhere: Cadastre,
) -> None:
    port = free_port()
    running = cadastre_anywhere.start("serve", "--listen", f"127.0.0.1:{port}", port=port)
    password = running.wait_for(PASSWORD)
    assert len(password) >= 16
    running.wait_for(rf"Open {running.url} in a browser")
    running.wait_until_ready()
    status, body = running.get("/readyz")
    assert (status, body["checks"]) == (200, {"database": "ok", "schema": "ok", "jobs": "ok"})
    started = time.monotonic()
    assert running.stop(signal.SIGINT) == 0
    assert time.monotonic() - started < 10
    assert "Traceback" not in running.err


def test_every_line_of_the_log_is_json_when_asked_for(cadastre: Cadastre) -> None:
    cadastre.settings = {"log_format": "json"}
    running = cadastre.serve()
    running.wait_until_ready()
    running.get("/api/v1/items")
    running.send("GET", "/no/such/page")
    assert running.stop() == 0
    lines = [json.loads(line) for line in running.err.splitlines()]
    answered = [line for line in lines if line["event"] == "answered"]
    assert {line["status"] for line in answered} >= {401}
    assert all(line["request_id"] and line["timestamp"] for line in answered)


def test_a_second_start_is_quick_and_asks_for_no_second_administrator(cadastre: Cadastre) -> None:
    first = cadastre.serve()
    first.wait_until_ready()
    first.stop()
    second = cadastre.serve()
    second.wait_until_ready()
    assert second.stop(signal.SIGTERM) == 0
    assert "Password" not in second.out
    assert "up to date" in second.out
    assert cadastre.succeed("user", "list").count("\n") == 1


def test_the_data_folder_is_for_its_owner_alone(cadastre: Cadastre) -> None:
    running = cadastre.serve()
    running.wait_until_ready()
    running.stop()
    assert cadastre.home.stat().st_mode & 0o077 == 0


def test_a_port_in_use_is_one_sentence(cadastre: Cadastre) -> None:
    taken, port = occupied_port()
    with taken:
        outcome = cadastre.run("serve", "--listen", f"127.0.0.1:{port}")
    assert outcome.failed_in_one_sentence
    assert f"port {port} on 127.0.0.1 is in use" in outcome.err
    assert not cadastre.home.exists()


def test_an_address_that_is_not_ours_is_one_sentence(cadastre: Cadastre) -> None:
    cadastre.settings = {"proxy_hops": "1"}
    outcome = cadastre.run("serve", "--listen", f"203.0.113.7:{free_port()}")
    assert outcome.failed_in_one_sentence
    assert "203.0.113.7 is not an address of this machine" in outcome.err


@pytest.mark.parametrize("address", ["0.0.0.0", "[::]"])  # noqa: S104 - what must be refused
def test_it_does_not_listen_to_the_network_in_clear(cadastre: Cadastre, address: str) -> None:
    outcome = cadastre.run("serve", "--listen", f"{address}:{free_port()}")
    assert outcome.failed_in_one_sentence
    assert "in clear" in outcome.err
    assert "cadastre setup" in outcome.err


def test_behind_a_declared_proxy_it_listens_to_the_network(cadastre: Cadastre) -> None:
    cadastre.settings = {"proxy_hops": "1", "public_url": "https://desk.example"}
    port = free_port()
    running = cadastre.start("serve", "--listen", f"0.0.0.0:{port}", port=port)
    running.wait_until_ready()
    assert running.stop() == 0
    assert "Open https://desk.example" in running.out


@pytest.mark.parametrize("listen", ["8080", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:70000"])
def test_a_wrong_listen_address_is_a_wrong_use(cadastre: Cadastre, listen: str) -> None:
    outcome = cadastre.run("serve", "--listen", listen)
    assert outcome.code == 2
    assert "such as 127.0.0.1:8080" in outcome.err


def test_a_data_folder_that_cannot_be_written_is_one_sentence(cadastre: Cadastre) -> None:
    cadastre.home.write_text("in the way")
    outcome = cadastre.run("serve", "--listen", f"127.0.0.1:{free_port()}")
    assert outcome.failed_in_one_sentence
    assert "cannot be written" in outcome.err


def test_a_database_from_a_newer_version_is_one_sentence(cadastre: Cadastre) -> None:
    cadastre.succeed("migrate")
    database = cadastre.home / "cadastre.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    outcome = cadastre.run("serve", "--listen", f"127.0.0.1:{free_port()}")
    assert outcome.failed_in_one_sentence
    assert "newer version of Cadastre" in outcome.err


def test_two_servers_on_one_sqlite_folder_are_one_too_many(cadastre: Cadastre) -> None:
    running = cadastre.serve()
    running.wait_until_ready()
    outcome = cadastre.run("serve", "--listen", f"127.0.0.1:{free_port()}")
    running.stop()
    assert outcome.failed_in_one_sentence
    assert f"already runs on {cadastre.home} (process {running.process.pid})" in outcome.err


def test_what_was_acknowledged_survives_kill_9_of_server_and_worker(
    cadastre_anywhere: Cadastre,
) -> None:
    port = free_port()
    running = cadastre_anywhere.serve(port=port)
    running.wait_until_ready()
    token = _token(cadastre_anywhere)
    root = running.get("/api/v1/organisations", token)[1]["rows"][0]["id"]
    for number in range(5):
        body = {"parent_id": root, "code": f"made-{number}", "name": f"Made {number}"}
        assert running.send("POST", "/api/v1/organisations", token, body)[0] == 201
    running.stop(signal.SIGKILL)
    again = cadastre_anywhere.serve(port=port)
    again.wait_until_ready()
    status, body = again.get("/api/v1/organisations?limit=100", token)
    assert status == 200
    assert {f"made-{n}" for n in range(5)} <= {row["code"] for row in body["rows"]}
    assert again.stop() == 0


def test_a_killed_worker_is_replaced_while_the_port_stays_open(cadastre: Cadastre) -> None:
    running = cadastre.serve()
    running.wait_until_ready()
    (worker,) = _children(running.process.pid)
    os.kill(worker, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while _children(running.process.pid) in ([], [worker]):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    running.wait_until_ready()
    assert running.stop() == 0


def test_no_signal_makes_a_second_writing_process(cadastre: Cadastre) -> None:
    running = cadastre.serve()
    running.wait_until_ready()
    before = _children(running.process.pid)
    for number in (signal.SIGTTIN, signal.SIGUSR2, signal.SIGWINCH):
        running.process.send_signal(number)
    time.sleep(1.5)
    # One more and one less would be another one.
    assert _children(running.process.pid) == before
    assert len(before) == 1
    assert running.stop() == 0


def test_a_closed_terminal_ends_it(cadastre: Cadastre) -> None:
    running = cadastre.serve()
    running.wait_until_ready()
    assert running.stop(signal.SIGHUP) == 0


def test_web_and_work_want_postgresql(cadastre: Cadastre) -> None:
    for words in (("web", "--listen", f"127.0.0.1:{free_port()}"), ("work",)):
        outcome = cadastre.run(*words)
        assert outcome.failed_in_one_sentence
        assert "PostgreSQL" in outcome.err


def test_web_and_work_share_a_database(postgres_cluster: PostgresCluster, tmp_path: Path) -> None:
    cadastre = Cadastre(tmp_path / "home", {"database_url": postgres_cluster.new_database()})
    port = free_port()
    listen = ("web", "--listen", f"127.0.0.1:{port}")
    outcome = cadastre.run(*listen)
    assert outcome.failed_in_one_sentence
    assert "cadastre migrate" in outcome.err
    cadastre.succeed("migrate")
    web = cadastre.start(*listen, port=port)
    web.wait_until_ready()
    assert "jobs" not in web.get("/readyz")[1]["checks"]
    work = cadastre.start("work", "--threads", "1", port=port)
    work.wait_for("1 job threads at work")
    assert work.stop(signal.SIGTERM) == 0
    assert web.stop() == 0


def test_over_tls_it_answers_and_promises_https(cadastre: Cadastre, tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    issued = authority.issue()
    cadastre.settings = {"tls_certificate": str(issued.certificate), "tls_key": str(issued.key)}
    running = cadastre.serve()
    running.wait_for("Open https://127.0.0.1")
    # The kernel takes connections before anybody answers; a client that says nothing is no harm.
    with socket.create_connection(("127.0.0.1", running.port), timeout=10):
        trusting = ssl.create_default_context(cafile=authority.certificate)
        connection = http.client.HTTPSConnection("localhost", running.port, context=trusting)
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.headers["Strict-Transport-Security"]
        connection.close()
    assert running.stop() == 0


def test_a_renewed_certificate_is_used_without_a_restart(
    cadastre: Cadastre, tmp_path: Path
) -> None:
    authority = CertificateAuthority(tmp_path)
    issued = authority.issue()
    cadastre.settings = {"tls_certificate": str(issued.certificate), "tls_key": str(issued.key)}
    running = cadastre.serve()
    running.wait_for("Open https://")
    before = ssl.get_server_certificate(("127.0.0.1", running.port))
    authority.issue(lifetime=timedelta(days=30))
    os.utime(issued.certificate, (1, 1))
    after = ssl.get_server_certificate(("127.0.0.1", running.port))
    assert running.stop() == 0
    assert before != after


def _token(cadastre: Cadastre) -> str:
    words = ("token", "create", "--login", "admin", "--name", "test", "--quiet")
    return cadastre.succeed(*words).strip()


def _children(process_id: int) -> list[int]:
    listed = Path(f"/proc/{process_id}/task/{process_id}/children").read_text()
    return [int(number) for number in listed.split()]
