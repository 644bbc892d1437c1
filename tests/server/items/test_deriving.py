"""Relations follow from what was seen, by rules that are data; each one is explained and fades."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cmdb.inventory.door import Inventory
from cmdb.observation import Identifier
from cmdb.records.history import HistoryEntry
from cmdb.records.relations import Relation
from cmdb.vocabulary import CHASSIS_ID, FQDN, NAME
from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.server.items.deriving_estate import (
    TELLING,
    Estate,
    call,
    card,
    listener,
    neighbour,
    pairs,
    recorded_report,
)
from tests.server.items.rest import Callers
from tests.support.people import World

RACK, GUEST = "rack-server-agent-0001", "vmware-guest-agent-0001"


@pytest.fixture
def estate(database: Database, world: World, tmp_path: Path) -> Estate:
    return Estate(database, world, tmp_path)


def web_and_database(estate: Estate, **more: Any) -> tuple[int, int]:
    """Two machines, of which the first talks to the database of the second."""
    db = estate.machine(
        "db-1",
        interfaces=[card("18:66:da:00:00:02", "192.0.2.2")],
        listeners=[listener(5432, "postgres")],
    )
    web = estate.machine(
        "web-1",
        interfaces=[card("18:66:da:00:00:01", "192.0.2.1")],
        connections=[call("192.0.2.2", 5432)],
        **more,
    )
    return web, db


# Evidence


def test_recorded_machines_that_talk_are_related_with_the_very_connection_as_evidence(
    estate: Estate, callers: Callers, tmp_path: Path
) -> None:
    """The recorded rack server talks to 10.0.0.30 at port 389; the recorded guest answers there."""
    directory = recorded_report(
        "vmware-guest",
        tmp_path,
        GUEST,
        interfaces=[card("00:50:56:00:00:30", "10.0.0.30")],
        listeners=[listener(389, "slapd")],
    )
    rack = estate.report(RACK, recorded_report("rack-server", tmp_path, RACK))
    assert estate.relations() == []
    guest = estate.report(GUEST, directory)
    assert estate.relations() == [("calls", rack, guest)], "the server's report relates its client"
    (row,) = callers.admin.get(f"/items/{rack}/relations")
    told = callers.admin.get(f"/relations/{row['id']}/explanation")
    assert (told["rule"], told["evidence"], told["derived"]) == ("calls", "connections", True)
    (seen,) = told["seen"]
    assert (seen["port"], seen["server"]) == (389, "slapd")
    assert told["rule_label"]["es"]
    assert told["fades_at"] > told["relation"]["last_seen_at"]


def test_a_balancer_gets_a_pool_of_which_one_member_is_enough(
    estate: Estate, callers: Callers
) -> None:
    """lb-1 spreads over app-1 and app-2; failing one leaves it at risk, failing both downs it."""
    apps = [
        estate.machine(
            f"app-{n}",
            interfaces=[card(f"18:66:da:00:01:0{n}", f"192.0.2.1{n}")],
            listeners=[listener(8080, "java")],
        )
        for n in (1, 2)
    ]
    balancer = estate.machine(
        "lb-1",
        connections=[call("192.0.2.11", 8080, "haproxy"), call("192.0.2.12", 8080, "haproxy")],
    )
    estate.derive()
    assert pairs(estate.relations("distributes_to")) == {(balancer, app) for app in apps}
    assert estate.groups() == [(balancer, "pool 8080 java", "at_least", 1)]
    one = callers.admin.post("/impact", {"failed": apps[:1]}, 200)["affected"]
    assert {row["item"]["id"]: row["state"] for row in one}[balancer] == "at_risk"
    both = callers.admin.post("/impact", {"failed": apps}, 200)["affected"]
    assert {row["item"]["id"]: row["state"] for row in both}[balancer] == "down"


def test_a_guest_hangs_on_the_host_that_has_the_other_end_of_its_card(estate: Estate) -> None:
    host = estate.machine(
        "hv-1", "hypervisor", interfaces=[card("fe:54:00:aa:bb:01", name="vnet0")]
    )
    guest = estate.machine(
        "vm-1", "virtual_machine", interfaces=[card("52:54:00:aa:bb:01", "192.0.2.5")]
    )
    estate.machine("vm-2", "virtual_machine", interfaces=[card("52:54:00:aa:bb:02")])
    estate.derive()
    assert estate.relations() == [("hosted_on", guest, host)]


def test_a_card_that_two_hosts_show_hangs_on_none(estate: Estate) -> None:
    for number in (1, 2):
        tap = card("fe:54:00:aa:bb:01", name="vnet0")
        estate.machine(f"hv-{number}", "hypervisor", interfaces=[tap])
    estate.machine("vm-1", "virtual_machine", interfaces=[card("52:54:00:aa:bb:01")])
    estate.derive()
    assert estate.relations() == []


def test_a_container_hangs_on_the_machine_of_the_same_boot(estate: Estate, tmp_path: Path) -> None:
    """A recorded container and a recorded server; the kernel below both was started once."""
    ids = {"rack-server": RACK, "alpine-container": "alpine-container-agent-1"}
    documents = {
        name: recorded_report(name, tmp_path, agent_id) | {"boot_id": "one boot"}
        for name, agent_id in ids.items()
    }
    host, container = (estate.report(ids[name], documents[name]) for name in ids)
    assert estate.relations("hosted_on") == [("hosted_on", container, host)]


def test_a_cluster_lives_from_all_but_one_of_its_hosts(estate: Estate, callers: Callers) -> None:
    cluster = estate.machine("cl-1", "compute_cluster")
    hosts = [estate.machine(f"hv-{n}", "hypervisor") for n in (1, 2, 3)]
    for host in hosts:
        estate.told("member_of", host, cluster)
    estate.derive()
    assert estate.groups() == [(cluster, "hosts", "at_least", 2)]
    one = callers.admin.post("/impact", {"failed": hosts[:1]}, 200)["affected"]
    assert {row["item"]["id"]: row["state"] for row in one}[cluster] == "at_risk"
    two = callers.admin.post("/impact", {"failed": hosts[:2]}, 200)["affected"]
    assert {row["item"]["id"]: row["state"] for row in two}[cluster] == "down"


def test_a_member_that_left_is_gone_at_once_and_the_group_shrinks(estate: Estate) -> None:
    cluster = estate.machine("cl-1", "compute_cluster")
    hosts = [estate.machine(f"hv-{n}", "hypervisor") for n in (1, 2, 3)]
    for host in hosts:
        estate.told("member_of", host, cluster)
    estate.derive()
    with estate.database.writing() as session:
        told = select(Relation.id).where(Relation.start_id == hosts[0], Relation.source == TELLING)
        Inventory(session, utc_now()).unrelate(list(session.scalars(told)), TELLING)
    assert estate.derive()["ended"] == 1
    assert pairs(estate.relations()) == {(host, cluster) for host in hosts[1:]}
    assert estate.groups() == [(cluster, "hosts", "at_least", 1)]


def test_uplinks_lead_to_the_router_and_two_of_them_are_a_group(estate: Estate) -> None:
    r"""What LLDP says, turned towards the router; the server sees nobody, its switch sees it.

          rt-1
         /    \
      core-1 core-2
         \    /
         acc-1 ── db-1
    """
    router = estate.device(
        "rt-1",
        "router",
        identifiers=(Identifier(CHASSIS_ID, "00:16:46:00:00:01"),),
        neighbours=[neighbour("ge0", "core-1.example.test"), neighbour("ge1", "core-2")],
    )
    cores = [
        estate.device(
            f"core-{n}",
            "switch",
            identifiers=(Identifier(FQDN, f"core-{n}.example.test"),),
            neighbours=[neighbour("te1", "", "00:16:46:00:00:01")],
        )
        for n in (1, 2)
    ]
    server = estate.machine("db-1", identifiers=(Identifier(NAME, "db-1"),))
    access = estate.device(
        "acc-1",
        "switch",
        neighbours=[
            neighbour("te1", "core-1.example.test"),
            neighbour("te2", "core-2.example.test"),
            neighbour("ge7", "db-1"),
        ],
    )
    estate.derive()
    expected = {(core, router) for core in cores} | {(access, core) for core in cores}
    assert pairs(estate.relations("uplinks_to")) == expected | {(server, access)}
    assert estate.groups() == [(access, "uplinks", "at_least", 1)]


def test_what_stands_in_a_rack_hangs_on_the_rack_and_on_its_power_strips(estate: Estate) -> None:
    rack = estate.machine("rack-7", "rack")
    server = estate.machine("db-1", location=rack)
    strips = [estate.machine(f"pdu-{n}", "pdu", location=rack) for n in (1, 2)]
    estate.derive()
    assert pairs(estate.relations("located_in")) == {(i, rack) for i in (server, *strips)}
    assert pairs(estate.relations("powered_by")) == {(server, strip) for strip in strips}
    assert estate.groups() == [(server, "power", "at_least", 1)]


def test_one_power_strip_is_no_redundancy_and_a_floor_is_no_rack(estate: Estate) -> None:
    room = estate.machine("room-1", "room")
    rack = estate.machine("rack-7", "rack")
    for place, strips in ((room, 2), (rack, 1)):
        estate.machine(f"server in {place}", location=place)
        for number in range(strips):
            estate.machine(f"pdu-{number} in {place}", "pdu", location=place)
    estate.derive()
    assert estate.relations("powered_by") == []


# Time


def test_what_is_seen_again_changes_nothing(estate: Estate) -> None:
    web_and_database(estate)
    assert estate.derive() == {"created": 1}
    assert estate.derive() == {"unchanged": 1}


def test_a_relation_not_seen_for_long_ends_in_history_and_returns_when_seen_again(
    estate: Estate,
) -> None:
    web, db = web_and_database(estate)
    estate.derive()
    estate.machine("web-1", connections=[])
    estate.age(days=13)
    estate.derive()
    assert estate.relations() == [("calls", web, db)]
    estate.age(days=2)
    assert estate.derive() == {"faded": 1}
    assert estate.relations() == []
    with estate.database.reading() as session:
        kinds = session.execute(
            select(HistoryEntry.kind, HistoryEntry.source).where(HistoryEntry.item_id == web)
        ).all()
    assert ("unrelated", "derived") in [tuple(row) for row in kinds]
    estate.machine("web-1", connections=[call("192.0.2.2", 5432)])
    estate.derive()
    assert estate.relations() == [("calls", web, db)]


# People


def test_a_rejected_relation_stays_rejected_until_that_is_taken_back(
    estate: Estate, callers: Callers
) -> None:
    web, db = web_and_database(estate)
    estate.derive()
    manager = callers.manager
    (row,) = manager.get(f"/items/{web}/relations")
    verdict = manager.post(f"/relations/{row['id']}/rejection", {"note": "a test of mine"})
    assert estate.relations() == []
    assert estate.derive()["rejected"] == 1
    assert estate.relations() == []
    (listed,) = manager.get("/derivation-verdicts")["rows"]
    assert (listed["start"]["name"], listed["end"]["name"]) == ("web-1", "db-1")
    assert (listed["note"], listed["rule"]) == ("a test of mine", "calls")
    assert manager.send("DELETE", f"/derivation-verdicts/{verdict['id']}").status_code == 204
    assert estate.relations() == [("calls", web, db)]
    assert manager.get("/derivation-verdicts")["rows"] == []


def test_ending_a_derived_relation_rejects_it(estate: Estate, callers: Callers) -> None:
    web, _ = web_and_database(estate)
    estate.derive()
    (row,) = callers.manager.get(f"/items/{web}/relations")
    assert callers.manager.send("DELETE", f"/relations/{row['id']}").status_code == 204
    estate.derive()
    assert estate.relations() == []


def test_a_corrected_relation_is_a_persons_and_returns_to_what_was_seen(
    estate: Estate, callers: Callers
) -> None:
    web, db = web_and_database(estate)
    estate.derive()
    manager = callers.manager
    (row,) = manager.get(f"/items/{web}/relations")
    body = {"type": "depends_on", "start_id": web, "end_id": db, "note": "cannot do without"}
    manager.post(f"/relations/{row['id']}/correction", body)
    estate.derive()
    (now,) = manager.get(f"/items/{web}/relations")
    assert (now["type"], now["source"], now["note"]) == ("depends_on", "person", body["note"])
    impact = callers.admin.get(f"/items/{db}/impact")["affected"]
    assert [r["state"] for r in impact if r["item"]["id"] == web] == ["down"]
    (verdict,) = manager.get("/derivation-verdicts")["rows"]
    assert verdict["instead_id"] == now["id"]
    manager.send("DELETE", f"/derivation-verdicts/{verdict['id']}")
    (back,) = manager.get(f"/items/{web}/relations")
    assert (back["type"], back["source"]) == ("calls", "derived")


def test_a_correction_joins_the_same_items_and_only_what_was_derived_is_corrected(
    estate: Estate, callers: Callers
) -> None:
    web, db = web_and_database(estate)
    other = estate.machine("other")
    estate.derive()
    manager = callers.manager
    (row,) = manager.get(f"/items/{web}/relations")
    wrong = {"type": "depends_on", "start_id": web, "end_id": other}
    answer = manager.send("POST", f"/relations/{row['id']}/correction", json=wrong)
    assert answer.status_code == 422
    assert len(manager.get(f"/items/{web}/relations")) == 1, "nothing is half-written"
    by_hand = manager.relate("depends_on", other, db)
    answer = manager.send("POST", f"/relations/{by_hand}/rejection", json={})
    assert answer.status_code == 409
