from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, update

from cmdb.model import shipped_model
from cmdb.records.parties import Group, Membership, Person
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.edge.csrf import token_of as csrf_token_of
from server.foundation.permissions import Permission, Reach, system_actor
from server.people.actions.roles import Holder, Scope, give_role
from server.people.actions.tokens import TokenWish, create_token, revoke_token
from server.people.models import Account, ApiToken, RoleGrant, WebSession
from server.people.presence import PRESENCE
from tests.server.people.conftest import As
from tests.support.people import BEGINNING, World, actor_of, cookie_of, make_person, token_of

WHO = "/api/v1/session"


def _id(person_id: int | None) -> int:
    assert person_id is not None
    return person_id


@pytest.fixture
def cookie(database: Database, world: World) -> str:
    with database.writing() as session:
        return cookie_of(session, _id(world.agent.person_id))


@pytest.fixture
def browser(client: FlaskClient, cookie: str) -> FlaskClient:
    client.set_cookie("cadastre", cookie)
    return client


def test_nobody_is_told_to_sign_in(client: FlaskClient) -> None:
    answer = client.get(WHO)
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["type"] == "urn:cadastre:problem:not-signed-in"


def test_a_session_cookie_says_who_asks(browser: FlaskClient, world: World) -> None:
    answer = browser.get(WHO).json
    assert answer is not None
    assert (answer["person_id"], answer["kind"]) == (world.agent.person_id, "person")
    assert answer["group_ids"] == [world.support.id]


def test_a_bearer_token_says_who_asks(as_: As, world: World) -> None:
    answer = as_(world.reader.person_id).get(WHO).json
    assert answer is not None
    assert (answer["name"], answer["kind"]) == ("Rob Reader", "token")


@pytest.mark.parametrize("secret", ["", "x", "cad_x", "cad_" + "é" * 40, "cad_" + "x" * 10_000])
def test_a_wrong_token_is_nobody(client: FlaskClient, secret: str) -> None:
    headers = {"Authorization": f"Bearer {secret}".encode().decode("latin-1")}
    assert client.get(WHO, headers=headers).status_code == 401


def test_a_token_does_at_most_what_its_scope_says(
    database: Database, world: World, client: FlaskClient
) -> None:
    with database.writing() as session:
        wish = TokenWish("narrow", {Permission.PERSON_READ})
        made = create_token(
            session, system_actor("tests"), _id(world.admin.person_id), wish, BEGINNING
        )
    headers = {"Authorization": f"Bearer {made.secret}"}
    assert client.get("/api/v1/people", headers=headers).status_code == 200
    assert client.get("/api/v1/roles", headers=headers).status_code == 403


def test_a_revoked_token_is_dead_with_the_next_request(
    database: Database, world: World, client: FlaskClient
) -> None:
    with database.writing() as session:
        wish = TokenWish("short")
        made = create_token(
            session, system_actor("tests"), _id(world.reader.person_id), wish, BEGINNING
        )
    headers = {"Authorization": f"Bearer {made.secret}"}
    assert client.get(WHO, headers=headers).status_code == 200
    with database.writing() as session:
        revoke_token(session, world.reader, made.token.id, utc_now())
    assert client.get(WHO, headers=headers).status_code == 401


def test_an_expired_token_is_nobody(database: Database, world: World, client: FlaskClient) -> None:
    with database.writing() as session:
        secret = token_of(session, _id(world.reader.person_id))
        session.execute(update(ApiToken).values(expires_at=utc_now() - timedelta(seconds=1)))
    assert client.get(WHO, headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_an_ended_session_is_nobody(database: Database, browser: FlaskClient) -> None:
    with database.writing() as session:
        session.execute(update(WebSession).values(expires_at=utc_now() - timedelta(seconds=1)))
    assert browser.get(WHO).status_code == 401


@pytest.mark.parametrize("how", ["person", "account"])
def test_who_is_disabled_is_nobody_at_once(
    database: Database, world: World, browser: FlaskClient, as_: As, how: str
) -> None:
    bearer = as_(world.agent.person_id)
    assert (browser.get(WHO).status_code, bearer.get(WHO).status_code) == (200, 200)
    with database.writing() as session:
        if how == "person":
            session.execute(
                update(Person).where(Person.id == world.agent.person_id).values(active=False)
            )
        else:
            session.execute(
                update(Account)
                .where(Account.person_id == world.agent.person_id)
                .values(disabled=True)
            )
    assert (browser.get(WHO).status_code, bearer.get(WHO).status_code) == (401, 401)


def test_a_one_time_password_opens_nothing_but_its_own_change(
    database: Database, browser: FlaskClient
) -> None:
    with database.writing() as session:
        session.execute(update(Account).values(must_change_password=True))
    answer = browser.get(WHO)
    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["type"] == "urn:cadastre:problem:password-change-required"


def test_a_withdrawn_grant_is_gone_with_the_next_request(
    database: Database, world: World, as_: As
) -> None:
    reader = as_(world.reader.person_id)
    assert reader.get("/api/v1/people").status_code == 200
    with database.writing() as session:
        session.query(RoleGrant).filter_by(person_id=world.reader.person_id).delete()
    assert reader.get("/api/v1/people").status_code == 403


def test_a_group_gives_its_members_its_roles_while_it_is_active(
    database: Database, world: World
) -> None:
    with database.writing() as session:
        give_role(
            session, "reader", Holder(group_id=world.support.id), Scope(world.root.id), BEGINNING
        )
        session.add(Membership(person_id=_id(world.nobody.person_id), group_id=world.support.id))
        session.flush()
        member = actor_of(session, _id(world.nobody.person_id))
        assert member.may(Permission.ITEM_READ, world.sales.id)
        session.execute(update(Group).values(active=False))
        assert not actor_of(session, _id(world.nobody.person_id)).grants


def test_a_grant_holds_in_its_organisation_and_below(world: World) -> None:
    assert world.admin.may(Permission.ADMIN_USERS, world.sales.id)
    assert world.outsider.may(Permission.TICKET_WORK, world.sales.id)
    assert not world.outsider.may(Permission.TICKET_WORK, world.operations.id)
    assert not world.outsider.may(Permission.TICKET_WORK, world.root.id)


def test_a_grant_for_a_class_holds_for_the_classes_below_it(
    database: Database, world: World
) -> None:
    with database.writing() as session:
        person = make_person(session, world.sales, "Nils Network")
        scope = Scope(world.root.id, "network_device", Reach.TEAM)
        give_role(session, "reader", Holder(person_id=person.id), scope, BEGINNING)
        (grant,) = actor_of(session, person.id).grants
    assert grant.class_codes == shipped_model().descendants("network_device")
    assert "switch" in (grant.class_codes or set())
    assert grant.reach is Reach.TEAM


def test_an_unsafe_request_with_a_cookie_needs_the_token_of_its_session(
    browser: FlaskClient, cookie: str
) -> None:
    change = {"language": "es"}
    refused = browser.patch(WHO, json=change)
    assert refused.status_code == 403
    assert refused.json is not None
    assert refused.json["type"] == "urn:cadastre:problem:forgery-refused"
    headers = {"X-CSRF-Token": csrf_token_of(cookie)}
    assert browser.patch(WHO, json=change, headers=headers).status_code == 200
    assert browser.patch(WHO, json=change, headers={"X-CSRF-Token": "ü"}).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "http://127.0.0.1:8080"}, 200),
        ({"Origin": "http://localhost.evil.test"}, 403),
        ({"Origin": "https://localhost"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_an_unsafe_request_must_come_from_our_own_pages(
    browser: FlaskClient, cookie: str, headers: dict[str, str], status: int
) -> None:
    token = {"X-CSRF-Token": csrf_token_of(cookie)}
    answer = browser.patch(WHO, json={"language": "es"}, headers=headers | token)
    assert answer.status_code == status


def test_a_request_that_bears_a_token_needs_no_other_proof(as_: As, world: World) -> None:
    answer = as_(world.reader.person_id).patch(
        WHO, json={"language": "ru", "time_zone": "Europe/Madrid"}, headers={"Origin": "null"}
    )
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["language"], answer.json["time_zone"]) == ("ru", "Europe/Madrid")


def test_a_bearer_header_sets_the_cookie_aside(
    browser: FlaskClient, cookie: str, world: World
) -> None:
    headers = {"Authorization": "Bearer wrong", "X-CSRF-Token": csrf_token_of(cookie)}
    assert browser.patch(WHO, json={}, headers=headers).status_code == 401


def test_when_a_token_was_last_used_is_written_by_the_next_write(
    database: Database, world: World, as_: As
) -> None:
    client = as_(world.reader.person_id)
    before = utc_now()
    client.get(WHO)
    with database.writing() as session:
        PRESENCE.flush(session)
    with database.reading() as session:
        used_at = session.query(ApiToken.last_used_at).scalar()
        assert before <= used_at <= utc_now()


def test_knowing_who_asks_takes_four_look_ups(
    app: Flask, database: Database, as_: As, world: World
) -> None:
    client = as_(world.outsider.person_id)
    client.get(WHO)
    statements: list[str] = []

    def count(*given: object) -> None:
        statements.append(str(given[2]))

    event.listen(database.engine, "before_cursor_execute", count)
    client.get(WHO)
    event.remove(database.engine, "before_cursor_execute", count)
    assert sum(text.startswith("SELECT") for text in statements) <= 4, statements
