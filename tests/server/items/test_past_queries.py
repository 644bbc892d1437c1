"""A list as of a moment in the query language: what it finds is what the query found then."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmdb.query.items import ItemFilter
from cmdb.query.language import QueryFault, bygone, clauses, recalling
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.paging import PageRequest
from server.foundation.permissions import Actor, system_actor
from server.items.past.listing import items_as_of
from server.items.queries import list_items
from tests.cmdb.inventory.register import Register, relation
from tests.server.items.rest import Callers, refused
from tests.support.people import World

_ALL = PageRequest("id", "", 500)
_ANYBODY = system_actor("tests")

#: Every operator and every kind of value that has a past.
_QUERIES = (
    *("class:server", "not class:computer", "class!=hypervisor"),
    *("tier<2", "not tier:1", "has:tier"),
    *("name:web*", "name~B", "name:*1", 'name:"web-1"', "name>m", "name!=db*"),
    *("stage:retired", "not stage:in_use,planned", "has:stage", "id:1,3"),
    *("vendor:hpe", "vendor~e", "vendor!=dell*", "not has:vendor", "serial:b5r", "model:dl*"),
    *("environment:production", "has:environment or tier:1", "not env:test vendor:hpe"),
    *("os_version<12", "os.version>=10.2", "has:os_version", "os_version:9*"),
    *("memory_bytes>=16GiB", "memory_bytes!=64GiB", "label:green", "label~re"),
    *("has:label,vendor", "warranty_end<2026-03-01", "organisation:example"),
    *("location:hall", "not location:hall*", "has:location", "location~a class:server"),
    *("relation:*", "class:server relation!=depends_on", "not relation:depends_on has:vendor"),
    "(vendor:hpe or os_version<12) and not (name:db* or stage:retired)",
)

_VALUES: Mapping[str, tuple[Any, ...]] = {
    "name": ("web-1", "WEB-2", "db", "Ärger b1"),
    "vendor": ("HPE", "Dell Inc.", "hpe"),
    "serial": ("B5R", "b5r"),
    "model": ("DL380", "R7"),
    "environment": ("production", "test"),
    "criticality": (0, 1, 3),
    "stage": ("in_use", "retired", "planned"),
    "os_version": ("9.13", "12.5", "10.2"),
    "memory_bytes": ("8 GiB", "64 GiB"),
    "label": (["blue", "green"], ["red"]),
    "warranty_end": ("2026-02-10", "2027-01-01"),
}
_EDIT = st.sampled_from(sorted(_VALUES)).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from((None, *_VALUES[name])))
)
#: (which item, what is said of it): several at one moment.
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 2), st.lists(_EDIT, min_size=1, max_size=3).map(dict)),
        st.tuples(st.integers(0, 2), st.sampled_from(("server", "hypervisor", "laptop"))),
        st.tuples(st.integers(0, 2), st.sampled_from(("hall", "Hall 2", "attic"))),
        st.tuples(st.integers(0, 2), st.just("related")),
    ),
    min_size=2,
    max_size=7,
)


@pytest.fixture
def register(database: Database) -> Register:
    return Register(database)


def _now(register: Register, query: str) -> list[int]:
    with register.database.reading() as session:
        page = list_items(session, _ANYBODY, ItemFilter(query=query), _ALL)
        return [row.id for row in page.rows]


def _then(register: Register, moment: datetime, actor: Actor = _ANYBODY, **asked: str) -> list[int]:
    with register.database.reading() as session:
        page = items_as_of(session, actor, ItemFilter(**asked), _ALL, moment)  # type: ignore[arg-type]  # texts alone are asked
        return [row.id for row in page.rows]


def _carry_out(register: Register, known: dict[Any, int], step: tuple[int, Any], run: str) -> None:
    which, said = step
    key = f"{run}-{which}"
    if key not in known:
        known[key] = register.imported(key)
    if isinstance(said, dict):
        values = {name: value for name, value in said.items() if name != "name" or value}
        register.types(known[key], values)
    elif said in {"server", "hypervisor", "laptop"}:
        register.imported(key, said)
    elif said == "related":
        _relate_or_part(register, known, key)
    else:
        place = known.setdefault("place", 0) or register.imported(f"{run} room", "room")
        known["place"] = place
        register.types(place, {"name": said}, class_code="room")
        register.types(known[key], {"location": place})


def _relate_or_part(register: Register, known: dict[Any, int], key: str) -> None:
    """Let an item depend on one of this run, or no longer do."""
    if "relation" in known:
        register.unrelate(known.pop("relation"))
        return
    other = known.get("other") or register.imported(f"{key} base", "hypervisor")
    known["other"] = other
    (made,) = register.relate(relation(known[key], "depends_on", other))
    known["relation"] = made.relation_id or 0


@pytest.mark.parametrize("few", [clauses.FEW, 0])
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=_STEPS)
def test_each_moment_is_answered_as_it_was_answered_then(
    register: Register, few: int, steps: list[tuple[int, Any]]
) -> None:
    """Brute force: the answers of each moment are written down, and asked for again at the end."""
    known: dict[Any, int] = {}
    run = f"r{register.now:%d%H%M}"
    answers: dict[datetime, dict[str, list[int]]] = {}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(recalling, "FEW", few)
        for step in steps:
            register.later()
            _carry_out(register, known, step, run)
            answers[register.now] = {query: _now(register, query) for query in _QUERIES}
        for moment, told in answers.items():
            assert {query: _then(register, moment, query=query) for query in _QUERIES} == told


@pytest.fixture
def estate(register: Register) -> Register:
    """Two machines; everything about the first changes on the second day."""
    web = register.imported("web-1", vendor="HPE", os_version="9.13", serial="B5R")
    register.imported("db-1", vendor="Dell Inc.", os_version="12.5")
    register.later(timedelta(days=1))
    register.types(web, {"name": "www", "vendor": "Dell Inc.", "os_version": "12.5", "tier": 1})
    register.later(timedelta(days=1))
    return register


def test_a_query_stands_beside_the_other_filters(estate: Register) -> None:
    then = estate.now - timedelta(days=2)
    assert _then(estate, then, query="vendor:hpe") == [1]
    assert _then(estate, then, query="vendor:hpe", text="web") == [1]
    assert _then(estate, then, query="vendor:hpe", text="www") == []
    assert _then(estate, then, query="os_version<12", class_code="laptop") == []
    assert _then(estate, estate.now, query="vendor:hpe") == []


def test_pages_follow_each_other(estate: Register) -> None:
    then = estate.now - timedelta(days=2)
    asked = ItemFilter(query="has:vendor")
    with estate.database.reading() as session:
        first = items_as_of(session, _ANYBODY, asked, PageRequest("id", "", 1), then)
        again = PageRequest("id", first.next_cursor or "", 1)
        second = items_as_of(session, _ANYBODY, asked, again, then)
    assert [row.name for row in (*first.rows, *second.rows)] == ["web-1", "db-1"]
    assert second.next_cursor is None


def test_what_has_no_past_is_refused_by_its_name(estate: Register) -> None:
    for query, word in (
        ("class:server seen<7d", "seen"),
        ("not owner:support", "owner"),
        ("has:owner", "owner"),
        ("ip:10.0.0.1", "ip"),
        ("software:openssl", "software"),
        ("updated<7d", "updated"),
        ("class:server and web", "web"),
    ):
        with pytest.raises(QueryFault) as fault:
            _then(estate, estate.now, query=query)
        assert fault.value.word == word, query
        assert "has no past" in fault.value.why


def test_what_cannot_be_understood_is_refused_as_ever(estate: Register) -> None:
    for query, why in (
        ("class:servr", "there is no such class"),
        ("os.versin<12", "nothing is called that"),
        ("tier:9", "expected a whole number"),
        ("location<hall", "location cannot be asked with <"),
        ("memory_bytes>much", "expected a"),
        ("(name:web", "its closing parenthesis is missing"),
    ):
        with pytest.raises(QueryFault, match=why.replace("(", r"\(")):
            _then(estate, estate.now, query=query)


def test_too_long_a_past_is_refused_unless_few_items_are_meant(
    estate: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = estate.now - timedelta(days=2)
    monkeypatch.setattr(bygone, "MOST_DIFFERENCES", 2)
    monkeypatch.setattr(recalling, "FEW", 1)
    with pytest.raises(QueryFault, match="more than 2 differences"):
        _then(estate, then, query="vendor:hpe")
    assert _then(estate, then, query="name:db* os_version>10") == [2]
    assert _then(estate, estate.now, query="os_version>10") == [1, 2]


def test_a_past_list_tells_nothing_out_of_sight(callers: Callers, world: World) -> None:
    here = callers.admin.create("web-1", vendor="HPE")
    there = callers.admin.create("web-2", vendor="HPE", organisation_id=world.sales.id)
    asked = {"as_of": utc_now().isoformat(), "query": "vendor:hpe"}
    callers.admin.patch(f"/items/{here}", {"values": {"vendor": "Dell Inc."}})
    assert [row["id"] for row in callers.outsider.get("/items", **asked)["rows"]] == [there]
    assert [row["id"] for row in callers.admin.get("/items", **asked)["rows"]] == [here, there]
    wrong = callers.admin.send("GET", "/items", query_string=asked | {"query": "seen:7d"})
    assert "query" in refused(wrong, 422)
