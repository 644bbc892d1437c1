"""One item that turns out to be two: what leaves, what stays, and how it is undone."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from cmdb.errors import Conflict, InvalidValue, ItemNotFound
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author
from cmdb.observation import Identifier, SeenParty
from cmdb.records.facts import Installation
from cmdb.records.history import HistoryEntry
from cmdb.records.identity import IdentityAct
from cmdb.records.items import Item, ItemParty
from cmdb.records.sources import ItemIdentifier, ItemSource
from cmdb.vocabulary import PartyRole
from tests.cmdb.engine.machines import rack_server
from tests.cmdb.inventory.register import Register, identifier, packages, relation


def state_of(register: Register, source: str, key: str = "") -> int:
    where = [ItemSource.source == source, *([ItemSource.key == key] if key else [])]
    (row,) = register.rows(ItemSource, *where)
    return row.id


def split(
    register: Register, item_id: int, *states: int, evidence: Sequence[Identifier] = ()
) -> int:
    """Split off what these sources said; return the act's id."""
    with register.database.writing() as session:
        door = Inventory(session, register.now, Author(register.person))
        return door.split(item_id, states, evidence).id


def new_item(register: Register, act_id: int) -> int:
    (act,) = register.rows(IdentityAct, IdentityAct.id == act_id)
    return act.other_id


def undo(register: Register, act_id: int) -> None:
    with register.database.writing() as session:
        act = session.get_one(IdentityAct, act_id)
        Inventory(session, register.now).undo(act)


@pytest.fixture
def tangled(register: Register) -> int:
    """A server on which a line of a list landed that meant another machine."""
    item_id = register.item_of(
        register.agent(rack_server(1), values={"os_name": "Debian"}, sections=(packages(bash="5"),))
    )
    wrong = register.says(
        "import:sheet",
        "row 9",
        {"name": "old box", "asset_tag": "A-9", "environment": "test"},
        identifiers=(identifier("serial", "B5R0001|dell"), identifier("code", "a-9")),
        sections=(packages(apache="2.4"),),
        parties=(SeenParty(PartyRole.SUPPORT, group_id=register.support),),
    )
    assert register.item_of(wrong) == item_id
    far = register.imported("db")
    register.relate(relation(item_id, "depends_on", far), source="import:sheet")
    register.relate(relation(item_id, "connects_to", far), source="person")
    return item_id


def test_a_preview_shows_what_leaves_and_writes_nothing(register: Register, tangled: int) -> None:
    with register.database.reading() as session:
        door = Inventory(session, register.now)
        shown = door.preview_split(tangled, [state_of(register, "import:sheet")])
    values = {v.attribute: v for v in shown.values}
    assert (values["name"].kept, values["name"].gone, values["name"].result) == (
        "srv-01",
        "old box",
        "srv-01",
    )
    assert (values["asset_tag"].gone, values["asset_tag"].result) == ("A-9", None)
    assert shown.sources == (("import:sheet", "row 9"),)
    assert [one.value for one in shown.evidence] == ["a-9", "B5R0001|dell"]
    assert [one.value for one in shown.shared] == ["B5R0001|dell"]
    assert shown.facts == ("import:sheet",)
    assert len(register.rows(Item)) == 2


def test_what_one_source_said_becomes_an_item_of_its_own(register: Register, tangled: int) -> None:
    act_id = split(register, tangled, state_of(register, "import:sheet"))
    other = new_item(register, act_id)
    old, new = register.item(tangled), register.item(other)
    assert (new.name, new.environment, new.attributes) == ("old box", "test", {"asset_tag": "A-9"})
    assert (old.environment, old.attributes) == (None, {"os_name": "Debian"})
    assert {row.item_id for row in register.rows(ItemParty)} == {other}
    software = {row.source: row.item_id for row in register.rows(Installation)}
    assert software == {"agent": tangled, "import:sheet": other}
    assert {(r.start_id, r.type_code) for r in register.live()} == {
        (other, "depends_on"),
        (tangled, "connects_to"),
    }
    assert register.history(other)[0][0] == "created"
    assert [row.kind for row in register.rows(HistoryEntry, HistoryEntry.other_id == other)] == [
        "split"
    ]


def test_each_source_finds_its_own_half_from_then_on(register: Register, tangled: int) -> None:
    other = new_item(register, split(register, tangled, state_of(register, "import:sheet")))
    register.later()
    assert register.item_of(register.agent(rack_server(1))) == tangled
    assert register.item_of(register.says("import:sheet", "row 9", {"asset_tag": "B"})) == other


def test_evidence_can_be_sent_along_whoever_told_it(register: Register, tangled: int) -> None:
    serial = identifier("serial", "B5R0001|dell")
    act_id = split(register, tangled, state_of(register, "import:sheet"), evidence=[serial])
    where = ItemIdentifier.kind == "serial"
    assert {row.item_id for row in register.rows(ItemIdentifier, where)} == {
        new_item(register, act_id)
    }


def test_two_machines_under_one_source_are_told_apart_by_key(register: Register) -> None:
    """Two agents were merged by mistake; one of them is split off again."""
    one = register.item_of(register.agent(rack_server(1), sections=(packages(bash="5"),)))
    register.later(timedelta(days=1))
    two = register.item_of(register.agent(rack_server(2), sections=(packages(zsh="5"),)))
    with register.database.writing() as session:
        Inventory(session, register.now).merge(one, two)
    state = state_of(register, "agent", rack_server(2).agent_id)
    act_id = split(register, one, state, evidence=rack_server(2).evidence())
    other = new_item(register, act_id)
    assert {row.item_id for row in register.rows(Installation)} == {other, two}
    register.later()
    again = register.agent(rack_server(2), sections=(packages(zsh="5"),))
    assert register.item_of(again) == other


def test_an_undone_split_is_one_item_again(register: Register, tangled: int) -> None:
    before = register.item(tangled)
    act_id = split(register, tangled, state_of(register, "import:sheet"))
    undo(register, act_id)
    after = register.item(tangled)
    assert (after.name, after.environment, after.attributes) == (
        before.name,
        before.environment,
        before.attributes,
    )
    assert {r.start_id for r in register.live()} == {tangled}
    assert register.item(new_item(register, act_id)).merged_into_id == tangled
    with pytest.raises(Conflict, match="undone already"):
        undo(register, act_id)


def test_halves_that_are_none_are_refused(register: Register, tangled: int) -> None:
    states = [row.id for row in register.rows(ItemSource, ItemSource.item_id == tangled)]
    foreign = state_of(register, "rest")
    for chosen, why in (
        ([], "at least one source that speaks of another"),
        (states, "at least one source must stay"),
        ([foreign], "does not speak of this item"),
    ):
        with pytest.raises(InvalidValue, match=why):
            split(register, tangled, *chosen)
    with pytest.raises(ItemNotFound):
        split(register, 4711, states[0])
