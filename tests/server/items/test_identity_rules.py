"""Rules of identity and the shipped lists, set while the server runs."""

from pathlib import Path
from typing import Any

from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings
from server.items.modelling.jobs import rekey_items
from tests.server.items.rest import Callers, refused


def line(key: str, name: str, class_code: str = "laptop", **values: Any) -> dict[str, Any]:
    said = {"name": name, **values}
    return {"kind": "item", "key": key, "class": class_code, "values": said}


def test_what_a_class_is_identified_by_is_set_explained_and_taken_back(callers: Callers) -> None:
    admin = callers.admin
    (first,) = admin.bulk([line("a", "one", serial="SER-0001", vendor="ACME")])
    rule = admin.send("PUT", "/model/identity/laptop/serial", json={"counts": False})
    assert rule.status_code == 200, rule.text
    told = admin.get(f"/items/{first['id']}/identity")
    assert {row["kind"]: row["why"] for row in told["evidence"]}["serial"] == "ignored"
    serial = {row["kind"]: row for row in told["rules"]}["serial"]
    assert (serial["counts"], serial["said_by"]) == (False, "laptop")
    (other,) = admin.bulk([line("b", "two", serial="SER-0001", vendor="ACME")])
    assert other["outcome"] == "created"
    assert admin.send("DELETE", "/model/identity/laptop/serial").status_code == 204
    (third,) = admin.bulk([line("c", "one", serial="SER-0001", vendor="ACME")])
    assert third["id"] == first["id"]
    refused(admin.send("DELETE", "/model/identity/laptop/serial"), 404)
    refused(callers.manager.send("PUT", "/model/identity/laptop/mac", json={"weight": 1}), 403)
    wrong = refused(admin.send("PUT", "/model/identity/laptop/mac", json={"weight": 999}), 422)
    assert "identity.laptop.mac.weight" in wrong


def test_items_known_before_are_found_by_the_key_that_a_rule_makes(
    callers: Callers, database: Database, tmp_path: Path
) -> None:
    admin = callers.admin
    (first,) = admin.bulk([line("", "Main", "rack", units=42, max_weight=900)])
    keys = {"keys": [["units", "max_weight"]]}
    assert admin.send("PUT", "/model/identity/rack/key", json=keys).status_code == 200
    rekey_items(JobContext(database, Settings(home=tmp_path), {"class": "rack"}))
    told = admin.get(f"/items/{first['id']}/identity")
    assert "rack:42|900" in [row["value"] for row in told["evidence"]]
    (again,) = admin.bulk([line("", "Called otherwise", "rack", units=42, max_weight=900)])
    assert again["id"] == first["id"]


def test_a_value_is_taken_off_a_shipped_list_and_put_back(callers: Callers) -> None:
    admin = callers.admin
    numbered = {"vendor": "ACME", "serial": "Asset-1234567890"}
    (before,) = admin.bulk([line("a", "one", **numbered)])
    exempt = {"list": "text", "value": "asset-1234567890", "note": "ours"}
    made = admin.post("/junk-exemptions", exempt)
    listed = admin.get("/junk-values")
    assert "asset-1234567890" not in listed["shipped"]["text"]
    assert [row["value"] for row in listed["exempt"]] == ["asset-1234567890"]
    refused(admin.send("POST", "/junk-exemptions", json=exempt), 422)
    refused(admin.send("POST", "/junk-exemptions", json=exempt | {"list": "names"}), 422)
    admin.bulk([line("a", "one", **numbered)])
    (same,) = admin.bulk([line("b", "one", **numbered)])
    assert same["id"] == before["id"]
    assert admin.send("DELETE", f"/junk-values/{made['id']}").status_code == 204
    assert "asset-1234567890" in admin.get("/junk-values")["shipped"]["text"]
