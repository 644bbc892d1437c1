"""How many letters a minute a desk takes in: fetched from a real server, opened, with files."""

import tempfile
import time
from pathlib import Path

from sqlalchemy.orm import Session

from cmdb.records.parties import Person
from server.people.rules.logins import login_key
from tests.benchmarks.figures import calibrate, note, scaled, tell
from tests.server.desk.estate import Estate, estate_at
from tests.server.desk.mail.post import Post, letter
from tests.support.imap import ImapServer
from tests.support.postgres import running_cluster
from tests.support.processes import private_directory, start_on_free_ports

_LETTERS = 600
#: A sender may open so many tickets an hour; each writes fewer.
_OF_ONE = 10
_GOAL = 10_000
_TEXT = "It does not start since this morning.\n\n" + "What I did before: nothing special.\n" * 40
_FILE = bytes(range(256)) * 200


def run() -> None:
    """Measure one mailbox on each database, letters of 2 kB and every fifth with a file of 51 kB.

    ``BENCH_SHARE=0.1`` takes a tenth of the letters.
    """
    calibrate()
    with private_directory("dovecot") as place:
        server = ImapServer(place)
        start_on_free_ports(server.start)
        try:
            with tempfile.TemporaryDirectory(prefix="cadastre-bench-") as folder:
                home = Path(folder)
                _measure(server, f"sqlite:///{home / 'mail.sqlite'}", home, "SQLite")
                with running_cluster() as cluster:
                    _measure(server, cluster.new_database(), home, "PostgreSQL")
        finally:
            server.stop()


def _measure(server: ImapServer, url: str, home: Path, name: str) -> None:
    from server.migrations.runner import Migrations  # noqa: PLC0415 - as the other benchmarks

    Migrations(url).upgrade()
    letters = scaled(_LETTERS)
    with estate_at(url) as (database, estate):
        post = Post.set_up(server, database, estate, home)
        with database.writing() as session:
            _write_people(session, estate, letters // _OF_ONE + 1)
        note(f"{letters} letters on {name}")
        post.deliver(*(_letter(number) for number in range(letters)))
        started = time.perf_counter()
        done = post.look()
        seconds = time.perf_counter() - started
        if done.get("taken") != letters:
            raise RuntimeError(str(done))
    rate = letters / seconds * 3600
    setting = f"{name}, {letters} letters, one mailbox over TLS, each in its own transaction"
    tell(
        "letters taken in an hour",
        rate,
        "letters",
        f"over {_GOAL}",
        met=rate > _GOAL,
        setting=setting,
    )


def _letter(number: int) -> bytes:
    files = [("photo.pdf", _FILE)] if number % 5 == 0 else []
    sender = f"writer{number // _OF_ONE}@example.test"
    return letter(sender, f"Laptop {number} does not start", _TEXT, files)


def _write_people(session: Session, estate: Estate, count: int) -> None:
    root = estate.world.root
    for number in range(count):
        address = f"writer{number}@example.test"
        session.add(
            Person(
                organisation_id=root.id,
                display_name=f"Writer {number}",
                name_key=f"writer {number}",
                email=address,
                email_key=login_key(address),
                created_at=root.created_at,
                updated_at=root.created_at,
            )
        )
