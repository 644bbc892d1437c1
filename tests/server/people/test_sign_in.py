from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.records.parties import Person
from server.foundation.audit import AuditEntry, verify
from server.foundation.database import Database
from server.foundation.errors import (
    NotSignedIn,
    PermissionDenied,
    SignInRefused,
    TooManyAttempts,
)
from server.foundation.permissions import Permission
from server.foundation.secrets import SecretBox
from server.people.actions.attempts import forget_attempts
from server.people.actions.installation import create_first_administrator
from server.people.actions.passwords import PasswordChange, change_password, reset_password
from server.people.actions.roles import Holder, Scope, give_role
from server.people.actions.sessions import Client, SignedIn
from server.people.actions.sign_in import Credentials, Door, sign_in, sign_out
from server.people.models import Account, SignInAttempt, WebSession
from server.people.rules.credentials import secret_hash
from server.people.rules.lockout import FAILURES_PER_ADDRESS, FAILURES_PER_LOGIN, WINDOW
from tests.support.people import BEGINNING, World, actor_of, give_password

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
OTHER = "wrong horse battery"


@pytest.fixture
def door(database: Database, tmp_path: Path) -> Door:
    return Door(database, SecretBox(tmp_path / "secret.key"))


@pytest.fixture
def login(database: Database, world: World) -> str:
    assert world.agent.person_id is not None
    with database.writing() as session:
        return give_password(session, world.agent.person_id, PASSWORD)


def _sign_in(
    door: Door, login: str, password: str, *, at: datetime = NOON, client: Client | None = None
) -> SignedIn:
    return sign_in(door, Credentials(login, password), client or Client("192.0.2.1"), at)


def _fail(door: Door, login: str, times: int, *, at: datetime = NOON, address: str = "") -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            _sign_in(door, login, OTHER, at=at, client=Client(address))


def _open_sessions(database: Database) -> set[str]:
    with database.reading() as session:
        return set(
            session.scalars(select(WebSession.id_hash).where(WebSession.revoked_at.is_(None)))
        )


def _acts(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        assert verify(session).whole
        rows = session.execute(select(AuditEntry.act, AuditEntry.actor).order_by(AuditEntry.seq))
        return [(row.act, row.actor) for row in rows]


def test_the_right_password_opens_a_session(
    door: Door, database: Database, world: World, login: str
) -> None:
    signed_in = _sign_in(door, "  SAM ", PASSWORD, client=Client("192.0.2.1", "Browser/1"))
    assert signed_in.person_id == world.agent.person_id
    assert signed_in.expires_at == NOON + timedelta(hours=12)
    assert not signed_in.must_change_password
    assert _open_sessions(database) == {secret_hash(signed_in.secret)}
    assert _acts(database) == [("signed_in", f"person:{world.agent.person_id}")]
    with database.reading() as session:
        stored = session.scalars(select(WebSession)).one()
        assert (stored.address, stored.user_agent) == ("192.0.2.1", "Browser/1")
        assert signed_in.secret not in stored.id_hash


def test_secrets_are_not_in_what_is_printed(door: Door, login: str) -> None:
    signed_in = _sign_in(door, login, PASSWORD)
    assert signed_in.secret not in repr(signed_in)
    assert PASSWORD not in repr(Credentials(login, PASSWORD))


@pytest.mark.parametrize(
    ("typed", "password"),
    [
        ("sam", OTHER),
        ("sam", ""),
        ("sam", PASSWORD + " "),
        ("sam", "x" * 1_000_000),
        ("sam", PASSWORD + "\0"),
        ("rita", OTHER),
        ("nobody at all", PASSWORD),
        ("", ""),
        ("*", PASSWORD),
        ("\0", PASSWORD),
        ("x" * 100_000, PASSWORD),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(
    door: Door, database: Database, login: str, typed: str, password: str
) -> None:
    with pytest.raises(SignInRefused) as refusal:
        _sign_in(door, typed, password)
    assert str(refusal.value) == "the login or the password is not right"
    assert _open_sessions(database) == set()


def test_an_account_without_a_password_opens_to_nobody(door: Door, world: World) -> None:
    with pytest.raises(SignInRefused):
        _sign_in(door, "ada", "nobody's password")


@pytest.mark.parametrize("how", ["person", "account"])
def test_who_is_disabled_does_not_get_in(
    door: Door, database: Database, world: World, login: str, how: str
) -> None:
    with database.writing() as session:
        if how == "person":
            session.execute(update(Person).values(active=False))
        else:
            session.execute(update(Account).values(disabled=True))
    with pytest.raises(SignInRefused):
        _sign_in(door, login, PASSWORD)


def test_signing_in_again_ends_the_browsers_former_session(
    door: Door, database: Database, login: str
) -> None:
    first = _sign_in(door, login, PASSWORD)
    second = _sign_in(
        door, login, PASSWORD, client=Client("192.0.2.1", "", former_secret=first.secret)
    )
    assert first.secret != second.secret
    assert _open_sessions(database) == {secret_hash(second.secret)}


def test_signing_out_ends_the_session(
    door: Door, database: Database, world: World, login: str
) -> None:
    signed_in = _sign_in(door, login, PASSWORD)
    with database.writing() as session:
        sign_out(session, world.agent, signed_in.secret, NOON)
        sign_out(session, world.agent, "no such session", NOON)
    assert _open_sessions(database) == set()
    assert [act for act, _ in _acts(database)] == ["signed_in", "signed_out"]


@pytest.mark.parametrize("name", ["sam", "nobody at all"])
def test_five_wrong_passwords_lock_a_login_whether_it_exists_or_not(
    door: Door, database: Database, login: str, name: str
) -> None:
    _fail(door, name, FAILURES_PER_LOGIN)
    with pytest.raises(TooManyAttempts) as refusal:
        _sign_in(door, name, PASSWORD)
    assert refusal.value.retry_after_seconds == WINDOW.total_seconds()
    assert [act for act, _ in _acts(database)] == ["sign_in_locked"]


def test_a_lock_ends_by_itself(door: Door, login: str) -> None:
    _fail(door, login, FAILURES_PER_LOGIN)
    _sign_in(door, login, PASSWORD, at=NOON + WINDOW)


def test_getting_in_forgives_what_was_mistyped(door: Door, login: str) -> None:
    _fail(door, login, FAILURES_PER_LOGIN - 1)
    _sign_in(door, login, PASSWORD)
    _fail(door, login, FAILURES_PER_LOGIN - 1)
    _sign_in(door, login, PASSWORD)


def test_one_address_may_not_try_login_after_login(door: Door, login: str) -> None:
    for number in range(FAILURES_PER_ADDRESS):
        _fail(door, f"guess{number}", 1, address="192.0.2.9")
    with pytest.raises(TooManyAttempts):
        _sign_in(door, login, PASSWORD, client=Client("192.0.2.9"))
    _sign_in(door, login, PASSWORD, client=Client("192.0.2.10"))


def test_passwords_tried_at_once_are_counted_one_by_one(
    door: Door, database: Database, login: str
) -> None:
    def attempt(number: int) -> type[Exception]:
        with pytest.raises((SignInRefused, TooManyAttempts)) as refusal:
            _sign_in(door, login, f"{OTHER} {number}")
        return refusal.type

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, range(16)))
    assert outcomes.count(SignInRefused) == FAILURES_PER_LOGIN
    with database.reading() as session:
        counted = session.scalar(select(func.count()).select_from(SignInAttempt))
    assert counted == FAILURES_PER_LOGIN


def test_attempts_are_forgotten_after_a_day(door: Door, database: Database, login: str) -> None:
    _fail(door, login, 2)
    with database.writing() as session:
        forget_attempts(session, NOON + timedelta(days=1, seconds=1))
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 0


def test_the_first_administrator_must_choose_a_password(door: Door, database: Database) -> None:
    with database.writing() as session:
        first = create_first_administrator(session, "Example", NOON)
    signed_in = _sign_in(door, first.login, first.one_time_password)
    assert signed_in.must_change_password
    change = PasswordChange(first.one_time_password, PASSWORD)
    changed = change_password(door, signed_in.secret, change, Client("192.0.2.1"), NOON)
    assert not changed.must_change_password
    assert _open_sessions(database) == {secret_hash(changed.secret)}
    with pytest.raises(SignInRefused):
        _sign_in(door, first.login, first.one_time_password)
    _sign_in(door, first.login, PASSWORD)
    with database.reading() as session:
        assert actor_of(session, first.person_id).may(Permission.ADMIN_USERS, first.organisation_id)


def test_setting_up_is_possible_once(database: Database, world: World) -> None:
    with database.writing() as session, pytest.raises(Conflict):
        create_first_administrator(session, "Example", NOON)


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        (OTHER, "another horse battery", "current_password"),
        ("", "another horse battery", "current_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, PASSWORD, "new_password"),
        (PASSWORD, "sam@example.test", "new_password"),
    ],
)
def test_a_password_change_says_what_is_wrong(
    door: Door, login: str, current: str, new: str, field: str
) -> None:
    secret = _sign_in(door, login, PASSWORD).secret
    with pytest.raises(InvalidValue) as refusal:
        change_password(door, secret, PasswordChange(current, new), Client(), NOON)
    assert set(refusal.value.fields) == {field}
    _sign_in(door, login, PASSWORD)


def test_a_stolen_session_cannot_guess_the_password(door: Door, login: str) -> None:
    secret = _sign_in(door, login, PASSWORD).secret
    change = PasswordChange(OTHER, "another horse battery")
    for _ in range(FAILURES_PER_LOGIN):
        with pytest.raises(InvalidValue):
            change_password(door, secret, change, Client(), NOON)
    with pytest.raises(TooManyAttempts):
        change_password(door, secret, change, Client(), NOON)


def test_a_change_needs_an_open_session(door: Door, login: str) -> None:
    with pytest.raises(NotSignedIn):
        change_password(door, "none", PasswordChange(PASSWORD, "x" * 20), Client(), NOON)


def test_a_reset_gives_a_one_time_password_and_ends_every_session(
    door: Door, database: Database, world: World, login: str
) -> None:
    _sign_in(door, login, PASSWORD)
    one_time = reset_password(database, world.admin, login, NOON)
    assert _open_sessions(database) == set()
    with pytest.raises(SignInRefused):
        _sign_in(door, login, PASSWORD)
    assert _sign_in(door, login, one_time).must_change_password


def test_a_reset_is_for_those_who_administer_there(
    database: Database, world: World, login: str
) -> None:
    with pytest.raises(PermissionDenied):
        reset_password(database, world.reader, login, NOON)
    assert world.outsider.person_id is not None
    with database.writing() as session:
        holder, scope = Holder(person_id=world.outsider.person_id), Scope(world.sales.id)
        give_role(session, "administrator", holder, scope, BEGINNING)
        sales_admin = actor_of(session, world.outsider.person_id)
    with pytest.raises(NotFound):
        reset_password(database, sales_admin, login, NOON)


def test_nobody_resets_the_password_of_somebody_who_may_do_more(
    database: Database, world: World
) -> None:
    assert world.outsider.person_id is not None
    assert world.reader.person_id is not None
    with database.writing() as session:
        holder, scope = Holder(person_id=world.outsider.person_id), Scope(world.sales.id)
        give_role(session, "administrator", holder, scope, BEGINNING)
        sales_admin = actor_of(session, world.outsider.person_id)
    # The reader belongs to sales, but reads the whole tree.
    with pytest.raises(PermissionDenied):
        reset_password(database, sales_admin, "rob", NOON)
    assert reset_password(database, sales_admin, "nora", NOON)
