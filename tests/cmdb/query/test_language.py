"""The list's query language: what it finds, and how it says what it does not understand."""

from datetime import timedelta

import pytest
from sqlalchemy import ColumnElement, select, true

from cmdb.model import shipped_model
from cmdb.observation import SeenParty
from cmdb.query.language import (
    QueryFault,
    QueryTerms,
    clauses,
    compile_query,
    is_plain_text,
    parse_query,
)
from cmdb.query.language.columns import COLUMNS
from cmdb.query.language.terms import WORDS
from cmdb.records.items import Item
from cmdb.vocabulary import PartyRole
from tests.cmdb.inventory.register import Register, packages, relation, section


def found(register: Register, text: str, visible: ColumnElement[bool] | None = None) -> list[str]:
    sight = true() if visible is None else visible
    with register.database.reading() as session:
        terms = QueryTerms(session, shipped_model(), sight, register.now)
        compiled = compile_query(terms, parse_query(text))
        page, count = (
            sorted(session.scalars(select(Item.name).where(sight, *conditions)))
            for conditions in (compiled.page, compiled.count)
        )
        assert page == count
        return page


@pytest.fixture
def estate(register: Register) -> Register:
    register.imported("old", os_version="9.13", vendor="HPE", memory_bytes="8 GiB")
    register.later(timedelta(days=30))
    register.imported("web-1", vendor="Dell Inc.", serial="B5R0001", memory_bytes="64 GiB")
    register.imported("web-2", vendor="HPE", environment="production", criticality=1)
    register.imported("hyper-1", "hypervisor", os_version="12.5", label=["blue", "green"])
    register.imported("pc 7", "laptop", os_version="10.2", warranty_end="2026-02-10")
    owner = (SeenParty(PartyRole.OWNER, group_id=register.support),)
    listener = section("listeners", [{"protocol": "tcp", "address": "::", "port": 443}])
    register.record(
        register.says("rest", "web-1", parties=owner, sections=(packages(openssl="3.0"), listener))
    )
    return register


#: What a query finds in the estate below.
_FINDS = [
    ("class:server and os.version<12 and not seen:7d", ["old"]),
    ("class:server", ["hyper-1", "old", "web-1", "web-2"]),
    ("class:laptop,hypervisor", ["hyper-1", "pc 7"]),
    ("os.version<12", ["old", "pc 7"]),
    ("os.version>=10.2 os.version<12.6", ["hyper-1", "pc 7"]),
    ("web", ["web-1", "web-2"]),
    ('"pc 7"', ["pc 7"]),
    ("B5R0001", ["web-1"]),
    ("name:*1", ["hyper-1", "web-1"]),
    ("name~eb", ["web-1", "web-2"]),
    ("vendor:hpe", ["old", "web-2"]),
    ("vendor:dell*", ["web-1"]),
    ('vendor:"dell*"', []),
    ("vendor~ell", ["web-1"]),
    ("not vendor:hpe", ["hyper-1", "pc 7", "web-1"]),
    ("vendor!=hpe", ["hyper-1", "pc 7", "web-1"]),
    ("environment:production or tier:(0,1)", ["web-2"]),
    ("not env:production class:server", ["hyper-1", "old", "web-1"]),
    ("memory_bytes>=16GiB", ["web-1"]),
    ("memory_bytes!=64GiB class:server", ["hyper-1", "old", "web-2"]),
    ("label:green", ["hyper-1"]),
    ("label~gre", ["hyper-1"]),
    ("has:os_version not class:hypervisor", ["old", "pc 7"]),
    ("has:owner", ["web-1"]),
    ("owner:support", ["web-1"]),
    ("not has:vendor", ["hyper-1", "pc 7"]),
    ("seen>7d", ["old"]),
    ("seen<7d and class:laptop", ["pc 7"]),
    ("warranty_end<2026-03-01", ["pc 7"]),
    ("software:openssl", ["web-1"]),
    ("port:443", ["web-1"]),
    ("port>1000", []),
    ("source:rest name:web-1", ["web-1"]),
    ("source:agent", []),
    ("org:example class:laptop", ["pc 7"]),
    ("org:sales", []),
    ("(vendor:hpe or class:laptop) and not (name:old or name:nothing)", ["pc 7", "web-2"]),
    ("not not class:laptop", ["pc 7"]),
    ("", ["hyper-1", "old", "pc 7", "web-1", "web-2"]),
]
#: (query, word, at, why): what is wrong with it.
_FAULTS = [
    ("relation:depends", "depends", 9, "there is no such relation; did you mean depends_on?"),
    ("name:a relation>depends", "depends", 16, "there is no such relation; did you mean"),
    ("relation>=x", "relation", 0, "relation cannot be asked with >=; it takes != : < = >"),
    ("class:servr", "servr", 6, "there is no such class; did you mean server?"),
    ("os.versin<12", "os.versin", 0, "nothing is called that; did you mean os_version?"),
    ("name:a and os.version<", "<", 21, "a value was expected after it"),
    ("class:server and", "…", 16, "the query ends where a condition was expected"),
    ("(class:server", "(", 0, "its closing parenthesis is missing"),
    ("class:server)", ")", 12, "there is no opening parenthesis for it"),
    ('name:"x', '"x', 5, "the closing quote is missing"),
    ("tier:9", "9", 5, "expected a whole number from 0 to 4"),
    ("seen:soon", "soon", 5, "expected an age such as 7d, 12h or 3mo, or a date such as"),
    ("stage:gone", "gone", 6, "expected one of planned, in_stock, in_use"),
    ("memory_bytes>much", "much", 13, "expected a"),
    ("class<server", "class", 0, "class cannot be asked with <; it takes"),
    ("or name:a", "or", 0, "a condition was expected here"),
    ("ip:1.2.3", "1.2.3", 3, "expected"),
]


def test_what_a_query_finds(estate: Register) -> None:
    """One estate for all of them: they only read."""
    assert {query: found(estate, query) for query, _ in _FINDS} == dict(_FINDS)


def test_a_fault_names_its_word_and_where_it_stands(estate: Register) -> None:
    for query, word, at, why in _FAULTS:
        with pytest.raises(QueryFault) as fault:
            found(estate, query)
        assert (fault.value.word, fault.value.at) == (word, at), query
        assert why in fault.value.why
        assert repr(word) in fault.value.fields["query"]


def test_what_many_items_fit_is_found_as_what_few_fit(
    estate: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clauses, "FEW", 0)
    assert {query: found(estate, query) for query, _ in _FINDS} == dict(_FINDS)


def test_what_is_out_of_sight_is_found_by_no_query(estate: Register) -> None:
    assert found(estate, "not class:laptop", Item.name == "web-1") == ["web-1"]
    assert found(estate, "name:*1", Item.name == "web-1") == ["web-1"]


def test_endless_queries_are_refused_before_they_are_read() -> None:
    with pytest.raises(QueryFault, match="more than 2000 characters"):
        parse_query("a " * 1001)
    with pytest.raises(QueryFault, match="more than 60 conditions"):
        parse_query("a " * 61)
    with pytest.raises(QueryFault, match="nested too deep"):
        parse_query("(" * 40 + "a" + ")" * 40)
    with pytest.raises(QueryFault, match="nested too deep"):
        parse_query("not " * 40 + "a")


def test_a_plain_text_is_no_query() -> None:
    assert is_plain_text("Printer 3rd floor")
    assert not is_plain_text("tier<2")
    assert not is_plain_text("printer or plotter")


def test_every_word_of_every_item_is_understood() -> None:
    assert set(COLUMNS) == set(WORDS)


@pytest.mark.parametrize("few", [clauses.FEW, 0])
def test_relations_are_asked_by_their_type_and_their_direction(
    estate: Register, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(clauses, "FEW", few)
    made = estate.relate(
        relation("web-1", "depends_on", "old"), relation("pc 7", "connects_to", "old")
    )
    assert found(estate, "relation:depends_on") == ["old", "web-1"]
    assert found(estate, "relation:depends_on,connects_to not name:old") == ["pc 7", "web-1"]
    assert found(estate, "relation:* class:laptop") == ["pc 7"]
    assert found(estate, "relation!=depends_on class:server") == ["hyper-1", "web-2"]
    # The arrow of a relation leads from what depends to what it depends on.
    assert found(estate, "relation>depends_on") == ["web-1"]
    assert found(estate, "relation<depends_on,connects_to") == ["old"]
    assert found(estate, "relation>* not relation<*") == ["pc 7", "web-1"]
    assert found(estate, "not relation>depends_on class:server") == ["hyper-1", "old", "web-2"]
    assert found(estate, "relation>depends_on", Item.name != "old") == []
    # A relation with something out of sight is none.
    assert found(estate, "relation:*", Item.name != "old") == []
    estate.later()
    estate.unrelate(made[0].relation_id or 0)
    assert found(estate, "relation:depends_on") == []
