import csv
import io
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.server.command_line import Cadastre
from tests.support.saml_provider import published_metadata


@pytest.fixture
def installed(migrated_anywhere: Cadastre) -> Cadastre:
    """Return an installation that has its root organisation and its administrator."""
    migrated_anywhere.begin()
    return migrated_anywhere


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


def test_before_the_first_start_there_is_nobody_to_administer(migrated: Cadastre) -> None:
    outcome = migrated.run("user", "create", "ada")
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


def test_a_saml_provider_is_added_listed_and_removed(installed: Cadastre, tmp_path: Path) -> None:
    file = tmp_path / "metadata.xml"
    file.write_text(published_metadata())
    told = installed.succeed(
        "provider", "add-saml", "staff", "--name", "Staff", "--metadata-file", str(file)
    )
    assert "/sign-in/saml/staff/metadata" in told
    assert "staff\tStaff\thttps://idp.example.test/saml\tSAML\ton" in installed.succeed(
        "provider", "list"
    )
    asked = installed.run("provider", "test", "staff")
    assert asked.failed_in_one_sentence
    assert "the metadata were pasted" in asked.err
    file.write_text("<r/>")
    for words in (("--metadata-file", str(file)), (), ("--metadata-url", "https://127.0.0.1:1/m")):
        refused = installed.run("provider", "add-saml", "b", "--name", "B", *words)
        assert refused.failed_in_one_sentence, refused.err
    installed.succeed("provider", "remove", "staff")
    assert installed.succeed("provider", "list") == ""


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


_STAFF = (
    "Personnel number;Name;E-mail;Job title;Manager\n"
    "1;Ada L;ada@example.test;Head of engines;\n"
    "2;Bob B;bob@example.test;Clerk;1\n"
    ";;;Nobody;\n"
)


def _people(cadastre: Cadastre) -> int:
    engine = sa.create_engine(cadastre.url)
    try:
        with engine.connect() as connection:
            return int(connection.scalar(sa.text("SELECT count(*) FROM person")) or 0)
    finally:
        engine.dispose()


def test_a_personnel_list_is_set_up_tried_on_paper_and_delivered(
    installed: Cadastre, tmp_path: Path
) -> None:
    file, before = tmp_path / "staff.csv", _people(installed)
    file.write_text(_STAFF)
    out = installed.succeed("people", "add-list", "hr", "--name", "Personnel", "--complete")
    assert "cadastre people deliver hr FILE" in out
    assert installed.run("people", "add-list", "hr", "--name", "X").failed_in_one_sentence

    outcome = installed.run("people", "deliver", "hr", str(file), "--dry-run")
    assert outcome.code == 0
    assert "2\t0\t0\t0" in outcome.out
    assert "Nothing was written." in outcome.out
    assert "line 3: it has neither" in outcome.err
    assert _people(installed) == before
    assert "never" in installed.succeed("people", "lists")

    outcome = installed.run("people", "deliver", "hr", str(file))
    assert (outcome.code, "line 3: it has neither" in outcome.err) == (0, True)
    assert "2\t0\t0\t0" in outcome.out
    assert _people(installed) == before + 2
    assert "hr\tPersonnel\ton\teverybody\t" in installed.succeed("people", "lists")
    # From standard input, and with one who has left.
    shorter = _STAFF.replace("2;Bob B;bob@example.test;Clerk;1\n", "")
    outcome = installed.run_apart("people", "deliver", "hr", "-", given=shorter)
    assert (outcome.code, "0\t0\t0\t1" in outcome.out) == (0, True), outcome


def test_a_list_by_which_many_would_leave_waits_for_a_word(
    installed: Cadastre, tmp_path: Path
) -> None:
    file = tmp_path / "staff.csv"
    lines = [f"{n};P{n};p{n}@example.test" for n in range(120)]
    file.write_text("\n".join(["Personnel number;Name;E-mail", *lines]))
    installed.succeed("people", "add-list", "hr", "--name", "Personnel", "--complete")
    installed.succeed("people", "deliver", "hr", str(file))
    file.write_text("\n".join(["Personnel number;Name;E-mail", *lines[:40]]))
    out = installed.succeed("people", "deliver", "hr", str(file), "--dry-run")
    assert "It would want --confirm" in out
    assert "0\t0\t0\t80" in out
    outcome = installed.run("people", "deliver", "hr", str(file))
    assert outcome.code == 1
    assert "nothing was written" in outcome.err
    assert "held" in installed.succeed("people", "lists")
    out = installed.succeed("people", "deliver", "hr", str(file), "--confirm")
    assert "0\t0\t0\t80" in out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("deliver", "nowhere", "FILE"), "nowhere"),
        (("add-list", "x", "--name", "X", "--column", "shoe=Size"), "columns.shoe"),
        (("add-list", "x", "--name", "X", "--wins", "shoe"), "wins"),
        (("add-list", "x", "--name", "X", "--organisation", "mars"), "mars"),
        (("deliver", "hr", "EMPTY"), "file"),
    ],
)
def test_a_list_that_cannot_be_is_one_sentence(
    installed: Cadastre, tmp_path: Path, words: tuple[str, ...], why: str
) -> None:
    installed.succeed("people", "add-list", "hr", "--name", "Personnel")
    files = {"FILE": _STAFF, "EMPTY": ""}
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    given = [str(tmp_path / word) if word in files else word for word in words]
    outcome = installed.run("people", *given)
    assert outcome.failed_in_one_sentence
    assert why in outcome.err
