import base64
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.foundation.database import Database
from server.people.actions.roles import Holder, Scope, give_role
from tests.server.people.conftest import As
from tests.support.people import BEGINNING, World, cookie_of

PEOPLE = "/api/v1/people"


def _names(client: FlaskClient, query: str = "") -> list[str]:
    answer = client.get(f"{PEOPLE}{query}")
    assert answer.status_code == 200, answer.json
    assert answer.json is not None
    return [row["display_name"] for row in answer.json["rows"]]


def _document(answer: Any) -> dict[str, Any]:
    assert isinstance(answer.json, dict)
    return answer.json


def test_a_list_shows_who_is_in_sight(as_: As, world: World) -> None:
    assert len(_names(as_(world.admin.person_id))) == 8
    assert _names(as_(world.outsider.person_id)) == [
        "Nora Nobody",
        "Otto Outside",
        "Rita Request",
        "Rob Reader",
    ]
    for who in (world.requester, world.nobody):
        assert as_(who.person_id).get(PEOPLE).status_code == 403


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?q=ada", ["Ada Admin"]),
        ("?q=SAM%40example", ["Sam Support"]),
        ("?q=%25", []),
        ("?q=_", []),
        ("?active=false", []),
        ("?group={support}", ["Sam Support"]),
        ("?group=9999", []),
        ("?organisation={root}&q=no", ["Nora Nobody"]),
        ("?organisation={sales}&sort=-name&limit=2", ["Rob Reader", "Rita Request"]),
        ("?sort=email&limit=1", ["Ada Admin"]),
    ],
)
def test_a_list_is_filtered_and_sorted(as_: As, world: World, query: str, names: list[str]) -> None:
    query = query.format(support=world.support.id, root=world.root.id, sales=world.sales.id)
    found = _names(as_(world.admin.person_id), query)
    assert found == names


def test_pages_follow_each_other_without_gap(as_: As, world: World) -> None:
    client, seen, cursor = as_(world.admin.person_id), [], ""
    for _ in range(10):
        page = _document(client.get(f"{PEOPLE}?limit=3&cursor={cursor}"))
        seen += [row["id"] for row in page["rows"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 8


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?sort=password", "sort"),
        ("?cursor=x", "cursor"),
        ("?limit=0", "limit"),
        ("?group=x", "group"),
        ("?group=99999999999999999999", "group"),
        ("?unknown=1", "unknown"),
        ("?q=a%00b", "q"),
    ],
)
def test_a_wrong_query_is_refused_by_field(as_: As, world: World, query: str, field: str) -> None:
    answer = as_(world.admin.person_id).get(f"{PEOPLE}{query}")
    assert answer.status_code == 422
    assert [error["field"] for error in _document(answer)["errors"]] == [field]


@pytest.mark.parametrize(
    ("sort", "content"),
    [
        ("", ["", "a\0b", 1]),
        ("", ["", "\ud800", 1]),
        ("", ["", 7, 1]),
        ("", ["", None, 1]),
        ("", ["", True, 1]),
        ("", ["", "a", 2**70]),
        ("", ["", {"a": 1}, 1]),
        ("", ["email", "a", 1]),
        ("", "text"),
        ("updated_at", ["updated_at", "2026-01-01T00:00:00", 1]),
        ("updated_at", ["updated_at", "yesterday", 1]),
        ("updated_at", ["updated_at", 7, 1]),
    ],
)
def test_a_forged_cursor_is_refused(as_: As, world: World, sort: str, content: Any) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
    answer = as_(world.admin.person_id).get(f"{PEOPLE}?sort={sort}&cursor={cursor}")
    assert answer.status_code == 422
    assert [error["field"] for error in _document(answer)["errors"]] == ["cursor"]


def test_somebody_is_written_down_read_and_changed(as_: As, world: World) -> None:
    client = as_(world.admin.person_id)
    body = {
        "organisation_id": world.sales.id,
        "display_name": " Nadia New ",
        "email": "Nadia@Example.Test",
        "manager_id": world.reader.person_id,
        "time_zone": "Europe/Madrid",
    }
    created = client.post(PEOPLE, json=body)
    assert created.status_code == 201, created.json
    url = f"{PEOPLE}/{_document(created)['id']}"
    read = client.get(url)
    shown = _document(read)
    assert (shown["display_name"], shown["active"], shown["source"]) == ("Nadia New", True, "local")
    assert (shown["groups"], shown["manager_id"]) == ([], world.reader.person_id)
    assert client.get(url, headers={"If-None-Match": read.headers["ETag"]}).status_code == 304
    changed = client.patch(url, json={"title": "Chief"}, headers={"If-Match": read.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != read.headers["ETag"]
    stale = client.patch(url, json={"title": "Boss"}, headers={"If-Match": read.headers["ETag"]})
    assert stale.status_code == 412
    assert _document(client.get(url))["title"] == "Chief"
    assert _names(client, "?q=nadia%40example") == ["Nadia New"]


def test_a_person_is_shown_with_the_groups_in_sight(as_: As, world: World) -> None:
    shown = _document(as_(world.reader.person_id).get(f"{PEOPLE}/{world.agent.person_id}"))
    assert shown["groups"] == [{"id": world.support.id, "name": "Support"}]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"organisation_id", "display_name"}),
        ({"organisation_id": 9999, "display_name": "X"}, {"organisation_id"}),
        ({"organisation_id": True, "display_name": "X"}, {"organisation_id"}),
        ({"organisation_id": "1", "display_name": "X"}, {"organisation_id"}),
        ({"organisation_id": 2**63, "display_name": "X"}, {"organisation_id"}),
        ({"organisation_id": 1, "display_name": "  "}, {"display_name"}),
        ({"organisation_id": 1, "display_name": "a\nb"}, {"display_name"}),
        ({"organisation_id": 1, "display_name": "x" * 201}, {"display_name"}),
        ({"organisation_id": 1, "display_name": "X", "email": "none"}, {"email"}),
        ({"organisation_id": 1, "display_name": "X", "language": "xx"}, {"language"}),
        ({"organisation_id": 1, "display_name": "X", "time_zone": "Mars"}, {"time_zone"}),
        ({"organisation_id": 1, "display_name": "X", "manager_id": 9999}, {"manager_id"}),
        ({"organisation_id": 1, "display_name": "X", "id": 1}, {"id"}),
        ({"organisation_id": 1, "display_name": "X", "source": "x"}, {"source"}),
        ({"organisation_id": 1, "display_name": "X", "active": False}, {"active"}),
    ],
)
def test_a_wrong_body_is_refused_by_field_and_writes_nothing(
    as_: As, world: World, body: dict[str, Any], fields: set[str]
) -> None:
    client = as_(world.admin.person_id)
    answer = client.post(PEOPLE, json=body)
    assert answer.status_code == 422
    assert {error["field"] for error in _document(answer)["errors"]} == fields
    assert len(_names(client)) == 8


def test_who_is_out_of_sight_does_not_exist_and_who_is_only_seen_stays(
    as_: As, world: World
) -> None:
    outsider = as_(world.outsider.person_id)
    assert outsider.get(f"{PEOPLE}/{world.admin.person_id}").status_code == 404
    assert outsider.patch(f"{PEOPLE}/{world.admin.person_id}", json={}).status_code == 404
    assert outsider.get(f"{PEOPLE}/9999").status_code == 404
    assert outsider.patch(f"{PEOPLE}/{world.reader.person_id}", json={}).status_code == 403
    body = {"organisation_id": world.sales.id, "display_name": "X"}
    assert outsider.post(PEOPLE, json=body).status_code == 403
    hidden = outsider.post(PEOPLE, json=body | {"organisation_id": world.operations.id})
    assert hidden.status_code == 422


def test_nobody_becomes_their_own_manager(as_: As, world: World) -> None:
    client = as_(world.admin.person_id)
    one, two = world.reader.person_id, world.requester.person_id
    assert client.patch(f"{PEOPLE}/{one}", json={"manager_id": one}).status_code == 422
    assert client.patch(f"{PEOPLE}/{one}", json={"manager_id": two}).status_code == 200
    assert client.patch(f"{PEOPLE}/{two}", json={"manager_id": one}).status_code == 422


def test_who_is_deactivated_is_signed_out(
    as_: As, database: Database, world: World, client: FlaskClient
) -> None:
    assert world.reader.person_id is not None
    with database.writing() as session:
        client.set_cookie("cadastre", cookie_of(session, world.reader.person_id))
    admin = as_(world.admin.person_id)
    url = f"{PEOPLE}/{world.reader.person_id}"
    assert admin.patch(url, json={"active": False}).status_code == 200
    assert admin.patch(url, json={"active": True}).status_code == 200
    assert client.get("/api/v1/session").status_code == 401
    assert (
        admin.patch(f"{PEOPLE}/{world.admin.person_id}", json={"active": False}).status_code == 409
    )


def test_a_log_in_is_given_reset_and_closed(as_: As, world: World) -> None:
    client = as_(world.admin.person_id)
    person = _document(
        client.post(PEOPLE, json={"organisation_id": world.sales.id, "display_name": "Nadia New"})
    )
    url = f"{PEOPLE}/{person['id']}/account"
    assert client.get(url).status_code == 404
    assert client.put(url, json={"login": "ROB"}).status_code == 409
    assert _document(client.put(url, json={"login": "ROB"}))["errors"][0]["field"] == "login"
    given = client.put(url, json={"login": "Nadia"})
    assert given.status_code == 200, given.json
    assert "password_hash" not in _document(given)
    reset = client.post(f"{url}/password-reset")
    assert reset.status_code == 201
    assert len(_document(reset)["one_time_password"]) > 20
    assert _document(client.get(url))["must_change_password"] is True
    assert _document(client.patch(url, json={"disabled": True}))["disabled"] is True
    reader = as_(world.reader.person_id)
    assert reader.get(url).status_code == 403
    assert reader.post(f"{url}/password-reset").status_code == 403


def test_nobody_closes_their_own_log_in_or_that_of_somebody_who_may_do_more(
    as_: As, database: Database, world: World
) -> None:
    admin = as_(world.admin.person_id)
    url = f"{PEOPLE}/{world.admin.person_id}/account"
    assert admin.patch(url, json={"disabled": True}).status_code == 409
    with database.writing() as session:
        give_role(
            session,
            "administrator",
            Holder(person_id=world.outsider.person_id),
            Scope(world.sales.id),
            BEGINNING,
        )
    sales_admin = as_(world.outsider.person_id)
    reader = f"{PEOPLE}/{world.reader.person_id}"
    assert sales_admin.patch(f"{reader}/account", json={"disabled": True}).status_code == 403
    assert sales_admin.patch(reader, json={"active": False}).status_code == 403
    assert sales_admin.put(f"{reader}/account", json={"login": "mine"}).status_code == 403
    assert sales_admin.post(f"{reader}/account/password-reset").status_code == 403
    assert sales_admin.get(url).status_code == 404
