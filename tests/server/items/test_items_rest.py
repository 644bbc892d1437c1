"""Items over REST: filters, sorting, paging, versions, and what is refused by name."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from server.foundation.database import Database
from tests.server.items.rest import Caller, Callers, refused
from tests.support.people import World


def names(page: dict[str, Any]) -> list[str]:
    return [row["name"] for row in page["rows"]]


def whole_list(caller: Caller, **query: Any) -> list[str]:
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = caller.get("/items", cursor=cursor, **query)
        found += names(page)
        cursor = page["next_cursor"]
    return found


# Writing by hand


def test_an_item_is_created_read_changed_and_retired(callers: Callers, world: World) -> None:
    manager = callers.manager
    body = {
        "class": "server",
        "organisation_id": world.operations.id,
        "values": {"name": "web-1", "memory_bytes": "64 GiB", "criticality": 2},
        "parties": [{"role": "support", "group_id": world.support.id}],
    }
    answer = manager.send("POST", "/items", json=body)
    assert answer.status_code == 201
    created = answer.get_json()
    assert created["attributes"] == {"memory_bytes": 68719476736}
    assert (created["class"], created["stage"], created["criticality"]) == ("server", "in_use", 2)
    read = manager.send("GET", f"/items/{created['id']}")
    assert read.get_json() == created
    assert read.headers["ETag"] == answer.headers["ETag"] == '"1"'
    changed = manager.patch(f"/items/{created['id']}", {"values": {"environment": "Production"}})
    assert (changed["environment"], changed["version"]) == ("production", 2)
    retired = manager.send("DELETE", f"/items/{created['id']}")
    assert (retired.status_code, retired.get_json()["stage"]) == (200, "retired")


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"class": "spaceship"}, {"class"}),
        ({"class": "device"}, {"class"}),
        ({"class": 5}, {"class"}),
        ({"organisation_id": 4711}, {"organisation_id"}),
        ({"organisation_id": 2**80}, {"organisation_id"}),
        ({"organisation_id": "x"}, {"organisation_id"}),
        ({"values": {}}, {"name"}),
        ({"values": {"name": "  "}}, {"name"}),
        ({"values": "x"}, {"values"}),
        ({"values": {"name": "x", "wings": 2}}, {"wings"}),
        (
            {"values": {"name": "x", "memory_bytes": "much", "stage": "?"}},
            {"memory_bytes", "stage"},
        ),
        ({"values": {"name": "x", "location": 4711}}, {"location"}),
        ({"values": {"name": "x" * 256}}, {"name"}),
        ({"parties": [{"role": "owner"}]}, {"parties.0"}),
        ({"parties": [{"role": "owner", "person_id": 4711}]}, {"parties.0.person_id"}),
        ({"parties": [{"role": "king", "person_id": 1}]}, {"parties.0.role"}),
        ({"parties": [{"role": "owner", "person_id": 2**70}]}, {"parties.0.person_id"}),
        ({"colour": "blue"}, {"colour"}),
    ],
)
def test_every_wrong_field_is_named_and_nothing_is_half_written(
    callers: Callers, change: dict[str, Any], fields: set[str]
) -> None:
    body = {"class": "server", "organisation_id": 1, "values": {"name": "x"}} | change
    answer = callers.admin.send("POST", "/items", json=body)
    assert refused(answer, 422, "invalid-value").keys() == fields
    assert callers.admin.get("/items")["rows"] == []


def test_an_edit_that_is_refused_changes_nothing(callers: Callers) -> None:
    item_id = callers.admin.create("web-1")
    before = callers.admin.get(f"/items/{item_id}")
    body = {"values": {"vendor": "Dell", "memory_bytes": "much"}}
    answer = callers.admin.send("PATCH", f"/items/{item_id}", json=body)
    assert refused(answer, 422).keys() == {"memory_bytes"}
    assert callers.admin.get(f"/items/{item_id}") == before
    assert len(callers.admin.get(f"/items/{item_id}/history")["rows"]) == 1


def test_a_second_item_for_the_same_thing_is_refused_with_the_first_one_named(
    callers: Callers, world: World
) -> None:
    first = callers.admin.create("web-1", serial="B5R0001", vendor="Dell Inc.")
    body = {
        "class": "server",
        "organisation_id": 1,
        "values": {"name": "other", "serial": "b5r0001", "vendor": "Dell"},
    }
    answer = callers.admin.send("POST", "/items", json=body)
    refused(answer, 409, "conflict")
    assert f"web-1 (#{first})" in answer.get_json()["detail"]
    callers.admin.create("other", serial="B5R0002", vendor="Dell")
    hidden = callers.admin.send("POST", "/items", json=body | {"organisation_id": world.sales.id})
    assert hidden.status_code == 201


def test_the_only_name_of_an_item_is_not_taken_back(callers: Callers) -> None:
    item_id = callers.admin.create("web-1")
    for blank in (None, "", "  "):
        answer = callers.admin.send("PATCH", f"/items/{item_id}", json={"values": {"name": blank}})
        assert refused(answer, 422) == {"name": "must not be empty"}
    callers.admin.bulk([{"kind": "item", "key": "1", "class": "server", "values": {"name": "n"}}])
    renamed = callers.admin.get("/items", q="n")["rows"][0]["id"]
    callers.admin.patch(f"/items/{renamed}", {"values": {"name": "mine"}})
    assert callers.admin.patch(f"/items/{renamed}", {"values": {"name": None}})["name"] == "n"


def test_a_class_may_be_corrected_within_its_family(callers: Callers) -> None:
    item_id = callers.admin.create("web-1")
    body = {"values": {"class": "laptop", "battery_health": 80}}
    assert callers.admin.patch(f"/items/{item_id}", body)["class"] == "laptop"
    for wrong in ("business_service", "device", "spaceship"):
        answer = callers.admin.send("PATCH", f"/items/{item_id}", json={"values": {"class": wrong}})
        assert refused(answer, 422).keys() == {"class"}


# Retiring


def test_nothing_is_retired_while_something_in_use_leans_on_it(callers: Callers) -> None:
    admin = callers.admin
    app, db = admin.create("app"), admin.create("db")
    relation = admin.relate("depends_on", app, db)
    for request in (
        ("DELETE", {}),
        ("PATCH", {"json": {"values": {"stage": "retired"}}}),
        ("PATCH", {"json": {"values": {"stage": " Retired "}}}),
    ):
        answer = admin.send(request[0], f"/items/{db}", **request[1])
        refused(answer, 409, "conflict")
        assert answer.get_json()["detail"].startswith("1 items in use depend on it")
    admin.send("DELETE", f"/relations/{relation}")
    assert admin.send("DELETE", f"/items/{db}").status_code == 200


def test_a_retired_dependant_holds_nothing_back_and_the_other_end_neither(
    callers: Callers,
) -> None:
    admin = callers.admin
    app, db, cluster = admin.create("app"), admin.create("db"), admin.create("c", "compute_cluster")
    admin.relate("depends_on", app, db)
    admin.relate("member_of", db, cluster)
    assert admin.send("DELETE", f"/items/{app}").status_code == 200
    refused(admin.send("DELETE", f"/items/{db}"), 409)
    assert admin.send("DELETE", f"/items/{cluster}").status_code == 200
    assert admin.send("DELETE", f"/items/{db}").status_code == 200


def test_how_much_hidden_leans_on_an_item_is_not_said(
    callers: Callers, world: World, local_manager: Caller
) -> None:
    admin = callers.admin
    db = admin.create("db", organisation_id=world.operations.id)
    for number in range(3):
        app = admin.create(f"app{number}", organisation_id=world.sales.id)
        admin.relate("depends_on", app, db)
    detail = local_manager.send("DELETE", f"/items/{db}").get_json()["detail"]
    assert detail == "others depend on it; end those relations first"
    near = admin.create("near", organisation_id=world.operations.id)
    admin.relate("depends_on", near, db)
    detail = local_manager.send("DELETE", f"/items/{db}").get_json()["detail"]
    assert detail.startswith("1 items in use and others depend on it")
    assert admin.send("DELETE", f"/items/{db}").get_json()["detail"].startswith("4 items")


# Versions


def test_if_match_keeps_two_editors_apart(callers: Callers) -> None:
    item_id = callers.admin.create("web-1")
    etag = callers.admin.send("GET", f"/items/{item_id}").headers["ETag"]
    callers.admin.patch(f"/items/{item_id}", {"values": {"vendor": "Dell"}}, **{"If-Match": etag})
    for method in ("PATCH", "DELETE"):
        answer = callers.admin.send(
            method, f"/items/{item_id}", json={"values": {}}, headers={"If-Match": etag}
        )
        refused(answer, 412, "stale-version")
    newest = callers.admin.send("GET", f"/items/{item_id}").headers["ETag"]
    both = {"If-Match": f"{etag}, {newest}"}
    assert callers.admin.patch(f"/items/{item_id}", {"values": {"vendor": "HPE"}}, **both)
    assert callers.admin.patch(f"/items/{item_id}", {"values": {}}, **{"If-Match": "*"})


def test_of_two_editors_at_the_same_moment_one_is_told(callers: Callers, app: Flask) -> None:
    item_id = callers.admin.create("web-1")
    etag = callers.admin.send("GET", f"/items/{item_id}").headers["ETag"]

    def edit(vendor: str) -> int:
        return callers.admin.send(
            "PATCH",
            f"/items/{item_id}",
            json={"values": {"vendor": vendor}},
            headers={"If-Match": etag},
        ).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(edit, ["a", "b", "c", "d"]))
    assert statuses == [200, 412, 412, 412]


def test_what_the_client_has_already_is_not_sent_again(callers: Callers) -> None:
    item_id = callers.admin.create("web-1")
    etag = callers.admin.send("GET", f"/items/{item_id}").headers["ETag"]
    again = callers.admin.send("GET", f"/items/{item_id}", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    callers.admin.patch(f"/items/{item_id}", {"values": {"vendor": "Dell"}})
    changed = callers.admin.send("GET", f"/items/{item_id}", headers={"If-None-Match": etag})
    assert changed.status_code == 200


# Lists


@pytest.fixture
def estate(callers: Callers, world: World) -> Callers:
    admin = callers.admin
    admin.create("Beta", vendor="Dell Inc.", serial="B5R0001", memory_bytes=1024)
    admin.create("alpha", environment="production", criticality=1)
    admin.create("Ärger", "laptop", organisation_id=world.sales.id)
    admin.create("gamma", "business_service")
    return callers


def test_lists_are_narrowed_by_every_filter(estate: Callers, world: World) -> None:
    admin = estate.admin
    assert whole_list(admin) == ["alpha", "Beta", "gamma", "Ärger"]
    assert whole_list(admin, q="ALP") == ["alpha"]
    assert whole_list(admin, q="B5R0001") == ["Beta"]
    assert whole_list(admin, **{"class": "computer"}) == ["alpha", "Beta", "Ärger"]
    assert whole_list(admin, organisation_id=world.sales.id) == ["Ärger"]
    assert whole_list(admin, environment="production", criticality=1) == ["alpha"]
    assert whole_list(admin, attribute="vendor", value="dell inc.") == ["Beta"]
    assert whole_list(admin, attribute="memory_bytes", value="1 KiB") == ["Beta"]
    assert whole_list(admin, seen_before="2020-01-01T00:00:00Z") == []
    assert whole_list(admin, stage="retired") == []


def test_lists_are_sorted_by_what_is_allowed_and_nothing_else(estate: Callers) -> None:
    admin = estate.admin
    assert whole_list(admin, sort="-name") == ["Ärger", "gamma", "Beta", "alpha"]
    assert whole_list(admin, sort="class", **{"class": "computer"}) == ["Ärger", "Beta", "alpha"]
    assert whole_list(admin, sort="-id")[0] == "gamma"
    for sort in ("attributes", "name; DROP TABLE item", "--name", "-"):
        answer = admin.send("GET", "/items", query_string={"sort": sort})
        if sort != "-":
            assert refused(answer, 422).keys() == {"sort"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"class": "spaceship"}, "class"),
        ({"attribute": "wings", "value": "2"}, "attribute"),
        ({"attribute": "memory_bytes", "value": "much", "class": "server"}, "value"),
        ({"limit": "0"}, "limit"),
        ({"limit": "501"}, "limit"),
        ({"cursor": "rubbish"}, "cursor"),
        ({"cursor": "WyIiLCJcdTAwMDAiLDFd"}, "cursor"),
        ({"colour": "blue"}, "colour"),
        ({"criticality": "9"}, "criticality"),
        ({"criticality": "high"}, "criticality"),
        ({"organisation_id": "9" * 30}, "organisation_id"),
        ({"seen_after": "yesterday"}, "seen_after"),
        ({"q": "a\0b"}, "q"),
        ({"stage": "\0"}, "stage"),
    ],
)
def test_a_query_that_cannot_be_understood_is_named(
    callers: Callers, query: dict[str, str], field: str
) -> None:
    answer = callers.admin.send("GET", "/items", query_string=query)
    assert refused(answer, 422).keys() == {field}


@pytest.mark.parametrize("sort", ["name", "-name", "class", "last_seen", "-updated", "id"])
def test_paging_is_complete_and_stable_while_items_come_and_go(callers: Callers, sort: str) -> None:
    lines = [
        {"kind": "item", "key": f"k{n}", "class": "server", "values": {"name": f"n{n % 5}"}}
        for n in range(23)
    ]
    results = callers.admin.bulk(lines)
    expected = [row["id"] for row in callers.admin.get("/items", sort=sort, limit=100)["rows"]]
    assert sorted(expected) == [result["id"] for result in results]
    found: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = callers.admin.get("/items", sort=sort, limit=4, cursor=cursor)
        found += [row["id"] for row in page["rows"]]
        cursor = page["next_cursor"]
        if sort in {"name", "id"}:
            callers.admin.create("before everything" if sort == "name" else "n")
    assert [item_id for item_id in found if item_id in expected] == expected
    assert len(found) == len(set(found))


def test_history_and_software_are_paged_newest_and_by_name(
    callers: Callers, database: Database
) -> None:
    admin = callers.admin
    item_id = admin.create("web-1")
    for number in range(5):
        admin.patch(f"/items/{item_id}", {"values": {"vendor": f"v{number}"}})
    first = admin.get(f"/items/{item_id}/history", limit=4)
    second = admin.get(f"/items/{item_id}/history", limit=4, cursor=first["next_cursor"])
    assert [row["detail"].get("new") for row in first["rows"]] == ["v4", "v3", "v2", "v1"]
    assert [row["kind"] for row in second["rows"]] == ["changed", "created"]
    assert second["next_cursor"] is None
    newest = first["rows"][0]
    assert (newest["subject"], newest["source"]) == ("vendor", "person")
    assert newest["person_id"] is not None
    assert newest["request_id"]
    assert admin.get(f"/items/{item_id}/software") == {"rows": [], "next_cursor": None}


# Who sees what


def test_what_is_out_of_sight_does_not_exist(callers: Callers, world: World) -> None:
    hidden = callers.admin.create("ours", organisation_id=world.operations.id)
    seen = callers.admin.create("theirs", organisation_id=world.sales.id)
    outsider = callers.outsider
    assert names(outsider.get("/items")) == ["theirs"]
    assert outsider.get(f"/items/{seen}")["name"] == "theirs"
    for path in ("", "/relations", "/history", "/software", "/impact"):
        for item_id in (hidden, 4711, 10**30):
            assert outsider.send("GET", f"/items/{item_id}{path}").status_code == 404


def test_who_may_only_read_is_told_so(callers: Callers, world: World) -> None:
    item_id = callers.admin.create("web-1")
    body = {"class": "server", "organisation_id": 1, "values": {"name": "x"}}
    reader = callers.reader
    refused(reader.send("POST", "/items", json=body), 403, "permission-denied")
    refused(reader.send("PATCH", f"/items/{item_id}", json={"values": {}}), 403)
    refused(reader.send("DELETE", f"/items/{item_id}"), 403)
    refused(callers.nobody_known.send("GET", "/items"), 401, "not-signed-in")
    refused(callers.without_role.send("GET", "/items"), 403, "permission-denied")


def test_a_requester_sees_what_is_their_own(callers: Callers, world: World) -> None:
    mine, other = callers.admin.create("mine", "laptop"), callers.admin.create("other", "laptop")
    party = {"role": "user", "person_id": world.requester.person_id}
    callers.admin.patch(f"/items/{mine}", {"parties": [party]})
    assert names(callers.requester.get("/items")) == ["mine"]
    refused(callers.requester.send("GET", f"/items/{other}"), 404)


def test_a_location_out_of_sight_cannot_be_named(
    callers: Callers, world: World, local_manager: Caller
) -> None:
    hidden = callers.admin.create("room", "room", organisation_id=world.sales.id)
    near = callers.admin.create("hall", "room", organisation_id=world.operations.id)
    item_id = local_manager.create("web-1", organisation_id=world.operations.id, location=near)
    for room in (hidden, 4711):
        answer = local_manager.send(
            "PATCH", f"/items/{item_id}", json={"values": {"location": room}}
        )
        assert refused(answer, 422) == {"location": f"there is no item {room}"}


def test_an_organisation_out_of_reach_cannot_be_written_into(
    callers: Callers, world: World, local_manager: Caller
) -> None:
    for organisation_id in (world.sales.id, world.root.id, 4711):
        body = {"class": "server", "organisation_id": organisation_id, "values": {"name": "x"}}
        answer = local_manager.send("POST", "/items", json=body)
        assert refused(answer, 422).keys() == {"organisation_id"}
    theirs = callers.admin.create("theirs", organisation_id=world.sales.id)
    refused(local_manager.send("PATCH", f"/items/{theirs}", json={"values": {}}), 404)


# Bodies


def test_a_body_of_another_type_or_size_is_refused(callers: Callers, app: Flask) -> None:
    admin = callers.admin
    text = admin.send("POST", "/items", data="name=x", content_type="text/plain")
    refused(text, 415)
    broken = admin.send("POST", "/items", data="{", content_type="application/json")
    assert broken.status_code in {400, 422}
    for body in ("[]", "5", "null", '"x"'):
        answer = admin.send("POST", "/items", data=body, content_type="application/json")
        assert answer.status_code in {400, 422}, answer.text
    app.config["MAX_CONTENT_LENGTH"] = 1000
    large = admin.send("POST", "/items", json={"values": {"name": "x" * 2000}})
    refused(large, 413)
    assert "max_body_megabytes" in large.get_json()["detail"]


def test_a_method_that_is_not_there_names_those_that_are(callers: Callers) -> None:
    answer = callers.admin.send("PUT", "/items")
    refused(answer, 405)
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))
