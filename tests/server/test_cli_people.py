import csv
import io

import pytest

from tests.server.command_line import Cadastre


@pytest.fixture
def installed(cadastre_anywhere: Cadastre) -> Cadastre:
    """Return an installation that has its root organisation and its administrator."""
    cadastre_anywhere.begin()
    return cadastre_anywhere


def test_a_person_gets_a_log_in_a_role_and_a_one_time_password(installed: Cadastre) -> None:
    out = installed.succeed(
        "user", "create", "ada", "--name", "Ada Lovelace", "--role", "support_agent"
    )
    assert "One-time password: " in out
    assert "ada\tAda Lovelace\topen\there\tnever" in installed.succeed("user", "list")


def test_a_login_that_is_taken_is_one_sentence_and_leaves_nobody_behind(
    installed: Cadastre,
) -> None:
    installed.succeed("user", "create", "ada")
    outcome = installed.run("user", "create", "ADA", "--name", "Another")
    assert outcome.failed_in_one_sentence
    assert "ADA" in outcome.err
    assert "Another" not in installed.succeed("user", "list")


def test_a_forgotten_password_is_replaced_by_a_one_time_password(installed: Cadastre) -> None:
    out = installed.succeed("user", "reset-password", "admin")
    assert "One-time password: " in out
    outcome = installed.run("user", "reset-password", "nobody")
    assert outcome.failed_in_one_sentence


def test_a_log_in_is_closed_and_opened_again(installed: Cadastre) -> None:
    installed.succeed("user", "create", "bob")
    installed.succeed("user", "disable", "bob")
    assert "bob\tbob\tclosed" in installed.succeed("user", "list")
    installed.succeed("user", "enable", "bob")
    assert "bob\tbob\topen" in installed.succeed("user", "list")


def test_a_token_is_printed_once_listed_without_its_secret_and_revoked(
    installed: Cadastre,
) -> None:
    words = ("token", "create", "--login", "admin", "--name", "ci", "--allow", "item:read")
    token = installed.succeed(*words, "--days", "30", "--quiet").strip()
    assert token.startswith("cad_")
    listed = installed.succeed("token", "list")
    number, login, name, state, _used = listed.strip().split("\t")
    assert (login, name, state) == ("admin", "ci", "works")
    assert token not in listed
    installed.succeed("token", "revoke", number)
    assert "revoked" in installed.succeed("token", "list")


def test_a_token_for_nobody_or_with_a_taken_name_is_one_sentence(installed: Cadastre) -> None:
    words = ("token", "create", "--name", "ci", "--login")
    assert installed.run(*words, "nobody").failed_in_one_sentence
    installed.succeed(*words, "admin")
    outcome = installed.run(*words, "admin")
    assert outcome.failed_in_one_sentence
    assert "ci" in outcome.err


def test_an_unknown_permission_is_a_wrong_use(installed: Cadastre) -> None:
    outcome = installed.run(
        "token", "create", "--login", "admin", "--name", "x", "--allow", "item:fly"
    )
    assert outcome.code == 2


def test_an_enrolment_token_is_printed_once_with_what_to_do(installed: Cadastre) -> None:
    out = installed.succeed("agents", "enrolment-token", "--name", "web-01")
    assert out.startswith("cet_")
    assert "cadastre-agent enrol --server http://127.0.0.1:8080 --token cet_" in out
    outcome = installed.run("agents", "enrolment-token", "--name", "x", "--organisation", "mars")
    assert outcome.failed_in_one_sentence


def test_before_the_first_start_there_is_nobody_to_administer(cadastre: Cadastre) -> None:
    cadastre.succeed("migrate")
    outcome = cadastre.run("user", "create", "ada")
    assert outcome.failed_in_one_sentence
    assert "start `cadastre serve` once" in outcome.err


def test_jobs_are_listed_and_taken_back(installed: Cadastre) -> None:
    assert installed.succeed("jobs", "list") == ""
    assert installed.run("jobs", "cancel", "4711").failed_in_one_sentence
    assert installed.run("jobs", "retry").code == 2


def test_directories_are_listed_and_an_unknown_one_is_one_sentence(installed: Cadastre) -> None:
    assert installed.succeed("directory", "list") == ""
    outcome = installed.run("directory", "sync", "nowhere")
    assert outcome.failed_in_one_sentence
    assert "nowhere" in outcome.err


def test_the_chain_of_acts_is_walked_and_access_is_written_down(installed: Cadastre) -> None:
    installed.succeed("user", "create", "ada", "--name", "=Ada", "--role", "support_agent")
    assert "is whole; its head is " in installed.succeed("audit", "verify")
    rows = list(csv.DictReader(io.StringIO(installed.succeed("audit", "access-review"))))
    found = {row["login"]: row for row in rows}
    assert found["ada"]["person"] == "'=Ada"
    assert (found["ada"]["role"], found["ada"]["second_factor"]) == ("support_agent", "no")
    assert "admin:users" in found["admin"]["permissions"].split()


def test_an_identity_provider_is_added_listed_asked_and_removed(installed: Cadastre) -> None:
    out = installed.succeed(
        "provider", "add", "staff", "--name", "Staff", "--issuer", "https://127.0.0.1:1",
        "--client-id", "cadastre",
    )  # fmt: skip
    assert "http://127.0.0.1:8080/sign-in/back" in out
    assert "staff\tStaff\thttps://127.0.0.1:1" in installed.succeed("provider", "list")
    assert "may not connect" in installed.run("provider", "test", "staff").err
    outcome = installed.run(
        "provider", "add", "b", "--name", "B", "--issuer", "http://b.test", "--client-id", "c"
    )
    assert outcome.failed_in_one_sentence
    assert "issuer" in outcome.err
    installed.succeed("provider", "remove", "staff")
    assert installed.succeed("provider", "list") == ""


def test_the_key_of_secrets_is_changed_and_the_old_one_dropped(installed: Cadastre) -> None:
    secret = installed.home / "secret.txt"
    secret.write_text("hush")
    installed.succeed(
        "provider", "add", "staff", "--name", "Staff", "--issuer", "https://id.test",
        "--client-id", "cadastre", "--secret-file", str(secret),
    )  # fmt: skip
    out = installed.succeed("secrets", "rotate", "--forget-old")
    assert "1 secrets are sealed with a new key" in out
    assert "1 old keys are dropped" in out
    status = installed.succeed("secrets", "status")
    assert "identity_provider.sealed_secret\t1\t0" in status


def test_somebody_is_let_in_on_record_when_nobody_can_sign_in(installed: Cadastre) -> None:
    out = installed.succeed("emergency", "open", "admin", "--reason", "the directory is down")
    assert "One-time password: " in out
    assert "genuine\tthe directory is down" in installed.succeed("emergency", "list")
    assert "BEGIN PUBLIC KEY" in installed.succeed("emergency", "key")
    assert installed.run("emergency", "open", "admin", "--reason", "x").failed_in_one_sentence
