"""Licences over REST: what may be used against what is installed."""

from datetime import timedelta
from typing import Any

from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.server.items.catalogue import install
from tests.server.items.rest import Callers, refused
from tests.support.people import World


def _stands(one: dict[str, Any]) -> tuple[int, int, str]:
    return one["used"], one["entitled"], one["state"]


def test_licences_are_counted_by_device_by_core_and_by_user(
    callers: Callers, database: Database, world: World
) -> None:
    names = ("one", "two", "three")
    machines = [callers.admin.create(name) for name in names]
    for machine, cores in zip(machines, (8, 16, None), strict=True):
        callers.admin.patch(f"/items/{machine}", {"values": {"cpu_cores": cores}})
        install(database, machine, "windows", "Microsoft SQL Server 2019")
        install(database, machine, "windows", "Microsoft SQL Server 2019 Tools")
    install(database, machines[0], "deb", "microsoft sql server 2019")
    for machine in machines[:2]:
        user = [{"role": "user", "person_id": world.reader.person_id}]
        callers.admin.patch(f"/items/{machine}", {"parties": user})
    found = {}
    for metric in ("device", "core", "user"):
        draft = {
            "organisation_id": 1,
            "name": f"SQL by {metric}",
            "metric": metric,
            "covers": ["windows:microsoft SQL*"],
        }
        made = callers.admin.post("/licences", draft)
        path = f"/licences/{made['id']}/entitlements"
        found[metric] = callers.admin.post(path, {"quantity": 24})
    assert _stands(found["device"]) == (3, 24, "covered")
    assert (*_stands(found["core"]), found["core"]["uncertain"]) == (24, 24, "unsure", 1)
    # One person at two machines, and a machine without a user.
    assert (*_stands(found["user"]), found["user"]["uncertain"]) == (2, 24, "unsure", 1)
    using = callers.reader.get(f"/licences/{found['core']['id']}/items")["rows"]
    assert [(row["item"]["name"], row["cores"]) for row in using] == [
        ("one", 8),
        ("three", None),
        ("two", 16),
    ]
    callers.admin.patch(f"/items/{machines[2]}", {"values": {"stage": "retired"}})
    listed = {row["metric"]: row for row in callers.reader.get("/licences")["rows"]}
    assert {metric: _stands(row)[2] for metric, row in listed.items()} == {
        "device": "covered",
        "core": "covered",
        "user": "covered",
    }


def test_what_has_ended_or_not_begun_gives_no_right(
    callers: Callers, database: Database, world: World
) -> None:
    machine = callers.admin.create("one")
    install(database, machine, "deb", "oracle-xe_19")
    install(database, callers.admin.create("two"), "deb", "oracle-xeX19")
    draft = {"organisation_id": 1, "name": "Oracle", "metric": "device"}
    draft |= {"covers": ["oracle-xe_*"], "vendor": "Oracle"}
    made = callers.admin.post("/licences", draft)
    assert _stands(made) == (1, 0, "short")
    path = f"/licences/{made['id']}"
    today = utc_now().date()
    day = timedelta(days=1)
    for starts, ends in ((None, today - day), (today + day, None), (today, today + day)):
        body = {"quantity": 2, "starts_on": starts and starts.isoformat()}
        body["ends_on"] = ends and ends.isoformat()
        callers.admin.post(f"{path}/entitlements", body)
    held = callers.reader.get(path)
    assert (*_stands(held), held["ends_on"]) == (1, 2, "covered", (today + day).isoformat())
    (short,) = [one for one in held["entitlements"] if one["ends_on"] == held["ends_on"]]
    callers.admin.send("DELETE", f"{path}/entitlements/{short['id']}")
    assert [row["id"] for row in callers.reader.get("/licences", state="short")["rows"]] == [
        made["id"]
    ]
    assert callers.reader.get("/licences", state="covered")["rows"] == []


def test_licences_out_of_sight_are_not_found_and_wrong_ones_are_refused(
    callers: Callers, world: World
) -> None:
    draft = {"organisation_id": 1, "name": "CAD", "metric": "device", "covers": ["cad*"]}
    made = callers.admin.post("/licences", draft)
    path = f"/licences/{made['id']}"
    refused(callers.outsider.send("GET", path), 404)
    refused(
        callers.reader.send(
            "PUT", path, json={k: draft[k] for k in draft if k != "organisation_id"}
        ),
        403,
    )
    refused(callers.admin.send("POST", "/licences", json=draft), 409)
    refused(callers.admin.send("POST", "/licences", json=draft | {"covers": ["a*"]}), 422)
    refused(callers.admin.send("POST", "/licences", json=draft | {"covers": []}), 422)
    backwards = {"quantity": 1, "starts_on": "2026-02-02", "ends_on": "2026-02-01"}
    refused(callers.admin.send("POST", f"{path}/entitlements", json=backwards), 422)
    nobody = {"quantity": 1, "supplier_id": 999}
    refused(callers.admin.send("POST", f"{path}/entitlements", json=nobody), 422)
    callers.admin.send("DELETE", path)
    refused(callers.admin.send("GET", path), 404)
