"""The list as programs ask it: the query language, sorting by attributes, views, bulk edits."""

from typing import Any

import pytest

from tests.server.items.rest import Callers, refused


@pytest.fixture
def estate(callers: Callers) -> dict[str, int]:
    create = callers.admin.create
    return {
        "a": create("a-1", os_version="12.1", vendor="Dell"),
        "b": create("b-1", os_version="9.13", vendor="HPE", environment="test"),
        "c": create("c-1", vendor="HPE"),
        "d": create("d-1", "laptop", os_version="12.1"),
    }


def _names(answer: Any) -> list[str]:
    return [row["name"] for row in answer["rows"]]


def test_a_list_answers_the_query_language(callers: Callers, estate: dict[str, int]) -> None:
    assert _names(callers.admin.get("/items", query="class:server and os.version<12")) == ["b-1"]
    assert _names(callers.admin.get("/items", query="vendor:hpe not env:test")) == ["c-1"]
    wrong = refused(callers.admin.send("GET", "/items?query=class:servr"), 422)
    told = "'servr' at character 7: there is no such class; did you mean server?"
    assert wrong == {"query": told}


@pytest.mark.parametrize(
    ("sort", "order"),
    [("os_version", ["b-1", "a-1", "d-1", "c-1"]), ("-os_version", ["d-1", "a-1", "b-1", "c-1"])],
)
def test_a_list_is_sorted_by_an_attribute_of_a_class_page_by_page(
    callers: Callers, estate: dict[str, int], sort: str, order: list[str]
) -> None:
    assert _names(callers.admin.get("/items", sort=sort)) == order
    found: list[str] = []
    cursor: str | None = ""
    for _ in order:
        page = callers.admin.get("/items", sort=sort, limit=1, cursor=cursor)
        found += _names(page)
        cursor = page["next_cursor"]
    assert (found, cursor) == (order, None)


def test_many_items_are_edited_after_a_preview(callers: Callers, estate: dict[str, int]) -> None:
    edit = {"query": "vendor:hpe", "values": {"environment": "production"}}
    would = callers.manager.post("/items/edits", edit | {"dry_run": True}, 200)
    assert (would["changed"], would["refused"]) == (2, 0)
    old = {row["item"]["name"]: row["changes"]["environment"]["old"] for row in would["rows"]}
    assert old == {"b-1": "test", "c-1": None}
    assert _names(callers.admin.get("/items", query="env:production")) == []
    callers.manager.post("/items/edits", edit, 200)
    assert _names(callers.admin.get("/items", query="env:production")) == ["b-1", "c-1"]
    again = callers.manager.post("/items/edits", edit, 200)
    assert (again["changed"], again["unchanged"]) == (0, 2)


def test_what_cannot_be_edited_is_named_and_the_rest_lands(
    callers: Callers, estate: dict[str, int]
) -> None:
    callers.admin.relate("depends_on", estate["a"], estate["b"])
    edit = {"item_ids": [estate["a"], estate["b"]], "values": {"stage": "retired"}}
    done = callers.manager.post("/items/edits", edit, 200)
    assert (done["changed"], done["refused"]) == (1, 1)
    assert "depend on it" in done["rows"][0]["problems"]["stage"]
    stages = {key: callers.admin.get(f"/items/{estate[key]}")["stage"] for key in "ab"}
    assert stages == {"a": "retired", "b": "in_use"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"values": {"vendor": "x"}}, "item_ids"),
        ({"query": "a", "item_ids": [1], "values": {"vendor": "x"}}, "item_ids"),
        ({"query": "a", "values": {"name": "x"}}, "name"),
        ({"query": "a", "values": {"shade": "x"}}, "shade"),
        ({"query": "a", "values": {}}, "values"),
        ({"query": "tier:x", "values": {"vendor": "x"}}, "query"),
    ],
)
def test_an_edit_that_cannot_be_says_why(
    callers: Callers, body: dict[str, Any], field: str
) -> None:
    assert field in refused(callers.manager.send("POST", "/items/edits", json=body), 422)


def test_nobody_edits_what_they_only_read(callers: Callers, estate: dict[str, int]) -> None:
    edit = {"item_ids": [estate["a"]], "values": {"vendor": "x"}}
    refused(callers.reader.send("POST", "/items/edits", json=edit), 403)


def test_views_are_kept_shared_and_forgotten(callers: Callers) -> None:
    view = {
        "name": "Old servers",
        "query": "class:server os.version<12",
        "columns": ["vendor_model"],
    }
    kept = callers.manager.post("/item-views", view)
    assert callers.reader.get("/item-views") == []
    shared = callers.manager.post("/item-views", view | {"shared": True, "sort": "-last_seen"})
    assert shared["id"] == kept["id"]
    assert [one["name"] for one in callers.reader.get("/item-views")] == ["Old servers"]
    refused(callers.reader.send("DELETE", f"/item-views/{kept['id']}"), 404)
    assert callers.manager.send("DELETE", f"/item-views/{kept['id']}").status_code == 204
    assert callers.reader.get("/item-views") == []
    bad = callers.manager.send("POST", "/item-views", json=view | {"query": "class:servr"})
    assert "query" in refused(bad, 422)
