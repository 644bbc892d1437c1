"""Questions of identity, merges, splits and junk values over REST, guarded and never silent."""

from typing import Any

import pytest
from sqlalchemy import select

from server.foundation.audit import AuditEntry
from server.foundation.database import Database
from tests.server.items.rest import Caller, Callers, refused
from tests.support.people import World

_MACHINE = "00000001a1b2c3d4e5f60718293a4b5c"


def line(key: str, name: str, **identifiers: str) -> dict[str, Any]:
    return {
        "kind": "item",
        "key": key,
        "class": "server",
        "values": {"name": name, "asset_tag": f"tag of {name}"},
        "identifiers": identifiers,
    }


@pytest.fixture
def asked(callers: Callers) -> tuple[int, int]:
    """Two items, and a line that fits both: it waits."""
    one, other = callers.admin.bulk(
        [
            line("a", "one", serial="SER-0001", vendor="ACME"),
            line("b", "other", machine_id=_MACHINE),
        ]
    )
    (waiting,) = callers.admin.bulk(
        [line("c", "third", serial="SER-0001", vendor="ACME", machine_id=_MACHINE)]
    )
    assert waiting["outcome"] == "review"
    return one["id"], other["id"]


def first_review(caller: Caller) -> int:
    review_id: int = caller.get("/identity-reviews")["rows"][0]["id"]
    return review_id


def acts(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.seq))
        return [(e.act, e.subject) for e in entries if e.act.startswith(("item", "identity", "ju"))]


# Questions


def test_a_question_shows_its_candidates_side_by_side(
    callers: Callers, asked: tuple[int, int]
) -> None:
    review_id = first_review(callers.manager)
    shown = callers.manager.get(f"/identity-reviews/{review_id}")
    assert (shown["outcome"], shown["why"]) == ("review", "several items fit as well")
    assert {row["item"]["id"] for row in shown["candidates"]} == set(asked)
    assert all(row["writable"] for row in shown["candidates"])
    (names,) = (row for row in shown["values"] if row["attribute"] == "name")
    assert names["reported"] == "third"
    assert names["candidates"] == {str(asked[0]): "one", str(asked[1]): "other"}
    lines = {ln["kind"]: ln["verdict"] for row in shown["candidates"] for ln in row["lines"]}
    assert lines["serial"] == "for"


@pytest.mark.parametrize("choice", [0, 1])
def test_the_same_answer_lets_the_report_land_there(
    callers: Callers, asked: tuple[int, int], database: Database, choice: int
) -> None:
    review_id = first_review(callers.manager)
    item_id = asked[choice]
    body = {"answer": "same", "item_id": item_id}
    answered = callers.manager.post(f"/identity-reviews/{review_id}", body, status=200)
    assert (answered["resolution"], answered["item_id"]) == ("same", item_id)
    item = callers.reader.get(f"/items/{item_id}")
    assert item["attributes"]["asset_tag"] == "tag of third"
    assert callers.manager.get("/identity-reviews")["rows"] == []
    assert acts(database) == [("identity.decided", f"identity_review:{review_id}")]
    explained = callers.reader.get(f"/items/{item_id}/identity")
    assert [one["id"] for one in explained["decisions"]] == [review_id]


def test_a_new_item_and_an_ignored_report_are_remembered(
    callers: Callers, asked: tuple[int, int]
) -> None:
    review_id = first_review(callers.manager)
    made = callers.manager.post(f"/identity-reviews/{review_id}", {"answer": "new"}, status=200)
    assert made["item_id"] not in {*asked, None}
    again = line("c", "third", serial="SER-0001", vendor="ACME", machine_id=_MACHINE)
    (result,) = callers.admin.bulk([again])
    assert (result["outcome"], result["id"]) == ("unchanged", made["item_id"])
    (other,) = callers.admin.bulk([again | {"key": "d"}])
    if other["outcome"] == "review":
        review_id = first_review(callers.manager)
        body = {"answer": "ignored"}
        callers.manager.post(f"/identity-reviews/{review_id}", body, status=200)
        (ignored,) = callers.admin.bulk([again | {"key": "d"}])
        assert ignored["outcome"] == "refused"


def test_a_question_is_decided_once(callers: Callers, asked: tuple[int, int]) -> None:
    review_id = first_review(callers.manager)
    path, body = f"/identity-reviews/{review_id}", {"answer": "same", "item_id": asked[0]}
    callers.manager.post(path, body, status=200)
    refused(callers.admin.send("POST", path, json=body), 409, "conflict")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"answer": "perhaps"}, "answer"),
        ({"answer": "same"}, "item_id"),
        ({"answer": "same", "item_id": 4711}, "item_id"),
        ({"answer": "new", "item_id": 1}, "item_id"),
        ({"answer": "new", "class": "no_such_class"}, "class"),
        ({}, "answer"),
    ],
)
@pytest.mark.usefixtures("asked")
def test_a_wrong_answer_names_its_field_and_decides_nothing(
    callers: Callers, body: dict[str, Any], field: str
) -> None:
    review_id = first_review(callers.manager)
    answer = callers.manager.send("POST", f"/identity-reviews/{review_id}", json=body)
    assert field in refused(answer, 422, "invalid-value")
    assert first_review(callers.manager) == review_id


@pytest.mark.usefixtures("asked")
def test_who_may_not_change_items_there_is_not_asked(
    callers: Callers, local_manager: Caller
) -> None:
    review_id = first_review(callers.manager)
    assert local_manager.get("/identity-reviews")["rows"] == []
    refused(local_manager.send("GET", f"/identity-reviews/{review_id}"), 404)
    refused(callers.reader.send("GET", "/identity-reviews"), 403)


# Merging and splitting


def test_a_merge_is_previewed_done_followed_and_taken_back(
    callers: Callers, database: Database
) -> None:
    manager = callers.manager
    kept, gone = manager.create("kept", asset_tag="A"), manager.create("gone", model="M")
    ticket = {"title": "It hums", "affected_item_ids": [gone]}
    reference = callers.support.post("/tickets", ticket)["reference"]
    shown = manager.get(f"/items/{kept}/merge", other_id=gone)
    values = {row["attribute"]: row for row in shown["values"]}
    assert values["model"] == {
        "attribute": "model",
        "kept": None,
        "gone": "M",
        "result": "M",
        "conflict": False,
    }
    assert values["name"]["conflict"] is True
    assert shown["rows"]["affected_item.item_id"] == {"move": 1, "double": 0}
    act = manager.post(f"/items/{kept}/merge", {"other_id": gone})
    assert (act["kind"], act["item_id"], act["other_id"]) == ("merged", kept, gone)
    moved = callers.reader.send("GET", f"/items/{gone}")
    assert (moved.status_code, moved.headers["Location"]) == (307, f"/api/v1/items/{kept}")
    listed = manager.get("/items", q="gone")["rows"]
    assert [row["id"] for row in listed] == [kept]
    tickets = callers.support.get("/tickets", item_id=kept)["rows"]
    assert [row["reference"] for row in tickets] == [reference]
    history = manager.get(f"/items/{kept}/history")["rows"]
    assert [row["kind"] for row in history].count("created") == 2
    undone = manager.post(f"/identity-acts/{act['id']}/undo", None, status=200)
    assert undone["undone_at"]
    assert manager.get(f"/items/{gone}")["name"] == "gone"
    assert [act for act, _ in acts(database)] == ["item.merged", "item.merged.undone"]


def test_two_editors_at_once_do_not_merge_what_they_have_not_seen(callers: Callers) -> None:
    manager = callers.manager
    kept, gone = manager.create("kept"), manager.create("gone")
    manager.patch(f"/items/{gone}", {"values": {"model": "new"}})
    body = {"other_id": gone, "other_version": 1}
    path = f"/items/{kept}/merge"
    refused(manager.send("POST", path, json=body), 412, "stale-version")
    manager.patch(f"/items/{kept}", {"values": {"model": "new"}})
    headers = {"If-Match": '"1"'}
    refused(manager.send("POST", path, json={"other_id": gone}, headers=headers), 412)
    headers = {"If-Match": '"2"'}
    body["other_version"] = 2
    assert manager.send("POST", path, json=body, headers=headers).status_code == 201


def test_merges_that_cannot_be_are_refused_in_words(
    callers: Callers, local_manager: Caller, world: World
) -> None:
    manager = callers.manager
    server, service = manager.create("srv"), manager.create("svc", "business_service", code="S")
    path = f"/items/{server}/merge"
    refused(manager.send("POST", path, json={"other_id": service}), 409, "conflict")
    assert refused(manager.send("POST", path, json={"other_id": server}), 422)
    wrong = refused(manager.send("POST", path, json={"other_id": 4711}), 422)
    assert wrong == {"other_id": "there is no item 4711 that you may change"}
    inside = manager.create("inside", organisation_id=world.operations.id)
    foreign = local_manager.send("POST", f"/items/{inside}/merge", json={"other_id": server})
    assert "other_id" in refused(foreign, 422)
    refused(callers.reader.send("POST", path, json={"other_id": inside}), 403)


def test_a_split_is_previewed_done_and_taken_back(callers: Callers) -> None:
    manager = callers.manager
    (made,) = callers.admin.bulk([line("a", "one", serial="SER-0001", vendor="ACME")])
    item_id = made["id"]
    manager.patch(f"/items/{item_id}", {"values": {"name": "typed", "model": "X"}})
    explained = manager.get(f"/items/{item_id}/identity")
    weights = {row["kind"]: row["weight"] for row in explained["evidence"]}
    assert weights["serial"] == 90
    (person,) = (row["id"] for row in explained["sources"] if row["source"] == "person")
    body = {"source_ids": [person]}
    shown = manager.post(f"/items/{item_id}/split-preview", body, status=200)
    assert {row["attribute"]: row["gone"] for row in shown["values"]}["name"] == "typed"
    act = manager.post(f"/items/{item_id}/split", body)
    assert manager.get(f"/items/{act['other_id']}")["model"] == "X"
    assert manager.get(f"/items/{item_id}")["name"] == "one"
    manager.post(f"/identity-acts/{act['id']}/undo", None, status=200)
    assert manager.get(f"/items/{item_id}")["name"] == "typed"
    everything = {"source_ids": [row["id"] for row in explained["sources"]]}
    wrong = refused(manager.send("POST", f"/items/{item_id}/split", json=everything), 422)
    assert wrong == {"sources": "at least one source must stay"}


# Junk values


def test_an_administrator_declares_a_value_junk_and_takes_it_back(
    callers: Callers, database: Database
) -> None:
    admin = callers.admin
    made = admin.post("/junk-values", {"kind": "serial", "value": " proto-1 ", "note": "batch 7"})
    assert (made["kind"], made["value"]) == ("serial", "PROTO-1")
    first, second = admin.bulk(
        [
            line("a", "one", serial="PROTO-1", vendor="ACME"),
            line("b", "two", serial="PROTO-1", vendor="ACME"),
        ]
    )
    assert first["id"] != second["id"]
    explained = admin.get(f"/items/{first['id']}/identity")["evidence"]
    assert [(row["why"], row["weight"]) for row in explained if row["kind"] == "serial"] == [
        ("junk", 0)
    ]
    listed = admin.get("/junk-values")
    assert [row["value"] for row in listed["own"]] == ["PROTO-1"]
    assert "default string" in listed["shipped"]["text"]
    assert admin.send("DELETE", f"/junk-values/{made['id']}").status_code == 204
    assert [act for act, _ in acts(database)] == ["junk.added", "junk.removed"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "name", "value": "pc01"}, "kind"),
        ({"kind": "serial", "value": "Default string"}, "value"),
        ({"kind": "mac", "value": "00:11"}, "value"),
        ({"kind": "uuid", "value": "no uuid"}, "value"),
        ({"kind": "serial"}, "value"),
    ],
)
def test_junk_that_is_none_is_refused_by_name(
    callers: Callers, body: dict[str, str], field: str
) -> None:
    answer = callers.admin.send("POST", "/junk-values", json=body)
    assert field in refused(answer, 422, "invalid-value")


def test_junk_is_declared_once_and_by_administrators(callers: Callers) -> None:
    body = {"kind": "mac", "value": "D4-F5-47"}
    assert callers.admin.post("/junk-values", body)["value"] == "d4:f5:47"
    refused(callers.admin.send("POST", "/junk-values", json=body), 409, "duplicate-name")
    refused(callers.manager.send("POST", "/junk-values", json=body), 403)
