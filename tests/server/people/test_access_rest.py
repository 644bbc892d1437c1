from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.foundation.audit import AuditEntry
from server.foundation.database import Database
from server.foundation.edge.csrf import token_of as csrf_token_of
from server.foundation.permissions import Permission
from server.people.actions.roles import Holder, Scope, ensure_shipped_roles, give_role
from server.people.models import ApiToken, Role
from server.people.rules.roles import SHIPPED_ROLES
from tests.server.people.conftest import As
from tests.support.people import BEGINNING, World, cookie_of

API = "/api/v1"


def _document(answer: Any) -> dict[str, Any]:
    assert isinstance(answer.json, dict)
    return answer.json


@pytest.fixture
def browser(database: Database, world: World, client: FlaskClient) -> FlaskClient:
    """The reader, signed in."""
    assert world.reader.person_id is not None
    with database.writing() as session:
        cookie = cookie_of(session, world.reader.person_id)
    client.set_cookie("cadastre", cookie)
    client.environ_base["HTTP_X_CSRF_TOKEN"] = csrf_token_of(cookie)
    return client


# Tokens


def test_a_token_is_made_shown_once_used_and_revoked(
    browser: FlaskClient, database: Database, app: Any
) -> None:
    body = {"name": "laptop", "permissions": ["person:read"], "expires_at": "2999-01-01T00:00:00Z"}
    made = browser.post(f"{API}/tokens", json=body)
    assert made.status_code == 201, made.json
    secret = _document(made)["secret"]
    listed = _document(browser.get(f"{API}/tokens"))["rows"]
    assert [(row["name"], row["permissions"]) for row in listed] == [("laptop", ["person:read"])]
    assert secret not in str(listed)
    with database.reading() as session:
        assert session.scalars(select(ApiToken.token_hash)).one() != secret
    bearer = {"Authorization": f"Bearer {secret}"}
    other = app.test_client()
    assert _document(other.get(f"{API}/session", headers=bearer))["scope"] == ["person:read"]
    assert browser.delete(f"{API}/tokens/{listed[0]['id']}").status_code == 204
    assert other.get(f"{API}/session", headers=bearer).status_code == 401
    assert browser.post(f"{API}/tokens", json={"name": "laptop"}).status_code == 201
    assert browser.post(f"{API}/tokens", json={"name": "laptop"}).status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x", "permissions": ["all"]}, "permissions.0"),
        ({"name": "x", "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "x", "person_id": 1}, "person_id"),
    ],
)
def test_a_wrong_token_is_refused_by_field(
    browser: FlaskClient, body: dict[str, Any], field: str
) -> None:
    answer = browser.post(f"{API}/tokens", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in _document(answer)["errors"]] == [field]


def test_a_token_makes_no_tokens(as_: As, world: World) -> None:
    answer = as_(world.admin.person_id).post(f"{API}/tokens", json={"name": "offspring"})
    assert answer.status_code == 403
    assert _document(answer)["type"] == "urn:cadastre:problem:session-required"


def test_tokens_of_others_do_not_exist(
    browser: FlaskClient, as_: As, database: Database, world: World
) -> None:
    as_(world.admin.person_id)
    with database.reading() as session:
        token_id = session.scalars(select(ApiToken.id)).one()
    assert browser.delete(f"{API}/tokens/{token_id}").status_code == 404
    assert _document(browser.get(f"{API}/tokens"))["rows"] == []


# Roles


def test_shipped_roles_are_what_the_code_says_and_stay_so(database: Database, world: World) -> None:
    with database.writing() as session:
        reader = session.scalars(select(Role).where(Role.code == "reader")).one()
        reader.permissions = []
        ensure_shipped_roles(session)
        stored = {role.code: role for role in session.scalars(select(Role))}
    assert stored.keys() == {role.code for role in SHIPPED_ROLES}
    for shipped in SHIPPED_ROLES:
        assert set(stored[shipped.code].permissions) == shipped.permissions
        assert stored[shipped.code].labels.keys() == {"en", "es", "ru"}


def test_who_counts_what_is_hidden_is_a_matter_of_role() -> None:
    may_count = {
        role.code for role in SHIPPED_ROLES if Permission.IMPACT_COUNT_HIDDEN in role.permissions
    }
    assert may_count == {"administrator", "support_agent", "change_manager"}


def test_a_role_is_made_and_changed_and_a_shipped_one_is_not(as_: As, world: World) -> None:
    client = as_(world.admin.person_id)
    body = {"code": "auditor", "labels": {"en": "Auditor"}, "permissions": ["item:read"]}
    made = client.post(f"{API}/roles", json=body)
    assert made.status_code == 201, made.json
    assert client.post(f"{API}/roles", json=body).status_code == 409
    url = f"{API}/roles/{_document(made)['id']}"
    etag = client.get(url).headers["ETag"]
    changed = client.patch(url, json={"permissions": []}, headers={"If-Match": etag})
    assert _document(changed)["permissions"] == []
    assert client.patch(url, json={}, headers={"If-Match": etag}).status_code == 412
    rows = _document(client.get(f"{API}/roles"))["rows"]
    shipped = next(row for row in rows if row["code"] == "reader")
    assert client.patch(f"{API}/roles/{shipped['id']}", json={}).status_code == 409
    assert as_(world.reader.person_id).get(f"{API}/roles").status_code == 403
    assert as_(world.reader.person_id).post(f"{API}/roles", json=body).status_code == 403


def test_a_role_is_granted_holds_and_is_taken_back(as_: As, world: World) -> None:
    client, newcomer = as_(world.admin.person_id), as_(world.nobody.person_id)
    body = {
        "role": "reader",
        "person_id": world.nobody.person_id,
        "organisation_id": world.sales.id,
        "class_code": "server",
    }
    made = client.post(f"{API}/role-grants", json=body)
    assert made.status_code == 201, made.json
    assert client.post(f"{API}/role-grants", json=body).status_code == 409
    (held,) = _document(newcomer.get(f"{API}/session"))["grants"]
    assert (held["organisation_id"], held["reach"]) == (world.sales.id, "all")
    assert "server" in held["class_codes"]
    grants = client.get(f"{API}/role-grants?person={world.nobody.person_id}")
    assert [row["role"] for row in _document(grants)["rows"]] == ["reader"]
    assert client.delete(f"{API}/role-grants/{_document(made)['id']}").status_code == 204
    assert _document(newcomer.get(f"{API}/session"))["grants"] == []


def test_a_grant_to_requesters_reaches_their_own_only(as_: As, world: World) -> None:
    client = as_(world.admin.person_id)
    body = {"role": "requester", "group_id": world.support.id, "organisation_id": world.root.id}
    assert _document(client.post(f"{API}/role-grants", json=body))["reach"] == "own"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"role": "no-such-role"}, "role"),
        ({"person_id": 9999}, "person_id"),
        ({"person_id": None}, "person_id"),
        ({"organisation_id": 9999}, "organisation_id"),
        ({"class_code": "spoon"}, "class"),
        ({"reach": "everywhere"}, "reach"),
    ],
)
def test_a_wrong_grant_is_refused_by_field(
    as_: As, world: World, changes: dict[str, Any], field: str
) -> None:
    body = {
        "role": "reader",
        "person_id": world.nobody.person_id,
        "organisation_id": world.sales.id,
    }
    answer = as_(world.admin.person_id).post(f"{API}/role-grants", json=body | changes)
    assert answer.status_code == 422
    assert [error["field"] for error in _document(answer)["errors"]] == [field]


def test_nobody_grants_what_they_do_not_hold(as_: As, database: Database, world: World) -> None:
    with database.writing() as session:
        holder, scope = Holder(person_id=world.outsider.person_id), Scope(world.sales.id)
        give_role(session, "administrator", holder, scope, BEGINNING)
    client = as_(world.outsider.person_id)
    body = {
        "role": "administrator",
        "person_id": world.outsider.person_id,
        "organisation_id": world.root.id,
    }
    assert client.post(f"{API}/role-grants", json=body).status_code == 422
    here = body | {"organisation_id": world.sales.id, "person_id": world.nobody.person_id}
    assert client.post(f"{API}/role-grants", json=here).status_code == 201
    role = {"code": "mine", "labels": {"en": "Mine"}, "permissions": ["admin:users"]}
    assert client.post(f"{API}/roles", json=role).status_code == 403
    grants = _document(client.get(f"{API}/role-grants"))["rows"]
    assert {row["organisation_id"] for row in grants} == {world.sales.id}
    all_grants = _document(as_(world.admin.person_id).get(f"{API}/role-grants"))["rows"]
    root = next(row for row in all_grants if row["organisation_id"] == world.root.id)
    assert client.delete(f"{API}/role-grants/{root['id']}").status_code == 404


def test_nobody_shuts_the_door_on_themselves(as_: As, world: World) -> None:
    client = as_(world.admin.person_id)
    (own,) = _document(client.get(f"{API}/role-grants?person={world.admin.person_id}"))["rows"]
    assert client.delete(f"{API}/role-grants/{own['id']}").status_code == 409


def test_acts_on_rights_are_on_record(as_: As, database: Database, world: World) -> None:
    client = as_(world.admin.person_id)
    body = {
        "role": "reader",
        "person_id": world.nobody.person_id,
        "organisation_id": world.sales.id,
    }
    made = _document(client.post(f"{API}/role-grants", json=body))
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "role_granted")).one()
        assert entry.actor == f"token:{world.admin.person_id}"
        assert entry.subject == f"role_grant:{made['id']}"
        assert entry.detail["role"] == "reader"


# Organisations


def test_an_organisation_is_added_below_another(as_: As, world: World) -> None:
    client = as_(world.admin.person_id)
    body = {"parent_id": world.sales.id, "code": "sales-north", "name": "Sales, north"}
    made = client.post(f"{API}/organisations", json=body)
    assert made.status_code == 201, made.json
    assert client.post(f"{API}/organisations", json=body).status_code == 409
    url = f"{API}/organisations/{_document(made)['id']}"
    assert _document(as_(world.outsider.person_id).get(url))["name"] == "Sales, north"
    rows = _document(as_(world.outsider.person_id).get(f"{API}/organisations"))["rows"]
    assert [row["code"] for row in rows] == ["sales", "sales-north"]
    found = _document(client.get(f"{API}/organisations?q=NORTH&sort=-code"))["rows"]
    assert [row["code"] for row in found] == ["sales-north"]


def test_organisations_out_of_sight_do_not_exist(as_: As, world: World) -> None:
    client = as_(world.outsider.person_id)
    assert client.get(f"{API}/organisations/{world.operations.id}").status_code == 404
    body = {"parent_id": world.operations.id, "code": "x", "name": "X"}
    assert client.post(f"{API}/organisations", json=body).status_code == 422
    body["parent_id"] = world.sales.id
    assert client.post(f"{API}/organisations", json=body).status_code == 403
    assert client.post(f"{API}/organisations", json=body | {"code": "X Y"}).status_code == 422
