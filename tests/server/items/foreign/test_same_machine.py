"""Three agents on a container that has no serial, no UUID and no lasting MAC address."""

from typing import Any

import pytest
from flask import Flask

from tests.server.items.foreign.messages import glpi, package
from tests.server.items.machines import report, software
from tests.server.items.rest import Caller, Callers
from tests.server.items.test_intake import enrolled, send

FUSION, OCS = "box-1-2026-03-01-04-05-06", "box-1-2026-03-01-04-07-08"
MAC = "02:42:ac:11:00:02"


@pytest.fixture
def ours(callers: Callers) -> Caller:
    return enrolled(callers)


def told_by_ours(*device_ids: str, **identity: Any) -> dict[str, Any]:
    """A first report of ours from inside the container, with whom it found on the disk."""
    addresses = [{"address": "172.17.0.2", "prefix_length": 16, "scope": "global"}]
    known: dict[str, Any] = {"hostname": "box-1", "macs": [], "machine_id": "0f" * 15 + "a1"}
    known |= identity | ({"device_ids": list(device_ids)} if device_ids else {})
    return report(
        {
            "identity": known,
            "hardware": {"architecture": "x86_64", "virtual_role": "container"},
            "interfaces": [{"name": "eth0", "mac": MAC, "up": True, "addresses": addresses}],
            "software": software(bash="5.2"),
        }
    )


def told_by_fusion(
    device_id: str = FUSION,
    mac: str = MAC,
    name: str = "box-1",
    memory: int = 512,
    software: str = "",
) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8" ?>
<REQUEST><CONTENT>
  <HARDWARE><NAME>{name}</NAME><VMSYSTEM>Docker</VMSYSTEM><MEMORY>{memory}</MEMORY></HARDWARE>
  <NETWORKS><DESCRIPTION>eth0</DESCRIPTION><MACADDR>{mac}</MACADDR><TYPE>ethernet</TYPE>
    <IPADDRESS>172.17.0.2</IPADDRESS><VIRTUALDEV>1</VIRTUALDEV></NETWORKS>
  {software}<VERSIONCLIENT>FusionInventory-Agent_v2.6-3</VERSIONCLIENT>
</CONTENT><DEVICEID>{device_id}</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>""".encode()


def admitted(app: Flask, callers: Callers, body: bytes) -> Any:
    app.test_client(use_cookies=False).post("/inventory", data=body)
    (row,) = callers.admin.get("/waiting-senders")["rows"]
    return callers.admin.post(f"/waiting-senders/{row['id']}/admission", {"organisation_id": 1})


def names(callers: Callers) -> list[str]:
    return [row["name"] for row in callers.admin.get("/items")["rows"]]


def test_what_ours_finds_on_the_disk_makes_one_item_of_three_agents(
    app: Flask, callers: Callers, ours: Caller
) -> None:
    item_id = send(ours, told_by_ours(FUSION, OCS))["item"]
    for device_id in (FUSION, OCS):
        agent = admitted(app, callers, told_by_fusion(device_id))
        assert (agent["item_id"], agent["problems"]) == (item_id, {})
    assert names(callers) == ["box-1"]
    item = callers.admin.get(f"/items/{item_id}")
    assert item["class"] == "container"
    assert item["attributes"]["memory_bytes"] == 512 * 1024 * 1024


def test_ours_joins_the_item_that_another_agent_made_before(
    app: Flask, callers: Callers, ours: Caller
) -> None:
    agent = admitted(app, callers, told_by_fusion())
    assert send(ours, told_by_ours(FUSION))["item"] == agent["item_id"]
    assert names(callers) == ["box-1"]


def test_without_ours_on_the_disk_a_person_is_asked_and_the_answer_stays(
    app: Flask, callers: Callers, ours: Caller
) -> None:
    item_id = send(ours, told_by_ours())["item"]
    agent = admitted(app, callers, told_by_fusion())
    assert agent["item_id"] is None
    assert agent["problems"]["identity"].startswith("nothing proves it")
    (question,) = callers.manager.get("/identity-reviews")["rows"]
    view = callers.manager.get(f"/identity-reviews/{question['id']}")
    (candidate,) = view["candidates"]
    assert {line["kind"] for line in candidate["lines"]} == {"local_mac", "name"}
    answer = {"answer": "same", "item_id": item_id}
    callers.manager.post(f"/identity-reviews/{question['id']}", answer, status=200)
    known = {row["kind"]: row for row in callers.admin.get("/agents")["rows"]}
    assert known["fusioninventory"]["item_id"] == item_id
    assert known["fusioninventory"]["problems"] == {}
    again = app.test_client(use_cookies=False).post("/inventory", data=told_by_fusion())
    assert again.status_code == 200
    assert callers.manager.get("/identity-reviews")["rows"] == []
    assert names(callers) == ["box-1"]


def test_a_question_that_has_become_clear_is_closed(
    app: Flask, callers: Callers, ours: Caller
) -> None:
    """Ours came before the other agent was installed, and finds it with its next report."""
    item_id = send(ours, told_by_ours())["item"]
    assert admitted(app, callers, told_by_fusion())["item_id"] is None
    send(ours, told_by_ours(FUSION) | {"sequence": 2})
    app.test_client(use_cookies=False).post("/inventory", data=told_by_fusion())
    assert callers.manager.get("/identity-reviews")["rows"] == []
    known = {row["kind"]: row for row in callers.admin.get("/agents")["rows"]}
    assert known["fusioninventory"]["item_id"] == item_id
    assert known["fusioninventory"]["problems"] == {}


def test_the_question_answered_with_another_machine_is_not_asked_again(
    app: Flask, callers: Callers, ours: Caller
) -> None:
    first = send(ours, told_by_ours())["item"]
    admitted(app, callers, told_by_fusion())
    (question,) = callers.manager.get("/identity-reviews")["rows"]
    callers.manager.post(f"/identity-reviews/{question['id']}", {"answer": "new"}, status=200)
    app.test_client(use_cookies=False).post("/inventory", data=told_by_fusion())
    assert callers.manager.get("/identity-reviews")["rows"] == []
    assert names(callers) == ["box-1", "box-1"]
    assert send(ours, told_by_ours() | {"sequence": 2})["item"] == first


@pytest.mark.parametrize("other", [{"mac": "02:42:ac:11:00:03"}, {"name": "box-2"}])
def test_another_name_or_address_is_another_machine_without_a_question(
    app: Flask, callers: Callers, ours: Caller, other: dict[str, Any]
) -> None:
    first = send(ours, told_by_ours())["item"]
    agent = admitted(app, callers, told_by_fusion(**other))
    assert agent["item_id"] not in {None, first}


def test_a_machine_that_has_a_lasting_address_tells_none_of_software(
    callers: Callers, ours: Caller
) -> None:
    item_id = send(ours, told_by_ours(macs=["18:66:da:00:01:01"]))["item"]
    kinds = {row["kind"] for row in callers.admin.get(f"/items/{item_id}/identity")["evidence"]}
    assert "mac" in kinds
    assert "local_mac" not in kinds


def test_the_hosts_numbers_in_a_container_do_not_hide_its_own_address(
    callers: Callers, ours: Caller
) -> None:
    item_id = send(ours, told_by_ours(uuid="4c4c4544-0042-3510-8052-b4c04f4a3332"))["item"]
    evidence = callers.admin.get(f"/items/{item_id}/identity")["evidence"]
    (made_up,) = (row for row in evidence if row["kind"] == "local_mac")
    assert (made_up["value"], made_up["weight"], made_up["why"]) == (MAC, 0, "asks")


def test_two_agents_of_other_makers_do_not_undo_each_others_words(
    app: Flask, callers: Callers, ours: Caller
) -> None:
    """Both list the packages, each in its own words; the one that came first goes on speaking."""
    item_id = send(ours, told_by_ours(FUSION, OCS))["item"]
    first = told_by_fusion(FUSION, software=package("bash", "5.2"))
    second = told_by_fusion(OCS, software=package("bash", "5.2-1") + package("vim", "9.0"))
    for body in (first, second):
        assert admitted(app, callers, body)["item_id"] == item_id

    def told() -> list[Any]:
        rows = callers.admin.get(f"/items/{item_id}/history")["rows"]
        return [row["detail"] for row in rows if row["source"] == "inventory"]

    before = told()
    changed = told_by_fusion(FUSION, software=package("bash", "5.3"))
    client = app.test_client(use_cookies=False)
    for body in (changed, second, changed, second):
        client.post("/inventory", data=body)
    assert told()[: len(told()) - len(before)] == [{"member": "bash", "old": "5.2", "new": "5.3"}]


def test_what_only_the_second_of_them_knows_is_kept(
    app: Flask, callers: Callers, ours: Caller
) -> None:
    item_id = send(ours, told_by_ours(FUSION, OCS))["item"]
    admitted(app, callers, told_by_fusion(FUSION))
    admitted(app, callers, told_by_fusion(OCS, software=package("vim", "9.0")))
    sources = callers.admin.get(f"/items/{item_id}/identity")["sources"]
    assert {row["key"] for row in sources if row["source"] == "inventory"} == {FUSION, OCS}
    rows = callers.admin.get(f"/items/{item_id}/software")["rows"]
    assert {(row["name"], row["version"]) for row in rows} == {("bash", "5.2"), ("vim", "9.0")}


def test_the_second_speaks_for_itself_once_the_first_is_revoked(
    app: Flask, callers: Callers, ours: Caller
) -> None:
    item_id = send(ours, told_by_ours(FUSION, OCS))["item"]
    first = admitted(app, callers, told_by_fusion(FUSION))
    second = told_by_fusion(OCS, memory=1024)
    admitted(app, callers, second)
    assert callers.admin.get(f"/items/{item_id}")["attributes"]["memory_bytes"] == 512 * 2**20
    assert callers.admin.send("DELETE", f"/agents/{first['id']}").status_code == 204
    app.test_client(use_cookies=False).post("/inventory", data=second)
    assert callers.admin.get(f"/items/{item_id}")["attributes"]["memory_bytes"] == 1024 * 2**20


def test_glpis_own_format_tells_its_id_too(app: Flask, callers: Callers, ours: Caller) -> None:
    item_id = send(ours, told_by_ours(FUSION))["item"]
    message = glpi({"hardware": {"name": "box-1"}, "bios": {}}, deviceid=FUSION)
    client = app.test_client(use_cookies=False)
    client.post("/inventory", json=message, headers={"GLPI-Agent-ID": "5f0c1f7e"})
    (row,) = callers.admin.get("/waiting-senders")["rows"]
    path = f"/waiting-senders/{row['id']}/admission"
    assert callers.admin.post(path, {"organisation_id": 1})["item_id"] == item_id
