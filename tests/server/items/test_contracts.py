"""Contracts and racks over REST, and alarms before a contract ends."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from server.assets.jobs import tell_of_ends
from server.foundation.audit import AuditEntry
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.notify.models import Notification
from tests.server.items.rest import Caller, Callers, refused
from tests.support.people import World


def _contract(callers: Callers, days: int, **more: Any) -> int:
    today = utc_now().date()
    body = {
        "organisation_id": 1,
        "reference": "CTR-1",
        "name": "Next day",
        "supplier": "Acme",
        "kind": "support",
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=days)).isoformat(),
    }
    made: dict[str, int] = callers.admin.post("/contracts", body | more)
    return made["id"]


def test_owners_are_told_at_each_step_once(
    callers: Callers, database: Database, world: World
) -> None:
    item = callers.admin.create("db")
    parties = {"parties": [{"role": "owner", "group_id": world.support.id}]}
    callers.admin.patch(f"/items/{item}", {"values": {}} | parties)
    contract = _contract(callers, 80, item_ids=[item])
    now = utc_now()
    for days in (0, 1, 30, 55, 90):
        with database.writing() as session:
            tell_of_ends(session, now + timedelta(days=days))
    with database.reading() as session:
        told = session.scalars(select(Notification).order_by(Notification.id)).all()
    assert {one.person_id for one in told} == {world.agent.person_id}
    ends = (now.date() + timedelta(days=80)).isoformat()
    assert [one.event_key for one in told] == [
        f"contract_ends:{contract}:{ends}:{step}" for step in (90, 60, 30)
    ]


def test_contracts_are_seen_where_one_may_read(callers: Callers, world: World) -> None:
    contract = _contract(callers, 10)
    theirs = _contract(callers, 0, reference="CTR-2", organisation_id=world.sales.id)
    assert callers.reader.get(f"/contracts/{contract}")["supplier"] == "Acme"
    assert [row["id"] for row in callers.outsider.get("/contracts")["rows"]] == [theirs]
    refused(callers.outsider.send("GET", f"/contracts/{contract}"), 404)
    tomorrow = (utc_now() + timedelta(days=1)).date().isoformat()
    rows = callers.admin.get("/contracts", ends_after=tomorrow)["rows"]
    assert [row["id"] for row in rows] == [contract]


def test_contracts_are_written_down_as_a_table(callers: Callers, world: World) -> None:
    item = callers.admin.create("db")
    _contract(callers, 10, reference="=CMD()", item_ids=[item])
    _contract(callers, 5, reference="CTR-2", organisation_id=world.sales.id)
    _contract(callers, 400, reference="CTR-3")
    asked = {"state": "ending", "sort": "-ends_on"}
    answer = callers.admin.send("GET", "/contracts/export.csv", query_string=asked)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["reference"], row["items"]) for row in rows] == [("'=CMD()", "1"), ("CTR-2", "0")]
    theirs = callers.outsider.send("GET", "/contracts/export.csv").text.splitlines()
    assert [line.split(",")[0] for line in theirs[1:]] == ["CTR-2"]
    wrong = callers.admin.send("GET", "/contracts/export.csv", query_string={"sort": "colour"})
    assert "sort" in refused(wrong, 422)


def test_a_contract_knows_its_supplier_and_is_prolonged(callers: Callers, world: World) -> None:
    first, second = callers.admin.create("db"), callers.admin.create("web")
    contract = _contract(callers, 10, supplier="  ACME GmbH ", item_ids=[first])
    (supplier,) = callers.admin.get("/suppliers")["rows"]
    assert supplier["name"] == "ACME GmbH"
    again = _contract(callers, 10, reference="CTR-2", supplier="acme gmbh")
    assert callers.admin.get(f"/contracts/{again}")["supplier_id"] == supplier["id"]
    assert len(callers.admin.get("/suppliers")["rows"]) == 1
    path = f"/contracts/{contract}"
    said = callers.admin.send("PUT", f"/suppliers/{supplier['id']}", json={"name": "ACME Europe"})
    assert said.status_code == 200
    assert callers.reader.get(path)["supplier"] == "ACME Europe"
    known = callers.reader.get(path)
    body = {name: known[name] for name in ("reference", "name", "kind", "starts_on")}
    body |= {"supplier_id": supplier["id"], "ends_on": "2999-12-31", "item_ids": [second]}
    assert callers.admin.send("PUT", path, json=body).status_code == 200
    found = callers.reader.get(path)
    assert (found["ends_on"], [one["id"] for one in found["items"]]) == ("2999-12-31", [second])
    refused(callers.reader.send("PUT", path, json=body), 403)
    refused(callers.admin.send("PUT", path, json=body | {"reference": "CTR-2"}), 409)
    assert "supplier_id" in refused(
        callers.admin.send("PUT", path, json=body | {"supplier_id": 99}), 422
    )


def test_items_out_of_sight_stay_covered_when_a_contract_is_edited(
    callers: Callers, local_manager: Caller, world: World
) -> None:
    here = callers.admin.create("here", organisation_id=world.operations.id)
    there = callers.admin.create("there")
    place = world.operations.id
    contract = _contract(callers, 10, organisation_id=place, item_ids=[here, there])
    known = local_manager.get(f"/contracts/{contract}")
    assert [one["id"] for one in known["items"]] == [here]
    names = ("reference", "name", "supplier", "kind", "starts_on", "ends_on")
    body = {name: known[name] for name in names} | {"item_ids": []}
    assert local_manager.send("PUT", f"/contracts/{contract}", json=body).status_code == 200
    assert [one["id"] for one in callers.admin.get(f"/contracts/{contract}")["items"]] == [there]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": "friendship"}, "kind"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"item_ids": [99]}, "item_ids"),
        ({"supplier": ""}, "supplier"),
    ],
)
def test_a_contract_that_makes_no_sense_is_refused(
    callers: Callers, more: dict[str, Any], field: str
) -> None:
    today = utc_now().date().isoformat()
    body = {"organisation_id": 1, "reference": "CTR-1", "name": "N", "supplier": "S"}
    body |= {"kind": "support", "starts_on": today, "ends_on": today} | more
    assert field in refused(callers.admin.send("POST", "/contracts", json=body), 422)


def test_a_rack_tells_what_stands_where(callers: Callers, world: World) -> None:
    rack = callers.admin.create("R-1", "rack", units=4)
    db = callers.admin.create("db", rack_position=1, rack_height=2)
    loose = callers.admin.create("loose")
    for item in (db, loose):
        callers.admin.relate("located_in", item, rack)
    found = callers.admin.get(f"/racks/{rack}")
    assert [slot["device"] and slot["device"]["name"] for slot in found["front"]] == [
        None,
        None,
        "db",
    ]
    assert [one["name"] for one in found["unplaced"]] == ["loose"]
    refused(callers.admin.send("GET", f"/racks/{db}"), 404)


def test_contracts_are_listed_by_how_they_stand(callers: Callers) -> None:
    today = utc_now().date()
    long_ago = {"starts_on": (today - timedelta(days=400)).isoformat()}
    soon = (today + timedelta(days=30)).isoformat()
    over = _contract(callers, -1, reference="OVER", **long_ago)
    ending = _contract(callers, 90, reference="ENDS", name="Fire door", **long_ago)
    running = _contract(callers, 91, reference="RUNS", supplier="Bolt")
    later = _contract(callers, 400, reference="LATER", starts_on=soon)

    def found(**asked: Any) -> list[int]:
        return [row["id"] for row in callers.admin.get("/contracts", **asked)["rows"]]

    assert found() == [over, ending, running, later]
    assert found(state="running") == [ending, running]
    assert found(state="ending") == [ending]
    assert found(state="over") == [over]
    assert found(sort="-ends_on") == [later, running, ending, over]
    assert found(q="fire d") == [ending]
    assert found(q="bolt") == [running]
    assert found(q="over") == [over]
    assert "state" in refused(
        callers.admin.send("GET", "/contracts", query_string={"state": "lost"}), 422
    )
    first = callers.admin.get("/contracts", sort="ends_on", limit=2)
    assert [row["id"] for row in first["rows"]] == [over, ending]
    assert found(sort="ends_on", limit=2, cursor=first["next_cursor"]) == [running, later]


def test_a_contract_is_deleted_by_who_may_and_the_record_tells(
    callers: Callers, local_manager: Caller, database: Database
) -> None:
    item = callers.admin.create("db")
    contract = _contract(callers, 10, item_ids=[item])
    path = f"/contracts/{contract}"
    refused(callers.reader.send("DELETE", path), 403)
    refused(local_manager.send("DELETE", path), 404)
    assert callers.admin.send("DELETE", path).status_code == 204
    refused(callers.admin.send("GET", path), 404)
    assert callers.admin.get(f"/items/{item}")["name"] == "db"
    with database.reading() as session:
        (act,) = session.scalars(
            select(AuditEntry).where(AuditEntry.act == "contract.deleted")
        ).all()
    assert (act.subject, act.detail["reference"], act.detail["items"]) == (
        f"contract:{contract}",
        "CTR-1",
        1,
    )
    # Its reference is free again.
    assert _contract(callers, 10)


def test_a_contract_on_which_something_counts_stays(callers: Callers) -> None:
    contract = _contract(callers, 10)
    path = f"/contracts/{contract}"
    office = {"organisation_id": 1, "name": "Office", "metric": "device", "covers": ["office*"]}
    licence = callers.admin.post("/licences", office)["id"]
    bought = {"quantity": 5, "contract_id": contract}
    callers.admin.post(f"/licences/{licence}/entitlements", bought)
    paper = {"organisation_id": 1, "title": "Terms", "kind": "contract", "contract_ids": [contract]}
    document = callers.admin.post("/documents", paper)["id"]
    kept = callers.admin.send("DELETE", path)
    refused(kept, 409)
    assert "licences Office; documents Terms" in kept.get_json()["detail"]
    assert callers.admin.send("DELETE", f"/documents/{document}").status_code == 204
    refused(callers.admin.send("DELETE", path), 409)
    assert callers.admin.send("DELETE", f"/licences/{licence}").status_code == 204
    assert callers.admin.send("DELETE", path).status_code == 204
