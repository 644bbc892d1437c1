import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cmdb.records.items import ItemValue
from server.desk.tickets.models import TicketAttachment
from server.foundation.certificates import issue_own_certificate
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.models import Job
from server.foundation.jobs.queue import enqueue
from server.foundation.secrets import SecretBox
from server.foundation.storage import attachments_at
from tests.server.command_line import Cadastre
from tests.support.mail import SmtpServer
from tests.support.processes import free_port


@pytest.fixture
def cadastre(migrated: Cadastre) -> Cadastre:
    """Return an installation whose database has its schema: how it came to be is told elsewhere."""
    return migrated


@pytest.fixture
def cadastre_anywhere(migrated_anywhere: Cadastre) -> Cadastre:
    """Return such an installation, once on SQLite and once on PostgreSQL."""
    return migrated_anywhere


def _said(cadastre: Cadastre) -> dict[str, dict[str, str]]:
    found = json.loads(cadastre.run("doctor", "--json").out)
    # The worst of a subject is what counts; "look" and "wrong" come after "ok" in no order.
    said: dict[str, dict[str, str]] = {}
    for finding in found:
        if said.get(finding["subject"], {"level": "ok"})["level"] == "ok":
            said[finding["subject"]] = finding
    return said


def test_a_running_installation_with_mail_and_backup_is_well(
    cadastre_anywhere: Cadastre, smtp_server: SmtpServer
) -> None:
    port = free_port()
    cadastre_anywhere.settings = {
        **cadastre_anywhere.settings,
        "listen_port": str(port),
        "smtp_host": "127.0.0.1",
        "smtp_port": str(smtp_server.port),
        "smtp_starttls": "no",
    }
    running = cadastre_anywhere.start("serve", port=port)
    running.wait_until_ready()
    cadastre_anywhere.succeed("backup")
    outcome = cadastre_anywhere.run("doctor")
    running.stop()
    assert outcome.code == 0
    assert "wrong" not in outcome.out
    assert "look " not in outcome.out
    assert "it answers on 127.0.0.1" in outcome.out


def test_a_resting_installation_is_looked_at_but_nothing_is_wrong(cadastre: Cadastre) -> None:
    outcome = cadastre.run("doctor")
    assert outcome.code == 0
    for line in (
        "look   jobs: no job runner has spoken up ever",
        "look   server: nothing answers",
        "look   mail: no mail server is set",
        "look   backup: there is no backup",
        "       mend: cadastre serve",
    ):
        assert line in outcome.out


def test_before_the_first_start_it_says_how_to_begin(tmp_path: Path) -> None:
    outcome = Cadastre(tmp_path / "new").run("doctor")
    assert outcome.code == 1
    assert "there is no database" in outcome.out
    assert "Traceback" not in outcome.out + outcome.err


@pytest.mark.parametrize("name", ["secret.key", "signing.key"])
def test_a_damaged_key_is_wrong_before_somebody_needs_it(cadastre: Cadastre, name: str) -> None:
    cadastre.succeed("backup")
    cadastre.succeed("emergency", "key")
    path = cadastre.home / name
    assert f"key: {path} is there" in cadastre.succeed("doctor")
    path.write_text("cut off")
    outcome = cadastre.run("doctor")
    assert outcome.code == 1
    assert f"wrong  key: the key file {path} is damaged" in outcome.out
    assert f"mend: stop the server and put your copy of {name} back" in outcome.out
    assert "ok     schema" in outcome.out


def test_a_folder_and_a_key_that_others_may_read_are_found(cadastre: Cadastre) -> None:
    cadastre.succeed("backup")
    key, settings = cadastre.home / "secret.key", cadastre.home / "cadastre.toml"
    settings.write_text("smtp_password = 'hunter2'\n")
    for path in (cadastre.home, key, settings):
        path.chmod(0o755)
    outcome = cadastre.run("doctor")
    assert outcome.code == 1
    for path in (cadastre.home, key, settings):
        assert f"{path}" in outcome.out
    assert f"mend: chmod 600 {key}" in outcome.out
    assert "hunter2" not in outcome.out


@pytest.mark.parametrize(
    ("age_days", "level", "words"),
    [(0, "ok", "good until"), (380, "look", "good until"), (400, "wrong", "ended on")],
)
def test_a_certificate_is_announced_before_it_ends(
    cadastre: Cadastre, age_days: int, level: str, words: str
) -> None:
    made = utc_now() - timedelta(days=age_days)
    files = issue_own_certificate(cadastre.home, ["localhost"], made)
    cadastre.settings = {"tls_certificate": str(files.certificate), "tls_key": str(files.key)}
    finding = _said(cadastre)["certificate"]
    assert finding["level"] == level
    assert words in finding["seen"]


def test_a_backup_that_is_too_old_is_found_and_how_old_it_may_be_is_a_setting(
    cadastre: Cadastre,
) -> None:
    cadastre.succeed("backup")
    (made,) = (cadastre.home / "backups").iterdir()
    then = (utc_now() - timedelta(hours=50)).timestamp()
    os.utime(made, (then, then))
    finding = _said(cadastre)["backup"]
    assert finding["level"] == "look"
    assert "is 2 days and 2 h old" in finding["seen"]
    cadastre.settings = {"backup_alarm_hours": "60"}
    assert _said(cadastre)["backup"]["level"] == "ok"


def test_a_certificate_that_is_missing_is_wrong(cadastre: Cadastre) -> None:
    cadastre.settings = {"tls_certificate": "/nowhere/desk.pem"}
    assert _said(cadastre)["certificate"]["level"] == "wrong"


def test_an_open_address_without_encryption_is_wrong(cadastre: Cadastre) -> None:
    cadastre.settings = {"listen_address": "0.0.0.0"}  # noqa: S104 - what must be found
    assert _said(cadastre)["address"]["mend"] == "cadastre setup"


def test_a_schema_that_was_changed_by_hand_is_found(cadastre_anywhere: Cadastre) -> None:
    engine = sa.create_engine(cadastre_anywhere.url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP INDEX ix_item_serial"))
    engine.dispose()
    finding = _said(cadastre_anywhere)["schema"]
    assert finding["level"] == "wrong"
    assert "ix_item_serial" in finding["seen"]
    outcome = cadastre_anywhere.run("migrate", "--check")
    assert outcome.failed_in_one_sentence
    assert "ix_item_serial" in outcome.out


def test_a_damaged_database_is_found(cadastre: Cadastre) -> None:
    path = cadastre.home / "cadastre.sqlite3"
    content = bytearray(path.read_bytes())
    for offset in range(4096 * 20, len(content) - 4096 * 2, 4096 * 3):
        content[offset : offset + 200] = os.urandom(200)
    path.write_bytes(content)
    outcome = cadastre.run("doctor")
    assert outcome.code == 1
    assert "restore the newest backup" in outcome.out
    assert "Traceback" not in outcome.out + outcome.err


def test_an_audit_entry_changed_by_hand_is_found(cadastre_anywhere: Cadastre) -> None:
    cadastre_anywhere.begin()
    assert _said(cadastre_anywhere)["audit"]["level"] == "ok"
    engine = sa.create_engine(cadastre_anywhere.url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE audit_entry SET act = 'nothing happened'"))
    engine.dispose()
    assert "breaks at entry 1" in _said(cadastre_anywhere)["audit"]["seen"]


def test_dead_and_overdue_jobs_are_found(cadastre: Cadastre) -> None:
    database = Database(cadastre.url)
    with database.writing() as session:
        enqueue(session, "mail", run_at=utc_now() - timedelta(hours=1))
        dead = session.get_one(Job, enqueue(session, "mail"))
        dead.state, dead.error = "dead", "no such host"
    database.dispose()
    outcome = cadastre.run("doctor")
    assert "1 jobs were given up" in outcome.out
    assert "a job has been due for 60 minutes" in outcome.out
    assert "dead\t" in cadastre.succeed("jobs", "list", "--state", "dead")
    assert "1 jobs will run again" in cadastre.succeed("jobs", "retry", "--dead")
    assert "given up" not in cadastre.run("doctor").out


def test_an_old_backup_is_announced(cadastre: Cadastre) -> None:
    cadastre.succeed("backup")
    (path,) = (cadastre.home / "backups").iterdir()
    eight_days_ago = time.time() - 8 * 86400
    os.utime(path, (eight_days_ago, eight_days_ago))
    assert "8 days and 0 h old" in _said(cadastre)["backup"]["seen"]


def test_a_mail_server_that_refuses_us_is_wrong(
    cadastre: Cadastre, smtp_server: SmtpServer
) -> None:
    # It offers no STARTTLS, which the settings ask for.
    cadastre.settings = {"smtp_host": "127.0.0.1", "smtp_port": str(smtp_server.port)}
    finding = _said(cadastre)["mail"]
    assert finding["level"] == "wrong"
    assert "cannot do what is asked" in finding["seen"]


def _newer(cadastre: Cadastre) -> None:
    engine = sa.create_engine(cadastre.url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()


def _away(cadastre: Cadastre) -> None:
    cadastre.settings = {"database_url": "postgresql+psycopg://me:hunter2@127.0.0.1:1/register"}


def _in_the_way(cadastre: Cadastre) -> None:
    for path in sorted(cadastre.home.glob("*")):
        path.unlink()
    cadastre.home.rmdir()
    Path(cadastre.home).write_text("in the way")


@pytest.mark.parametrize("spoil", [_newer, _away, _in_the_way])
def test_a_database_that_cannot_be_asked_ends_no_other_check(
    cadastre: Cadastre, spoil: Callable[[Cadastre], None]
) -> None:
    spoil(cadastre)
    outcome = cadastre.run("doctor")
    assert outcome.code == 1
    assert "mail: " in outcome.out
    assert "hunter2" not in outcome.out
    assert outcome.err == ""


def test_a_row_that_refers_to_an_item_that_is_gone_is_found(cadastre_anywhere: Cadastre) -> None:
    engine = sa.create_engine(cadastre_anywhere.url)
    value = {"item_id": 404, "attribute_id": 1, "position": 0, "text_key": "lost"}
    with engine.begin() as connection:
        connection.execute(sa.insert(ItemValue), value)
    engine.dispose()
    said = _said(cadastre_anywhere)["references"]
    assert said["level"] == "wrong"
    assert "a row of item_value refers to item 404" in said["seen"]


def test_a_lost_key_is_found_before_somebody_needs_what_it_sealed(
    cadastre_anywhere: Cadastre, tmp_path: Path
) -> None:
    cadastre_anywhere.begin()
    assert _said(cadastre_anywhere)["secrets"]["seen"] == "none are kept"
    (tmp_path / "secret").write_text("hush")
    cadastre_anywhere.succeed(
        "provider", "add", "staff", "--name", "Staff", "--issuer", "https://id.test",
        "--client-id", "cadastre", "--secret-file", str(tmp_path / "secret"),
    )  # fmt: skip
    assert _said(cadastre_anywhere)["secrets"]["seen"] == "all 1 open"
    key = cadastre_anywhere.home / "secret.key"
    kept = key.read_bytes()
    SecretBox(key).add_key()
    assert _said(cadastre_anywhere)["secrets"]["mend"] == "cadastre secrets rotate"
    key.unlink()
    assert "there is no" in _said(cadastre_anywhere)["secrets"]["seen"]
    # Looking makes no key, which would hide that there was another.
    assert not key.exists()
    SecretBox(key).add_key()
    assert "1 of 1 do not open" in _said(cadastre_anywhere)["secrets"]["seen"]
    key.write_bytes(kept)
    assert _said(cadastre_anywhere)["secrets"]["level"] == "ok"


def test_files_that_are_not_where_the_database_says_are_found(
    cadastre: Cadastre, tmp_path: Path
) -> None:
    assert _said(cadastre)["files"]["level"] == "ok"
    (tmp_path / "photo").write_bytes(b"seen")
    storage = attachments_at(cadastre.home)
    with (tmp_path / "photo").open("rb") as stream:
        kept = storage.keep(stream)
    engine = sa.create_engine(cadastre.url)
    with engine.begin() as connection:
        row = {"ticket_id": 1, "at": utc_now(), "kind": "public", "file_name": "photo"}
        stored = {"size": kept.size, "sha256": kept.sha256, "stored_name": kept.name}
        connection.execute(sa.insert(TicketAttachment).values(**row, **stored))
    engine.dispose()
    assert _said(cadastre)["files"]["seen"] == "1 are attached, and all are there"
    storage.remove(kept.name)
    found = _said(cadastre)["files"]
    assert found["level"] == "wrong"
    assert found["seen"] == f"1 of 1 are not in {storage.folder}"
