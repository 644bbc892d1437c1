"""A new key while everything goes on: stopped half-way, with others at work, with a damaged row."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from cmdb.errors import Conflict
from server.foundation import rotation
from server.foundation.database import Database
from server.foundation.errors import SecretUnreadable
from server.foundation.permissions import system_actor
from server.foundation.progress import SilentReporter
from server.foundation.rotation import forget_old_keys, rotate, sealed_columns, standings
from server.foundation.secrets import SecretBox
from server.people.actions.providers import change_provider, create_provider, secret_place
from server.people.models import IdentityProvider
from server.wiring import REACTIONS
from tests.support.people import BEGINNING, make_world

_SYSTEM = system_actor("tests")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, REACTIONS)
    yield database
    database.dispose()


@pytest.fixture
def box(tmp_path: Path) -> SecretBox:
    return SecretBox(tmp_path / "secret.key")


@pytest.fixture
def numbers(database: Database, box: SecretBox) -> list[int]:
    with database.writing() as session:
        world = make_world(session)
        made = [
            create_provider(session, world.admin, _particulars(world.root.id, n), box, BEGINNING)
            for n in range(5)
        ]
        return [row.id for row in made]


def _particulars(organisation_id: int, number: int) -> dict[str, Any]:
    return {
        "code": f"p{number}",
        "name": "P",
        "issuer": f"https://p{number}.test",
        "client_id": "c",
        "client_secret": f"secret {number}",
        "organisation_id": organisation_id,
    }


def _opened(database: Database, box: SecretBox) -> list[str]:
    with database.reading() as session:
        rows = session.scalars(select(IdentityProvider).order_by(IdentityProvider.id))
        return [box.open(row.sealed_secret, secret_place(row.id)) for row in rows]


def test_every_column_that_is_sealed_is_known() -> None:
    known = {f"{table.name}.{column.name}" for table, column in sealed_columns()}
    assert known == {
        "directory.sealed_password",
        "identity_provider.sealed_secret",
        "mailbox.sealed_client_secret",
        "mailbox.sealed_password",
        "mailbox.sealed_refresh_token",
        "second_factor.sealed_secret",
        "snmp_credential.sealed",
    }
    assert all("id" in table.c for table, _ in sealed_columns())


def test_a_run_that_was_stopped_is_finished_by_the_next(
    database: Database, box: SecretBox, numbers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "_BATCH", 2)

    class Stopping(SilentReporter):
        def advance(self, steps: int = 1) -> None:
            raise KeyboardInterrupt

    former = SecretBox(box._key_file)
    former.open("", secret_place(1))
    assert len(former.key_ids) == 1
    with pytest.raises(KeyboardInterrupt):
        rotate(database, _SYSTEM, box, Stopping())
    with database.reading() as session:
        assert sum(one.waiting for one in standings(session, box)) == 3
    # A server that still runs opens both kinds, also those of a key it has not met.
    assert _opened(database, former) == [f"secret {n}" for n in range(5)]
    rotated = rotate(database, _SYSTEM, SecretBox(box._key_file), SilentReporter())
    assert (rotated.begun, rotated.resealed) == (False, 3)
    assert len(SecretBox(box._key_file).key_ids) == 2
    assert SecretBox(box._key_file).drop_old_keys() == 1
    assert _opened(database, SecretBox(box._key_file)) == [f"secret {n}" for n in range(5)]


def test_keys_change_under_the_hands_of_those_who_work_and_no_secret_is_lost(
    database: Database, box: SecretBox, numbers: list[int]
) -> None:
    stop = threading.Event()
    last: dict[int, str] = {}

    def work(own: list[int], theirs: SecretBox) -> None:
        # A box of their own, as another process has one.
        count = 0
        while not stop.is_set():
            count += 1
            number, secret = own[count % len(own)], f"changed {count}"
            with database.writing() as session:
                row = session.get_one(IdentityProvider, number)
                former = theirs.open(row.sealed_secret, secret_place(number))
                assert former == last.get(number, former)
                change_provider(session, _SYSTEM, row, {"client_secret": secret}, theirs, BEGINNING)
            last[number] = secret

    workers = [
        threading.Thread(target=work, args=(own, SecretBox(box._key_file)))
        for own in (numbers[:2], numbers[2:])
    ]
    for worker in workers:
        worker.start()
    try:
        for _ in range(3):
            rotate(database, _SYSTEM, box, SilentReporter())
            assert forget_old_keys(database, box, SilentReporter()) == 1
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    assert set(last) == set(numbers)
    assert _opened(database, SecretBox(box._key_file)) == [last[number] for number in numbers]


def test_old_keys_stay_until_what_was_sealed_before_is_committed(
    database: Database, box: SecretBox, numbers: list[int]
) -> None:
    place = secret_place(numbers[0])
    sealed = SecretBox(box._key_file).seal("late", place)
    rotate(database, _SYSTEM, box, SilentReporter())
    begun = threading.Event()

    def commit_late() -> None:
        with database.writing() as session:
            session.get_one(IdentityProvider, numbers[0]).sealed_secret = sealed
            session.flush()
            begun.set()
            time.sleep(0.5)

    worker = threading.Thread(target=commit_late)
    worker.start()
    begun.wait()
    assert forget_old_keys(database, box, SilentReporter()) == 1
    worker.join()
    assert _opened(database, SecretBox(box._key_file))[0] == "late"


def test_a_secret_that_nothing_opens_is_told_and_holds_up_no_other(
    database: Database, box: SecretBox, numbers: list[int]
) -> None:
    told = []

    class Noting(SilentReporter):
        def note(self, text: str) -> None:
            told.append(text)

    with database.writing() as session:
        sealed = session.scalar(
            select(IdentityProvider.sealed_secret).where(IdentityProvider.id == numbers[1])
        )
        session.execute(
            update(IdentityProvider)
            .where(IdentityProvider.id == numbers[0])
            .values(sealed_secret=sealed)
        )
    assert rotate(database, _SYSTEM, box, Noting()).resealed == 4
    assert told[0] == f"identity_provider {numbers[0]}: a sealed secret was moved or changed"
    # Another key may open it yet, so none is dropped.
    with pytest.raises(Conflict, match="1 secrets still wait"):
        forget_old_keys(database, box, SilentReporter())
    assert len(box.key_ids) == 2
    with pytest.raises(SecretUnreadable):
        _opened(database, box)
