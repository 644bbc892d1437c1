"""How identity goes wrong in the field, case by case, through the door and on both databases."""

from datetime import timedelta

import pytest

from cmdb.inventory.outcomes import Outcome, Recorded
from cmdb.records.identity import JunkValue
from cmdb.records.items import Item
from tests.cmdb.engine.machines import Machine, rack_server, virtual_machine
from tests.cmdb.inventory.register import Register


def items(register: Register) -> int:
    return len(register.rows(Item))


def hear(register: Register, machine: Machine, key: str | None = None) -> int:
    return register.item_of(register.agent(machine, key=key))


def ask(register: Register, machine: Machine) -> Recorded:
    (recorded,) = register.record(register.agent(machine))
    return recorded


def declare_junk(register: Register, kind: str, value: str) -> None:
    with register.database.writing() as session:
        session.add(JunkValue(kind=kind, value=value, at=register.now))


def full_copy(machine: Machine, **changes: object) -> Machine:
    """A copy of a virtual machine, made by its hypervisor: only the network cards are other."""
    return machine.but(macs=("00:50:56:9a:77:01",), **changes)


def test_a_board_swap_keeps_the_item(register: Register) -> None:
    before = rack_server(1)
    item = hear(register, before)
    register.later()
    after = before.but(
        uuid="4c4c4544-0099-3510-8052-b4c04f99ffee",
        board_serial=".B5R0001.CN9999.",
        macs=("18:66:da:99:00:01", "18:66:da:99:00:02"),
    )
    assert [hear(register, after), hear(register, after)] == [item, item]
    assert items(register) == 1


def test_a_restored_virtual_machine_keeps_its_item(register: Register) -> None:
    before = virtual_machine(1)
    item = hear(register, before)
    register.later()
    restored = before.but(
        uuid="564d1111-2222-4333-8444-555566667777",
        serial="VMware-56 4d 11 11 22 22 43 33-84 44 55 55 66 66 77 77",
    )
    assert [hear(register, restored), hear(register, restored)] == [item, item]
    assert items(register) == 1


def test_host_hypervisor_and_guest_agent_name_one_machine_in_any_byte_order(
    register: Register,
) -> None:
    item = hear(register, virtual_machine(1))
    swapped = Machine(
        name="vm-01",
        uuid="5a8e4d56-f312-1b4c-9d0e-6a7b8c9d0001",
        macs=virtual_machine(1).macs,
    )
    seen = register.says(
        "import:vcenter", "vm-17", {"name": "vm-01"}, identifiers=swapped.evidence()
    )
    assert register.item_of(seen) == item
    assert items(register) == 1


def test_default_string_is_nobodys_serial(register: Register) -> None:
    for number in range(1, 6):
        junk = rack_server(number).but(serial="Default string", board_serial="Default string")
        hear(register, junk)
    assert items(register) == 5


def test_a_placeholder_that_nobody_knew_demotes_itself(register: Register) -> None:
    machines = [rack_server(n).but(serial="PROTOTYPE-A") for n in range(1, 31)]
    first = [hear(register, machine) for machine in machines]
    assert len(set(first)) == 30
    register.later()
    assert [hear(register, machine) for machine in machines] == first


def test_a_value_that_an_administrator_declares_junk_says_nothing_from_then_on(
    register: Register,
) -> None:
    item = hear(register, Machine(name="a", vendor="ACME", serial="DEMO-UNIT", agent_id="agent-a"))
    same = Machine(name="b", vendor="ACME", serial="DEMO-UNIT", agent_id="agent-b")
    assert hear(register, same) == item
    declare_junk(register, "serial", "DEMO-UNIT")
    assert hear(register, same.but(agent_id="agent-c")) != item
    assert hear(register, Machine(name="a", serial="DEMO-UNIT", agent_id="agent-a")) == item


def test_the_adapters_of_a_maker_can_be_declared_junk(register: Register) -> None:
    adapter = ("d4:f5:47:00:00:01",)
    first = hear(register, Machine(name="one", agent_id="agent-one", macs=adapter))
    declare_junk(register, "mac", "d4:f5:47")
    second = hear(register, Machine(name="two", agent_id="agent-two", macs=adapter))
    assert second != first


def test_a_cloned_image_is_a_machine_of_its_own(register: Register) -> None:
    """The state directory was copied: two hosts, one agent id, one machine id."""
    original = rack_server(1)
    other = rack_server(2)
    clone = other.but(machine_id=original.machine_id, agent_id=original.agent_id)
    first, second = hear(register, original), hear(register, clone)
    assert first != second
    for _ in range(3):
        register.later()
        assert [hear(register, clone), hear(register, original)] == [second, first]


def test_a_virtual_machine_copied_whole_and_renamed_is_a_machine_of_its_own(
    register: Register,
) -> None:
    original = virtual_machine(1)
    copy = full_copy(original, name="vm-01-test")
    first, second = hear(register, original), hear(register, copy)
    assert first != second
    for _ in range(3):
        register.later()
        assert [hear(register, copy), hear(register, original)] == [second, first]


def test_a_virtual_machine_copied_whole_and_not_renamed_is_a_question(register: Register) -> None:
    """It may as well be the same machine with other network cards: a person knows."""
    hear(register, virtual_machine(1))
    recorded = ask(register, full_copy(virtual_machine(1)))
    assert recorded.outcome is Outcome.REVIEW
    assert items(register) == 1


def test_a_dock_moves_from_laptop_to_laptop_and_joins_nobody(register: Register) -> None:
    dock = "a0:ce:c8:12:34:56"
    plain = [rack_server(1), rack_server(2)]
    first = [hear(register, machine) for machine in plain]
    for seat in (0, 1, 0):
        register.later()
        docked = plain[seat].but(macs=(*plain[seat].macs, dock))
        assert hear(register, docked) == first[seat]
    assert items(register) == 2


def test_a_board_swap_on_a_dock_keeps_the_item(register: Register) -> None:
    item = hear(register, rack_server(1))
    hear(register, rack_server(2).but(macs=("a0:ce:c8:12:34:56",)))
    after = rack_server(1).but(
        uuid="4c4c4544-0099-3510-8052-b4c04f99ffee", macs=("a0:ce:c8:12:34:56",)
    )
    assert hear(register, after) == item


def test_a_container_that_reads_its_hosts_firmware_is_not_its_host(register: Register) -> None:
    host = hear(register, rack_server(1))
    inside = [
        rack_server(1).but(
            name=f"web-{n}", fqdn="", agent_id=f"agent-{n}", machine_id=f"{n:032x}", macs=()
        )
        for n in range(0x10AB, 0x10AB + 30)
    ]
    items = [
        register.item_of(register.agent(machine, class_code="container")) for machine in inside
    ]
    assert len({*items, host}) == 31
    register.later()
    assert hear(register, rack_server(1)) == host


def test_a_renamed_host_keeps_its_item(register: Register) -> None:
    item = hear(register, rack_server(1))
    assert hear(register, rack_server(1).but(name="mail-01", fqdn="mail.example.test")) == item
    assert register.item(item).name == "mail-01"


def test_two_hosts_that_swap_their_names_stay_themselves(register: Register) -> None:
    one, two = rack_server(1), rack_server(2)
    first, second = hear(register, one), hear(register, two)
    register.later()
    assert hear(register, one.but(name=two.name, fqdn=two.fqdn)) == first
    assert hear(register, two.but(name=one.name, fqdn=one.fqdn)) == second
    assert [register.item(i).name for i in (first, second)] == [two.name, one.name]


def test_pc01_of_two_organisations_is_two_items(register: Register) -> None:
    first = hear(register, Machine(name="PC01", agent_id="agent-1", organisation_id=register.root))
    second = hear(
        register, Machine(name="PC01", agent_id="agent-2", organisation_id=register.sales)
    )
    assert first != second


def test_machines_without_any_serial_are_not_merged_by_name(register: Register) -> None:
    machines = [
        Machine(name="vm", agent_id=f"agent-{n}", machine_id=f"{n:08x}a1b2c3d4e5f60718293a4b5c")
        for n in range(1, 31)
    ]
    assert len({hear(register, machine) for machine in machines}) == 30


def test_an_asset_number_typed_by_hand_does_not_break_the_machine(register: Register) -> None:
    item = hear(register, rack_server(1))
    register.types(item, {"asset_tag": "4711", "notes": "under the desk"})
    register.later()
    assert hear(register, rack_server(1)) == item


@pytest.mark.parametrize("hours", [1, 48])
def test_other_hardware_under_a_known_installation_is_never_picked_silently(
    register: Register, hours: int
) -> None:
    hear(register, virtual_machine(1))
    register.later(timedelta(hours=hours))
    moved = virtual_machine(1).but(
        uuid="564d1111-2222-4333-8444-555566667777",
        serial="VMware-56 4d 11 11 22 22 43 33-84 44 55 55 66 66 77 77",
        macs=("00:50:56:9a:77:77",),
    )
    expected = Outcome.CREATED if hours == 1 else Outcome.REVIEW
    assert ask(register, moved).outcome is expected
