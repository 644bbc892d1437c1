"""Which item a source means, when evidence is left out, shared, typed by hand or out of reach."""

from typing import Any

import pytest
from sqlalchemy import event

from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Outcome, Recorded
from cmdb.observation import Observation, Section
from cmdb.records.items import Item
from cmdb.records.sources import ItemIdentifier, ItemSource
from tests.cmdb.engine.machines import Machine, rack_server, virtual_machine
from tests.cmdb.inventory.register import Register, section


def report(register: Register, machine: Machine, *, full: bool, **sections: Any) -> Observation:
    """A report as agents send it: identity folded into evidence, or its digest alone."""
    identity = Section("identity", f"identity of {machine.uuid}", () if full else None, folded=True)
    told = machine if full else Machine(agent_id="", organisation_id=machine.organisation_id)
    seen = register.agent(
        told,
        key=machine.agent_id,
        sections=(identity, *(section(name, rows) for name, rows in sections.items())),
    )
    return seen if full else _without_values(seen)


def _without_values(seen: Observation) -> Observation:
    return Observation(
        seen.origin, seen.class_code, seen.organisation_id, seen.observed_at, sections=seen.sections
    )


def clone_of(machine: Machine) -> Machine:
    other = virtual_machine(2)
    return machine.but(uuid=other.uuid, serial=other.serial, macs=other.macs)


def one(results: list[Recorded]) -> Recorded:
    (result,) = results
    return result


# A report without its evidence


def test_a_report_that_leaves_out_unchanged_evidence_finds_its_item(register: Register) -> None:
    item_id = register.item_of(report(register, virtual_machine(1), full=True))
    listed = report(register, virtual_machine(1), full=False, disks=[{"name": "sda"}])
    recorded = one(register.record(listed))
    assert (recorded.outcome, recorded.item_id) == (Outcome.UPDATED, item_id)


def test_a_clones_short_report_lands_on_the_clone(register: Register) -> None:
    original, clone = virtual_machine(1), clone_of(virtual_machine(1))
    first = register.item_of(report(register, original, full=True, disks=[{"name": "sda"}]))
    second = register.item_of(report(register, clone, full=True, disks=[{"name": "sdb"}]))
    assert first != second
    for _ in range(2):
        register.later()
        for machine, item_id in ((clone, second), (original, first)):
            rows = [{"name": f"disk of {item_id} at {register.now}"}]
            short = one(register.record(report(register, machine, full=False, disks=rows)))
            assert (short.outcome, short.item_id) == (Outcome.UPDATED, item_id)


def test_a_clones_words_are_kept_under_an_alias_of_the_shared_key(register: Register) -> None:
    original, clone = virtual_machine(1), clone_of(virtual_machine(1))
    register.record(*(report(register, machine, full=True) for machine in (original, clone) * 3))
    first, second = (row.key for row in register.rows(ItemSource))
    assert first == original.agent_id
    assert second.startswith(f"{original.agent_id}~")


def test_a_first_short_report_of_a_fresh_clone_writes_nothing(register: Register) -> None:
    """It was cloned a moment ago and believes that the server knows its identity."""
    original, clone = virtual_machine(1), clone_of(virtual_machine(1))
    item_id = register.item_of(report(register, original, full=True))
    history = register.history(item_id)
    short = one(register.record(report(register, clone, full=False, disks=[{"name": "sdb"}])))
    assert (short.outcome, short.item_id) == (Outcome.UNCHANGED, None)
    assert short.resend == ("identity", "disks")
    assert register.history(item_id) == history
    assert one(register.record(report(register, clone, full=True))).outcome is Outcome.CREATED


def test_a_short_report_of_a_machine_nobody_knows_asks_for_everything(register: Register) -> None:
    short = one(register.record(report(register, rack_server(1), full=False)))
    assert (short.item_id, short.resend) == (None, ("identity",))
    assert register.rows(Item) == []


# Evidence of people and lists


def test_what_a_person_typed_is_found_by_the_agent_later(register: Register) -> None:
    typed = register.item_of(
        register.says("person", "", {"name": "new box", "serial": "b5r0001", "vendor": "Dell"})
    )
    assert register.item_of(register.agent(rack_server(1))) == typed


def test_a_serial_typed_without_its_maker_is_found_too(register: Register) -> None:
    typed = register.item_of(register.says("person", "", {"name": "srv-01", "serial": "B5R0001"}))
    assert register.item_of(register.agent(rack_server(1))) == typed


def test_a_list_without_makers_finds_what_agents_reported(register: Register) -> None:
    item_id = register.item_of(register.agent(rack_server(1)))
    bare = Machine(name="srv-01", serial="B5R0001").evidence()
    listed = register.says("import:sheet", "row 7", {"asset_tag": "A-1"}, identifiers=bare)
    assert register.item_of(listed) == item_id


def test_a_corrected_serial_leaves_nothing_behind(register: Register) -> None:
    item_id = register.item_of(
        register.says("person", "", {"name": "box", "serial": "B5R0001", "vendor": "Dell"})
    )
    register.types(item_id, {"serial": "B5R0009"})
    assert {row.value for row in register.rows(ItemIdentifier)} == {"box", "B5R0009|dell"}
    assert register.item_of(register.agent(rack_server(1))) != item_id
    assert register.item_of(register.agent(rack_server(9))) == item_id
    register.types(item_id, {"serial": None})
    kinds = {row.kind for row in register.rows(ItemIdentifier, ItemIdentifier.source == "person")}
    assert kinds == {"name"}


def test_asking_first_changes_nothing(register: Register) -> None:
    item_id = register.item_of(register.agent(rack_server(1)))
    with register.database.reading() as session:
        door = Inventory(session, register.now)
        known = door.identify(register.agent(rack_server(1)))
        stranger = door.identify(register.agent(rack_server(2)))
        silent = door.identify(report(register, rack_server(3), full=False))
    assert known is not None
    assert known.item_id == item_id
    assert stranger is not None
    assert stranger.outcome == "create"
    assert silent is None
    assert len(register.rows(Item)) == 1


# Who shares what


def test_another_organisations_item_is_a_question_and_is_not_written(register: Register) -> None:
    item_id = register.item_of(register.agent(rack_server(1), values={"os_name": "Debian"}))
    foreign = rack_server(1).but(organisation_id=register.sales, agent_id="agent-of-sales")
    recorded = one(register.record(register.agent(foreign, values={"os_name": "Ours"})))
    assert recorded.outcome is Outcome.REVIEW
    assert register.item(item_id).attributes == {"os_name": "Debian"}


def test_one_key_in_two_organisations_is_two_items(register: Register) -> None:
    ours = register.item_of(register.says("rest", "srv-1", {"name": "a"}))
    theirs = register.item_of(
        register.says("rest", "srv-1", {"name": "b"}, organisation_id=register.sales)
    )
    assert ours != theirs


def test_evidence_of_another_family_of_classes_points_at_nobody(register: Register) -> None:
    crm = {"name": "CRM", "code": "CRM"}
    evidence = Machine(name="CRM").evidence()
    application = register.says(
        "rest", "app", crm, class_code="business_application", identifiers=evidence
    )
    service = register.says("rest", "svc", crm, class_code="business_service", identifiers=evidence)
    assert register.item_of(application) != register.item_of(service)


def test_a_crowd_with_one_value_is_not_read_one_by_one(register: Register) -> None:
    """A point of sale with a serial that no list of junk knows, a thousand times."""
    crowd = [
        register.agent(
            Machine(
                name="pos",
                agent_id=f"agent-pos-{number:04}",
                machine_id=f"{number:08x}a1b2c3d4e5f60718293a4b5c",
                vendor="ACME",
                serial="SN-PROTOTYPE",
                macs=(f"18:66:da:0a:00:{number:02x}",),
            )
        )
        for number in range(1, 121)
    ]
    items = [result.item_id for result in register.record(*crowd)]
    assert len(set(items)) == 120
    loaded: list[Any] = []

    def note(_connection: object, _cursor: object, sql: str, parameters: Any, *_: object) -> None:
        if sql.startswith("SELECT item.id"):
            loaded.append(parameters)

    event.listen(register.database.engine, "before_cursor_execute", note)
    register.later()
    assert one(register.record(crowd[7])).item_id == items[7]
    assert all(len(parameters) == 1 for parameters in loaded)


@pytest.mark.parametrize("order", [1, -1])
def test_a_batch_of_machines_that_share_a_burnt_in_uuid_keeps_them_apart(
    register: Register, order: int
) -> None:
    burnt = "aaaabbbb-cccc-dddd-eeee-001122334455"
    machines = [rack_server(number).but(uuid=burnt) for number in range(1, 31)][::order]
    items = [r.item_id for r in register.record(*map(register.agent, machines))]
    assert len(set(items)) == 30
    assert [r.item_id for r in register.record(*map(register.agent, machines))] == items


def test_a_retired_item_hears_its_own_agent_and_stays_retired(register: Register) -> None:
    item_id = register.item_of(register.agent(rack_server(1)))
    register.types(item_id, {"stage": "retired"})
    assert register.item_of(register.agent(rack_server(1), values={"kernel": "6.1"})) == item_id
    assert register.item(item_id).stage == "retired"
