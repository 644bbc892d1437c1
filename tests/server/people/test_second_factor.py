"""A code after the password: set up, asked for, used once, locked out, lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from cmdb.errors import Conflict, InvalidValue
from server.foundation.database import Database
from server.foundation.errors import (
    SecondFactorRequired,
    SessionRequired,
    SignInRefused,
    TooManyAttempts,
)
from server.foundation.permissions import Actor
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.people.actions.passwords import reset_password
from server.people.actions.pending import PATIENCE
from server.people.actions.second_factor import (
    begin_factor,
    confirm_factor,
    enrolment_under_way,
    factor_of,
    remove_factor,
    take_factor_away,
)
from server.people.actions.second_step import sign_in_with_code
from server.people.actions.sessions import Client, SignedIn
from server.people.actions.sign_in import Credentials, Door, sign_in
from server.people.models import Account, RecoveryCode, SecondFactor
from server.people.rules.totp import STEP_SECONDS, code_at, matching_step, step_of
from tests.support.people import World, give_password

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
HERE = Client("192.0.2.1")


class Owner:
    """Somebody with a second factor, and the authenticator in their hand."""

    def __init__(self, database: Database, settings: Settings, actor: Actor) -> None:
        self.database = database
        self.secrets = SecretBox(settings.key_file)
        self.door = Door(database, self.secrets)
        self.actor = actor
        assert actor.person_id is not None
        self.person_id = actor.person_id
        with database.writing() as session:
            self.login = give_password(session, self.person_id, PASSWORD)
            self.secret = begin_factor(session, actor, self.secrets, NOON).secret
        with database.writing() as session:
            self.recovery = confirm_factor(session, actor, self.secrets, self.code(NOON), NOON)

    def code(self, now: datetime) -> str:
        return code_at(self.secret, step_of(now))

    def password(self, now: datetime) -> str:
        """Type the password; return what the browser keeps."""
        with pytest.raises(SecondFactorRequired) as needed:
            sign_in(self.door, Credentials(self.login, PASSWORD), HERE, now)
        return needed.value.pending

    def show(self, pending: str, code: str, now: datetime) -> SignedIn:
        return sign_in_with_code(self.door, pending, code, HERE, now)


@pytest.fixture
def owner(database: Database, settings: Settings, world: World) -> Owner:
    return Owner(database, settings, world.agent)


def _later(steps: int) -> datetime:
    return NOON + timedelta(seconds=STEP_SECONDS * steps)


def test_a_right_password_waits_for_a_code_and_a_right_code_opens_the_session(
    owner: Owner,
) -> None:
    now = _later(2)
    pending = owner.password(now)
    with pytest.raises(SignInRefused):
        owner.show(pending, "000000", now)
    assert owner.show(pending, owner.code(now), now).person_id == owner.person_id
    with pytest.raises(SignInRefused):
        owner.show(pending, owner.code(_later(3)), _later(3))


def test_no_code_counts_twice_not_even_the_one_that_switched_it_on(owner: Owner) -> None:
    with pytest.raises(SignInRefused):
        owner.show(owner.password(NOON), owner.code(NOON), NOON)
    now = _later(2)
    owner.show(owner.password(now), owner.code(now), now)
    with pytest.raises(SignInRefused):
        owner.show(owner.password(now), owner.code(now), now)


def test_wrong_codes_lock_the_login_and_a_right_password_does_not_forgive_them(
    owner: Owner,
) -> None:
    now = _later(2)
    pending = ""
    for _ in range(5):
        pending = owner.password(now)
        with pytest.raises(SignInRefused):
            owner.show(pending, "000000", now)
    with pytest.raises(TooManyAttempts):
        owner.show(pending, owner.code(now), now)
    with pytest.raises(TooManyAttempts):
        sign_in(owner.door, Credentials(owner.login, PASSWORD), HERE, now)


def test_what_waits_too_long_or_for_another_password_opens_nothing(
    owner: Owner, world: World
) -> None:
    now = _later(2)
    late = now + PATIENCE
    pending = owner.password(now)
    with pytest.raises(SignInRefused):
        owner.show(pending, owner.code(late), late)
    pending = owner.password(now)
    reset_password(owner.database, world.admin, owner.login, now)
    with pytest.raises(SignInRefused):
        owner.show(pending, owner.code(now), now)


def test_a_closed_login_opens_nothing_even_with_the_code(owner: Owner) -> None:
    now = _later(2)
    pending = owner.password(now)
    with owner.database.writing() as session:
        session.execute(update(Account).values(disabled=True))
    with pytest.raises(SignInRefused):
        owner.show(pending, owner.code(now), now)


def test_a_recovery_code_opens_the_door_once(owner: Owner) -> None:
    now = _later(2)
    typed = owner.recovery[0].upper().replace("-", " ")
    owner.show(owner.password(now), typed, now)
    with pytest.raises(SignInRefused):
        owner.show(owner.password(now), typed, now)
    with owner.database.reading() as session:
        stored = session.scalars(select(RecoveryCode.code_hash)).all()
        assert len(stored) == 10
        assert not set(stored) & set(owner.recovery)


def test_the_key_is_sealed_and_bound_to_its_row(owner: Owner) -> None:
    with owner.database.reading() as session:
        sealed = session.scalars(select(SecondFactor.sealed_secret)).one()
    assert owner.secret not in sealed
    assert sealed.startswith("v1.")


def test_it_is_removed_with_a_code_or_by_who_administers_and_not_by_less(
    owner: Owner, world: World
) -> None:
    with owner.database.writing() as session, pytest.raises(InvalidValue):
        remove_factor(session, owner.actor, owner.secrets, "000000", _later(2))
    with owner.database.writing() as session:
        take_factor_away(session, world.admin, owner.person_id)
        assert factor_of(session, owner.person_id) is None
    with owner.database.writing() as session, pytest.raises(Conflict):
        take_factor_away(session, world.admin, owner.person_id)
    sign_in(owner.door, Credentials(owner.login, PASSWORD), HERE, _later(3))


def test_what_was_begun_and_never_confirmed_guards_nothing(
    database: Database, settings: Settings, world: World
) -> None:
    secrets = SecretBox(settings.key_file)
    assert world.agent.person_id is not None
    with database.writing() as session:
        login = give_password(session, world.agent.person_id, PASSWORD)
        begun = begin_factor(session, world.agent, secrets, NOON)
        again = begin_factor(session, world.agent, secrets, NOON)
        assert begun.secret != again.secret
        found = enrolment_under_way(session, world.agent, secrets)
        assert found is not None
        assert found.secret == again.secret
        with pytest.raises(InvalidValue):
            confirm_factor(session, world.agent, secrets, "123456", NOON)
    sign_in(Door(database, secrets), Credentials(login, PASSWORD), HERE, NOON)


def test_a_token_cannot_set_one_up(database: Database, settings: Settings, world: World) -> None:
    token = replace(world.agent, kind="token")
    with database.writing() as session, pytest.raises(SessionRequired):
        begin_factor(session, token, SecretBox(settings.key_file), NOON)


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16", "12 34 5x"]
)
def test_what_is_no_code_is_refused_unseen(typed: str) -> None:
    assert matching_step("A" * 32, typed, NOON, 0) is None
