"""How identity goes wrong in the field, each case as a sentence, and what is decided instead."""

import time
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmdb.engine.identity import Holder, Outcome, Question, decide, normalise
from cmdb.engine.identity.knowledge import knowledge
from cmdb.engine.identity.serials import fold_vendor, lacks_maker, without_maker
from cmdb.observation import Identifier
from cmdb.vocabulary import (
    BOARD_SERIAL,
    CHASSIS_ID,
    CODE,
    ENGINE_ID,
    FQDN,
    HARDWARE_UUID,
    MAC,
    MACHINE_ID,
    NAME,
    SERIAL,
    SERVER,
    IdentifierKind,
)
from tests.cmdb.engine.machines import START, Machine, Register, rack_server, virtual_machine

BURNT_IN = "aaaabbbb-cccc-dddd-eeee-001122334455"


@pytest.fixture
def register() -> Register:
    return Register()


# What a machine goes through and stays the same


def test_a_machine_that_reports_again_is_the_same_item(register: Register) -> None:
    first = register.report(rack_server(1))
    assert register.report(rack_server(1)) == first
    assert register.report(rack_server(2)) != first


def test_a_board_swap_with_the_serial_kept_keeps_the_item(register: Register) -> None:
    before = rack_server(1)
    item = register.report(before)
    register.later()
    after = before.but(
        uuid="4c4c4544-0099-3510-8052-b4c04f99ffee",
        board_serial=".B5R0001.CN9999.",
        macs=("18:66:da:99:00:01", "18:66:da:99:00:02"),
    )
    assert register.report(after) == item
    assert register.report(after) == item


def test_a_bios_update_that_changes_the_uuid_keeps_the_item(register: Register) -> None:
    item = register.report(rack_server(1))
    changed = rack_server(1).but(uuid="4c4c4544-0042-3510-8052-feedfacecafe")
    assert register.report(changed) == item


def test_a_restored_virtual_machine_with_a_new_uuid_keeps_the_item(register: Register) -> None:
    before = virtual_machine(1)
    item = register.report(before)
    register.later()
    restored = before.but(
        uuid="564d1111-2222-4333-8444-555566667777",
        serial="VMware-56 4d 11 11 22 22 43 33-84 44 55 55 66 66 77 77",
    )
    assert register.report(restored) == item


def test_a_machine_restored_onto_other_hardware_is_a_question_for_a_person(
    register: Register,
) -> None:
    before = virtual_machine(1)
    register.report(before)
    register.later(timedelta(days=2))
    moved = before.but(
        uuid="564d1111-2222-4333-8444-555566667777",
        serial="VMware-56 4d 11 11 22 22 43 33-84 44 55 55 66 66 77 77",
        macs=("00:50:56:9a:77:77",),
    )
    decision = register.ask(moved)
    assert decision.outcome is Outcome.REVIEW
    assert decision.candidates[0].lines[-1].why.startswith("all of the hardware is other")


def test_the_byte_order_of_a_uuid_does_not_matter(register: Register) -> None:
    guest = Machine(name="db", uuid="564d8e5a-12f3-4c1b-9d0e-6a7b8c9d0001")
    seen_by_the_host = Machine(name="db", uuid="5a8e4d56-f312-1b4c-9d0e-6a7b8c9d0001")
    seen_by_a_third = Machine(name="db", uuid="5a8e4d56-12f3-4c1b-9d0e-6a7b8c9d0001")
    item = register.report(guest)
    assert register.report(seen_by_the_host, key="vcenter/vm-17") == item
    assert register.report(seen_by_a_third, key="esx/9") == item


def test_vmwares_own_spelling_of_a_uuid_is_a_uuid() -> None:
    spelled = normalise(HARDWARE_UUID, "VMware-56 4d 8e 5a 12 f3 4c 1b-9d 0e 6a 7b 8c 9d 00 01")
    assert spelled == normalise(HARDWARE_UUID, "564d8e5a-12f3-4c1b-9d0e-6a7b8c9d0001")


def test_a_renamed_host_keeps_its_item(register: Register) -> None:
    item = register.report(rack_server(1))
    renamed = rack_server(1).but(name="mail-01", fqdn="mail-01.example.test")
    assert register.report(renamed) == item
    assert register.report(rack_server(2).but(name="srv-01", fqdn="srv-01.example.test")) != item


def test_two_hosts_that_swap_their_names_stay_themselves(register: Register) -> None:
    one, two = rack_server(1), rack_server(2)
    first, second = register.report(one), register.report(two)
    register.later()
    assert register.report(one.but(name=two.name, fqdn=two.fqdn)) == first
    assert register.report(two.but(name=one.name, fqdn=one.fqdn)) == second
    assert first != second


def test_a_new_operating_system_on_the_same_machine_keeps_the_item(register: Register) -> None:
    item = register.report(rack_server(1))
    again = rack_server(1).but(
        machine_id="ffff0000a1b2c3d4e5f60718293a4b5c", agent_id="another-agent-4711", name="new-01"
    )
    assert register.report(again) == item


def test_a_lost_agent_folder_does_not_make_a_second_item(register: Register) -> None:
    item = register.report(rack_server(1))
    assert register.report(rack_server(1).but(agent_id="a-fresh-agent-id")) == item


def test_a_device_seen_by_address_first_and_by_its_agent_later_is_one_item(
    register: Register,
) -> None:
    walked = Machine(name="srv-01", macs=rack_server(1).macs)
    item = register.report(walked, key="192.0.2.10")
    assert register.report(rack_server(1)) == item


# What looks alike and is not the same


def test_a_cloned_image_becomes_an_item_of_its_own_and_stays_apart(register: Register) -> None:
    original = virtual_machine(1)
    clone = original.but(
        uuid=virtual_machine(2).uuid, serial=virtual_machine(2).serial, macs=("00:50:56:9a:00:02",)
    )
    first = register.report(original)
    second = register.report(clone)
    assert second not in {None, first}
    for _ in range(3):
        register.later()
        assert register.report(original) == first
        assert register.report(clone) == second


def test_a_clone_of_a_clone_is_a_third_item(register: Register) -> None:
    machines = [
        virtual_machine(1).but(
            uuid=virtual_machine(number).uuid,
            serial=virtual_machine(number).serial,
            macs=virtual_machine(number).macs,
        )
        for number in (1, 2, 3)
    ]
    items = [register.report(machine) for machine in machines]
    assert len(set(items)) == 3
    assert [register.report(machine) for machine in machines] == items


def test_a_renamed_clone_with_a_fresh_agent_is_another_item(register: Register) -> None:
    first = register.report(virtual_machine(1))
    clone = virtual_machine(2).but(machine_id=virtual_machine(1).machine_id)
    assert register.report(clone) not in {None, first}


def test_a_copied_machine_id_without_any_hardware_is_a_question_not_a_match(
    register: Register,
) -> None:
    """Micro-VMs started from one baked image: same machine id, no DMI, made-up MAC addresses."""
    image = Machine(name="vm", machine_id="0123a1b2c3d4e5f60718293a4b5c6d7e")
    register.report(image.but(agent_id="agent-one-00"))
    assert register.ask(image.but(agent_id="agent-two-00")).outcome is Outcome.REVIEW


def test_four_servers_with_one_burnt_in_uuid_are_four_items(register: Register) -> None:
    machines = [rack_server(number).but(uuid=BURNT_IN) for number in range(1, 5)]
    items = [register.report(machine) for machine in machines]
    assert None not in items
    assert len(set(items)) == 4
    assert [register.report(machine) for machine in machines] == items


def test_a_cloned_image_on_boards_with_one_burnt_in_uuid_is_two_items(register: Register) -> None:
    one = rack_server(1).but(uuid=BURNT_IN)
    two = rack_server(2).but(uuid=BURNT_IN, agent_id=one.agent_id, machine_id=one.machine_id)
    first, second = register.report(one), register.report(two)
    assert second not in {None, first}
    assert register.report(one) == first
    assert register.report(two) == second


def test_default_string_is_nobodys_serial(register: Register) -> None:
    one = rack_server(1).but(serial="Default string", board_serial="Default string")
    two = rack_server(2).but(serial="Default string", board_serial="Default string")
    assert register.report(one) != register.report(two)
    assert not {i.kind for i in one.evidence()} & {"serial", "board_serial"}


@pytest.mark.parametrize(
    "junk",
    [
        "To Be Filled By O.E.M.",
        "to be filled  by o.e.m.",
        "System Serial Number",
        "Not Specified",
        "None",
        "0",
        "00000000",
        "FFFFFFFF",
        "XXXXXXXX",
        "----------",
        "123456789",
        "0123456789",
        "1234567",
        "INVALID",
        "N/A",
        "  ",
        "a1",
    ],
)
def test_what_firmware_writes_where_a_serial_should_be_is_left_out(junk: str) -> None:
    assert normalise(SERIAL, junk, "ACME") is None
    assert normalise(BOARD_SERIAL, junk, "ACME") is None


@pytest.mark.parametrize(
    "serial", ["CZ3052XKLM", "1.2-ABC77", "PF0X7Q2R", "VMware-56 4d 8e", "2106195"]
)
def test_a_serial_that_merely_looks_odd_is_kept(serial: str) -> None:
    assert normalise(SERIAL, serial, "ACME") is not None


def test_a_serial_no_list_knows_demotes_itself_when_half_the_estate_has_it(
    register: Register,
) -> None:
    machines = [
        Machine(name=f"pos-{n}", agent_id=f"agent-{n:04}", vendor="ACME", serial="SN-PROTOTYPE")
        for n in range(40)
    ]
    crowd = [
        Holder(n, 1, SERVER, frozenset(machine.evidence()), START)
        for n, machine in enumerate(machines, 1)
    ]
    (shared,) = (i for i in machines[0].evidence() if i.kind == SERIAL)
    newcomer = Question((shared, Identifier(NAME, "pos-41")), SERVER, 1)
    assert decide(newcomer, {shared: crowd}).outcome is Outcome.CREATE
    # The door need not read a whole crowd; it says how large it is.
    told = Question((shared,), SERVER, 1, spread={shared: 4000})
    assert decide(told, {shared: crowd[:1]}).outcome is Outcome.CREATE


def test_a_docking_station_ties_no_two_laptops_together(register: Register) -> None:
    dock = "a0:ce:c8:12:34:56"
    one = rack_server(1).but(macs=(*rack_server(1).macs, dock))
    two = rack_server(2).but(macs=(*rack_server(2).macs, dock))
    first, second = register.report(one), register.report(two)
    assert second not in {None, first}
    assert register.report(rack_server(1)) == first
    assert register.report(two) == second


def test_clones_of_one_image_on_one_dock_are_two_items(register: Register) -> None:
    dock = "a0:ce:c8:12:34:56"
    one = rack_server(1).but(serial="", macs=("18:66:da:00:01:01", dock))
    two = one.but(uuid=rack_server(2).uuid, board_serial="", macs=("18:66:da:00:02:01", dock))
    two = two.but(board_serial=rack_server(2).board_serial)
    first, second = register.report(one), register.report(two)
    assert second not in {None, first}
    assert (register.report(one), register.report(two)) == (first, second)


def test_a_laptop_that_only_shows_its_dock_is_nobody_known(register: Register) -> None:
    dock = "a0:ce:c8:12:34:56"
    first = register.report(rack_server(1).but(macs=(dock,)))
    stranger = Machine(name="guest-laptop", agent_id="agent-stranger", macs=(dock,))
    assert register.report(stranger, key="stranger") not in (None, first)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("00:00:5e:00:01:0a", "VRRP"),
        ("00:00:5e:00:02:0a", "VRRP over IPv6"),
        ("00:00:0c:07:ac:01", "HSRP"),
        ("00:00:0c:9f:f0:01", "HSRP version 2"),
        ("00:05:73:a0:00:01", "HSRP over IPv6"),
        ("00:07:b4:00:01:02", "GLBP"),
        ("00:50:56:c0:00:08", "VMware's host-only adapter"),
        ("0a:00:27:00:00:00", "VirtualBox's host-only adapter"),
        ("02:42:ac:11:00:02", "a container bridge"),
        ("01:00:5e:00:00:01", "a group"),
        ("ff:ff:ff:ff:ff:ff", "everybody"),
        ("00:00:00:00:00:00", "nobody"),
        ("00:11:22:33:44", "too short"),
    ],
)
def test_an_address_that_belongs_to_no_one_machine_is_left_out(address: str, why: str) -> None:
    assert normalise(MAC, address) is None, why


@pytest.mark.parametrize("spelled", ["18-66-DA-00-01-0A", "1866.da00.010a", "1866DA00010A"])
def test_a_mac_address_is_one_value_however_it_is_written(spelled: str) -> None:
    assert normalise(MAC, spelled) == Identifier(MAC, "18:66:da:00:01:0a")
    assert normalise(CHASSIS_ID, spelled) == Identifier(CHASSIS_ID, "18:66:da:00:01:0a")


def test_pc01_of_two_organisations_is_two_items(register: Register) -> None:
    one = Machine(name="PC01", agent_id="agent-of-one", macs=("18:66:da:00:01:01",))
    two = Machine(
        name="PC01", agent_id="agent-of-two", macs=("18:66:da:00:02:01",), organisation_id=2
    )
    first, second = register.report(one), register.report(two)
    assert second not in {None, first}
    assert register.report(one) == first
    assert register.report(two) == second


def test_two_machines_without_serial_are_not_merged_by_their_name(register: Register) -> None:
    first = register.report(Machine(name="PC01", agent_id="agent-one-01"))
    second = register.report(Machine(name="PC01", agent_id="agent-two-02"))
    assert second not in {None, first}


def test_micro_machines_all_called_vm_are_told_apart_by_their_machine_id(
    register: Register,
) -> None:
    machines = [
        Machine(name="vm", agent_id=f"agent-{n:04}", machine_id=f"{n:08x}a1b2c3d4e5f60718293a4b5c")
        for n in range(1, 31)
    ]
    items = [register.report(machine) for machine in machines]
    assert len(set(items)) == 30
    assert [register.report(machine) for machine in machines] == items


def test_another_organisations_machine_is_never_taken_over(register: Register) -> None:
    register.report(rack_server(1))
    claimed = rack_server(1).but(organisation_id=2, agent_id="agent-of-two")
    decision = register.ask(claimed)
    assert decision.outcome is Outcome.REVIEW
    assert decision.why == "the item that fits belongs to another organisation"


def test_another_device_behind_a_known_address_is_another_item(register: Register) -> None:
    old = Machine(
        name="edge", vendor="Cisco Systems", serial="FOC1111X1AA", macs=("00:1b:54:00:00:01",)
    )
    new = Machine(
        name="edge", vendor="Cisco Systems", serial="FOC2222X2BB", macs=("00:1b:54:00:00:02",)
    )
    first = register.report(old, key="192.0.2.1")
    second = register.report(new, key="192.0.2.1")
    assert second not in {None, first}
    assert register.report(new, key="192.0.2.1") == second


def test_a_retired_item_is_not_brought_back_by_its_evidence(register: Register) -> None:
    first = register.report(rack_server(1))
    assert first is not None
    register.retire(first)
    assert register.report(rack_server(1).but(agent_id="a-fresh-agent-id")) != first


def test_a_retired_item_is_still_the_one_its_own_agent_means(register: Register) -> None:
    first = register.report(rack_server(1))
    assert first is not None
    register.retire(first)
    assert register.report(rack_server(1)) == first


# What is doubtful


def test_evidence_that_fits_two_items_equally_is_a_question(register: Register) -> None:
    register.report(Machine(vendor="ACME", serial="SER-1"), key="line 1")
    register.report(Machine(machine_id="00000001a1b2c3d4e5f60718293a4b5c"), key="line 2")
    both = Machine(vendor="ACME", serial="SER-1", machine_id="00000001a1b2c3d4e5f60718293a4b5c")
    decision = register.ask(both, key="")
    assert decision.outcome is Outcome.REVIEW
    assert [candidate.item_id for candidate in decision.candidates] == [1, 2]


def test_strong_evidence_that_is_contradicted_is_a_question(register: Register) -> None:
    known = Machine(name="db", vendor="ACME", serial="SER-1", uuid=BURNT_IN)
    register.report(known, key="line 1")
    moved = known.but(uuid="aaaabbbb-cccc-dddd-eeee-998877665544", macs=("18:66:da:00:01:01",))
    assert register.ask(moved, key="").outcome is Outcome.MATCH
    reinstalled = moved.but(machine_id="0" * 24 + "12ab34cd")
    register.report(known.but(machine_id="0" * 24 + "98fe76dc"), key="line 1")
    decision = register.ask(reinstalled, key="")
    assert decision.outcome is Outcome.REVIEW
    assert decision.why == "strong evidence is contradicted"


def test_a_weak_agreement_that_is_outweighed_makes_a_new_item(register: Register) -> None:
    register.report(Machine(vendor="ACME", serial="SER-7", macs=("18:66:da:00:07:01",)), key="7")
    moved_card = Machine(
        vendor="ACME", serial="SER-9", macs=("18:66:da:00:07:01",), agent_id="agent-of-nine"
    )
    decision = register.ask(moved_card)
    assert decision.outcome is Outcome.CREATE
    assert decision.why == "more speaks against the candidates than for them"


def test_a_number_without_its_maker_fits_every_maker_a_little_less() -> None:
    dell = normalise(SERIAL, "B5R0001", "Dell Inc.")
    bare = normalise(SERIAL, "B5R0001")
    assert dell is not None
    assert bare is not None
    assert without_maker(dell) == bare
    assert lacks_maker(bare)
    assert not lacks_maker(dell)
    known = Holder(1, 1, SERVER, frozenset({dell, Identifier(NAME, "srv-01")}), START)
    alone = decide(Question((bare,), SERVER, 1), {bare: [known]})
    assert (alone.outcome, alone.item_id) == (Outcome.MATCH, 1)
    misnamed = Question((bare, Identifier(NAME, "other")), SERVER, 1)
    assert decide(misnamed, {bare: [known]}).outcome is Outcome.REVIEW
    lenovo = normalise(SERIAL, "B5R0001", "LENOVO")
    assert lenovo is not None
    assert decide(Question((lenovo,), SERVER, 1), {lenovo: [known]}).outcome is Outcome.CREATE


def test_two_makers_may_number_alike(register: Register) -> None:
    first = register.report(Machine(vendor="Dell Inc.", serial="4711-0815"), key="1")
    assert register.report(Machine(vendor="LENOVO", serial="4711-0815"), key="2") != first


def test_an_assets_number_typed_by_hand_does_not_break_the_machine(register: Register) -> None:
    item = register.report(rack_server(1))
    holder = register.items[item or 0]
    typed = Identifier(CODE, "asset 4711")
    register.items[item or 0] = Holder(
        holder.item_id, 1, SERVER, holder.identifiers | {typed}, holder.last_seen
    )
    assert register.report(rack_server(1)) == item


# What the decision says of itself


def test_every_candidate_is_explained_line_by_line(register: Register) -> None:
    register.report(rack_server(1))
    register.later()
    decision = register.ask(rack_server(1).but(uuid="4c4c4544-0042-3510-8052-feedfacecafe"))
    (candidate,) = decision.candidates
    told = {line.kind: line.verdict for line in candidate.lines}
    assert told["known_as"] == "for"
    assert told["serial"] == "for"
    assert told["uuid"] == "against"
    assert candidate.score == sum(line.weight for line in candidate.lines)
    document = decision.as_json()
    assert document["outcome"] == "match"
    assert document["candidates"][0]["lines"][0]["why"] == "this source called it so before"


def test_a_shared_value_is_worth_a_share(register: Register) -> None:
    one = rack_server(1).but(uuid=BURNT_IN)
    register.report(one)
    register.report(rack_server(2).but(uuid=BURNT_IN))
    (candidate, *_) = register.ask(one).candidates
    (line,) = (line for line in candidate.lines if line.kind == HARDWARE_UUID)
    assert (line.weight, line.why) == (35.0, "2 items have the same")


def test_vendors_are_one_name_in_all_their_spellings() -> None:
    assert fold_vendor("Hewlett-Packard") == fold_vendor("HPE") == fold_vendor("HP Inc.")
    assert fold_vendor("  Cisco   Systems, Inc. ") == "cisco"
    assert fold_vendor("Nobody Ever Heard Of It") == "nobody ever heard of it"


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (MACHINE_ID, "b08dfa6083e7567a1921a715000001f"),
        (MACHINE_ID, "0" * 32),
        (HARDWARE_UUID, "03000200-0400-0500-0006-000700080009"),
        (HARDWARE_UUID, "00020003-0004-0005-0006-000700080009"),
        (HARDWARE_UUID, "00000000-0000-0000-0000-000000000000"),
        (HARDWARE_UUID, "not a uuid"),
        (ENGINE_ID, "0x80"),
        (CHASSIS_ID, "00:00:00:00:00:00"),
        (NAME, "localhost"),
        (NAME, "(none)"),
        (FQDN, "srv-01"),
        (FQDN, "srv-01.localdomain"),
    ],
)
def test_evidence_that_identifies_nobody_is_left_out(kind: IdentifierKind, raw: str) -> None:
    assert normalise(kind, raw) is None


def test_the_lists_of_junk_are_written_as_they_are_compared() -> None:
    known = knowledge()
    assert all(" ".join(word.casefold().split()) == word for word in known.placeholders)
    assert all(prefix == prefix.lower() for prefix in known.shared_mac_prefixes)
    assert all(" ".join(name.casefold().split()) == name for name in known.vendors)


TEXT = st.text(max_size=60)
KINDS = st.sampled_from(
    [SERIAL, BOARD_SERIAL, HARDWARE_UUID, MACHINE_ID, MAC, CHASSIS_ID, ENGINE_ID, NAME, FQDN, CODE]
)


@given(kind=KINDS, raw=TEXT, vendor=TEXT)
def test_normalising_never_fails_and_is_done_once(
    kind: IdentifierKind, raw: str, vendor: str
) -> None:
    found = normalise(kind, raw, vendor)
    if found is None:
        return
    assert found.value
    assert "\0" not in found.value
    found.value.encode()
    if kind not in {SERIAL, BOARD_SERIAL}:
        assert normalise(kind, found.value) == found


@given(first=st.uuids(), turned=st.booleans())
def test_a_uuid_has_one_form_in_every_byte_order(first: object, turned: bool) -> None:
    text = str(first)
    parts = text.split("-")
    swapped = [bytes.fromhex(block)[::-1].hex() for block in parts[:3]]
    other = "-".join([swapped[0], *(swapped[1:] if turned else parts[1:3]), *parts[3:]])
    assert normalise(HARDWARE_UUID, text) == normalise(HARDWARE_UUID, other)


@settings(max_examples=60, deadline=None)
@given(order=st.permutations(range(6)), gap=st.integers(0, 40))
def test_the_order_in_which_different_machines_report_decides_nothing(
    order: list[int], gap: int
) -> None:
    register = Register()
    first = {number: register.report(rack_server(number)) for number in order}
    register.later(timedelta(hours=gap))
    assert {number: register.report(rack_server(number)) for number in sorted(order)} == first
    assert len(set(first.values())) == 6


def test_a_decision_between_three_candidates_takes_less_than_a_fifth_of_a_millisecond() -> None:
    machines = [rack_server(number).but(uuid=BURNT_IN) for number in range(1, 4)]
    items = [
        Holder(n, 1, SERVER, frozenset(machine.evidence()), START)
        for n, machine in enumerate(machines, 1)
    ]
    evidence = machines[0].evidence()
    holders = {i: [item for item in items if i in item.identifiers] for i in evidence}
    question = Question(evidence, SERVER, 1, items[0], START)

    def once() -> float:
        begun = time.perf_counter()
        for _ in range(50):
            decide(question, holders)
        return (time.perf_counter() - begun) / 50

    assert min(once() for _ in range(20)) < 0.0002
