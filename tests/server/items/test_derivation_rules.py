"""Rules at run time: added, tried out, changed, switched off; their relations follow."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cmdb.engine.derivation.shipment import shipped_rules
from server.foundation.database import Database
from server.foundation.jobs.models import Job
from server.items.deriving.models import StoredRule
from tests.server.items.deriving_estate import Estate, call, card, listener
from tests.server.items.rest import Callers, refused
from tests.support.people import BEGINNING, World

DIRECTORY: dict[str, Any] = {
    "code": "directory",
    "label": {"en": "Asks a directory"},
    "evidence": "connections",
    "options": {"server_processes": ["slapd"]},
    "type": "authenticates_via",
    "confidence": 0.9,
}


@pytest.fixture
def estate(database: Database, world: World, tmp_path: Path) -> Estate:
    return Estate(database, world, tmp_path)


def asking_a_directory(estate: Estate) -> tuple[int, int]:
    directory = estate.machine(
        "dc-1",
        interfaces=[card("18:66:da:00:00:09", "192.0.2.9")],
        listeners=[listener(389, "slapd")],
    )
    client = estate.machine("web-1", connections=[call("192.0.2.9", 389)])
    return client, directory


def run_asked(estate: Estate) -> None:
    """Carry out what the interface has asked for, as the job runner would."""
    with estate.database.writing() as session:
        jobs = session.scalars(select(Job).where(Job.kind == "items.derive", Job.state == "queued"))
        asked = [str(job.payload.get("rule", "")) for job in jobs]
        for job in session.scalars(select(Job).where(Job.kind == "items.derive")):
            job.state = "done"
    assert asked, "nobody asked for anything"
    for code in asked:
        estate.derive(code)


def test_a_rule_of_ones_own_is_tried_out_first_and_then_derives(
    estate: Estate, callers: Callers
) -> None:
    client, directory = asking_a_directory(estate)
    admin = callers.admin
    trial = admin.post("/derivation-trials", DIRECTORY, 200)
    assert (trial["derives"], trial["keeps"], trial["takes_away"]) == (1, 0, 0)
    (row,) = trial["fresh"]
    assert (row["type"], row["start"]["name"], row["end"]["name"]) == (
        "authenticates_via",
        "web-1",
        "dc-1",
    )
    assert estate.relations() == [], "a trial writes nothing"
    added = admin.post("/derivation-rules", DIRECTORY)
    assert (added["origin"], added["rule"]["type"]) == ("own", "authenticates_via")
    run_asked(estate)
    assert estate.relations() == [("authenticates_via", client, directory)]
    assert admin.post("/derivation-trials", DIRECTORY, 200)["keeps"] == 1


def test_a_rule_that_narrows_takes_away_what_does_not_follow_any_more(
    estate: Estate, callers: Callers
) -> None:
    asking_a_directory(estate)
    callers.admin.post("/derivation-rules", DIRECTORY)
    run_asked(estate)
    narrower = DIRECTORY | {"options": {"server_processes": ["ns-slapd"]}}
    trial = callers.admin.post("/derivation-trials", narrower, 200)
    assert (trial["derives"], trial["takes_away"]) == (0, 1)
    assert trial["gone"][0]["start"]["name"] == "web-1"
    narrower.pop("code")
    answer = callers.admin.send("PUT", "/derivation-rules/directory", json=narrower)
    assert answer.status_code == 200, answer.text
    run_asked(estate)
    assert estate.relations() == []


def test_a_shipped_rule_that_is_switched_off_takes_its_relations_along_and_comes_back(
    estate: Estate, callers: Callers
) -> None:
    client, directory = asking_a_directory(estate)
    estate.derive()
    admin = callers.admin
    shipped = admin.get("/derivation-rules/calls")
    off = shipped["rule"] | {"enabled": False}
    changed = admin.send("PUT", "/derivation-rules/calls", json=off).get_json()
    assert changed["origin"] == "changed"
    run_asked(estate)
    assert estate.relations() == []
    estate.derive()
    assert estate.relations() == []
    assert admin.send("DELETE", "/derivation-rules/calls").status_code == 204
    assert admin.get("/derivation-rules/calls") == shipped
    run_asked(estate)
    assert estate.relations() == [("calls", client, directory)]
    answer = admin.send("DELETE", "/derivation-rules/calls")
    assert refused(answer, 404) == {}


def test_of_two_rules_for_one_relation_the_surer_one_is_told(
    estate: Estate, callers: Callers
) -> None:
    client, directory = asking_a_directory(estate)
    estate.derive()
    surer = DIRECTORY | {"code": "surer", "type": "calls", "weight": 1.0}
    callers.admin.post("/derivation-rules", surer)
    run_asked(estate)
    estate.derive()
    assert estate.relations() == [("calls", client, directory)]
    (row,) = callers.admin.get(f"/items/{client}/relations")
    assert (row["evidence"]["rule"], row["confidence"], row["weight"]) == ("surer", 0.9, 1.0)
    assert callers.admin.send("DELETE", "/derivation-rules/surer").status_code == 204
    run_asked(estate)
    estate.derive()
    (row,) = callers.admin.get(f"/items/{client}/relations")
    assert (row["evidence"]["rule"], row["weight"]) == ("calls", 0.5)


def test_two_items_with_one_value_are_joined_by_a_rule_of_ones_own(
    estate: Estate, callers: Callers
) -> None:
    """The virtual machine's instance UUID is the UUID that its agent reports."""
    inside = estate.machine("vm-1", uuid="4c4c4544-0042-3510-8052-b4c04f4a3332")
    outside = estate.machine(
        "vm-1 in the cloud", "cloud_resource", resource_id="4c4c4544-0042-3510-8052-b4c04f4a3332"
    )
    rule = {
        "code": "cloud_twin",
        "label": {"en": "Instance of the cloud"},
        "evidence": "same_value",
        "options": {"attribute": "uuid", "other_attribute": "resource_id"},
        "type": "hosted_on",
    }
    callers.admin.post("/derivation-rules", rule)
    run_asked(estate)
    assert estate.relations() == [("hosted_on", inside, outside)]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"evidence": "dreams"}, {"evidence"}),
        ({"type": "loves"}, {"type"}),
        ({"starts": ["unicorn"]}, {"starts"}),
        ({"weight": 2}, {"weight"}),
        ({"options": {"colour": ["red"]}}, {"options.colour"}),
        ({"group": {"name": ""}}, {"group.name"}),
        ({"only_groups": True}, {"only_groups"}),
        ({"label": {}}, {"label"}),
        ({"code": "Not A Code"}, {"code"}),
    ],
)
def test_what_is_wrong_with_a_rule_is_named_by_field_and_nothing_is_saved(
    callers: Callers, change: dict[str, Any], fields: set[str]
) -> None:
    for address in ("/derivation-rules", "/derivation-trials"):
        answer = callers.admin.send("POST", address, json=DIRECTORY | change)
        assert refused(answer, 422).keys() == fields
    assert len(callers.admin.get("/derivation-rules")) == len(shipped_rules())


def test_a_code_is_given_once(callers: Callers) -> None:
    callers.admin.post("/derivation-rules", DIRECTORY)
    answer = callers.admin.send("POST", "/derivation-rules", json=DIRECTORY)
    assert refused(answer, 409, "duplicate-name").keys() == {"code"}
    shipped = DIRECTORY | {"code": "calls"}
    assert callers.admin.send("POST", "/derivation-rules", json=shipped).status_code == 409


def test_a_stored_rule_that_no_longer_fits_the_model_rests_and_says_why(
    estate: Estate, callers: Callers
) -> None:
    asking_a_directory(estate)
    with estate.database.writing() as session:
        document = {"label": "Old", "evidence": "connections", "type": "gone_with_the_model"}
        session.add(StoredRule(code="old", document=document, updated_at=BEGINNING))
    estate.derive()
    told = {one["code"]: one["problem"] for one in callers.admin.get("/derivation-rules")}
    assert "gone_with_the_model" in told.pop("old")
    assert set(told.values()) == {""}


def test_rules_are_for_those_who_administer_them_everywhere(callers: Callers) -> None:
    for who in (callers.manager, callers.reader, callers.outsider):
        refused(who.send("GET", "/derivation-rules"), 403, "permission-denied")
        refused(who.send("POST", "/derivation-runs"), 403, "permission-denied")
