"""Accounts of computers in a directory: known by a full name, and joined with whoever has it."""

from typing import Any

from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Outcome
from cmdb.observation import Observation
from cmdb.records.sources import ItemIdentifier
from cmdb.vocabulary import COMPUTER, DIRECTORY, FQDN, NAME, REST
from tests.cmdb.engine.machines import Machine, rack_server, virtual_machine
from tests.cmdb.inventory.register import Register


def account(register: Register, key: str, fqdn: str, **what: Any) -> Observation:
    """What a directory says of a computer of this full name."""
    name = fqdn.partition(".")[0]
    evidence = Machine(name=name, fqdn=fqdn).evidence()
    values = {"name": name.upper(), "fqdn": fqdn} | what.pop("values", {})
    what.setdefault("class_code", COMPUTER)
    return register.says(DIRECTORY, key, values, identifiers=evidence, **what)


def called(fqdn: str, machine: Machine, register: Register) -> Machine:
    name = fqdn.partition(".")[0]
    return machine.but(name=name, fqdn=fqdn, organisation_id=register.root)


def test_an_account_joins_the_machine_that_an_agent_reported(register: Register) -> None:
    machine = register.item_of(register.agent(called("pc1.example.test", rack_server(1), register)))
    assert register.item_of(account(register, "guid-1", "PC1.Example.TEST")) == machine
    # The agent's name stays: a directory is believed less.
    assert register.item(machine).name == "pc1"


def test_a_machine_joins_the_item_that_a_directory_made(register: Register) -> None:
    made = register.item_of(account(register, "guid-1", "pc1.example.test"))
    seen = called("pc1.example.test", rack_server(1), register)
    assert register.item_of(register.agent(seen)) == made
    assert register.item(made).class_code == "server"
    # Once it is known by more than its name, another machine of that name is another item.
    other = called("pc1.example.test", rack_server(2), register)
    assert register.item_of(register.agent(other)) != made


def test_a_name_that_two_items_have_is_nobody_s_account(register: Register) -> None:
    first, second = (
        register.item_of(register.agent(called("pc1.example.test", machine, register)))
        for machine in (rack_server(1), rack_server(2))
    )
    third = register.item_of(account(register, "guid-1", "pc1.example.test"))
    assert len({first, second, third}) == 3


def test_a_retired_item_no_longer_stands_for_an_account(register: Register) -> None:
    old = register.item_of(register.agent(called("pc1.example.test", rack_server(1), register)))
    register.types(old, {"stage": "retired"}, class_code="server")
    assert register.item_of(account(register, "guid-1", "pc1.example.test")) != old


def test_another_organisation_s_machine_of_the_name_is_left_alone(register: Register) -> None:
    theirs = called("pc1.example.test", rack_server(1), register)
    item = register.item_of(register.agent(theirs.but(organisation_id=register.sales)))
    assert register.item_of(account(register, "guid-1", "pc1.example.test")) != item


def test_stronger_evidence_goes_before_the_name_of_an_account(register: Register) -> None:
    machine = called("pc1.example.test", rack_server(1), register)
    known = register.item_of(register.agent(machine))
    made = register.item_of(account(register, "guid-2", "pc2.example.test"))
    renamed = machine.but(name="pc2", fqdn="pc2.example.test")
    assert register.item_of(register.agent(renamed)) == known != made


def test_only_a_directory_s_items_are_joined_by_name(register: Register) -> None:
    names = Machine(name="pc1", fqdn="pc1.example.test").evidence()
    typed = register.item_of(register.says(REST, "pc1", {"name": "pc1"}, identifiers=names))
    machine = called("pc1.example.test", rack_server(1), register)
    assert register.item_of(register.agent(machine)) != typed


def test_an_item_with_a_serial_number_of_its_own_is_joined_by_no_name(register: Register) -> None:
    made = register.item_of(account(register, "guid-1", "pc1.example.test"))
    register.types(made, {"serial": "CZ4711ABCD", "vendor": "HPE"}, class_code="computer")
    machine = called("pc1.example.test", virtual_machine(1), register)
    assert register.item_of(register.agent(machine)) != made


def test_a_renamed_account_stays_with_its_item_and_frees_the_name(register: Register) -> None:
    made = register.item_of(account(register, "guid-1", "old.example.test"))
    register.later()
    assert register.item_of(account(register, "guid-1", "new.example.test")) == made
    names = register.rows(ItemIdentifier, ItemIdentifier.item_id == made)
    assert {(row.kind, row.value) for row in names} == {
        (FQDN, "new.example.test"),
        (NAME, "new"),
    }
    # Whoever is called so now is somebody else.
    machine = called("old.example.test", rack_server(1), register)
    assert register.item_of(register.agent(machine)) != made


def test_a_computer_that_joined_the_domain_anew_is_the_same_item(register: Register) -> None:
    made = register.item_of(account(register, "guid-1", "pc1.example.test"))
    before = register.now
    register.later()
    gone = register.says(
        DIRECTORY,
        "guid-1",
        {"directory_account": "deleted"},
        class_code=COMPUTER,
        observed_at=before,
    )
    anew = account(register, "guid-2", "pc1.example.test", values={"directory_account": "enabled"})
    assert [one.item_id for one in register.record(gone, anew)] == [made, made]
    assert register.item(made).attributes["directory_account"] == "enabled"


def test_an_account_alone_is_told_apart_before_anything_is_written(register: Register) -> None:
    register.item_of(register.agent(called("pc1.example.test", rack_server(1), register)))
    asked = [account(register, f"guid-{number}", f"pc{number}.example.test") for number in (1, 2)]
    with register.database.reading() as session:
        decisions = Inventory(session, register.now).identify_many(asked)
    assert [one.outcome.value for one in decisions if one] == ["match", "create"]
    assert register.record(asked[1])[0].outcome is Outcome.CREATED
