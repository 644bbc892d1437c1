"""Bulk upsert: NDJSON through the door, a result for each line, one bad line sinks no other."""

import gzip
import json
import zlib
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from cmdb.inventory.door import BATCH
from cmdb.records.items import Item
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.items.models import BulkAnswer
from tests.server.items.rest import Caller, Callers, refused
from tests.support.people import World


def item(key: str, **more: Any) -> dict[str, Any]:
    return {"kind": "item", "key": key, "class": "server", "values": {"name": key}} | more


def needs(start: Any, end: Any, **more: Any) -> dict[str, Any]:
    return {"kind": "relation", "type": "depends_on", "start": start, "end": end} | more


def outcomes(results: list[dict[str, Any]]) -> list[str]:
    return [result["outcome"] for result in results]


ESTATE = [
    item("web", values={"name": "web-1", "memory_bytes": "64 GiB"}),
    needs("shop", "web", group={"name": "web", "rule": "at_least", "threshold": 1}),
    item("shop", **{"class": "business_service"}),
    needs("web", "db", weight=0.5, confidence=0.9, evidence={"port": 5432}),
    item("db", identifiers={"serial": "B5R0001", "vendor": "Dell", "mac": ["18:66:da:00:00:01"]}),
]


def test_an_estate_lands_in_one_request_and_again_changes_nothing(callers: Callers) -> None:
    results = callers.manager.bulk(ESTATE)
    assert outcomes(results) == ["created"] * 5
    assert [result["line"] for result in results] == [1, 2, 3, 4, 5]
    web = callers.manager.get(f"/items/{results[0]['id']}")
    assert (web["name"], web["attributes"]) == ("web-1", {"memory_bytes": 68719476736})
    rows = callers.manager.get(f"/items/{web['id']}/relations")
    assert [(row["type"], row["other"]["name"], row["source"]) for row in rows] == [
        ("depends_on", "db", "rest"),
        ("depends_on", "shop", "rest"),
    ]
    again = callers.manager.bulk(ESTATE)
    assert outcomes(again) == ["unchanged"] * 5
    assert [result["id"] for result in again] == [result["id"] for result in results]


def test_results_stand_in_the_order_of_their_lines_and_bad_ones_sink_no_other(
    callers: Callers,
) -> None:
    lines = [
        b"{not json",
        item("one"),
        b"",
        item("two", **{"class": "spaceship"}),
        needs("one", "nobody"),
        item("three", values={"name": "three", "memory_bytes": "much"}),
        needs("three", "one"),
        {"kind": "ticket"},
        b'"text"',
        needs("one", "one"),
        needs("one", "three", type="flies_to"),
        item("last"),
    ]
    results = callers.manager.bulk(lines)
    assert [(result["line"], result["outcome"]) for result in results] == [
        (1, "refused"),
        (2, "created"),
        (4, "refused"),
        (5, "refused"),
        (6, "created"),
        (7, "created"),
        (8, "refused"),
        (9, "refused"),
        (10, "refused"),
        (11, "refused"),
        (12, "created"),
    ]
    wrong = {result["line"]: result["problems"] for result in results}
    assert wrong[1]["line"].startswith("is not valid JSON")
    assert wrong[4] == {"class": "there is no class 'spaceship'"}
    assert wrong[5] == {"end": "there is no item rest:nobody"}
    assert wrong[6].keys() == {"memory_bytes"}
    assert wrong[8] == {"kind": "must be 'item' or 'relation'"}
    assert wrong[9] == {"line": "must be a JSON object"}
    assert wrong[10] == {"end": "an item cannot relate to itself"}
    assert wrong[11] == {"type": "there is no relationship type 'flies_to'"}


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (item("x", colour="blue"), {"colour"}),
        (item("x" * 256), {"key"}),
        (item("a\0b"), {"key"}),
        (item("a\ud800b"), {"key"}),
        (item("x", **{"class": None}), {"class"}),
        (item("x", values=[]), {"values"}),
        (item("x", confidence=2), {"confidence"}),
        (item("x", confidence=True), {"confidence"}),
        (item("x", identifiers={"passport": "1"}), {"identifiers.passport"}),
        (item("x", identifiers={"serial": 5}), {"identifiers.serial"}),
        (item("x", identifiers={"vendor": ["x"]}), {"identifiers.vendor"}),
        (item("x", parties="x"), {"parties"}),
        (item("x", parties=[{"role": "king", "person_id": 1}]), {"parties.0.role"}),
        (item("x", parties=[{"role": "owner"}]), {"parties.0"}),
        (item("x", parties=[{"role": "owner", "person_id": True}]), {"parties.0"}),
        (needs("x", 5.5), {"end"}),
        (needs("x", ""), {"end"}),
        (needs("x", -1), {"end"}),
        (needs("x", "a\0"), {"end"}),
        (needs("x", "y", weight=7), {"weight"}),
        (needs("x", "y", evidence=[]), {"evidence"}),
        (needs("x", "y", group="g"), {"group"}),
        (needs("x", "y", group={"name": "g", "rule": "luck"}), {"group.rule"}),
        (needs("x", "y", group={"name": "g", "threshold": "1"}), {"group.threshold"}),
        (needs("x", "y", group={"name": "g", "colour": "b"}), {"group.colour"}),
        (needs("x", "y", group={"name": ""}), {"group.name"}),
        (b'{"kind": "item", "class": "server", "confidence": NaN}', {"line"}),
        (b'{"kind": "item", "key": "\xff"}', {"line"}),
        (b"[" * 100_000, {"line"}),
        (b'{"kind": "item", "key": "' + b"x" * 1_100_000 + b'"}', {"line"}),
    ],
)
def test_a_line_that_cannot_be_read_names_its_field(
    callers: Callers, line: Any, fields: set[str]
) -> None:
    good, bad, last = callers.manager.bulk([item("good"), line, item("last")])
    assert (good["outcome"], last["outcome"]) == ("created", "created")
    assert (bad["outcome"], bad["id"]) == ("refused", None)
    assert bad["problems"].keys() == fields


def test_parties_and_places_that_do_not_exist_are_named_and_the_item_lands(
    callers: Callers, world: World
) -> None:
    parties = [
        {"role": "owner", "person_id": 4711},
        {"role": "user", "person_id": world.reader.person_id},
    ]
    values = {"name": "x", "location": 4711}
    (result,) = callers.manager.bulk([item("x", parties=parties, values=values)])
    assert result["outcome"] == "created"
    assert result["problems"] == {
        "parties.0.person_id": "there is no person 4711",
        "location": "there is no item 4711",
    }


def test_what_stands_in_the_values_is_evidence(callers: Callers) -> None:
    values = {"name": "srv", "serial": "B5R0001", "vendor": "Dell Inc."}
    (first,) = callers.manager.bulk([item("one", values=values)])
    query = {"source": "import:sheet"}
    (second,) = callers.manager.bulk(
        [item("row 7", values=values | {"asset_tag": "A-1"})], query=query
    )
    assert second["id"] == first["id"]
    assert second["outcome"] == "updated"


def test_doubtful_evidence_waits_for_a_person_and_says_why(callers: Callers) -> None:
    manager = callers.manager
    one = {"name": "a", "serial": "SER-1", "vendor": "ACME"}
    two = {"name": "b", "machine_id": "1" * 24 + "ab12cd34"}
    manager.bulk([item("one", values=one), item("two", values=two)])
    both = one | {"machine_id": two["machine_id"], "name": "c"}
    (result,) = manager.bulk([item("three", values=both)])
    assert (result["outcome"], result["id"]) == ("review", None)
    assert result["problems"] == {"identifiers": "several items fit as well"}


def test_items_out_of_reach_cannot_be_named_by_number(
    callers: Callers, world: World, local_manager: Caller
) -> None:
    theirs = callers.admin.create("theirs", organisation_id=world.sales.id)
    mine = callers.admin.create("mine", organisation_id=world.operations.id)
    lines = [item("new"), needs("new", theirs), needs("new", mine), needs(2**70, 4711)]
    results = local_manager.bulk(lines, world.operations.id)
    assert outcomes(results) == ["created", "refused", "created", "refused"]
    assert results[1]["problems"] == {"end": f"there is no item #{theirs}"}
    assert results[3]["problems"] == {
        "start": f"there is no item #{2**70}",
        "end": "there is no item #4711",
    }


def test_keys_belong_to_an_organisation_and_a_source(callers: Callers, world: World) -> None:
    (ours,) = callers.admin.bulk([item("x")], world.operations.id)
    (theirs,) = callers.admin.bulk([item("x")], world.sales.id)
    (imported,) = callers.admin.bulk([item("x")], world.sales.id, query={"source": "import:a"})
    assert len({ours["id"], theirs["id"], imported["id"]}) == 3


def test_more_lines_than_one_batch(callers: Callers) -> None:
    count = BATCH + 50
    lines = [item(f"k{number}") for number in range(count)]
    lines += [needs(f"k{number}", f"k{number - 1}") for number in range(1, count)]
    results = callers.manager.bulk(lines)
    assert outcomes(results) == ["created"] * len(lines)
    assert [result["line"] for result in results] == list(range(1, len(lines) + 1))


# The request


@pytest.mark.parametrize(
    ("organisation_id", "query", "field"),
    [
        ("", {}, "organisation_id"),
        ("x", {}, "organisation_id"),
        ("4711", {}, "organisation_id"),
        ("9" * 30, {}, "organisation_id"),
        ("1", {"source": "agent"}, "source"),
        ("1", {"source": "import:"}, "source"),
        ("1", {"source": "import:a b"}, "source"),
        ("1", {"source": "import:" + "x" * 80}, "source"),
    ],
)
def test_a_request_that_cannot_be_understood_is_named(
    callers: Callers, organisation_id: str, query: dict[str, str], field: str
) -> None:
    answer = callers.admin.send(
        "POST",
        "/items/bulk",
        data=b"",
        query_string={"organisation_id": organisation_id} | query,
        content_type="application/x-ndjson",
    )
    assert refused(answer, 422).keys() == {field}


def test_only_who_may_import_there_imports(
    callers: Callers, world: World, local_manager: Caller
) -> None:
    for caller, status in ((callers.reader, 403), (callers.nobody_known, 401)):
        caller.bulk([item("x")], 1, status)
    local_manager.bulk([item("x")], world.sales.id, 422)
    assert outcomes(local_manager.bulk([item("x")], world.operations.id)) == ["created"]


def test_an_empty_body_has_no_results(callers: Callers) -> None:
    assert callers.manager.bulk([]) == []
    assert callers.manager.bulk([b"", b"  ", b"\r"]) == []


def test_windows_line_ends_are_line_ends(callers: Callers) -> None:
    raw = b"\r\n".join(json.dumps(item(key)).encode() for key in ("a", "b")) + b"\r\n"
    assert outcomes(callers.manager.bulk([], data=raw)) == ["created", "created"]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", " GZIP "])
def test_a_packed_body_is_unpacked(callers: Callers, encoding: str) -> None:
    raw = b"\n".join(json.dumps(line).encode() for line in ESTATE)
    packed = zlib.compress(raw) if encoding == "deflate" else gzip.compress(raw)
    headers = {"Content-Encoding": encoding}
    assert outcomes(callers.manager.bulk([], data=packed, headers=headers)) == ["created"] * 5


def test_a_body_packed_in_several_pieces_is_whole(callers: Callers) -> None:
    pieces = [gzip.compress(json.dumps(item(key)).encode() + b"\n") for key in ("a", "b")]
    headers = {"Content-Encoding": "gzip"}
    results = callers.manager.bulk([], data=b"".join(pieces), headers=headers)
    assert outcomes(results) == ["created", "created"]


@pytest.mark.parametrize(
    ("body", "encoding", "status", "field"),
    [
        (gzip.compress(b"{}")[:-6], "gzip", 422, "body"),
        (b"not packed at all", "gzip", 422, "body"),
        (b"", "gzip", 422, "body"),
        (b"x", "br", 422, "Content-Encoding"),
        (gzip.compress(b"\n" * (40 * 1024 * 1024)), "gzip", 413, ""),
        (gzip.compress(b"\n" * 20_000_000) * 2, "gzip", 413, ""),
    ],
    ids=["cut short", "plain", "empty", "unknown", "bomb", "bomb in pieces"],
)
def test_a_body_that_does_not_unpack_is_refused(
    callers: Callers, body: bytes, encoding: str, status: int, field: str
) -> None:
    answer = callers.admin.send(
        "POST",
        "/items/bulk?organisation_id=1",
        data=body,
        content_type="application/x-ndjson",
        headers={"Content-Encoding": encoding},
    )
    assert refused(answer, status).keys() == ({field} if field else set())


def test_a_body_larger_than_is_taken_is_refused(callers: Callers, app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    callers.manager.bulk([item("x" * 100)] * 20, status=413)
    assert callers.manager.get("/items")["rows"] == []


# Idempotency


def test_the_same_request_twice_has_one_effect_and_one_answer(
    callers: Callers, database: Database
) -> None:
    key = {"Idempotency-Key": "request-4711"}
    keyless = {"kind": "item", "class": "server", "values": {"name": "x"}}
    first = callers.manager.bulk([keyless], headers=key)
    second = callers.manager.bulk([keyless], headers=key)
    assert first == second
    assert outcomes(second) == ["created"]
    with database.reading() as session:
        assert len(session.scalars(select(Item.id)).all()) == 1


def test_a_key_is_good_for_one_request_only(callers: Callers, world: World) -> None:
    key = {"Idempotency-Key": "request-4711"}
    callers.manager.bulk([item("x")], headers=key)
    callers.manager.bulk([item("y")], headers=key, status=409)
    callers.manager.bulk([item("x")], world.sales.id, headers=key, status=409)
    callers.manager.bulk([item("x")], headers=key, query={"source": "import:a"}, status=409)
    assert outcomes(callers.admin.bulk([item("y")], headers=key)) == ["created"]


def test_a_packed_repetition_is_a_repetition(callers: Callers) -> None:
    key = {"Idempotency-Key": "request-4711"}
    raw = json.dumps(item("x")).encode()
    first = callers.manager.bulk([], data=raw, headers=key)
    packed = key | {"Content-Encoding": "gzip"}
    assert callers.manager.bulk([], data=gzip.compress(raw), headers=packed) == first


def test_answers_are_forgotten_after_two_days(callers: Callers, database: Database) -> None:
    callers.manager.bulk([item("x")], headers={"Idempotency-Key": "old"})
    with time_machine.travel(utc_now() + timedelta(days=3)):
        callers.manager.bulk([item("x")], headers={"Idempotency-Key": "new"})
    with database.reading() as session:
        assert list(session.scalars(select(BulkAnswer.idempotency_key))) == ["new"]
    callers.manager.bulk([item("x")], headers={"Idempotency-Key": "k" * 201}, status=422)
