"""Rights that sleep until somebody breaks the glass."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from server.foundation.audit import AuditEntry, verify
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.errors import PermissionDenied, SegregationOfDuties
from server.foundation.permissions import Actor, Permission
from server.foundation.settings import Settings
from server.foundation.signing import Signer
from server.notify.models import Notification
from server.people.actions.accounts import switch_account
from server.people.actions.emergencies import (
    EmergencyDraft,
    end_emergency,
    is_genuine,
    review_emergency,
    take_emergency,
)
from server.people.actions.roles import Holder, Scope, give_role
from server.people.models import Account, EmergencyUse, Role
from tests.server.people.conftest import As
from tests.support.people import BEGINNING, World, actor_of

_FIRE = EmergencyDraft("the core switch is down", 2)


@pytest.fixture
def signer(settings: Settings) -> Signer:
    return Signer(settings.signing_key_file)


@pytest.fixture
def sleeping(database: Database, world: World) -> int:
    with database.writing() as session:
        scope = Scope(world.root.id, emergency=True)
        holder = Holder(person_id=world.reader.person_id)
        return give_role(session, "administrator", holder, scope, BEGINNING).id


def _reader(database: Database, world: World) -> Actor:
    with database.reading() as session:
        return actor_of(session, world.reader.person_id or 0)


def _take(database: Database, world: World, signer: Signer, grant_id: int) -> int:
    with database.writing() as session:
        reader = actor_of(session, world.reader.person_id or 0)
        return take_emergency(session, reader, signer, grant_id, _FIRE, utc_now()).id


def test_a_sleeping_role_gives_nothing_until_the_glass_is_broken_and_after_its_time(
    database: Database, world: World, signer: Signer, sleeping: int
) -> None:
    assert not _reader(database, world).may(Permission.ADMIN_USERS)
    use_id = _take(database, world, signer, sleeping)
    assert _reader(database, world).may(Permission.ADMIN_USERS)
    with database.writing() as session:
        session.execute(update(EmergencyUse).values(ends_at=utc_now() - timedelta(seconds=1)))
    assert not _reader(database, world).may(Permission.ADMIN_USERS)
    with database.writing() as session:
        use = session.get_one(EmergencyUse, use_id)
        # Somebody who moves the end in the database does not have the signature for it.
        assert not is_genuine(use, signer)


def test_it_leaves_a_signed_record_and_tells_who_administers_people(
    database: Database, world: World, signer: Signer, sleeping: int
) -> None:
    use_id = _take(database, world, signer, sleeping)
    with database.reading() as session:
        use = session.get_one(EmergencyUse, use_id)
        assert is_genuine(use, signer)
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
        assert entry is not None
        assert (entry.act, entry.person_id) == ("emergency_taken", world.reader.person_id)
        assert verify(session).whole
        told = set(session.scalars(select(Notification.person_id)))
    assert told == {world.admin.person_id, world.reader.person_id}


def test_duties_stay_apart_in_an_emergency_too(
    database: Database, world: World, signer: Signer, sleeping: int
) -> None:
    use_id = _take(database, world, signer, sleeping)
    with database.writing() as session:
        reader = actor_of(session, world.reader.person_id or 0)
        end_emergency(session, reader, use_id, utc_now())
    second = _take(database, world, signer, sleeping)
    with database.writing() as session:
        reader = actor_of(session, world.reader.person_id or 0)
        assert reader.may(Permission.CHANGE_APPROVE)
        with pytest.raises(SegregationOfDuties):
            review_emergency(session, reader, use_id, "all right", utc_now())
        admin = actor_of(session, world.admin.person_id or 0)
        assert review_emergency(session, admin, use_id, "all right", utc_now()).reviewed_at
    assert second != use_id


def test_who_may_do_less_cannot_come_by_sleeping_rights_of_others(
    database: Database, world: World, sleeping: int
) -> None:
    # Otherwise whoever resets the password of their holder could break the glass as them.
    with database.writing() as session:
        scope = Scope(world.root.id)
        holder = Holder(person_id=world.nobody.person_id)
        role = Role(code="clerk", labels={}, permissions=["admin:users"], reach="all")
        session.add(role)
        session.flush()
        give_role(session, "clerk", holder, scope, BEGINNING)
    with database.writing() as session:
        nobody = actor_of(session, world.nobody.person_id or 0)
        account = session.scalars(
            select(Account).where(Account.person_id == world.reader.person_id)
        ).one()
        with pytest.raises(PermissionDenied):
            switch_account(session, nobody, account, utc_now(), disabled=True)


def test_over_rest_a_token_wakes_nothing_and_gains_nothing(
    database: Database, world: World, signer: Signer, sleeping: int, as_: As
) -> None:
    client: FlaskClient = as_(world.reader.person_id)
    wish = {"grant_id": sleeping, "reason": _FIRE.reason}
    answer = client.post("/api/v1/emergency-uses", json=wish)
    assert (answer.status_code, answer.get_json()["type"]) == (
        403,
        "urn:cadastre:problem:session-required",
    )
    _take(database, world, signer, sleeping)
    assert client.get("/api/v1/emergency-uses").status_code == 403
    admin = as_(world.admin.person_id)
    (listed,) = admin.get("/api/v1/emergency-uses").get_json()["rows"]
    assert listed["genuine"] is True
    early = admin.post(f"/api/v1/emergency-uses/{listed['id']}/review", json={"note": "x"})
    assert early.status_code == 409
