"""A copy of the database without the key opens nothing, and no account comes with the product."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from server.foundation.database import Database
from server.foundation.errors import SecretUnreadable
from server.foundation.permissions import system_actor
from server.foundation.progress import SilentReporter
from server.foundation.rotation import rotate, standings
from server.foundation.secrets import Place, SecretBox
from server.people.models import Account, IdentityProvider
from tests.immunity.conftest import Target
from tests.support.databases import DatabaseMaker

_CANARY = "canary-5d1e77-kept-secret"


def test_kept_passwords_are_not_in_the_database_as_they_are(target: Target) -> None:
    admin = target.api(target.world.admin)
    place = target.world.root.id
    body = {
        "code": "corp",
        "name": "Corp",
        "url": "ldaps://127.0.0.1:1",
        "base_dn": "dc=x",
        "password": _CANARY,
        "organisation_id": place,
    }
    assert admin.post("/directories", body).status_code == 201
    browser = target.browser(target.world.admin)
    browser.post("/account/second-factor", act="begin")
    key = browser.get("/account/second-factor").text.partition("secret=")[2][:32]
    assert len(key) == 32
    stored = target.stored_bytes()
    assert _CANARY.encode() not in stored
    assert key.encode() not in stored


def test_a_sealed_secret_moved_to_another_row_does_not_open(tmp_path: Path) -> None:
    box = SecretBox(tmp_path / "key")
    sealed = box.seal("secret", Place("directory", "sealed_password", 1))
    for other in (
        Place("directory", "sealed_password", 2),
        Place("directory", "other", 1),
        Place("account", "sealed_password", 1),
    ):
        with pytest.raises(SecretUnreadable):
            box.open(sealed, other)
    with pytest.raises(SecretUnreadable):
        SecretBox(tmp_path / "another").open(sealed, Place("directory", "sealed_password", 1))


def test_after_a_change_of_the_key_the_old_one_opens_nothing(target: Target) -> None:
    admin = target.api(target.world.admin)
    body = {
        "code": "rotated",
        "name": "Corp",
        "issuer": "https://id.test",
        "client_id": "cadastre",
        "client_secret": _CANARY,
        "organisation_id": target.world.root.id,
    }
    number = admin.post("/identity-providers", body).get_json()["id"]
    box = SecretBox(target.settings.key_file)
    (former,) = box.key_ids
    with target.database.reading() as session:
        before = session.get_one(IdentityProvider, number).sealed_secret
    rotated = rotate(target.database, system_actor("tests"), box, SilentReporter())
    assert rotated.begun
    assert rotated.resealed >= 1
    assert box.drop_old_keys() == 1
    with target.database.reading() as session:
        sealed = session.get_one(IdentityProvider, number).sealed_secret
        assert not any(standing.waiting for standing in standings(session, box))
    place = Place("identity_provider", "sealed_secret", number)
    assert box.open(sealed, place) == _CANARY
    assert former not in sealed
    with pytest.raises(SecretUnreadable):
        box.open(before, place)


def test_the_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    SecretBox(tmp_path / "key").seal("x", Place("t", "c", 1))
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


def test_an_empty_installation_has_no_account(database_maker: DatabaseMaker) -> None:
    url = database_maker.prepared("sqlite")
    database = Database(url)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 0
    database.dispose()
    database_maker.drop(url)
