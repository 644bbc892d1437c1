"""What becomes of an observation: created, updated, unchanged, for review, or refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from cmdb.inventory.door import BATCH
from cmdb.inventory.outcomes import Author, Outcome
from cmdb.observation import SeenParty
from cmdb.records.history import HistoryEntry
from cmdb.records.identity import IdentityReview
from cmdb.records.items import Item, ItemParty, ItemValue
from cmdb.records.sources import ItemIdentifier, ItemSource, QuarantinedValue
from cmdb.vocabulary import PartyRole
from tests.cmdb.engine.machines import Machine, rack_server
from tests.cmdb.inventory.register import HOUR, Register, identifier, section


def test_an_item_is_created_then_unchanged_then_updated(register: Register) -> None:
    seen = register.agent(rack_server(1), values={"os_name": "Debian", "memory_bytes": "64 GiB"})
    (first,) = register.record(seen)
    assert first.outcome is Outcome.CREATED
    register.later()
    (second,) = register.record(seen)
    assert (second.outcome, second.item_id) == (Outcome.UNCHANGED, first.item_id)
    changed = register.agent(rack_server(1), values={"os_name": "Ubuntu"})
    (third,) = register.record(changed)
    assert (third.outcome, third.item_id) == (Outcome.UPDATED, first.item_id)
    item = register.item(first.item_id or 0)
    assert item.attributes == {"os_name": "Ubuntu", "memory_bytes": 68719476736}
    assert (item.name, item.stage, item.version) == ("srv-01", "in_use", 2)


def test_first_sight_is_one_row_of_history_whatever_it_brought(register: Register) -> None:
    many = section("software", [("deb", f"package-{n}", "1", "") for n in range(700)])
    disks = section("disks", [{"name": "sda"}, {"name": "sdb"}])
    item = register.item_of(register.agent(rack_server(1), sections=(many, disks)))
    assert register.history(item) == [
        ("created", "", {"class": "server", "values": 1, "sections": {"software": 700, "disks": 2}})
    ]


def test_an_unchanged_report_writes_nothing_but_when_it_was_last_seen(register: Register) -> None:
    seen = register.agent(rack_server(1), sections=(section("disks", [{"name": "sda"}]),))
    item_id = register.item_of(seen)
    before = register.item(item_id)
    history = register.history(item_id)
    log = register.log()
    register.later()
    again = register.agent(
        rack_server(1), sections=(section("disks", None, seen.sections[0].digest),)
    )
    (recorded,) = register.record(again)
    assert (recorded.outcome, recorded.resend) == (Outcome.UNCHANGED, ())
    after = register.item(item_id)
    assert (after.version, after.updated_at) == (before.version, before.updated_at)
    assert after.last_seen_at == before.last_seen_at + HOUR
    assert (register.history(item_id), register.log()) == (history, log)


def test_every_change_tells_who_said_so_when_and_in_which_request(register: Register) -> None:
    item_id = register.item_of(register.agent(rack_server(1), values={"os_name": "Debian"}))
    register.later()
    seen = register.agent(
        rack_server(1),
        values={"os_name": "Ubuntu"},
        observed_at=register.now - timedelta(minutes=7),
    )
    register.record(seen, author=Author(register.person, "request-4711"))
    (_, row) = register.rows(HistoryEntry, HistoryEntry.item_id == item_id)
    assert (row.kind, row.subject, row.source) == ("changed", "os_name", "agent")
    assert row.detail == {"old": "Debian", "new": "Ubuntu"}
    assert (row.person_id, row.request_id) == (register.person, "request-4711")
    assert (row.at, row.observed_at) == (register.now, register.now - timedelta(minutes=7))


def test_searchable_values_follow_the_winners(register: Register) -> None:
    item_id = register.item_of(
        register.agent(rack_server(1), values={"memory_bytes": 1024, "label": ["blue", "old"]})
    )
    keys = {(row.text_key, row.number_key) for row in register.rows(ItemValue)}
    assert keys == {(None, 1024.0), ("blue", None), ("old", None)}
    register.record(register.agent(rack_server(1), values={"memory_bytes": 2048, "label": None}))
    (row,) = register.rows(ItemValue)
    assert (row.item_id, row.number_key) == (item_id, 2048.0)


# Several in one batch


def test_the_same_new_machine_twice_in_a_batch_is_one_item(register: Register) -> None:
    once = register.agent(rack_server(1), values={"os_name": "Debian"})
    twice = register.agent(rack_server(1), values={"os_name": "Ubuntu", "kernel": "6.1"})
    first, second, third = register.record(once, twice, twice)
    assert [first.outcome, second.outcome, third.outcome] == ["created", "updated", "unchanged"]
    assert first.item_id == second.item_id == third.item_id
    assert register.item(first.item_id or 0).attributes == {"os_name": "Ubuntu", "kernel": "6.1"}
    assert len(register.history(first.item_id or 0)) == 1


def test_two_sources_of_one_new_machine_meet_within_a_batch(register: Register) -> None:
    machine = rack_server(1)
    walked = register.says(
        "snmp",
        "192.0.2.1",
        {"name": "SRV-01.walk"},
        identifiers=Machine(macs=machine.macs).evidence(),
    )
    first, second = register.record(walked, register.agent(machine))
    assert first.item_id == second.item_id
    assert register.item(first.item_id or 0).name == "srv-01"


def test_only_the_observation_that_changed_something_says_updated(register: Register) -> None:
    register.record(register.agent(rack_server(1)), register.agent(rack_server(2)))
    changed = register.agent(rack_server(1), values={"kernel": "6.1"})
    outcomes = [
        r.outcome for r in register.record(changed, register.agent(rack_server(2)), changed)
    ]
    assert outcomes == ["updated", "unchanged", "unchanged"]


def test_what_changes_and_changes_back_within_a_batch_has_not_changed(register: Register) -> None:
    debian = register.agent(rack_server(1), values={"os_name": "Debian"})
    ubuntu = register.agent(rack_server(1), values={"os_name": "Ubuntu"})
    item_id = register.item_of(debian)
    register.record(ubuntu, debian)
    assert len(register.history(item_id)) == 1
    assert register.item(item_id).version == 1


def test_more_observations_than_one_batch_keep_their_order(register: Register) -> None:
    seen = [register.says("rest", f"line-{n}", {"name": f"n{n}"}) for n in range(BATCH + 5)]
    results = register.record(*seen)
    assert [r.outcome for r in results] == [Outcome.CREATED] * (BATCH + 5)
    assert register.item(results[BATCH + 4].item_id or 0).name == f"n{BATCH + 4}"
    assert {r.outcome for r in register.record(*seen)} == {Outcome.UNCHANGED}


# What is refused


def test_an_unknown_class_is_refused_alone(register: Register) -> None:
    good, bad, last = register.record(
        register.agent(rack_server(1)),
        register.says("rest", "x", {"name": "x"}, class_code="spaceship"),
        register.agent(rack_server(2)),
    )
    assert (good.outcome, last.outcome) == (Outcome.CREATED, Outcome.CREATED)
    assert bad.outcome is Outcome.REFUSED
    assert bad.problems == {"class": "there is no class 'spaceship'"}


def test_nothing_is_created_of_an_abstract_class(register: Register) -> None:
    (recorded,) = register.record(register.says("rest", "x", {"name": "x"}, class_code="device"))
    assert recorded.problems == {"class": "device is abstract; name a class below it"}


def test_an_edit_of_an_item_that_does_not_exist_is_refused(register: Register) -> None:
    assert register.types(4711, {"name": "x"}).problems == {"id": "item 4711 does not exist"}


def test_a_bad_value_is_quarantined_and_the_rest_lands(register: Register) -> None:
    values = {"memory_bytes": "plenty", "os_name": "Debian", "wings": 2, "cpu_cores": -3}
    (recorded,) = register.record(register.agent(rack_server(1), values=values))
    assert recorded.outcome is Outcome.CREATED
    assert recorded.problems.keys() == {"memory_bytes", "wings", "cpu_cores"}
    assert register.item(recorded.item_id or 0).attributes == {"os_name": "Debian"}
    kept = {row.attribute: (row.raw, row.reason) for row in register.rows(QuarantinedValue)}
    assert kept["memory_bytes"][0] == "'plenty'"
    assert kept["wings"] == ("2", "the class server has no attribute 'wings'")


def test_the_quarantine_heals_when_the_value_is_right(register: Register) -> None:
    def report(**values: Any) -> None:
        register.record(register.agent(rack_server(1), values=values))

    report(memory_bytes="plenty", cpu_cores="two")
    before = [row.id for row in register.rows(QuarantinedValue)]
    report(memory_bytes="plenty", cpu_cores="two")
    assert [row.id for row in register.rows(QuarantinedValue)] == before
    report(memory_bytes=1024, cpu_cores="three")
    (row,) = register.rows(QuarantinedValue)
    assert (row.attribute, row.raw) == ("cpu_cores", "'three'")
    report(kernel="6.1")
    assert len(register.rows(QuarantinedValue)) == 1
    report(cpu_cores=None)
    assert register.rows(QuarantinedValue) == []


def test_a_new_item_seen_twice_in_a_batch_keeps_one_row_of_each_bad_value(
    register: Register,
) -> None:
    bad = register.agent(rack_server(1), values={"memory_bytes": "plenty"})
    assert len(register.record(bad, bad)) == 2
    assert len(register.rows(QuarantinedValue)) == 1


def test_a_source_of_ten_thousand_unknown_words_fills_no_table(register: Register) -> None:
    values = {f"unknown_{number}": number for number in range(10_000)}
    (recorded,) = register.record(register.agent(rack_server(1), values=values))
    assert len(recorded.problems) == 100
    assert len(register.rows(QuarantinedValue)) == 100


def test_what_no_database_can_hold_never_gets_there(register: Register) -> None:
    odd = "tab\0le \ud800"
    disks = section("disks", [{"name": odd, "size": float("inf"), odd: {"deep": (odd, 2**70)}}])
    listeners = section("listeners", [{"protocol": odd, "address": odd, "port": 80, "user": odd}])
    interfaces = section("interfaces", [{"name": odd, "mac": odd, "mtu": 2**40, "addresses": [{}]}])
    software = section("software", [("deb", odd, odd, None), "rubbish", ["deb"]])
    seen = register.agent(
        rack_server(1),
        values={"os_name": odd, odd: odd, "kernel": ["\0"]},
        sections=(disks, listeners, interfaces, software),
        readings={"load": float("nan"), odd: odd},
    )
    (recorded,) = register.record(seen)
    assert recorded.outcome is Outcome.CREATED
    (source,) = register.rows(ItemSource)
    assert source.readings == {"load": None, "table ": "table "}


def test_a_location_must_be_a_place_that_exists(register: Register) -> None:
    server = register.imported("srv")
    site = register.imported("site", "site")
    other = register.imported("other")
    assert register.types(server, {"location": site}).problems == {}
    assert register.item(server).location_id == site
    assert register.types(server, {"location": 4711}).problems == {
        "location": "there is no item 4711"
    }
    assert register.types(server, {"location": other}).problems == {
        "location": f"must be a place; item {other} is a server"
    }
    assert register.types(server, {"location": 2**70}).problems.keys() == {"location"}
    assert register.item(server).location_id == site
    register.types(server, {"location": None})
    assert register.item(server).location_id is None


def test_a_place_never_stands_in_itself(register: Register) -> None:
    site, building, room = (register.imported(kind, kind) for kind in ("site", "building", "room"))
    assert register.types(building, {"location": site}, class_code="building").problems == {}
    assert register.types(room, {"location": building}, class_code="room").problems == {}
    for place in (site, building, room):
        refused = register.types(site, {"location": place}, class_code="site")
        assert refused.problems == {"location": "leads back to the item itself"}


# Parties


def test_parties_are_each_sources_own_word(register: Register) -> None:
    owner = SeenParty(PartyRole.OWNER, person_id=register.person)
    support = SeenParty(PartyRole.SUPPORT, group_id=register.support)
    item_id = register.item_of(register.says("rest", "srv", {"name": "srv"}, parties=(owner,)))
    register.types(item_id, {}, parties=(support,))
    assert {(p.role, p.source) for p in register.rows(ItemParty)} == {
        ("owner", "rest"),
        ("support", "person"),
    }
    (recorded,) = register.record(register.says("rest", "srv", {}, parties=()))
    assert recorded.outcome is Outcome.UPDATED
    assert [p.role for p in register.rows(ItemParty)] == ["support"]
    kinds = [(kind, detail) for kind, _, detail in register.history(item_id)]
    assert kinds[-1] == ("party", {"old": [["owner", register.person, None]], "new": []})
    (again,) = register.record(register.says("rest", "srv", {}, parties=()))
    assert again.outcome is Outcome.UNCHANGED


def test_a_party_that_does_not_exist_is_named_and_the_others_stand(register: Register) -> None:
    parties = (
        SeenParty(PartyRole.OWNER, person_id=4711),
        SeenParty(PartyRole.USER, person_id=register.person),
        SeenParty(PartyRole.SUPPORT, group_id=2**70),
        SeenParty(PartyRole.APPROVER),
    )
    (recorded,) = register.record(register.says("rest", "srv", {"name": "srv"}, parties=parties))
    assert recorded.outcome is Outcome.CREATED
    assert recorded.problems == {
        "parties.0.person_id": "there is no person 4711",
        "parties.2.group_id": f"there is no group {2**70}",
        "parties.3": "name a person or a group, and not both",
    }
    assert [p.role for p in register.rows(ItemParty)] == ["user"]
    register.record(register.says("rest", "srv", {}, parties=parties[1:2]))
    assert register.rows(QuarantinedValue) == []


# Who counts


def test_a_persons_word_stands_and_taken_back_lets_the_next_source_in(register: Register) -> None:
    item_id = register.item_of(register.agent(rack_server(1), values={"os_name": "Debian"}))
    assert register.types(item_id, {"os_name": "Plan 9", "criticality": 1}).outcome == "updated"
    register.record(register.agent(rack_server(1), values={"os_name": "Ubuntu"}))
    assert register.item(item_id).attributes["os_name"] == "Plan 9"
    assert register.item(item_id).criticality == 1
    register.types(item_id, {"os_name": None, "criticality": None})
    item = register.item(item_id)
    assert (item.attributes["os_name"], item.criticality) == ("Ubuntu", None)
    told = [d for kind, subject, d in register.history(item_id) if subject == "os_name"]
    assert told == [{"old": "Debian", "new": "Plan 9"}, {"old": "Plan 9", "new": "Ubuntu"}]
    sources = {
        row.source for row in register.rows(HistoryEntry, HistoryEntry.subject == "criticality")
    }
    assert sources == {"person"}


def test_an_item_never_loses_its_name_nor_its_place_in_life(register: Register) -> None:
    item_id = register.imported("srv")
    register.types(item_id, {"stage": "retired"})
    register.types(item_id, {"stage": None})
    register.record(register.says("rest", "srv", {"name": None}))
    item = register.item(item_id)
    assert (item.name, item.stage) == ("srv", "in_use")
    assert register.history(item_id)[-1] == (
        "changed",
        "stage",
        {"old": "retired", "new": "in_use"},
    )


def test_what_nobody_named_is_called_by_what_is_known_of_it(register: Register) -> None:
    evidence = (identifier("serial", "FOC1111X1AA|cisco"),)
    by_number = register.item_of(register.says("snmp", "", {}, identifiers=evidence))
    assert register.item(by_number).name == "FOC1111X1AA"
    by_key = register.item_of(register.says("snmp", "192.0.2.7", {}))
    assert register.item(by_key).name == "192.0.2.7"
    nothing = register.item_of(register.says("rest", "", {}))
    assert register.item(nothing).name == "unnamed server"


def test_names_are_sorted_and_searched_without_case(register: Register) -> None:
    item_id = register.imported("x", name="  STRASSE\t1 ")
    assert register.item(item_id).name_key == "strasse 1"
    assert register.item(register.imported("y", name="Straße 1")).name_key == "strasse 1"


# Time


def test_a_clock_that_runs_ahead_makes_nothing_fresher_than_now(register: Register) -> None:
    ahead = register.now + timedelta(days=400)
    item_id = register.item_of(register.agent(rack_server(1), observed_at=ahead))
    item = register.item(item_id)
    assert (item.first_seen_at, item.last_seen_at) == (register.now, register.now)


def test_a_report_that_comes_late_does_not_turn_the_clock_back(register: Register) -> None:
    item_id = register.item_of(register.agent(rack_server(1)))
    early = datetime(2026, 1, 1, tzinfo=UTC)
    register.record(register.agent(rack_server(1), observed_at=early))
    assert register.item(item_id).last_seen_at == register.now


def test_evidence_is_confirmed_once_a_day(register: Register) -> None:
    register.record(register.agent(rack_server(1)))
    first = register.now
    register.later()
    register.record(register.agent(rack_server(1)))
    assert {row.last_seen_at for row in register.rows(ItemIdentifier)} == {first}
    register.later(timedelta(hours=21))
    register.record(register.agent(rack_server(1).but(serial="")))
    seen = {row.kind: row.last_seen_at for row in register.rows(ItemIdentifier)}
    assert seen["machine_id"] == register.now
    assert seen["serial"] == first


def test_readings_are_last_values_and_no_history(register: Register) -> None:
    item_id = register.item_of(register.agent(rack_server(1), readings={"load": [1], "up": 5}))
    register.record(register.agent(rack_server(1), readings={"up": 6}))
    (source,) = register.rows(ItemSource)
    assert source.readings == {"load": [1], "up": 6}
    assert len(register.history(item_id)) == 1


# What an item is


def test_a_more_exact_class_is_taken_and_a_vaguer_one_is_not(register: Register) -> None:
    item_id = register.item_of(register.agent(rack_server(1), class_code="computer"))
    register.record(register.agent(rack_server(1), class_code="hypervisor"))
    assert register.item(item_id).class_code == "hypervisor"
    register.record(register.agent(rack_server(1), class_code="computer"))
    assert register.item(item_id).class_code == "hypervisor"
    assert register.history(item_id)[-1][1:] == ("class", {"old": "computer", "new": "hypervisor"})


def test_another_kind_is_taken_only_from_who_outranks_the_others(register: Register) -> None:
    item_id = register.item_of(register.agent(rack_server(1), class_code="server"))
    register.record(register.agent(rack_server(1), class_code="laptop"))
    assert register.item(item_id).class_code == "laptop"
    walked = register.says(
        "snmp", "192.0.2.1", {}, class_code="printer", identifiers=rack_server(1).evidence()
    )
    register.record(walked)
    assert register.item(item_id).class_code == "laptop"
    register.types(item_id, {}, class_code="desktop")
    register.record(register.agent(rack_server(1), class_code="laptop"))
    assert register.item(item_id).class_code == "desktop"


def test_a_machine_never_becomes_a_service(register: Register) -> None:
    item_id = register.imported("srv")
    (recorded,) = register.record(register.says("rest", "srv", {}, class_code="business_service"))
    assert recorded.outcome is Outcome.REFUSED
    assert recorded.problems == {"class": "a server cannot become a business_service"}
    refused = register.types(item_id, {"name": "x"}, class_code="device")
    assert refused.problems == {"class": "device is abstract; name a class below it"}
    assert register.item(item_id).name == "srv"


def test_values_are_held_against_the_class_the_item_has(register: Register) -> None:
    item_id = register.item_of(register.agent(rack_server(1), class_code="laptop"))
    vague = register.agent(rack_server(1), class_code="computer", values={"battery_health": 80})
    (recorded,) = register.record(vague)
    assert recorded.problems == {}
    assert register.item(item_id).attributes["battery_health"] == 80


# The review queue


def twins(register: Register) -> Machine:
    """Two items that one machine's evidence fits equally well."""
    machine = Machine(name="odd", vendor="ACME", serial="SER-1", machine_id="1" * 24 + "ab12cd34")
    register.imported("by-serial")
    register.record(
        register.says("snmp", "1", {}, identifiers=machine.but(machine_id="").evidence()),
        register.says("snmp", "2", {}, identifiers=machine.but(serial="").evidence()),
    )
    return machine


def test_evidence_that_fits_several_items_waits_for_a_person(register: Register) -> None:
    machine = twins(register)
    items = len(register.rows(Item))
    seen = register.agent(machine, values={"os_name": "De\0bian"}, key="agent-odd-1")
    (first,) = register.record(seen)
    assert first.outcome is Outcome.REVIEW
    assert first.item_id is None
    register.later()
    (second,) = register.record(seen)
    assert second.review_id == first.review_id
    (review,) = register.rows(IdentityReview)
    assert (review.name, review.at, review.resolved_at) == ("odd", register.now, None)
    assert len(review.candidates) == 2
    assert review.observation["values"] == {"name": "odd", "os_name": "Debian"}
    assert len(register.rows(Item)) == items


def test_questions_without_a_key_are_questions_of_their_own(register: Register) -> None:
    machine = twins(register)
    one, two = register.record(
        register.says("rest", "", {"name": "a"}, identifiers=machine.evidence()),
        register.says("rest", "", {"name": "b"}, identifiers=machine.evidence()),
    )
    assert one.review_id != two.review_id


@pytest.mark.parametrize("count", [1, 50])
def test_a_batch_costs_a_bounded_number_of_statements(register: Register, count: int) -> None:
    seen = [
        register.agent(rack_server(number), values={"os_name": "Debian"})
        for number in range(1, count + 1)
    ]
    register.record(*seen)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        statements.append(sql)

    event.listen(register.database.engine, "before_cursor_execute", note)
    register.later()
    register.record(*seen)
    assert len(statements) <= 40, statements
