import pytest
from sqlalchemy import select, update

from cmdb.errors import Conflict
from server.foundation.database import Database
from server.foundation.errors import SignInRefused
from server.people.actions.directories import change_directory
from server.people.actions.passwords import PasswordChange, change_password, reset_password
from server.people.actions.sessions import Client, SignedIn
from server.people.actions.sign_in import Credentials, Door, sign_in
from server.people.models import Account, Directory, SignInAttempt
from tests.server.people.company import NOON, Company, person_named
from tests.support.directory import SlapdServer
from tests.support.people import World


@pytest.fixture
def door(company: Company, database: Database) -> Door:
    company.hire("anna")
    company.hire("bob")
    company.hire("carol")
    company.sync()
    return Door(database, company.secrets)


def _sign_in(door: Door, login: str, password: str) -> SignedIn:
    return sign_in(door, Credentials(login, password), Client("192.0.2.1"), NOON)


def test_people_sign_in_with_their_directory_password(door: Door, database: Database) -> None:
    signed_in = _sign_in(door, "Anna", "secret of anna")
    with database.reading() as session:
        assert person_named(session, "Anna").id == signed_in.person_id


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("anna", ""),
        ("anna", " "),
        ("anna", "wrong"),
        ("anna", "secret of bob"),
        ("anna", "\0"),
        ("an*", "secret of anna"),
        ("anna)(uid=*", "secret of anna"),
        ("uid=anna,ou=people,dc=example,dc=test", "secret of anna"),
    ],
)
def test_anything_else_does_not_get_in(door: Door, login: str, password: str) -> None:
    with pytest.raises(SignInRefused):
        _sign_in(door, login, password)


def test_a_password_changed_in_the_directory_counts_at_once(
    door: Door, directory: SlapdServer
) -> None:
    dn = f"uid=anna,ou=people,{directory.base_dn}"
    directory.modify(dn, {"userPassword": ["another one"]})
    with pytest.raises(SignInRefused):
        _sign_in(door, "anna", "secret of anna")
    _sign_in(door, "anna", "another one")


def test_who_was_renamed_in_the_directory_still_signs_in_with_the_login_we_know(
    door: Door, directory: SlapdServer
) -> None:
    directory.rename(f"uid=anna,ou=people,{directory.base_dn}", "uid=hannah")
    _sign_in(door, "anna", "secret of anna")


def test_who_was_deleted_in_the_directory_is_out_before_the_next_synchronisation(
    door: Door, directory: SlapdServer
) -> None:
    directory.delete(f"uid=anna,ou=people,{directory.base_dn}")
    with pytest.raises(SignInRefused):
        _sign_in(door, "anna", "secret of anna")


def test_a_newcomer_who_takes_over_a_login_is_not_taken_for_the_former_one(
    door: Door, company: Company, directory: SlapdServer
) -> None:
    directory.delete(f"uid=anna,ou=people,{directory.base_dn}")
    company.hire("anna")
    with pytest.raises(SignInRefused):
        _sign_in(door, "anna", "secret of anna")


def test_who_is_disabled_here_does_not_get_in(door: Door, database: Database) -> None:
    with database.writing() as session:
        session.execute(update(Account).values(disabled=True))
    with pytest.raises(SignInRefused):
        _sign_in(door, "anna", "secret of anna")


def test_a_directory_switched_off_lets_nobody_in(
    door: Door, company: Company, database: Database, world: World
) -> None:
    with database.writing() as session:
        row = session.get_one(Directory, company.directory_id)
        change_directory(session, world.admin, row, {"enabled": False}, company.secrets, NOON)
    with pytest.raises(SignInRefused):
        _sign_in(door, "anna", "secret of anna")


def test_a_directory_that_does_not_answer_lets_nobody_in_and_counts_against_nobody(
    door: Door, company: Company, database: Database, world: World
) -> None:
    with database.writing() as session:
        row = session.get_one(Directory, company.directory_id)
        elsewhere = {"url": "ldaps://127.0.0.1:1", "password": "x"}
        change_directory(session, world.admin, row, elsewhere, company.secrets, NOON)
    with pytest.raises(SignInRefused):
        _sign_in(door, "anna", "secret of anna")
    with database.reading() as session:
        assert session.scalars(select(SignInAttempt.outcome)).all() == ["void"]


def test_a_moved_directory_never_sees_the_password_of_the_former_one(
    door: Door, company: Company, database: Database, world: World
) -> None:
    with database.writing() as session:
        row = session.get_one(Directory, company.directory_id)
        assert row.has_password
        elsewhere = {"url": "ldaps://ldap.example.test"}
        change_directory(session, world.admin, row, elsewhere, company.secrets, NOON)
        assert not row.has_password


def test_a_directory_password_is_changed_in_the_directory(
    door: Door, database: Database, world: World
) -> None:
    secret = _sign_in(door, "anna", "secret of anna").secret
    change = PasswordChange("secret of anna", "a password of our own")
    with pytest.raises(Conflict):
        change_password(door, secret, change, Client(), NOON)
    with pytest.raises(Conflict):
        reset_password(database, world.admin, "anna", NOON)
