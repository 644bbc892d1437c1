"""Agents of several makers on a machine that has no serial, no UUID and no lasting MAC."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.engine.identity import Outcome, normalise
from cmdb.vocabulary import LOCAL_MAC
from tests.cmdb.engine.machines import Machine, Register, rack_server

FUSION, OCS = "web-1-2026-03-01-04-05-06", "web-1-2026-03-01-04-07-08"
#: What Docker gives to the first container of every host.
OF_DOCKER = "02:42:ac:11:00:02"
CONTAINER = Machine(name="web-1", made_up=(OF_DOCKER,))
OURS = CONTAINER.but(
    agent_id="6f1f6a0e-0000-4000-8000-000000000001", machine_id="0123a1b2c3d4e5f60718293a4b5c6d7e"
)
THEIRS = CONTAINER.but(device_ids=(FUSION,))


@pytest.fixture
def register() -> Register:
    return Register()


# Joined: an agent of ours found the other's id on the same disk


def test_an_agent_that_ours_found_on_the_disk_is_on_the_same_machine(register: Register) -> None:
    item = register.report(OURS.but(device_ids=(FUSION, OCS)))
    assert register.report(THEIRS, key=FUSION) == item
    assert register.report(CONTAINER.but(device_ids=(OCS,)), key=OCS) == item


def test_ours_joins_the_machine_that_others_told_of_first(register: Register) -> None:
    item = register.report(THEIRS, key=FUSION)
    assert register.report(OURS.but(device_ids=(FUSION,))) == item


def test_a_full_name_beside_another_short_one_is_the_name_that_agrees(register: Register) -> None:
    item = register.report(OURS.but(device_ids=(FUSION,), fqdn="web-1.example.test"))
    theirs = THEIRS.but(name="web-1.example.test", fqdn="web-1.example.test")
    assert register.report(theirs, key=FUSION) == item


# Asked: it may be the same, and it may be a copy


def test_a_name_and_an_address_made_up_in_software_are_a_question(register: Register) -> None:
    item = register.report(OURS)
    decision = register.ask(THEIRS, key=FUSION)
    assert decision.outcome is Outcome.REVIEW
    assert decision.why.startswith("nothing proves it")
    (candidate,) = decision.candidates
    assert candidate.item_id == item
    assert {line.kind for line in candidate.lines} == {"local_mac", "name"}


def test_two_containers_of_one_baked_image_are_never_joined_by_the_others_id(
    register: Register,
) -> None:
    """The image brings a FusionInventory agent's state; ours enrols when a container starts."""
    register.report(OURS.but(machine_id="", device_ids=(FUSION,)))
    second = "6f1f6a0e-0000-4000-8000-000000000002"
    copy = OURS.but(machine_id="", device_ids=(FUSION,), agent_id=second)
    assert register.ask(copy).outcome is Outcome.REVIEW
    assert register.ask(copy.but(name="web-2", fqdn="web-2.example.test")).outcome is Outcome.REVIEW


def test_the_others_id_under_another_name_is_a_question(register: Register) -> None:
    register.report(THEIRS, key=FUSION)
    assert register.ask(OURS.but(name="web-2", device_ids=(FUSION,))).outcome is Outcome.REVIEW


def test_the_others_id_on_other_network_cards_is_a_question(register: Register) -> None:
    register.report(rack_server(1).but(device_ids=(FUSION,)))
    moved = Machine(name="srv-01", macs=("18:66:da:00:77:01",), device_ids=(FUSION,))
    assert register.ask(moved, key=FUSION).outcome is Outcome.REVIEW


def test_a_copied_disk_in_other_hardware_is_another_machine(register: Register) -> None:
    item = register.report(rack_server(1).but(device_ids=(FUSION,)))
    copy = rack_server(2).but(device_ids=(FUSION,), machine_id=rack_server(1).machine_id)
    assert register.report(copy) not in {None, item}


# Not joined, and not asked


@pytest.mark.parametrize(
    "other",
    [
        {"name": "web-2"},
        {"made_up": ("02:42:ac:11:00:03",)},
        {"made_up": ()},
        {"name": "", "fqdn": ""},
        {"organisation_id": 2},
        {"fqdn": "web-1.other.test"},
        {"machine_id": "ffffa1b2c3d4e5f60718293a4b5c6d7e"},
    ],
    ids=str,
)
def test_what_differs_in_any_of_it_is_another_machine(
    register: Register, other: dict[str, object]
) -> None:
    register.report(OURS.but(fqdn="web-1.example.test"))
    assert register.ask(THEIRS.but(**other), key=FUSION).outcome is Outcome.CREATE


def test_another_agent_of_ours_is_another_machine(register: Register) -> None:
    """A container that is made anew each night is not asked about each night."""
    register.report(OURS.but(machine_id=""))
    anew = OURS.but(machine_id="", agent_id="6f1f6a0e-0000-4000-8000-000000000009")
    assert register.ask(anew).outcome is Outcome.CREATE


def test_an_address_that_many_items_have_asks_nobody(register: Register) -> None:
    for number in range(6):
        agent_id = f"6f1f6a0e-0000-4000-8000-{number:012}"
        register.report(OURS.but(agent_id=agent_id, machine_id=f"{number + 16:032x}"))
    assert len(register.items) == 6
    assert register.ask(THEIRS, key=FUSION).outcome is Outcome.CREATE


def test_a_retired_machine_is_not_asked_about(register: Register) -> None:
    item = register.report(OURS)
    assert item is not None
    register.retire(item)
    assert register.ask(THEIRS, key=FUSION).outcome is Outcome.CREATE


def test_a_known_machine_is_not_asked_about_however_many_look_like_it(register: Register) -> None:
    first = register.report(OURS)
    second = register.report(THEIRS.but(name="web-2"), key=FUSION)
    register.later(timedelta(days=3))
    assert register.report(THEIRS, key=FUSION) == second
    assert register.report(OURS) == first


def test_an_address_made_up_in_software_adds_to_nothing(register: Register) -> None:
    item = register.report(rack_server(1).but(made_up=(OF_DOCKER,)))
    known = register.ask(rack_server(1).but(made_up=(OF_DOCKER,)))
    assert known.item_id == item
    assert "local_mac" not in {line.kind for line in known.candidates[0].lines}


@given(
    names=st.tuples(*[st.sampled_from(["", "web-1", "web-2"])] * 2),
    full=st.tuples(*[st.sampled_from(["", "web-1.example.test", "web-2.example.test"])] * 2),
    addresses=st.tuples(*[st.sets(st.sampled_from([OF_DOCKER, "02:42:ac:11:00:03"]))] * 2),
    gap=st.sampled_from([timedelta(0), timedelta(days=2)]),
)
def test_names_and_made_up_addresses_never_join_two_machines(
    names: tuple[str, str],
    full: tuple[str, str],
    addresses: tuple[set[str], set[str]],
    gap: timedelta,
) -> None:
    register = Register()
    first, second = (
        Machine(name=name, fqdn=fqdn, made_up=tuple(sorted(made_up)))
        for name, fqdn, made_up in zip(names, full, addresses, strict=True)
    )
    item = register.report(first, key="one")
    register.later(gap)
    assert register.report(second, key="two") != item


# Their normal form


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("02-42-AC-11-00-02", OF_DOCKER),
        ("0242.ac11.0002", OF_DOCKER),
        ("52:54:00:12:34:56", "52:54:00:12:34:56"),
        ("18:66:da:00:01:01", None),
        ("01:00:5e:00:00:01", None),
        ("03:00:00:00:00:01", None),
        ("02:00:4c:4f:4f:50", None),
        ("02:42", None),
        ("eth0", None),
    ],
)
def test_only_an_address_that_software_made_up_is_one(told: str, kept: str | None) -> None:
    found = normalise(LOCAL_MAC, told)
    assert (found.value if found else None) == kept
