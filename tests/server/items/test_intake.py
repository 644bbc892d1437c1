"""Reports over REST: committed before they are acknowledged, once, on their own item alone."""

import gzip
import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cmdb.records.items import Item
from cmdb.records.sources import ItemSource, QuarantinedValue
from server.foundation.database import Database
from server.items.models import Agent
from server.items.reports import digest_of
from tests.server.items.machines import (
    AGENT_ID,
    CPUS,
    DISKS,
    HARDWARE,
    IDENTITY,
    MEMORY,
    SYSTEM,
    interfaces,
    report,
    software,
    whole,
)
from tests.server.items.rest import Caller, Callers, refused

SECTIONS = {"identity": IDENTITY, "hardware": HARDWARE, "os": SYSTEM, "disks": DISKS}


def enrolled(callers: Callers, agent_id: str = AGENT_ID, organisation_id: int = 1) -> Caller:
    body = {"name": "t", "organisation_id": organisation_id, "uses": None}
    token = callers.admin.post("/enrolment-tokens", body)["token"]
    wish = {"token": token, "agent_id": agent_id}
    return callers.bearing(callers.nobody_known.post("/agents/enrol", wish)["key"])


def send(agent: Caller, document: Any, **headers: str) -> Any:
    packed = gzip.compress(json.dumps(document).encode())
    answer = agent.send(
        "POST",
        "/reports",
        data=packed,
        content_type="application/json",
        headers={"Content-Encoding": "gzip"} | headers,
    )
    assert answer.status_code == 202, answer.text
    return answer.get_json()


@pytest.fixture
def agent(callers: Callers) -> Caller:
    return enrolled(callers)


def test_a_first_report_makes_an_item_of_the_machine(callers: Callers, agent: Caller) -> None:
    taken = send(agent, whole())
    assert taken["accepted"] is True
    assert (taken["resend"], taken["next_report_seconds"]) == ([], 3600)
    item = callers.admin.get(f"/items/{taken['item']}")
    assert (item["class"], item["name"], item["vendor"], item["serial"]) == (
        "server",
        "web-01",
        "Dell Inc.",
        "B5R0001",
    )
    attributes = item["attributes"]
    assert attributes["bios_date"] == "2024-01-15"
    assert attributes["memory_bytes"] == 68719476736
    assert attributes["os_version"] == "12.5"
    packages = callers.admin.get(f"/items/{taken['item']}/software")["rows"]
    assert [(row["name"], row["version"]) for row in packages] == [("bash", "5.2"), ("vim", "9.0")]
    (history,) = callers.admin.get(f"/items/{taken['item']}/history")["rows"]
    assert (history["kind"], history["source"]) == ("created", "agent")
    assert history["request_id"]


def test_an_unchanged_report_of_digests_changes_only_last_seen(
    callers: Callers, agent: Caller
) -> None:
    item_id = send(agent, whole())["item"]
    before = callers.admin.get(f"/items/{item_id}")
    sections = whole()["sections"]
    short = report(sections, 2, leave_out=sections)
    assert send(agent, short) == {
        "accepted": True,
        "resend": [],
        "next_report_seconds": 3600,
        "item": item_id,
    }
    after = callers.admin.get(f"/items/{item_id}")
    assert after["version"] == before["version"]
    assert after["last_seen_at"] >= before["last_seen_at"]


def test_what_the_server_lacks_is_asked_for(callers: Callers, agent: Caller) -> None:
    item_id = send(agent, report(SECTIONS))["item"]
    changed = SECTIONS | {"disks": DISKS[:1], "cpus": CPUS}
    taken = send(agent, report(changed, 2, leave_out=changed))
    assert sorted(taken["resend"]) == ["cpus", "disks"]
    assert taken["item"] == item_id
    assert send(agent, report(changed, 3, leave_out=["identity"]))["resend"] == []


def test_a_server_that_has_forgotten_everything_asks_for_everything(agent: Caller) -> None:
    taken = send(agent, report(SECTIONS, 40, leave_out=SECTIONS))
    assert sorted(taken["resend"]) == sorted(SECTIONS)
    assert taken["item"] is None
    assert send(agent, report(SECTIONS, 41))["item"] is not None


def test_one_digest_over_all_others_says_that_nothing_changed(
    callers: Callers, agent: Caller
) -> None:
    sections = whole()["sections"]
    item_id = send(agent, whole())["item"]
    short = report(sections, 2, leave_out=sections)
    rest = {name: told for name, told in short["digests"].items() if name != "identity"}
    short["digests"] = {"identity": short["digests"]["identity"]}
    assert send(agent, short | {"unchanged": digest_of(rest)})["resend"] == []
    forgotten = send(agent, short | {"unchanged": "0" * 12, "sequence": 3})
    assert set(sections) - {"identity"} <= set(forgotten["resend"])
    assert forgotten["item"] == item_id
    assert callers.admin.get(f"/items/{item_id}/software")["rows"] != []


def test_the_same_report_twice_has_one_effect(
    callers: Callers, agent: Caller, database: Database
) -> None:
    document = whole()
    first, second = send(agent, document), send(agent, document)
    assert first == second
    with database.reading() as session:
        assert len(session.scalars(select(Item.id)).all()) == 1
    assert len(callers.admin.get(f"/items/{first['item']}/history")["rows"]) == 1


def test_an_older_report_than_known_has_no_effect(callers: Callers, agent: Caller) -> None:
    newer = SECTIONS | {"os": SYSTEM | {"version": "13.0"}}
    item_id = send(agent, report(newer, 42))["item"]
    assert send(agent, report(SECTIONS, 41)) == {
        "accepted": True,
        "resend": [],
        "next_report_seconds": 3600,
        "item": item_id,
    }
    assert callers.admin.get(f"/items/{item_id}")["attributes"]["os_version"] == "13.0"


def test_a_machine_restored_to_an_older_state_is_heard(callers: Callers, agent: Caller) -> None:
    item_id = send(agent, report(SECTIONS | {"os": SYSTEM | {"version": "13.0"}}, 42))["item"]
    restored = report(SECTIONS, 30, boot_id="another boot")
    assert send(agent, restored)["item"] == item_id
    assert callers.admin.get(f"/items/{item_id}")["attributes"]["os_version"] == "12.5"


def test_a_report_for_another_agent_than_the_keys_is_refused(
    callers: Callers, agent: Caller, database: Database
) -> None:
    enrolled(callers, "another-agent-id")
    document = report(SECTIONS, agent_id="another-agent-id")
    answer = agent.send("POST", "/reports", json=document)
    assert refused(answer, 422) == {"agent.id": "is not the agent this key was given to"}
    with database.reading() as session:
        assert session.scalars(select(Item.id)).all() == []


def test_two_machines_with_one_copied_agent_stay_two_items(callers: Callers, agent: Caller) -> None:
    clone = IDENTITY | {
        "uuid": "4c4c4544-0099-3510-8052-b4c04f4a9999",
        "serial": "B5R0099",
        "board_serial": ".B5R0099.",
        "macs": ["18:66:da:00:99:01"],
    }
    original, copied = SECTIONS, SECTIONS | {"identity": clone, "disks": DISKS[:1]}
    first = send(agent, report(original))["item"]
    second = send(agent, report(copied, boot_id="of the clone"))["item"]
    assert second not in {None, first}
    # From now on both leave out what the server has acknowledged.
    for sequence in (2, 3):
        moved = original | {"disks": [*DISKS, {"name": f"sd{sequence}", "kind": "ssd"}]}
        unchanged = ("identity", "hardware", "os")
        assert send(agent, report(moved, sequence, leave_out=unchanged))["item"] == first
        short = report(copied, sequence, leave_out=copied, boot_id="of the clone")
        assert send(agent, short)["item"] == second
    # The clone says in one word that nothing happened, and need not say it all again.
    told = report(copied, 4, boot_id="of the clone")
    rest = {name: digest for name, digest in told["digests"].items() if name != "identity"}
    same = {"identity": told["digests"]["identity"]}
    brief = told | {"sections": {}, "digests": same, "unchanged": digest_of(rest)}
    assert send(agent, brief) | {"next_report_seconds": 0} == {
        "accepted": True,
        "resend": [],
        "next_report_seconds": 0,
        "item": second,
    }


def test_an_instance_that_was_moved_keeps_its_item_and_its_copy_gets_one(
    callers: Callers, agent: Caller
) -> None:
    def instance(number: str, mac: str) -> dict[str, Any]:
        cloud = {"provider": "aws", "instance_id": f"i-{number}", "region": "eu-west-1"}
        return {
            "machine_id": "9" * 24 + "ab12cd34",
            "hostname": "app",
            "macs": [mac],
            "cloud": cloud,
        }

    guest = {"hardware": {"virtual_role": "guest", "architecture": "x86_64"}}
    first = send(agent, report(guest | {"identity": instance("1", "0a:00:00:00:00:01")}))["item"]
    moved = guest | {"identity": instance("1", "0a:00:00:00:00:02")}
    assert send(agent, report(moved, 2))["item"] == first
    # Made of its image: the same installation, agent and name, and another instance.
    copied = guest | {"identity": instance("2", "0a:00:00:00:00:03")}
    copy = send(agent, report(copied, 3, boot_id="of the copy"))["item"]
    assert copy not in {None, first}
    item = callers.admin.get(f"/items/{copy}")
    assert (item["class"], item["attributes"]["cloud_region"]) == ("virtual_machine", "eu-west-1")


def test_an_agent_of_another_organisation_writes_into_no_item_of_ours(
    callers: Callers, agent: Caller
) -> None:
    item_id = send(agent, report(SECTIONS))["item"]
    foreign = enrolled(callers, "agent-of-sales", organisation_id=3)
    claimed = SECTIONS | {"os": SYSTEM | {"version": "66"}}
    taken = send(foreign, report(claimed, agent_id="agent-of-sales"))
    assert (taken["accepted"], taken["item"]) == (True, None)
    assert callers.admin.get(f"/items/{item_id}")["attributes"]["os_version"] == "12.5"


def test_a_bad_value_is_kept_aside_and_the_rest_lands(
    callers: Callers, agent: Caller, database: Database
) -> None:
    odd = HARDWARE | {"bios_date": "the day before", "model": "x" * 300}
    item_id = send(agent, report(SECTIONS | {"hardware": odd}))["item"]
    attributes = callers.admin.get(f"/items/{item_id}")["attributes"]
    assert attributes["bios_version"] == "1.5.4"
    assert "bios_date" not in attributes
    with database.reading() as session:
        kept = set(session.scalars(select(QuarantinedValue.attribute)))
    assert kept == {"bios_date", "model"}


def test_what_no_database_can_hold_does_not_stop_a_report(
    callers: Callers, agent: Caller, database: Database
) -> None:
    odd = "a\0b\ud800"
    document = report(
        SECTIONS
        | {
            "os": SYSTEM | {"name": odd},
            "disks": [{"name": odd, "kind": odd, odd: 2**70}],
            "interfaces": [{"name": odd, "mac": odd, "addresses": [{"address": odd}]}],
            "software": {"columns": software()["columns"], "rows": [["deb", odd, None, odd]]},
            "identity": IDENTITY | {"machine_id": odd, "serial": odd},
        },
        boot_id=odd,
        problems={"disks": odd, odd: odd},
        readings={odd: odd, "load": [odd]},
    )
    document["digests"][odd] = odd
    assert send(agent, document)["item"] is not None
    with database.reading() as session:
        stored = session.scalars(select(Agent)).one()
        assert stored.problems == {"disks": "ab", "ab": "ab"}
        assert session.scalars(select(ItemSource)).one().readings == {"ab": "ab", "load": ["ab"]}


def test_readings_are_kept_by_name_and_make_no_history(
    callers: Callers, agent: Caller, database: Database
) -> None:
    item_id = send(agent, report(SECTIONS, readings={"load": [1, 1, 1], "uptime_seconds": 5}))[
        "item"
    ]
    send(agent, report(SECTIONS, 2, readings={"uptime_seconds": 60}))
    with database.reading() as session:
        source = session.scalars(select(ItemSource)).one()
    assert source.readings == {"load": [1, 1, 1], "uptime_seconds": 60}
    assert len(callers.admin.get(f"/items/{item_id}/history")["rows"]) == 1


def test_the_agent_remembers_its_item_when_a_report_waits_for_a_person(
    callers: Callers, agent: Caller, database: Database
) -> None:
    item_id = send(agent, report(SECTIONS))["item"]
    taken = send(
        agent, report(SECTIONS | {"identity": IDENTITY | {"uuid": "?"}}, 2, leave_out=["identity"])
    )
    assert "identity" in taken["resend"]
    with database.reading() as session:
        assert session.scalars(select(Agent.item_id)).one() == item_id


# The request


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (gzip.compress(json.dumps(whole()).encode())[:-9], "gzip", 422),
        (b"rubbish", "gzip", 422),
        (json.dumps(whole()).encode(), "gzip", 422),
        (gzip.compress(b" " * (40 * 1024 * 1024)), "gzip", 413),
        (b"{", "", 422),
        (b"[]", "", 422),
        (json.dumps(whole() | {"format": "x/1"}).encode(), "", 422),
        (json.dumps(whole()).encode(), "br", 422),
    ],
    ids=["cut short", "rubbish", "not packed", "bomb", "no JSON", "a list", "format", "encoding"],
)
def test_a_report_that_cannot_be_read_is_refused_and_nothing_is_written(
    agent: Caller, database: Database, body: bytes, encoding: str, status: int
) -> None:
    headers = {"Content-Encoding": encoding} if encoding else {}
    answer = agent.send(
        "POST", "/reports", data=body, content_type="application/json", headers=headers
    )
    refused(answer, status)
    with database.reading() as session:
        assert session.scalars(select(Item.id)).all() == []


def test_a_report_without_a_key_or_with_another_is_refused(
    callers: Callers, agent: Caller, app: Flask
) -> None:
    document = whole()
    refused(callers.nobody_known.send("POST", "/reports", json=document), 401, "not-signed-in")
    for key in ("cak_unknown", "cat_unknown", "x"):
        answer = callers.bearing(key).send("POST", "/reports", json=document)
        refused(answer, 401, "sign-in-refused")
    refused(callers.admin.send("POST", "/reports", json=document), 401)
    text = agent.send("POST", "/reports", data="x", content_type="text/plain")
    refused(text, 415)
    app.config["MAX_CONTENT_LENGTH"] = 500
    refused(agent.send("POST", "/reports", json=document), 413)


def test_what_a_stranger_sends_is_not_even_unpacked(callers: Callers, agent: Caller) -> None:
    bomb = gzip.compress(b" " * (40 * 1024 * 1024))
    packed = {"Content-Encoding": "gzip"}
    stranger = callers.bearing("cak_unknown")
    for body, headers in ((bomb, packed), (b"rubbish", packed), (b"{" * 5000, {})):
        what: dict[str, Any] = {"data": body, "content_type": "application/json"}
        answer = stranger.send("POST", "/reports", headers=headers, **what)
        refused(answer, 401, "sign-in-refused")


def test_an_agents_key_opens_nothing_but_reports(agent: Caller) -> None:
    for path in ("/items", "/agents", "/items/1"):
        refused(agent.send("GET", path), 401)
    refused(agent.send("POST", "/items/bulk?organisation_id=1", json={}), 401)


# What follows from a report


def test_who_talks_to_whom_becomes_a_relation(callers: Callers, agent: Caller) -> None:
    database = enrolled(callers, "agent-of-the-database")
    db = {"machine_id": "9" * 24 + "ab12cd34", "hostname": "db-01", "macs": []}
    ports = [{"protocol": "tcp", "address": "::", "port": 5432, "process": "postgres"}]
    served = {"identity": db, "interfaces": interfaces("192.0.2.9"), "listeners": ports}
    provider = send(database, report(served, agent_id="agent-of-the-database"))["item"]
    calls = [
        {"process": "app", "protocol": "tcp", "remote_address": "192.0.2.9", "remote_port": 5432},
        {"process": "app", "protocol": "tcp", "remote_address": "192.0.2.77", "remote_port": 443},
    ]
    client = SECTIONS | {"interfaces": interfaces("192.0.2.1"), "connections": calls}
    item_id = send(agent, report(client))["item"]
    (row,) = callers.admin.get(f"/items/{item_id}/relations")
    assert (row["type"], row["other"]["id"], row["source"]) == ("calls", provider, "derived")
    assert row["evidence"] == {
        "rule": "calls",
        "connections": [{"client": "app", "port": 5432, "server": "postgres"}],
    }
    suffering = callers.admin.get(f"/items/{provider}/impact")["affected"]
    assert [(r["item"]["id"], r["state"]) for r in suffering] == [
        (provider, "down"),
        (item_id, "degraded"),
    ]
    send(agent, report(client, 2, leave_out=client))
    assert len(callers.admin.get(f"/items/{item_id}/relations")) == 1


def test_an_address_that_two_machines_claim_identifies_nobody(
    callers: Callers, agent: Caller
) -> None:
    for number in (1, 2):
        name = f"agent-of-number-{number}"
        identity = {"machine_id": f"{number:024}ab12cd34", "hostname": name, "macs": []}
        sections = {"identity": identity, "interfaces": interfaces("192.0.2.9")}
        send(enrolled(callers, name), report(sections, agent_id=name))
    call = {"process": "app", "protocol": "tcp", "remote_address": "192.0.2.9", "remote_port": 1}
    item_id = send(agent, report(SECTIONS | {"connections": [call]}))["item"]
    assert callers.admin.get(f"/items/{item_id}/relations") == []


def test_a_report_of_memory_keeps_its_modules(callers: Callers, agent: Caller) -> None:
    item_id = send(agent, report(SECTIONS | {"memory": MEMORY}))["item"]
    assert callers.admin.get(f"/items/{item_id}")["attributes"]["swap_bytes"] == 0
    changed = MEMORY | {"modules": []}
    send(agent, report(SECTIONS | {"memory": changed}, 2))
    newest = callers.admin.get(f"/items/{item_id}/history")["rows"][0]
    assert (newest["subject"], newest["detail"]["member"]) == ("memory", "A1")
