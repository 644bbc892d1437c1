"""Agents of other makers at the door: strangers wait, those who are admitted are heard."""

import base64
import gzip
import json
import zlib
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from cmdb.records.items import Item
from cmdb.records.sources import ItemSource
from server.foundation.database import Database
from tests.server.items.foreign.messages import (
    DEVICE,
    PROLOG,
    glpi,
    glpi_package,
    inventory,
    package,
)
from tests.server.items.rest import Callers, refused

GLPI = {"GLPI-Agent-ID": "5f0c1f7e-9f0b-4a53-9d55-0f6f0b6a1c11"}
CONTACT = {"action": "contact", "deviceid": DEVICE, "name": "web-07", "version": "1.12"}
BASH, VIM = glpi_package("bash", "5.2"), glpi_package("vim", "9.0")


def post(app: Flask, body: bytes, path: str = "/inventory", **headers: str) -> TestResponse:
    return app.test_client(use_cookies=False).post(path, data=body, headers=headers)


def say(app: Flask, document: Any, path: str = "/inventory") -> TestResponse:
    return app.test_client(use_cookies=False).post(path, json=document, headers=GLPI)


def admit(callers: Callers) -> Any:
    (row,) = callers.admin.get("/waiting-senders")["rows"]
    return callers.admin.post(f"/waiting-senders/{row['id']}/admission", {"organisation_id": 1})


def packages(callers: Callers, item_id: int) -> list[tuple[str, str]]:
    rows = callers.admin.get(f"/items/{item_id}/software")["rows"]
    return [(row["name"], row["version"]) for row in rows]


def test_a_stranger_waits_with_its_report_and_lands_when_admitted(
    app: Flask, callers: Callers, database: Database
) -> None:
    answer = post(app, zlib.compress(PROLOG))
    assert b"<RESPONSE>SEND</RESPONSE>" in zlib.decompress(answer.data)
    post(app, zlib.compress(inventory(package("bash", "5.2"))))
    with database.reading() as session:
        assert session.scalar(select(func.count(Item.id))) == 0
    (row,) = callers.admin.get("/waiting-senders")["rows"]
    assert (row["device_id"], row["hostname"], row["tag"]) == (DEVICE, "web-07", "SITE-A")
    assert (row["dialect"], row["has_report"], row["messages"]) == ("fusioninventory", True, 2)
    agent = admit(callers)
    assert (agent["kind"], agent["agent_id"]) == ("fusioninventory", DEVICE)
    item = callers.admin.get(f"/items/{agent['item_id']}")
    assert (item["class"], item["name"], item["serial"]) == ("server", "web-07", "B5R0007")
    assert packages(callers, item["id"]) == [("bash", "5.2")]
    assert callers.admin.get("/waiting-senders")["rows"] == []


def test_who_is_refused_is_told_to_stop_and_not_kept(app: Flask, callers: Callers) -> None:
    post(app, inventory())
    (row,) = callers.admin.get("/waiting-senders")["rows"]
    callers.admin.post(f"/waiting-senders/{row['id']}/refusal", {}, 204)
    assert b"<RESPONSE>STOP</RESPONSE>" in post(app, PROLOG).data
    assert callers.admin.get("/waiting-senders")["rows"] == []
    assert say(app, glpi({})).status_code == 403


def test_changed_software_is_replaced_and_told_in_history(app: Flask, callers: Callers) -> None:
    post(app, inventory(package("bash", "5.2") + package("vim", "9.0")))
    item_id = admit(callers)["item_id"]
    post(app, gzip.compress(inventory(package("bash", "5.3"))))
    assert packages(callers, item_id) == [("bash", "5.3")]
    told = callers.admin.get(f"/items/{item_id}/history")["rows"]
    details = [row["detail"] for row in told if row["kind"] == "section"]
    assert {"member": "bash", "old": "5.2", "new": "5.3"} in details
    assert {"member": "vim", "old": "9.0"} in details
    assert all(row["source"] == "inventory" for row in told)


def test_the_same_report_twice_has_one_effect(app: Flask, callers: Callers) -> None:
    post(app, inventory(package("bash", "5.2")))
    item_id = admit(callers)["item_id"]
    before = callers.admin.get(f"/items/{item_id}")
    post(app, inventory(package("bash", "5.2")))
    after = callers.admin.get(f"/items/{item_id}")
    assert after["version"] == before["version"]
    assert len(callers.admin.get(f"/items/{item_id}/history")["rows"]) == 1


def test_a_glpi_agent_speaks_json_and_a_partial_report_replaces_only_its_sections(
    app: Flask, callers: Callers
) -> None:
    first = post(app, PROLOG, **GLPI)
    assert first.get_json() == {"status": "ok", "expiration": 24}
    monitor = {"monitors": [{"caption": "DELL U2412M", "serial": "X1"}]}
    say(app, glpi(monitor | {"softwares": [BASH, VIM]}))
    item_id = admit(callers)["item_id"]
    contact = say(app, CONTACT)
    assert contact.get_json()["status"] == "ok"
    assert contact.get_json()["tasks"]["inventory"]["server"] == "cadastre"
    say(app, glpi({"softwares": [VIM]}, partial=True))
    assert packages(callers, item_id) == [("vim", "9.0")]
    sections = {row["name"]: row["rows"] for row in callers.admin.get(f"/items/{item_id}/sections")}
    assert sections["monitors"] == [{"name": "DELL U2412M", "serial": "X1"}]


def test_a_partial_report_without_its_base_makes_the_agent_start_over(
    app: Flask, callers: Callers, database: Database
) -> None:
    say(app, CONTACT)
    admit(callers)
    assert say(app, glpi({"softwares": [BASH]}, partial=True)).status_code == 200
    with database.reading() as session:
        assert session.scalar(select(func.count(ItemSource.id))) == 0
    assert say(app, CONTACT).status_code == 400
    # The agent takes us for no GLPI now: a prolog, answered in XML, brings a whole report.
    assert b"<RESPONSE>SEND</RESPONSE>" in post(app, PROLOG, **GLPI).data
    post(app, inventory(package("bash", "5.2")), **GLPI)
    assert say(app, CONTACT).get_json()["status"] == "ok"
    (agent,) = callers.admin.get("/agents")["rows"]
    assert packages(callers, agent["item_id"]) == [("bash", "5.2")]


def test_ocs_is_answered_in_the_stream_it_sent(app: Flask, callers: Callers) -> None:
    ocs = {"User-Agent": "OCS-NG_unified_unix_agent_v2.10.0"}
    body = inventory().replace(b"FusionInventory-Agent_v2.6-3", b"")
    answer = post(app, zlib.compress(body), "/ocsinventory", **ocs)
    assert b"no_account_update" in zlib.decompress(answer.data)
    assert admit(callers)["kind"] == "ocs"


@pytest.mark.parametrize("way", ["basic", "token", "oauth"])
def test_a_source_takes_in_at_once_who_proves_itself_and_nobody_else(
    app: Flask, callers: Callers, way: str
) -> None:
    draft = {"slug": "branch", "organisation_id": 2, "authentication": way, "admits": True}
    source = callers.admin.post("/inventory-sources", draft)
    address = source["path"]
    challenged = post(app, inventory(), address)
    assert challenged.status_code == 401
    scheme = challenged.headers["WWW-Authenticate"].split()[0]
    assert scheme == ("Basic" if way == "basic" else "Bearer")
    wrong = base64.b64encode(b"branch:wrong").decode()
    assert post(app, inventory(), address, Authorization=f"Basic {wrong}").status_code == 401
    proof = _proof(app, source, way)
    assert post(app, inventory(), address, Authorization=proof).status_code == 200
    (agent,) = callers.admin.get("/agents")["rows"]
    assert (agent["organisation_id"], agent["agent_id"]) == (2, DEVICE)
    (row,) = callers.admin.get("/inventory-sources")
    assert callers.admin.send("DELETE", f"/inventory-sources/{row['id']}").status_code == 204
    assert post(app, inventory(), address, Authorization=proof).status_code == 404


def _proof(app: Flask, source: dict[str, str], way: str) -> str:
    user, secret = source["user_name"], source["secret"]
    if way == "basic":
        return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()
    if way == "token":
        return f"Bearer {secret}"
    wish = {"grant_type": "client_credentials", "client_id": user, "client_secret": secret}
    client = app.test_client(use_cookies=False)
    given = client.post(f"{source['path']}/api.php/token", json=wish).get_json()
    assert given["token_type"] == "Bearer"
    assert (
        client.post(
            f"{source['path']}/api.php/token", json=wish | {"client_secret": "x"}
        ).status_code
        == 401
    )
    return f"Bearer {given['access_token']}"


def test_a_foreign_agent_cannot_take_the_place_of_one_of_ours(
    app: Flask, callers: Callers, database: Database
) -> None:
    token = callers.admin.post("/enrolment-tokens", {"name": "t", "organisation_id": 1})["token"]
    callers.nobody_known.post("/agents/enrol", {"token": token, "agent_id": DEVICE})
    post(app, inventory())
    (row,) = callers.admin.get("/waiting-senders")["rows"]
    answer = callers.admin.send(
        "POST", f"/waiting-senders/{row['id']}/admission", json={"organisation_id": 1}
    )
    assert answer.status_code == 409


def test_a_revoked_foreign_agent_is_heard_no_more(app: Flask, callers: Callers) -> None:
    post(app, inventory())
    agent = admit(callers)
    assert callers.admin.send("DELETE", f"/agents/{agent['id']}").status_code == 204
    assert b"STOP" in post(app, PROLOG).data


def test_a_source_that_admits_unproved_is_refused(callers: Callers) -> None:
    draft = {"slug": "open", "organisation_id": 1, "authentication": "none", "admits": True}
    answer = callers.admin.send("POST", "/inventory-sources", json=draft)
    assert refused(answer, 422) == {"admits": "only who proves itself can be admitted unseen"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"deviceid": 7}', 400),
        (b"<REQUEST/>", 400),
        (zlib.compress(b"x" * 40)[:-4], 400),
        (zlib.compress(b" " * (33 * 1024 * 1024)), 413),
    ],
)
def test_what_is_no_message_is_refused_in_the_senders_words(
    app: Flask, body: bytes, status: int
) -> None:
    answer = post(app, body)
    assert answer.status_code == status
    said = zlib.decompress(answer.data) if body[:1] == b"\x78" else answer.data
    assert (b"ERROR" in said) or (json.loads(said)["status"] == "error")
