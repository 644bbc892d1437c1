from typing import Any

from server.foundation.database import Database
from server.people.actions.roles import Holder, Scope, give_role
from tests.server.people.conftest import As
from tests.support.people import BEGINNING, World, make_group

GROUPS = "/api/v1/groups"


def _document(answer: Any) -> dict[str, Any]:
    assert isinstance(answer.json, dict)
    return answer.json


def _names(answer: Any, name: str = "name") -> list[str]:
    assert answer.status_code == 200, answer.json
    return [row[name] for row in _document(answer)["rows"]]


def test_a_group_is_made_filled_changed_and_emptied(as_: As, world: World) -> None:
    client = as_(world.admin.person_id)
    body = {"organisation_id": world.sales.id, "name": "Night shift"}
    made = client.post(GROUPS, json=body)
    assert made.status_code == 201, made.json
    url = f"{GROUPS}/{_document(made)['id']}"
    member = {"person_id": world.reader.person_id}
    assert client.post(f"{url}/members", json=member).status_code == 204
    assert client.post(f"{url}/members", json=member).status_code == 204
    assert _names(client.get(f"{url}/members"), "display_name") == ["Rob Reader"]
    etag = client.get(url).headers["ETag"]
    changed = client.patch(url, json={"description": "All night"}, headers={"If-Match": etag})
    assert changed.status_code == 200
    assert client.patch(url, json={}, headers={"If-Match": etag}).status_code == 412
    gone = f"{url}/members/{world.reader.person_id}"
    assert client.delete(gone).status_code == 204
    assert client.delete(gone).status_code == 404
    assert _names(client.get(f"{url}/members"), "display_name") == []


def test_a_name_is_unique_in_its_organisation(as_: As, world: World) -> None:
    client = as_(world.admin.person_id)
    body = {"organisation_id": world.root.id, "name": " SUPPORT "}
    answer = client.post(GROUPS, json=body)
    assert answer.status_code == 409
    document = _document(answer)
    assert document["type"] == "urn:cadastre:problem:duplicate-name"
    assert document["errors"][0]["field"] == "name"
    elsewhere = client.post(GROUPS, json=body | {"organisation_id": world.sales.id})
    assert elsewhere.status_code == 201
    other = client.post(GROUPS, json=body | {"name": "Other"})
    url = f"{GROUPS}/{_document(other)['id']}"
    assert client.patch(url, json={"name": "support"}).status_code == 409
    assert client.patch(url, json={"name": "OTHER"}).status_code == 200


def test_lists_show_what_is_in_sight(as_: As, database: Database, world: World) -> None:
    with database.writing() as session:
        sales = make_group(session, world.sales, "Sales")
    assert _names(as_(world.admin.person_id).get(GROUPS)) == ["Sales", "Support"]
    outsider = as_(world.outsider.person_id)
    assert _names(outsider.get(GROUPS)) == ["Sales"]
    assert outsider.get(f"{GROUPS}/{world.support.id}").status_code == 404
    assert outsider.get(f"{GROUPS}/{world.support.id}/members").status_code == 404
    assert outsider.patch(f"{GROUPS}/{sales.id}", json={"name": "X"}).status_code == 403
    assert outsider.patch(f"{GROUPS}/{world.support.id}", json={}).status_code == 404
    admin = as_(world.admin.person_id)
    assert _names(admin.get(f"{GROUPS}?member={world.agent.person_id}")) == ["Support"]
    assert _names(admin.get(f"{GROUPS}?organisation={world.sales.id}")) == ["Sales"]
    assert _names(admin.get(f"{GROUPS}?q=supp&active=true")) == ["Support"]


def test_members_out_of_sight_are_not_shown(as_: As, database: Database, world: World) -> None:
    with database.writing() as session:
        sales = make_group(session, world.sales, "Sales")
    admin = as_(world.admin.person_id)
    for person_id in (world.agent.person_id, world.reader.person_id):
        url = f"{GROUPS}/{sales.id}/members"
        assert admin.post(url, json={"person_id": person_id}).status_code == 204
    shown = as_(world.outsider.person_id).get(f"{GROUPS}/{sales.id}/members")
    assert _names(shown, "display_name") == ["Rob Reader"]


def test_nobody_joins_a_group_that_may_do_more_than_they_may(
    as_: As, database: Database, world: World
) -> None:
    with database.writing() as session:
        powerful = make_group(session, world.sales, "Powerful")
        holder, scope = Holder(group_id=powerful.id), Scope(world.root.id)
        give_role(session, "administrator", holder, scope, BEGINNING)
        scope = Scope(world.sales.id)
        give_role(
            session, "administrator", Holder(person_id=world.outsider.person_id), scope, BEGINNING
        )
    sales_admin = as_(world.outsider.person_id)
    join = {"person_id": world.outsider.person_id}
    assert sales_admin.post(f"{GROUPS}/{powerful.id}/members", json=join).status_code == 403
    off = sales_admin.patch(f"{GROUPS}/{powerful.id}", json={"active": False})
    assert off.status_code == 403


def test_somebody_out_of_sight_cannot_be_put_into_a_group(
    as_: As, database: Database, world: World
) -> None:
    with database.writing() as session:
        sales = make_group(session, world.sales, "Sales")
        holder, scope = Holder(person_id=world.outsider.person_id), Scope(world.sales.id)
        give_role(session, "administrator", holder, scope, BEGINNING)
    body = {"person_id": world.agent.person_id}
    answer = as_(world.outsider.person_id).post(f"{GROUPS}/{sales.id}/members", json=body)
    assert answer.status_code == 422
