"""Two items that turn out to be one: what is shown before, what happens, and how it is undone."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect

from cmdb.errors import Conflict, InvalidValue, ItemNotFound
from cmdb.inventory.belongings import belongings
from cmdb.inventory.door import Inventory
from cmdb.inventory.merging import MergePreview
from cmdb.inventory.outcomes import Author, Outcome
from cmdb.observation import GroupMembership, SeenParty
from cmdb.records.base import Base
from cmdb.records.facts import Address, FactSection, Installation, Interface
from cmdb.records.history import HistoryEntry
from cmdb.records.identity import IdentityAct
from cmdb.records.items import Item, ItemParty
from cmdb.records.relations import GraphChange, RedundancyGroup, Relation
from cmdb.records.sources import ItemIdentifier, ItemSource
from cmdb.vocabulary import PartyRole
from server.assets.models import Contract, ItemContract, Supplier
from tests.cmdb.engine.machines import rack_server
from tests.cmdb.inventory.register import Register, identifier, packages, relation, section


def merge(register: Register, kept: int, gone: int) -> int:
    with register.database.writing() as session:
        author = Author(register.person, "request-1")
        return Inventory(session, register.now, author).merge(kept, gone).id


def undo(register: Register, act_id: int) -> None:
    with register.database.writing() as session:
        act = session.get_one(IdentityAct, act_id)
        Inventory(session, register.now, Author(register.person)).undo(act)


def preview(register: Register, kept: int, gone: int) -> MergePreview:
    with register.database.reading() as session:
        return Inventory(session, register.now).preview_merge(kept, gone)


def contents(register: Register) -> dict[str, Any]:
    """Everything that is live, without moments, versions and what tells of the acts."""
    telling = {HistoryEntry, IdentityAct, GraphChange}
    left_out = {"version", "updated_at", "digests"}
    found: dict[str, Any] = {}
    for mapper in Base.registry.mappers:
        entity = mapper.class_
        if entity in telling or "item" not in str(inspect(entity).columns.keys()):
            continue
        rows = register.rows(entity, *_live(entity))
        columns = [c.key for c in mapper.column_attrs if c.key not in left_out | _numbers(entity)]
        found[entity.__tablename__] = sorted(str([getattr(r, c) for c in columns]) for r in rows)
    relations = register.live()
    found["relation"] = sorted(f"{r.start_id} {r.type_code} {r.end_id}" for r in relations)
    return found


def _live(entity: Any) -> list[Any]:
    return [entity.valid_to.is_(None)] if hasattr(entity, "valid_to") else []


def _numbers(entity: Any) -> set[str]:
    return {"id", "valid_from", "group_id"} if hasattr(entity, "valid_to") else set()


@pytest.fixture
def twins(register: Register) -> tuple[int, int]:
    """A machine as its agent sees it, and the same as a list and a person know it.

    ::

        web ──runs on──> agent's item      shop ──runs on──> list's item
        web ──runs on──> list's item       agent's item ──member of──> list's item? (never)
    """
    agent = register.item_of(
        register.agent(
            rack_server(1),
            values={"os_name": "Debian", "vendor": "Dell Inc."},
            sections=(packages(bash="5.2"), section("disks", [{"name": "sda"}])),
        )
    )
    listed = register.item_of(
        register.says(
            "import:sheet",
            "row 7",
            {"name": "Server seven", "asset_tag": "A-7", "vendor": "DELL", "os_name": "Linux"},
            identifiers=(identifier("code", "a-7"),),
            sections=(section("interfaces", [_interface()]),),
            parties=(SeenParty(PartyRole.SUPPORT, group_id=register.support),),
        )
    )
    register.imported("web", class_code="web_server")
    register.imported("shop", class_code="web_server")
    register.relate(
        relation("web", "runs_on", agent),
        relation("web", "runs_on", listed),
        relation("shop", "runs_on", listed),
    )
    register.later()
    return agent, listed


def _interface() -> dict[str, Any]:
    return {
        "name": "eth0",
        "mac": "18:66:da:00:00:01",
        "addresses": [{"address": "192.0.2.7", "prefix_length": 24}],
    }


def test_a_preview_shows_which_values_win_and_writes_nothing(
    register: Register, twins: tuple[int, int]
) -> None:
    before = contents(register)
    shown = preview(register, *twins)
    values = {v.attribute: v for v in shown.values}
    assert (values["os_name"].kept, values["os_name"].gone) == ("Debian", "Linux")
    assert values["os_name"].result == "Debian"
    assert values["os_name"].conflict
    assert (values["asset_tag"].kept, values["asset_tag"].result) == (None, "A-7")
    assert not values["asset_tag"].conflict
    assert shown.relations == 2
    assert shown.sources == (("import:sheet", "row 7", 4),)
    assert shown.rows == {"item_party.item_id": (1, 0)}
    assert contents(register) == before


def test_what_was_known_of_both_is_known_of_one(register: Register, twins: tuple[int, int]) -> None:
    kept, gone = twins
    version = register.item(kept).version
    merge(register, kept, gone)
    item = register.item(kept)
    assert (item.name, item.vendor) == ("srv-01", "Dell Inc.")
    assert item.attributes["asset_tag"] == "A-7"
    assert item.version > version
    assert {row.item_id for row in register.rows(ItemSource, ItemSource.source != "rest")} == {kept}
    told: tuple[Any, ...] = (Interface, Address, FactSection, Installation, ItemParty)
    for entity in (ItemIdentifier, *told):
        assert {row.item_id for row in register.rows(entity)} - {kept} <= _apps(register)
    away = register.item(gone)
    assert (away.merged_into_id, away.stage) == (kept, "retired")


def _apps(register: Register) -> set[int]:
    return {row.id for row in register.rows(Item, Item.class_code == "web_server")}


def test_relations_move_once_and_the_past_keeps_its_own(
    register: Register, twins: tuple[int, int]
) -> None:
    kept, gone = twins
    log = register.log()
    merge(register, kept, gone)
    assert {(r.start_id, r.end_id) for r in register.live()} == {
        (app, kept) for app in _apps(register)
    }
    ended = register.rows(Relation, Relation.end_id == gone)
    assert len(ended) == 2
    assert all(row.valid_to is not None for row in ended)
    steps = [op for _, op, _ in register.log()[len(log) :]]
    assert steps.count("relation-") == 2
    assert steps.count("relation+") == 1
    assert "item~" in steps


def test_a_merge_is_told_in_history_and_never_silent(
    register: Register, twins: tuple[int, int]
) -> None:
    kept, gone = twins
    act_id = merge(register, kept, gone)
    (told,) = register.rows(HistoryEntry, HistoryEntry.kind == "merged")
    assert (told.item_id, told.other_id, told.person_id) == (kept, gone, register.person)
    assert told.request_id == "request-1"
    assert told.detail == {"name": "Server seven", "class": "server"}
    (act,) = register.rows(IdentityAct)
    assert (act.id, act.kind, act.person_id) == (act_id, "merged", register.person)


def test_an_undone_merge_leaves_both_as_they_were(
    register: Register, twins: tuple[int, int]
) -> None:
    before = contents(register)
    act_id = merge(register, *twins)
    register.later()
    assert contents(register) != before
    undo(register, act_id)
    assert contents(register) == before
    with pytest.raises(Conflict, match="undone already"):
        undo(register, act_id)


def test_what_the_returning_source_said_since_returns_with_it(
    register: Register, twins: tuple[int, int]
) -> None:
    kept, gone = twins
    act_id = merge(register, kept, gone)
    register.later()
    listed = register.says("import:sheet", "row 7", {"asset_tag": "A-77"})
    assert register.item_of(listed) == kept
    register.agent(rack_server(1))
    undo(register, act_id)
    assert "asset_tag" not in register.item(kept).attributes
    assert register.item(gone).attributes["asset_tag"] == "A-77"
    assert register.item_of(listed) == gone


def test_a_report_of_the_merged_item_lands_on_the_one_that_stays(
    register: Register, twins: tuple[int, int]
) -> None:
    kept, gone = twins
    merge(register, gone, kept)
    register.later()
    (recorded,) = register.record(register.agent(rack_server(1), values={"os_name": "Debian 13"}))
    assert (recorded.outcome, recorded.item_id) == (Outcome.UPDATED, gone)
    assert register.item(kept).attributes["os_name"] == "Debian"


def test_of_two_lists_of_one_source_the_newer_counts(register: Register) -> None:
    old = register.item_of(register.agent(rack_server(1), sections=(packages(bash="5.1"),)))
    register.later(timedelta(days=3))
    newer = (packages(bash="5.2", zsh="5"),)
    new = register.item_of(register.agent(rack_server(2), sections=newer))
    before = contents(register)
    act_id = merge(register, old, new)
    assert len(register.rows(Installation, Installation.item_id == old)) == 2
    short = register.agent(rack_server(2), sections=newer)
    undo(register, act_id)
    assert contents(register) == before
    act_id = merge(register, new, old)
    assert len(register.rows(Installation, Installation.item_id == new)) == 2
    assert register.item_of(short) == new
    undo(register, act_id)
    assert contents(register) == before


def test_two_words_of_a_person_become_the_later_one(register: Register) -> None:
    one = register.item_of(register.says("person", "", {"name": "a", "asset_tag": "OLD"}))
    register.later()
    two = register.item_of(
        register.says("person", "", {"name": "b", "asset_tag": "NEW", "environment": "test"})
    )
    before = contents(register)
    act_id = merge(register, one, two)
    item = register.item(one)
    assert (item.name, item.attributes["asset_tag"], item.environment) == ("b", "NEW", "test")
    register.later()
    register.types(one, {"environment": "production"})
    undo(register, act_id)
    item = register.item(one)
    assert (item.name, item.attributes["asset_tag"]) == ("a", "OLD")
    assert item.environment == "production"
    register.types(one, {"environment": None})
    assert register.item(two).attributes["asset_tag"] == "NEW"
    assert contents(register)["item_value"] == before["item_value"]


def test_a_redundancy_group_moves_with_its_dependant_and_with_its_members(
    register: Register,
) -> None:
    """app needs 1 of (db-1, db-2), twice known; one of the databases twice known too."""
    ids = {k: register.imported(k, class_code="web_server") for k in ("app", "app-again")}
    ids |= {k: register.imported(k) for k in ("db-1", "db-2", "db-2-again")}
    pair = GroupMembership("databases", "at_least", 1)
    register.relate(
        relation(ids["app-again"], "depends_on", ids["db-1"], pair),
        relation(ids["app-again"], "depends_on", ids["db-2-again"], pair),
    )
    before = contents(register)
    acts = [
        merge(register, ids["app"], ids["app-again"]),
        merge(register, ids["db-2"], ids["db-2-again"]),
    ]
    (group,) = register.rows(RedundancyGroup, RedundancyGroup.valid_to.is_(None))
    assert (group.dependant_id, group.name) == (ids["app"], "databases")
    assert {(r.end_id, r.group_id) for r in register.live()} == {
        (ids["db-1"], group.id),
        (ids["db-2"], group.id),
    }
    for act_id in reversed(acts):
        undo(register, act_id)
    assert contents(register) == before


def test_what_stood_in_the_merged_place_stands_in_the_other(register: Register) -> None:
    one = register.imported("room-1", class_code="room")
    two = register.imported("room-2", class_code="room")
    inside = register.imported("srv", location=two)
    before = contents(register)
    act_id = merge(register, one, two)
    assert register.item(inside).location_id == one
    assert register.imported("srv", location=one) == inside
    undo(register, act_id)
    assert contents(register) == before


def test_relations_between_the_two_end(register: Register) -> None:
    one, two = register.imported("one"), register.imported("two")
    register.relate(relation(one, "connects_to", two))
    act_id = merge(register, one, two)
    assert register.live() == []
    undo(register, act_id)
    assert [(r.start_id, r.end_id) for r in register.live()] == [(one, two)]


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("server", "business_service", "a business_service cannot be a server"),
        ("rack", "room", "one of them stands inside the other"),
    ],
)
def test_what_cannot_be_one_is_refused(register: Register, one: str, other: str, why: str) -> None:
    far = register.imported("far", class_code=other)
    near = register.imported("near", class_code=one, **({"location": far} if one == "rack" else {}))
    for kept, gone in ((near, far), (far, near)):
        with pytest.raises(Conflict):
            preview(register, kept, gone)
    with pytest.raises(Conflict, match=why):
        merge(register, near, far)
    with pytest.raises(InvalidValue, match="itself"):
        merge(register, near, near)
    with pytest.raises(ItemNotFound):
        merge(register, near, 4711)


def test_an_item_is_merged_once_and_a_chain_is_undone_from_its_end(register: Register) -> None:
    one, two, three = (register.imported(key) for key in ("one", "two", "three"))
    first = merge(register, two, three)
    second = merge(register, one, two)
    with pytest.raises(Conflict, match="merged already"):
        merge(register, one, three)
    assert register.imported("three") == one
    with pytest.raises(Conflict, match="undo that first"):
        undo(register, first)
    undo(register, second)
    undo(register, first)
    assert [register.imported(key) for key in ("one", "two", "three")] == [one, two, three]


def test_every_table_that_points_at_items_is_thought_of() -> None:
    names = {belonging.name for belonging in belongings()}
    assert {
        "affected_item.item_id",
        "agent.item_id",
        "change_item.item_id",
        "item_contract.item_id",
        "item_party.item_id",
    } <= names
    assert not {name for name in names if name.startswith(("history", "relation", "item_source"))}


def test_what_covers_both_covers_one_and_both_again(register: Register) -> None:
    kept, gone = register.imported("kept"), register.imported("gone")
    with register.database.writing() as session:
        supplier = Supplier(
            organisation_id=register.root, name="ACME", name_key="acme", created_at=register.now
        )
        session.add(supplier)
        session.flush()
        contracts = [_contract(register, name, supplier.id) for name in ("both", "gone only")]
        session.add_all(contracts)
        session.flush()
        both, alone = (contract.id for contract in contracts)
        covered = [(kept, both), (gone, both), (gone, alone)]
        session.add_all([ItemContract(item_id=i, contract_id=c) for i, c in covered])
    assert preview(register, kept, gone).rows == {"item_contract.item_id": (1, 1)}
    act_id = merge(register, kept, gone)
    assert _covered(register) == {(kept, both), (kept, alone)}
    undo(register, act_id)
    assert _covered(register) == set(covered)


def _contract(register: Register, reference: str, supplier_id: int) -> Contract:
    day = register.now.date()
    return Contract(
        organisation_id=register.root,
        reference=reference,
        name=reference,
        supplier_id=supplier_id,
        kind="warranty",
        starts_on=day,
        ends_on=day,
        created_at=register.now,
    )


def _covered(register: Register) -> set[tuple[int, int]]:
    return {(row.item_id, row.contract_id) for row in register.rows(ItemContract)}
