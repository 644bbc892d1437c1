import http.client
import ssl
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.server.command_line import Cadastre
from tests.support.certificates import CertificateAuthority
from tests.support.mail import SmtpServer
from tests.support.postgres import PostgresCluster
from tests.support.processes import free_port


def _file(cadastre: Cadastre) -> dict[str, Any]:
    return tomllib.loads((cadastre.home / "cadastre.toml").read_text())


def _lines(*answers: str) -> str:
    return "".join(f"{answer}\n" for answer in answers)


def test_pressing_enter_throughout_gives_an_installation_for_this_machine(
    cadastre: Cadastre,
) -> None:
    cadastre.succeed("setup", given=_lines("", "", "", "", ""))
    assert _file(cadastre) == {"public_url": "http://127.0.0.1:8080"}
    assert (cadastre.home / "cadastre.toml").stat().st_mode & 0o777 == 0o600


def test_questions_lead_to_a_server_for_the_network_that_browsers_can_trust(
    cadastre: Cadastre,
) -> None:
    port = free_port()
    answers = (f"127.0.0.1:{port}", "self-signed", "localhost 127.0.0.1", "", "sqlite", "none")
    out = cadastre.succeed("setup", given=_lines(*answers))
    authority = cadastre.home / "tls" / "authority.pem"
    assert str(authority) in out
    assert (cadastre.home / "tls" / "server.key").stat().st_mode & 0o777 == 0o600
    assert (cadastre.home / "tls" / "authority.key").stat().st_mode & 0o777 == 0o600
    running = cadastre.start("serve", port=port)
    running.wait_for(f"Open https://localhost:{port}")
    for name in ("localhost", "127.0.0.1"):
        trusting = ssl.create_default_context(cafile=authority)
        connection = http.client.HTTPSConnection(name, port, context=trusting, timeout=10)
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        connection.close()
    assert running.stop() == 0


def test_a_new_certificate_keeps_the_authority_that_everybody_trusts(cadastre: Cadastre) -> None:
    words = ("setup", "--no-input", "--tls", "self-signed", "--name")
    cadastre.succeed(*words, "one.example")
    before = [
        (cadastre.home / "tls" / name).read_bytes() for name in ("authority.pem", "server.pem")
    ]
    cadastre.succeed(*words, "two.example")
    after = [
        (cadastre.home / "tls" / name).read_bytes() for name in ("authority.pem", "server.pem")
    ]
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_the_network_is_refused_without_encryption_and_nothing_is_written(
    cadastre: Cadastre,
) -> None:
    outcome = cadastre.run("setup", "--no-input", "--listen", "0.0.0.0:8443")
    assert outcome.failed_in_one_sentence
    assert "in clear" in outcome.err
    assert not (cadastre.home / "cadastre.toml").exists()


def test_a_declared_proxy_opens_the_network(cadastre: Cadastre) -> None:
    cadastre.succeed(
        "setup",
        "--no-input",
        "--listen",
        "0.0.0.0:8080",
        "--tls",
        "proxy",
        "--proxy-hops",
        "2",
        "--public-url",
        "https://desk.example/",
    )
    assert _file(cadastre) == {
        "listen_address": "0.0.0.0",  # noqa: S104 - what was asked for
        "proxy_hops": 2,
        "public_url": "https://desk.example",
    }


def test_settings_that_no_question_is_about_stay(cadastre: Cadastre) -> None:
    cadastre.home.mkdir()
    (cadastre.home / "cadastre.toml").write_text("web_threads = 32\nproxy_hops = 1\n")
    cadastre.succeed("setup", "--no-input", "--tls", "none", "--listen", "127.0.0.1:9000")
    assert _file(cadastre) == {"web_threads": 32, "listen_port": 9000}


def test_own_certificates_are_tried_before_they_are_kept(
    cadastre: Cadastre, tmp_path: Path
) -> None:
    issued = CertificateAuthority(tmp_path).issue()
    other = CertificateAuthority(tmp_path).issue("other.example")
    words = ("setup", "--no-input", "--tls", "own", "--certificate", str(issued.certificate))
    outcome = cadastre.run(*words, "--key", str(other.key))
    assert outcome.failed_in_one_sentence
    assert "cannot be used together" in outcome.err
    cadastre.succeed(*words, "--key", str(issued.key))
    assert _file(cadastre)["tls_key"] == str(issued.key)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--public-url", "desk.example"), "must look like https://desk.example"),
        (("--public-url", "https://me:pw@desk.example"), "must look like"),
        (("--tls", "own"), "needs --certificate and --key"),
        (("--tls", "self-signed"), "--name"),
        (("--smtp", "mail.example"), "mail.example:587"),
        (("--database", "postgresql+psycopg://me:hunter2@127.0.0.1:1/x"), "cannot be used"),
    ],
)
def test_what_would_not_work_is_refused_in_one_sentence(
    cadastre: Cadastre, words: tuple[str, ...], why: str
) -> None:
    outcome = cadastre.run("setup", "--no-input", *words)
    assert outcome.failed_in_one_sentence
    assert why in outcome.err
    assert "hunter2" not in outcome.err
    assert not (cadastre.home / "cadastre.toml").exists()


def test_a_postgresql_database_is_tried_and_kept(
    cadastre: Cadastre, postgres_cluster: PostgresCluster
) -> None:
    url = postgres_cluster.new_database()
    cadastre.succeed("setup", "--no-input", "--database", url)
    assert _file(cadastre) == {"database_url": url}
    assert "revisions applied" in cadastre.succeed("migrate")


def test_a_test_message_arrives(cadastre: Cadastre, smtp_server: SmtpServer) -> None:
    given = _lines("", "", "", "", f"127.0.0.1:{smtp_server.port}", "desk@example.org", "no", "")
    out = cadastre.succeed("setup", given=given + _lines("ada@example.org"))
    assert "on its way to ada@example.org" in out
    (mail,) = smtp_server.delivered
    assert mail.recipients == ("ada@example.org",)
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert "set-up of Cadastre" in mail.message.get_content()


def test_a_mail_server_that_refuses_is_quoted_and_the_settings_stay(
    cadastre: Cadastre, smtp_server: SmtpServer
) -> None:
    smtp_server.refusal = "550 no thank you"
    outcome = cadastre.run(
        "setup",
        "--no-input",
        "--smtp",
        f"127.0.0.1:{smtp_server.port}",
        "--no-smtp-starttls",
        "--test-mail",
        "ada@example.org",
    )
    assert outcome.failed_in_one_sentence
    assert "550 no thank you" in outcome.err
    assert _file(cadastre)["smtp_port"] == smtp_server.port


def test_a_mail_server_that_is_away_is_said(cadastre: Cadastre) -> None:
    outcome = cadastre.run(
        "setup", "--no-input", "--smtp", "127.0.0.1:1", "--test-mail", "ada@example.org"
    )
    assert outcome.failed_in_one_sentence
    assert "127.0.0.1:1 cannot be reached" in outcome.err


def test_a_password_comes_from_a_file_and_any_text_survives_the_settings_file(
    cadastre: Cadastre, tmp_path: Path
) -> None:
    secret = 'pa"ss\\wörd\t#\x7f'
    (tmp_path / "password").write_text(f"{secret}\n")
    cadastre.succeed(
        "setup",
        "--no-input",
        "--smtp",
        "mail.example:587",
        "--smtp-user",
        "desk",
        "--smtp-password-file",
        str(tmp_path / "password"),
    )
    assert _file(cadastre)["smtp_password"] == secret


def test_a_mail_servers_password_does_not_move_to_another_by_itself(
    cadastre: Cadastre, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("hush\n")
    first = ("--smtp", "mail.example:587", "--smtp-user", "desk")
    cadastre.succeed(
        "setup", "--no-input", *first, "--smtp-password-file", str(tmp_path / "password")
    )
    cadastre.succeed("setup", "--no-input", "--smtp-user", "other")
    assert _file(cadastre)["smtp_password"] == "hush"
    cadastre.succeed("setup", "--no-input", "--smtp", "evil.example:587")
    assert "hush" not in (cadastre.home / "cadastre.toml").read_text()
