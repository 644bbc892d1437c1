"""Passkeys: made, shown after the password or instead of it, copied, lost."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from cmdb.errors import InvalidValue, NotFound
from cmdb.records.parties import Person
from server.foundation.audit import AuditEntry
from server.foundation.database import Database
from server.foundation.errors import (
    FreshSessionRequired,
    SecondFactorRequired,
    SessionRequired,
    SignInRefused,
)
from server.foundation.permissions import Actor
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.people.actions.passkey_sign_in import (
    Answer,
    begin_after_password,
    begin_without_password,
    sign_in_with_passkey,
)
from server.people.actions.passkeys import (
    FRESH,
    PATIENCE,
    Made,
    add_passkey,
    begin_passkey,
    remove_passkey,
    rename_passkey,
)
from server.people.actions.second_factor import needs_second_step, take_factor_away
from server.people.actions.second_step import sign_in_with_code
from server.people.actions.sessions import Client, SignedIn
from server.people.actions.sign_in import Credentials, Door, sign_in
from server.people.models import WebSession
from server.people.queries.passkeys import passkeys_of
from server.people.rules.credentials import secret_hash
from server.people.webauthn import Site
from tests.support.passkeys import Authenticator
from tests.support.people import World, give_password

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
HERE = Client("192.0.2.1")
SITE = Site("desk.example.test", "https://desk.example.test")


class Owner:
    """Somebody who has signed in at noon, at their site."""

    def __init__(self, database: Database, settings: Settings, actor: Actor) -> None:
        self.database = database
        self.door = Door(database, SecretBox(settings.key_file))
        self.actor = actor
        assert actor.person_id is not None
        self.person_id = actor.person_id
        with database.writing() as session:
            self.login = give_password(session, self.person_id, PASSWORD)
        found = sign_in(self.door, Credentials(self.login, PASSWORD), HERE, NOON)
        self.secret = found.secret

    def add(self, key: Authenticator, name: str = "Key") -> list[str]:
        with self.database.writing() as session:
            options, waiting = begin_passkey(session, self.actor, self.secret, SITE, NOON)
        given = Made(waiting, key.make(options), name)
        with self.database.writing() as session:
            return add_passkey(session, self.actor, given, SITE, NOON)

    def password(self, now: datetime = NOON) -> str:
        with pytest.raises(SecondFactorRequired) as needed:
            sign_in(self.door, Credentials(self.login, PASSWORD), HERE, now)
        return needed.value.pending

    def after_password(self, key: Authenticator, pending: str, now: datetime = NOON) -> SignedIn:
        options = begin_after_password(self.door, SITE, pending, now)
        return self.answer(pending, key.sign(options), now)

    def without(self, key: Authenticator, now: datetime = NOON) -> SignedIn:
        options, secret = begin_without_password(self.door, SITE, HERE.address, now)
        return self.answer(secret, key.sign(options), now)

    def answer(self, secret: str, document: str, now: datetime = NOON) -> SignedIn:
        return sign_in_with_passkey(self.door, SITE, Answer(secret, document), HERE, now)


def a_key(origin: str = SITE.origin, host: str = SITE.host, **wish: bool) -> Authenticator:
    return Authenticator(origin, host, **wish)


@pytest.fixture
def owner(database: Database, settings: Settings, world: World) -> Owner:
    return Owner(database, settings, world.agent)


def test_a_passkey_lets_its_owner_in_without_a_password_and_the_password_alone_no_more(
    owner: Owner,
) -> None:
    key = a_key()
    assert len(owner.add(key)) == 10
    assert owner.without(key).person_id == owner.person_id
    pending = owner.password()
    signed_in = owner.after_password(key, pending)
    with owner.database.reading() as session:
        row = session.scalars(
            select(WebSession).where(WebSession.id_hash == secret_hash(signed_in.secret))
        ).one()
        told = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
        assert row.person_id == owner.person_id
        assert told is not None
        assert (told.act, told.detail) == ("signed_in", {"passkey": True, "password": True})
        (kept,) = passkeys_of(session, owner.person_id)
        assert (kept.signatures, kept.last_used_at) == (2, NOON)
    with pytest.raises(SignInRefused):
        owner.after_password(key, pending)


def test_a_recovery_code_stands_in_for_a_lost_passkey_and_an_administrator_can_help(
    owner: Owner, world: World
) -> None:
    codes = owner.add(a_key())
    assert owner.add(a_key(), "Second") == []
    pending = owner.password()
    assert sign_in_with_code(owner.door, pending, codes[0], HERE, NOON).person_id
    with owner.database.writing() as session:
        take_factor_away(session, world.admin, owner.person_id)
    with owner.database.reading() as session:
        assert not needs_second_step(session, owner.person_id)
    assert sign_in(owner.door, Credentials(owner.login, PASSWORD), HERE, NOON).person_id


def test_a_key_that_does_not_make_sure_who_holds_it_only_follows_the_password(
    owner: Owner,
) -> None:
    key = a_key(verifies=False)
    owner.add(key)
    with pytest.raises(SignInRefused):
        owner.without(key)
    assert owner.after_password(key, owner.password()).person_id == owner.person_id


def test_an_answer_from_elsewhere_to_something_else_or_a_second_time_lets_nobody_in(
    owner: Owner,
) -> None:
    key = a_key()
    owner.add(key)
    options, secret = begin_without_password(owner.door, SITE, HERE.address, NOON)
    answer = key.sign(options)
    assert owner.answer(secret, answer).person_id == owner.person_id
    others, other = begin_without_password(owner.door, SITE, HERE.address, NOON)
    elsewhere = a_key("https://desk.example.test.evil.test")
    elsewhere.credential_id, elsewhere._key, elsewhere.count = key.credential_id, key._key, 50
    forged = json.loads(key.sign(others))
    forged["response"]["signature"] = json.loads(answer)["response"]["signature"]
    wrong = {
        "a second time": (secret, answer),
        "to another question": (other, answer),
        "from another site": (None, elsewhere.sign(others)),
        "of an unknown key": (None, a_key().sign(others)),
        "with another signature": (None, json.dumps(forged)),
        "no answer": (None, "{}"),
        "not even JSON": (None, "]"),
        "far too long": (None, "x" * 30_000),
    }
    for given, document in wrong.values():
        _, fresh = begin_without_password(owner.door, SITE, HERE.address, NOON)
        with pytest.raises(SignInRefused):
            owner.answer(given or fresh, document)


def test_a_copy_of_a_key_is_found_out_by_its_count(owner: Owner) -> None:
    key = a_key()
    owner.add(key)
    owner.without(key)
    owner.without(key)
    key.count = 1
    with pytest.raises(SignInRefused):
        owner.without(key)


def test_somebody_elses_passkey_does_not_follow_my_password(
    owner: Owner, settings: Settings, world: World
) -> None:
    owner.add(a_key())
    other = Owner(owner.database, settings, world.reader)
    theirs = a_key()
    other.add(theirs)
    with pytest.raises(SignInRefused):
        owner.after_password(theirs, owner.password())


def test_whoever_is_disabled_is_not_let_in(owner: Owner, world: World) -> None:
    key = a_key()
    owner.add(key)
    with owner.database.writing() as session:
        session.execute(update(Person).where(Person.id == owner.person_id).values(active=False))
    with pytest.raises(SignInRefused):
        owner.without(key)


def test_what_lets_somebody_in_is_changed_only_just_after_signing_in(owner: Owner) -> None:
    key = a_key()
    owner.add(key, "  My   telephone ")
    later = NOON + FRESH + timedelta(seconds=1)
    with owner.database.writing() as session:
        (row,) = passkeys_of(session, owner.person_id)
        assert row.name == "My telephone"
        with pytest.raises(FreshSessionRequired):
            begin_passkey(session, owner.actor, owner.secret, SITE, later)
        with pytest.raises(FreshSessionRequired):
            remove_passkey(session, owner.actor, row.id, owner.secret, later)
        with pytest.raises(InvalidValue, match="name"):
            rename_passkey(session, owner.actor, row.id, " ")
        rename_passkey(session, owner.actor, row.id, "Old")
        remove_passkey(session, owner.actor, row.id, owner.secret, NOON)
        assert not needs_second_step(session, owner.person_id)


def test_nobody_else_and_no_token_touches_them(owner: Owner, world: World) -> None:
    owner.add(a_key())
    with owner.database.writing() as session:
        (row,) = passkeys_of(session, owner.person_id)
        with pytest.raises(NotFound):
            rename_passkey(session, world.admin, row.id, "Mine")
        program = Actor(name="program", person_id=owner.person_id, kind="token")
        with pytest.raises(SessionRequired):
            begin_passkey(session, program, owner.secret, SITE, NOON)


def test_a_key_made_for_something_else_or_too_late_is_not_kept(owner: Owner) -> None:
    key = a_key("https://evil.test")
    with pytest.raises(InvalidValue, match="passkey"):
        owner.add(key)
    with owner.database.writing() as session:
        options, waiting = begin_passkey(session, owner.actor, owner.secret, SITE, NOON)
    late = NOON + PATIENCE + timedelta(seconds=1)
    given = Made(waiting, a_key().make(options), "Key")
    with pytest.raises(InvalidValue, match="passkey"), owner.database.writing() as session:
        add_passkey(session, owner.actor, given, SITE, late)
