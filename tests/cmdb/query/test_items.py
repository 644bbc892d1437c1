"""Lists narrowed by filters; what is out of sight does not exist."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import ColumnElement, false, select, true

from cmdb.errors import InvalidValue, ItemNotFound
from cmdb.model import shipped_model
from cmdb.observation import SeenParty
from cmdb.query.items import (
    ItemFilter,
    find_item,
    find_items,
    live_relations_of,
    select_items,
)
from cmdb.records.items import Item
from cmdb.vocabulary import PartyRole
from tests.cmdb.inventory.register import Register, relation, section


def names(register: Register, **filters: Any) -> list[str]:
    return seen_by(register, true(), **filters)


def seen_by(register: Register, visible: ColumnElement[bool], **filters: Any) -> list[str]:
    query = select_items(ItemFilter(**filters), visible, shipped_model())
    with register.database.reading() as session:
        return sorted(item.name for item in session.scalars(query))


@pytest.fixture
def estate(register: Register) -> Register:
    """Four servers, a laptop, a service offering and a site; one of them belongs to sales."""
    register.imported("web-1", vendor="Dell Inc.", serial="B5R0001", memory_bytes="64 GiB")
    register.imported("web-2", vendor="HPE", environment="production", criticality=1)
    register.imported("hyper-1", "hypervisor", os_version="12.5", label=["blue", "green"])
    register.imported("Ñandú", "laptop", mac_addresses=["18:66:da:00:00:01"])
    register.imported("gold", "service_offering", price="12.50 EUR")
    register.imported("hq", "site")
    register.record(register.says("rest", "x", {"name": "sales-1"}, organisation_id=register.sales))
    return register


def test_no_filter_lists_everything_in_sight(estate: Register) -> None:
    assert len(names(estate)) == 7
    assert seen_by(estate, Item.organisation_id == estate.sales) == ["sales-1"]
    assert seen_by(estate, false()) == []


def test_a_class_includes_those_below_it(estate: Register) -> None:
    assert names(estate, class_code="server") == ["hyper-1", "sales-1", "web-1", "web-2"]
    assert names(estate, class_code="hypervisor") == ["hyper-1"]
    assert len(names(estate, class_code="device")) == 5
    with pytest.raises(InvalidValue) as refused:
        names(estate, class_code="spaceship")
    assert refused.value.fields == {"class": "there is no class 'spaceship'"}


def test_an_organisation_includes_those_below_it(estate: Register) -> None:
    assert names(estate, organisation_id=estate.sales) == ["sales-1"]
    assert len(names(estate, organisation_id=estate.root)) == 7


def test_text_is_the_beginning_of_a_name_or_a_whole_serial_or_address(estate: Register) -> None:
    estate.record(
        estate.says(
            "rest",
            "web-2",
            sections=(
                section("interfaces", [{"name": "e", "addresses": [{"address": "2001:db8::1"}]}]),
            ),
        )
    )
    assert names(estate, text=" WEB- ") == ["web-1", "web-2"]
    assert names(estate, text="ñAND") == ["Ñandú"]
    assert names(estate, text="N\u0303andu\u0301") == ["Ñandú"]
    assert names(estate, text="B5R0001") == ["web-1"]
    assert names(estate, text="B5R") == []
    assert names(estate, text="2001:DB8:0::1") == ["web-2"]
    assert names(estate, text="%") == []
    assert names(estate, text="\0") == names(estate)


def test_columns_narrow(estate: Register) -> None:
    assert names(estate, environment="production") == ["web-2"]
    assert names(estate, criticality=1) == ["web-2"]
    assert names(estate, stage="retired") == []
    assert names(estate, seen_before=estate.now) == []
    assert len(names(estate, seen_after=estate.now)) == 7
    assert names(estate, seen_after=estate.now + timedelta(seconds=1)) == []


@pytest.mark.parametrize("name", ["criticality", "organisation_id", "person_id", "group_id"])
def test_a_number_that_nothing_can_have_finds_nothing(estate: Register, name: str) -> None:
    for number in (2**63, -(2**70), 2**40):
        assert names(estate, **{name: number}) == []


def test_parties_narrow(estate: Register) -> None:
    owner = SeenParty(PartyRole.OWNER, person_id=estate.person)
    support = SeenParty(PartyRole.SUPPORT, group_id=estate.support)
    estate.record(estate.says("rest", "web-1", parties=(owner, support)))
    estate.record(estate.says("rest", "web-2", parties=(support,)))
    assert names(estate, person_id=estate.person) == ["web-1"]
    assert names(estate, group_id=estate.support) == ["web-1", "web-2"]
    assert names(estate, group_id=estate.support, person_id=estate.person + 1) == []


@pytest.mark.parametrize(
    ("attribute", "value", "inside", "found"),
    [
        ("memory_bytes", "64 GiB", "server", ["web-1"]),
        ("memory_bytes", "68719476736", "", ["web-1"]),
        ("os_version", "12.5", "computer", ["hyper-1"]),
        ("os_version", "12.50", "computer", []),
        ("label", "GREEN", "", ["hyper-1"]),
        ("mac_addresses", "18-66-DA-00-00-01", "laptop", ["Ñandú"]),
        ("price", "12.5 EUR", "service_offering", ["gold"]),
        ("price", "12.50", "", ["gold"]),
        ("price", "12.50 USD", "", []),
        ("name", "ÑANDÚ", "", ["Ñandú"]),
        ("vendor", "dell inc.", "", ["web-1"]),
        ("serial", "b5r0001", "", ["web-1"]),
        ("environment", "Production", "", ["web-2"]),
        ("criticality", "1", "", ["web-2"]),
        ("criticality", "999999999999999999", "", []),
        ("location", "1", "", []),
    ],
)
def test_any_searchable_attribute_narrows(
    estate: Register, attribute: str, value: str, inside: str, found: list[str]
) -> None:
    assert names(estate, attribute=attribute, value=value, class_code=inside) == found


@pytest.mark.parametrize(
    ("attribute", "value", "inside", "field"),
    [
        ("wings", "2", "", "attribute"),
        ("notes", "x", "", "attribute"),
        ("battery_health", "80", "printer", "attribute"),
        ("memory_bytes", "plenty", "server", "value"),
        ("environment", "heaven", "", "value"),
        ("name", "", "", "value"),
        ("criticality", "99999999999999999999", "", "value"),
    ],
)
def test_a_filter_that_cannot_be_understood_is_named(
    estate: Register, attribute: str, value: str, inside: str, field: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        names(estate, attribute=attribute, value=value, class_code=inside)
    assert refused.value.fields.keys() == {field}


def test_one_item_out_of_sight_is_no_item(estate: Register) -> None:
    item_id = estate.imported("web-1")
    with estate.database.reading() as session:
        assert find_item(session, item_id, true()).name == "web-1"
        assert find_items(session, [item_id, 4711], true()).keys() == {item_id}
        assert find_items(session, [item_id], false()) == {}
        for wrong, visible in ((item_id, false()), (4711, true())):
            with pytest.raises(ItemNotFound):
                find_item(session, wrong, visible)


def test_relations_show_only_what_is_in_sight_at_their_far_end(estate: Register) -> None:
    with estate.database.reading() as session:
        ids = {item.name: item.id for item in session.scalars(select(Item))}
    web, hyper, gold = (ids[name] for name in ("web-1", "hyper-1", "gold"))
    estate.relate(relation(gold, "depends_on", web), relation(web, "depends_on", hyper))
    with estate.database.reading() as session:
        everything = live_relations_of(session, web, true())
        assert [(r.type_code, other.name) for r, other in everything] == [
            ("depends_on", "hyper-1"),
            ("depends_on", "gold"),
        ]
        (only,) = live_relations_of(session, web, Item.id != gold)
        assert only[1].id == hyper
