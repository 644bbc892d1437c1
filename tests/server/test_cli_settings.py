"""What a wrong setting says of itself: its name, where it stands, what it may be."""

from pathlib import Path

import pytest

from server.foundation.errors import SettingsError
from server.foundation.settings import Settings, load_settings
from tests.server.command_line import Cadastre
from tests.support.certificates import CertificateAuthority

_EXAMPLE = "postgresql+psycopg://user@host/name"


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("database_url", "hunter2", _EXAMPLE),
        ("database_url", "mysql://me:hunter2@db/register", "mysql:// is none"),
        ("database_url", "postgres://me:hunter2@db/register", "postgres:// is none"),
        ("database_url", "postgresql+psycopg2://me:hunter2@db/register", "psycopg2:// is none"),
        ("database_url", "postgresql://me:hunter2@db:port/register", _EXAMPLE),
        ("log_format", "yaml", "must be console or json, not 'yaml'"),
        ("log_level", "loud", "must be debug, info, warning, error or critical, not 'loud'"),
        ("listen_port", "70000", "must be between 0 and 65535, not 70000"),
        ("listen_port", "-1", "must be between 0 and 65535, not -1"),
        ("smtp_port", "0", "must be between 1 and 65535"),
        ("web_threads", "0", "must be at least 1"),
        ("job_threads", "-3", "must be at least 0"),
        ("session_hours", "0", "must be at least 1"),
        ("backups_kept", "-1", "must be at least 0"),
        ("proxy_hops", "-1", "must be at least 0"),
        ("public_url", "desk.example", "must look like https://desk.example"),
        ("public_url", "http://[desk", "must look like https://desk.example"),
        ("web_networks", "10.0.0.0/8 banana", "'banana'"),
        ("directory_networks", "10.0.0.300", "'10.0.0.300'"),
        ("tls_key", "/etc/cadastre/key.pem", "tls_certificate"),
    ],
)
def test_a_value_that_cannot_work_is_one_sentence_that_names_its_setting(
    cadastre: Cadastre, name: str, value: str, why: str
) -> None:
    cadastre.settings = {name: value}
    outcome = cadastre.run("doctor")
    assert outcome.failed_in_one_sentence
    assert f"the setting {name} " in outcome.err
    assert why in outcome.err
    assert "hunter2" not in outcome.err
    assert outcome.out == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"listen_prot = 9000\n", "no setting called 'listen_prot'"),
        (b"listen_prot = 9000\n", "did you mean listen_port?"),
        (b'[mail]\nhost = "mail.example"\n', "no setting called 'mail'"),
        (b"listen_port = true\n", "the setting listen_port cannot be True"),
        (b"web_threads = 8.5\n", "the setting web_threads cannot be 8.5"),
        (b'smtp_host = ["mail.example"]\n', "the setting smtp_host cannot be ['mail.example']"),
        (b'smtp_password = ["hunter2"]\n', "the setting smtp_password cannot be what stands there"),
        (b"listen_port = = 1\n", "cannot be read"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_a_fault_of_the_settings_file_is_one_sentence(
    cadastre: Cadastre, text: bytes, why: str
) -> None:
    cadastre.home.mkdir()
    path = cadastre.home / "cadastre.toml"
    path.write_bytes(text)
    outcome = cadastre.run("migrate")
    assert outcome.failed_in_one_sentence
    assert why in outcome.err
    assert "hunter2" not in outcome.err
    assert str(path) in outcome.err or "the setting" in outcome.err


@pytest.mark.parametrize(("content", "why"), [(None, "No such file"), (b"\xff\xfe", "no text")])
def test_a_secret_in_a_file_that_cannot_be_read_names_the_variable(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    path = tmp_path / "password"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=f"{path}.*CADASTRE_SMTP_PASSWORD_FILE.*{why}"):
        load_settings(environment={"CADASTRE_SMTP_PASSWORD_FILE": str(path)})


def test_what_ships_and_what_sites_set_is_taken(tmp_path: Path) -> None:
    assert load_settings(environment={"CADASTRE_HOME": str(tmp_path)}) == Settings(home=tmp_path)
    found = load_settings(
        {"job_threads": 0},
        {
            "CADASTRE_DATABASE_URL": "postgresql://me@db/register",
            "CADASTRE_LOG_LEVEL": "DEBUG",
            "CADASTRE_PUBLIC_URL": "https://desk.example/",
            "CADASTRE_WEB_NETWORKS": "10.0.0.0/8, fd00::/8",
            "CADASTRE_SMTP_STARTTLS": "no",
        },
    )
    assert found.url == "postgresql://me@db/register"
    assert (found.log_level, found.job_threads, found.smtp_starttls) == ("DEBUG", 0, False)


def test_a_certificate_that_cannot_be_used_is_told_before_the_first_start(
    cadastre: Cadastre, tmp_path: Path
) -> None:
    issued = CertificateAuthority(tmp_path).issue()
    other = CertificateAuthority(tmp_path).issue("other.example")
    for key, why in (
        (other.key, "belong together"),
        (tmp_path / "gone.key", "the setting tls_key"),
    ):
        cadastre.settings = {
            "listen_port": "0",
            "tls_certificate": str(issued.certificate),
            "tls_key": str(key),
        }
        outcome = cadastre.run("serve")
        assert outcome.failed_in_one_sentence
        assert why in outcome.err
        # The one-time password is printed once: it must not go by with a start that fails.
        assert outcome.out == ""
        assert not (cadastre.home / "cadastre.sqlite3").exists()


def test_the_doctor_says_which_settings_hold_and_which_names_mean_nothing(
    cadastre: Cadastre, tmp_path: Path
) -> None:
    cadastre.settings = {"listen_prot": "9000", "settings": str(tmp_path / "elsewhere.toml")}
    said = cadastre.run("doctor").out
    assert f"settings: there is no {tmp_path / 'elsewhere.toml'}" in said
    assert "settings: CADASTRE_LISTEN_PROT in the environment means nothing" in said
    (tmp_path / "elsewhere.toml").write_text("listen_port = 9000\n")
    cadastre.settings = {"settings": str(tmp_path / "elsewhere.toml"), "collector_token": "x"}
    said = cadastre.run("doctor").out
    assert f"settings: {tmp_path / 'elsewhere.toml'} and the environment are in force" in said
    assert "means nothing" not in said


def test_setup_refuses_another_kind_of_database(cadastre: Cadastre) -> None:
    outcome = cadastre.run("setup", "--no-input", "--database", "mysql://me:hunter2@db/register")
    assert outcome.failed_in_one_sentence
    assert _EXAMPLE in outcome.err
    assert "hunter2" not in outcome.err
    assert not (cadastre.home / "cadastre.toml").exists()
