"""Documents over REST: what they are about, their versions, who sees them, and their reviews."""

import base64
import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from server.assets.jobs import tell_of_reviews
from server.assets.products.linking import link_items
from server.desk.tickets.jobs import run_tidying
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.search.index import DOCUMENT, forget
from server.foundation.settings import Settings
from server.foundation.storage import attachments_at
from server.notify.models import Notification
from server.wiring import JOBS
from tests.server.items.rest import Caller, Callers, refused
from tests.support.people import World

_PLAIN = {"title": "Wiring", "kind": "diagram"}


def _written(caller: Caller, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = caller.post("/documents", _PLAIN | {"organisation_id": 1} | more)
    return found


def _file(content: bytes, name: str = "wiring.pdf") -> dict[str, str]:
    return {"file_name": name, "content": base64.b64encode(content).decode()}


def test_each_version_stays_as_it_was_kept(callers: Callers) -> None:
    item = callers.admin.create("db")
    made = _written(callers.admin, item_ids=[item])
    path = f"/documents/{made['id']}"
    first = callers.admin.post(f"{path}/versions", _file(b"one", "../a\\b.pdf"))
    assert (first["number"], first["file_name"], first["size"]) == (1, "b.pdf", 3)
    wiki = {"url": "https://wiki.example.test/a", "note": "moved"}
    assert callers.admin.post(f"{path}/versions", wiki)["number"] == 2
    saved = callers.reader.send("GET", f"{path}/versions/1")
    assert (saved.data, saved.headers["X-Content-Type-Options"]) == (b"one", "nosniff")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    led = callers.reader.send("GET", f"{path}/versions/2")
    assert (led.status_code, led.headers["Location"]) == (303, wiki["url"])
    refused(callers.reader.send("GET", f"{path}/versions/3"), 404)
    found = callers.reader.get(path)
    assert [one["number"] for one in found["versions"]] == [2, 1]
    assert [one["name"] for one in found["items"]] == ["db"]
    assert found["newest"]["url"] == wiki["url"]


def test_a_version_is_a_file_or_an_address(callers: Callers) -> None:
    path = f"/documents/{_written(callers.admin)['id']}/versions"
    both = _file(b"one") | {"url": "https://wiki.example.test/a"}
    for wrong, field in (
        ({}, "file"),
        (both, "file"),
        (_file(b""), "file"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://wiki.example.test/a b"}, "url"),
        ({"content": "no base64!"}, "content"),
    ):
        assert field in refused(callers.admin.send("POST", path, json=wrong), 422), wrong
    refused(callers.reader.send("POST", path, json=_file(b"one")), 403)


def test_a_document_that_makes_no_sense_is_refused_by_its_fields(callers: Callers) -> None:
    wrong = {"title": "T", "kind": "tale", "organisation_id": 1}
    assert "kind" in refused(callers.admin.send("POST", "/documents", json=wrong), 422)
    for more in (
        {"item_ids": [99]},
        {"product_model_ids": [99]},
        {"contract_ids": [99]},
        {"owner_id": 99},
        {"review_months": 0},
        {"organisation_id": 99},
    ):
        body = _PLAIN | {"organisation_id": 1} | more
        assert set(more) == set(refused(callers.admin.send("POST", "/documents", json=body), 422))


def test_documents_of_an_item_are_its_own_and_those_of_its_model(
    callers: Callers, database: Database
) -> None:
    item = callers.admin.create("db", vendor="Acme", model="Rocket 3")
    other = callers.admin.create("web")
    with database.writing() as session:
        link_items(session, [item], utc_now())
    model = callers.admin.get(f"/items/{item}/product-model")["model"]["id"]
    own = _written(callers.admin, title="Own", item_ids=[item])
    manual = _written(callers.admin, title="Manual", kind="manual", product_model_ids=[model])
    _written(callers.admin, title="Of another", item_ids=[other])
    rows = callers.reader.get("/documents", item_id=item)["rows"]
    assert [row["id"] for row in rows] == [manual["id"], own["id"]]
    rows = callers.reader.get("/documents", item_id=item, kind="manual")["rows"]
    assert [row["title"] for row in rows] == ["Manual"]
    refused(callers.outsider.send("GET", f"/documents?item_id={item}"), 404)


def test_a_manual_kept_above_is_read_below_where_there_is_such_an_item(
    callers: Callers, database: Database, world: World
) -> None:
    """The root keeps manuals of two models; sales has an item of one of them."""
    theirs = callers.admin.create(
        "theirs", vendor="Acme", model="Rocket", organisation_id=world.sales.id
    )
    ours = callers.admin.create("ours", vendor="Acme", model="Secret")
    with database.writing() as session:
        link_items(session, [theirs, ours], utc_now())
    known = {
        name: callers.admin.get(f"/items/{item}/product-model")["model"]["id"]
        for name, item in (("theirs", theirs), ("ours", ours))
    }
    manual = _written(callers.admin, title="Rocket", product_model_ids=[known["theirs"]])
    _written(callers.admin, title="Secret", product_model_ids=[known["ours"]])
    rows = callers.outsider.get("/documents")["rows"]
    assert [row["id"] for row in rows] == [manual["id"]]
    refused(callers.outsider.send("PUT", f"/documents/{manual['id']}", json=_PLAIN), 403)


def test_who_manages_a_branch_writes_on_its_items_alone(
    callers: Callers, local_manager: Caller, world: World
) -> None:
    here = callers.admin.create("here", organisation_id=world.operations.id)
    there = callers.admin.create("there")
    draft = _PLAIN | {"organisation_id": world.operations.id}
    made = local_manager.post("/documents", draft | {"item_ids": [here]})
    refused(local_manager.send("POST", "/documents", json=draft | {"item_ids": [there]}), 422)
    # What somebody else added, and they do not see, stays when they edit.
    path = f"/documents/{made['id']}"
    both = _PLAIN | {"item_ids": [here, there]}
    assert callers.admin.send("PUT", path, json=both).status_code == 200
    assert local_manager.send("PUT", path, json=_PLAIN | {"item_ids": []}).status_code == 200
    assert [one["id"] for one in callers.admin.get(path)["items"]] == [there]


def test_two_editors_at_once_do_not_overwrite_each_other(callers: Callers) -> None:
    path = f"/documents/{_written(callers.admin)['id']}"
    tag = callers.admin.send("GET", path).headers["ETag"]
    first = callers.admin.send("PUT", path, json=_PLAIN, headers={"If-Match": tag})
    assert first.status_code == 200
    refused(callers.admin.send("PUT", path, json=_PLAIN, headers={"If-Match": tag}), 412)


def test_a_review_is_asked_for_at_each_step_and_follows_the_rhythm(
    callers: Callers, database: Database, world: World
) -> None:
    owner = world.agent.person_id
    today = utc_now().date()
    due = today + timedelta(days=30)
    made = _written(callers.admin, owner_id=owner, review_on=due.isoformat(), review_months=6)
    for days in (-1, 0, 5, 23, 30, 60):
        with database.writing() as session:
            tell_of_reviews(session, utc_now() + timedelta(days=days))
    with database.reading() as session:
        told = session.scalars(select(Notification).order_by(Notification.id)).all()
    assert {one.person_id for one in told} == {owner}
    assert [one.event_key for one in told] == [
        f"document_review:{made['id']}:{due.isoformat()}:{step}" for step in (30, 7, 0)
    ]
    path = f"/documents/{made['id']}"
    late = callers.reader.get("/documents", due_by=due.isoformat())["rows"]
    assert [row["id"] for row in late] == [made["id"]]
    yesterday = (today - timedelta(days=1)).isoformat()
    refused(callers.admin.send("POST", f"{path}/review", json={"review_on": yesterday}), 422)
    refused(callers.reader.send("POST", f"{path}/review", json={}), 403)
    found = callers.admin.post(f"{path}/review", {}, 200)
    months = today.month + 6
    following = date.fromisoformat(found["review_on"])
    assert (following.year * 12 + following.month) == today.year * 12 + months
    assert found["reviewed_at"]


def test_of_a_document_without_an_owner_hear_the_owners_of_what_it_is_about(
    callers: Callers, database: Database, world: World
) -> None:
    item = callers.admin.create("db")
    parties = {"parties": [{"role": "owner", "group_id": world.support.id}]}
    callers.admin.patch(f"/items/{item}", {"values": {}} | parties)
    _written(callers.admin, item_ids=[item], review_on=utc_now().date().isoformat())
    with database.writing() as session:
        assert tell_of_reviews(session, utc_now()) == 1
    with database.reading() as session:
        assert session.scalars(select(Notification.person_id)).all() == [world.agent.person_id]


def test_what_is_let_go_is_gone_and_its_file_after_it(
    callers: Callers, app: Flask, database: Database, tmp_path: Path
) -> None:
    kept, gone = (_written(callers.admin, title=title) for title in ("Kept", "Gone"))
    for one in (kept, gone):
        callers.admin.post(f"/documents/{one['id']}/versions", _file(b"x"))
    assert callers.admin.send("DELETE", f"/documents/{gone['id']}").status_code == 204
    refused(callers.admin.send("GET", f"/documents/{gone['id']}"), 404)
    storage = attachments_at(tmp_path)
    assert len(list(storage.names())) == 2
    for name in storage.names():
        path = storage.folder / storage.relative(name)
        long_ago = path.stat().st_mtime - 10 * 86400
        os.utime(path, (long_ago, long_ago))
    context = JobContext(database, Settings(home=tmp_path), {})
    assert run_tidying(context) == {"removed": 1}
    saved = callers.reader.send("GET", f"/documents/{kept['id']}/versions/1")
    assert saved.data == b"x"


def _found(caller: Caller, words: str) -> list[int]:
    rows = caller.get("/search", q=words, kind="document")["rows"]
    listed = caller.get("/documents", q=words)["rows"]
    assert {row["id"] for row in rows} <= {row["id"] for row in listed}
    return [row["id"] for row in rows]


def test_documents_are_found_by_their_words_and_the_names_of_their_files(callers: Callers) -> None:
    note = "Which switches feed the cold aisle"
    made = _written(callers.admin, title="Wiring of hall 7", kind="diagram", note=note)["id"]
    other = _written(callers.admin, title="Terms", kind="contract")["id"]
    callers.admin.post(f"/documents/{made}/versions", _file(b"one", "cabling_plan-v2.pdf"))
    reader = callers.reader
    for words in ("wiring", "hall", "switch", "aisles", "diagrams", "diagrama", "cabling", "ablin"):
        assert _found(reader, words) == [made], words
    assert _found(reader, "wiring switch plan") == [made]
    assert _found(reader, "contrato") == [other]
    assert _found(reader, "wiring terms") == []
    callers.admin.send("PUT", f"/documents/{made}", json=_PLAIN | {"title": "Cold water"})
    assert _found(reader, "hall") == []
    assert _found(reader, "water") == [made]
    assert _found(callers.outsider, "water") == []
    refused(callers.nobody_known.send("GET", "/search", query_string={"q": "water"}), 401)
    assert callers.admin.send("DELETE", f"/documents/{made}").status_code == 204
    assert _found(reader, "water") == []


def test_documents_that_were_there_before_the_index_are_taken_into_it(
    callers: Callers, database: Database, tmp_path: Path
) -> None:
    made = [_written(callers.admin, title=f"Plan {number}")["id"] for number in range(3)]
    with database.writing() as session:
        forget(session, DOCUMENT, made)
    assert _found(callers.admin, "plan") == []
    job = JOBS["search.documents"]
    context = JobContext(database, Settings(home=tmp_path), {})
    assert job.run(context) == {"documents": 3}
    assert sorted(_found(callers.admin, "plan")) == made
    assert job.run(context) == {"documents": 0}
