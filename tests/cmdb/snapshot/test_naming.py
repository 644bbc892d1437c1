"""Names, classes, organisations and tiers beside the graph: packed, and true after each change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.engine.graph import ItemNotInGraph
from cmdb.snapshot.live import LIVE
from cmdb.snapshot.naming import ItemColumns, ItemRow, NamedItems
from tests.cmdb.inventory.register import Register

ROWS = st.lists(
    st.tuples(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        st.sampled_from(["server", "site", "service"]),
        st.integers(1, 2**40),
        st.none() | st.integers(0, 4),
    ),
    min_size=1,
    max_size=12,
)


@given(ROWS, st.data())
def test_packed_rows_come_back_as_they_were_in_any_order(
    rows: list[ItemRow], data: st.DataObject
) -> None:
    wanted = data.draw(st.lists(st.integers(0, len(rows) - 1)))
    found = ItemColumns.of(rows).at(np.array(wanted, np.int64))
    columns = (found.name, found.class_code, found.organisation_id, found.criticality)
    assert list(zip(*columns, strict=True)) == [rows[place] for place in wanted]


def named(register: Register, *items: int) -> NamedItems:
    with register.database.reading() as session:
        return LIVE.at(session).named(items)


def test_items_are_named_in_the_order_asked_for(register: Register) -> None:
    web = register.imported("web", criticality=1)
    room = register.imported("Büro", "room")
    assert named(register, room, web, room) == NamedItems(
        ["Büro", "web", "Büro"],
        ["room", "server", "room"],
        [register.root] * 3,
        [None, 1, None],
    )
    assert named(register) == NamedItems([], [], [], [])


def test_a_new_name_class_or_tier_is_seen_at_once(register: Register) -> None:
    item = register.imported("srv")
    named(register, item)
    register.types(item, {"name": "srv-2"})
    assert named(register, item).name == ["srv-2"]
    register.types(item, {"criticality": 0})
    assert named(register, item).criticality == [0]
    register.types(item, {}, class_code="hypervisor")
    assert named(register, item).class_code == ["hypervisor"]


def test_what_takes_no_part_in_impact_has_no_name_there(register: Register) -> None:
    item = register.imported("srv")
    register.types(item, {"stage": "retired"})
    with pytest.raises(ItemNotInGraph):
        named(register, item)
