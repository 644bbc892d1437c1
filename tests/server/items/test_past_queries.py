"""A list as of a moment in the query language: what it finds is what the query found then."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmdb.inventory.door import Inventory
from cmdb.observation import SeenParty
from cmdb.query.items import ItemFilter
from cmdb.query.language import QueryFault, bygone, clauses, recalling
from cmdb.records.identity import IdentityAct
from cmdb.vocabulary import AGENT, SNMP, PartyRole, SourceCode
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.paging import Page, PageRequest
from server.foundation.permissions import Actor, system_actor
from server.items.past.listing import items_as_of
from server.items.queries import list_items
from tests.cmdb.inventory.register import Register, relation, section
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
    *("relation<*", "class:server not relation>depends_on,runs_on"),
    *("owner:support", "not party~sam has:party", "port:443", "not port<100 class:server"),
    *("software~SSL", "not software:vim*", "ip:10.0.0.0/24", "not ip:10.0.0.0/16"),
    *("mac:02:00:00:00:00:01", "first_seen<2026-03-02T20:00"),
    "(vendor:hpe or os_version<12) and not (name:db* or stage:retired)",
    "(port:443 or owner:support) and (software:vim or ip:10.0.0.1 or tier:1)",
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
_MAC = "02:00:00:00:00:0"
#: (kind of list, who tells it, what it holds): each time the whole list.
_LIST = st.one_of(
    *(
        st.tuples(
            st.just(kind),
            st.sampled_from((AGENT, SNMP)),
            st.lists(st.sampled_from(members), unique=True, max_size=3),
        )
        for kind, members in {
            "parties": ("support", "sam", "approver"),
            "listeners": (22, 443, 8443),
            "software": ("openssl", "vim", "vim-tiny", "OpenSSL-libs"),
            "interfaces": ("10.0.0.1", "10.0.7.1", "2001:db8::1"),
        }.items()
    )
)
#: (which item, what is said of it): several at one moment.
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 2), st.lists(_EDIT, min_size=1, max_size=3).map(dict)),
        st.tuples(st.integers(0, 2), st.sampled_from(("server", "hypervisor", "laptop"))),
        st.tuples(st.integers(0, 2), st.sampled_from(("hall", "Hall 2", "attic"))),
        st.tuples(st.integers(0, 2), st.just("related")),
        st.tuples(st.integers(0, 2), _LIST),
        st.tuples(st.integers(0, 2), _LIST),
    ),
    min_size=2,
    max_size=7,
)


@pytest.fixture
def register(database: Database) -> Register:
    return Register(database)


def _answers_now(register: Register) -> dict[str, list[int]]:
    with register.database.reading() as session:
        return {
            query: _ids(list_items(session, _ANYBODY, _asked(query), _ALL)) for query in _QUERIES
        }


def _answers_then(register: Register, moment: datetime) -> dict[str, list[int]]:
    with register.database.reading() as session:
        return {
            query: _ids(items_as_of(session, _ANYBODY, _asked(query), _ALL, moment))
            for query in _QUERIES
        }


def _asked(query: str) -> ItemFilter:
    return ItemFilter(query=query)


def _ids(page: Page[Any]) -> list[int]:
    return [row.id for row in page.rows]


def _then(register: Register, moment: datetime, actor: Actor = _ANYBODY, **asked: str) -> list[int]:
    with register.database.reading() as session:
        return _ids(items_as_of(session, actor, ItemFilter(**asked), _ALL, moment))  # type: ignore[arg-type]  # texts alone are asked


def _carry_out(register: Register, known: dict[Any, int], step: tuple[int, Any], run: str) -> None:
    which, said = step
    key = f"{run}-{which}"
    if key not in known:
        known[key] = register.imported(key)
    if isinstance(said, dict):
        values = {name: value for name, value in said.items() if name != "name" or value}
        register.types(known[key], values)
    elif isinstance(said, tuple):
        lists(register, known[key], *said)
    elif said in {"server", "hypervisor", "laptop"}:
        register.imported(key, said)
    elif said == "related":
        _relate_or_part(register, known, key)
    else:
        place = known.setdefault("place", 0) or register.imported(f"{run} room", "room")
        known["place"] = place
        register.types(place, {"name": said}, class_code="room")
        register.types(known[key], {"location": place})


def lists(
    register: Register, item_id: int, kind: str, source: SourceCode, members: Sequence[Any]
) -> None:
    """Let a source tell one list of an item, all of it."""
    told: dict[str, Any] = {}
    if kind == "parties":
        roles = {
            "support": SeenParty(PartyRole.OWNER, group_id=register.support),
            "sam": SeenParty(PartyRole.SUPPORT, person_id=register.person),
            "approver": SeenParty(PartyRole.APPROVER, group_id=register.support),
        }
        told = {"parties": tuple(roles[one] for one in members)}
    else:
        told = {"sections": (section(kind, [_member(kind, one) for one in members]),)}
    register.record(register.says(source, f"of {item_id}", item_id=item_id, **told))


def _member(kind: str, what: Any) -> Any:
    if kind == "listeners":
        return {"protocol": "tcp", "address": "::", "port": what}
    if kind == "software":
        return ("deb", what, "1.0", "amd64")
    return {"name": what, "mac": _MAC + what[-1], "addresses": [{"address": what}]}


def _relate_or_part(register: Register, known: dict[Any, int], key: str) -> None:
    """Let an item depend on one of this run, or no longer do."""
    if "relation" in known:
        register.unrelate(known.pop("relation"))
        return
    other = known.get("other") or register.imported(f"{key} base", "hypervisor")
    known["other"] = other
    (made,) = register.relate(relation(known[key], "depends_on", other))
    known["relation"] = made.relation_id or 0


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=_STEPS)
def test_each_moment_is_answered_as_it_was_answered_then(
    register: Register, steps: list[tuple[int, Any]]
) -> None:
    """Brute force: the answers of each moment are written down, and asked for again at the end.

    Once reading the history of the few items that a query may mean, once that of all.
    """
    known: dict[Any, int] = {}
    run = f"r{register.now:%d%H%M}"
    answers: dict[datetime, dict[str, list[int]]] = {}
    for step in steps:
        # So rarely that nothing flaps.
        register.later(timedelta(hours=7))
        _carry_out(register, known, step, run)
        answers[register.now] = _answers_now(register)
    for few in (clauses.FEW, 0):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(recalling, "FEW", few)
            found = {moment: _answers_then(register, moment) for moment in answers}
        assert (few, found) == (few, answers)


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
        ("not source:agent", "source"),
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
        ("port>99999", "expected a whole number"),
        ("first_seen>soon", "expected an age"),
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


def test_what_flapped_then_is_not_guessed(estate: Register) -> None:
    for _ in range(6):
        for ports in ([443], [22, 443]):
            estate.later()
            lists(estate, 1, "listeners", AGENT, ports)
    flapped = estate.now - timedelta(hours=1)
    estate.later(timedelta(days=3))
    lists(estate, 1, "listeners", AGENT, [443])
    with pytest.raises(QueryFault, match="too often, or too much at once, on 1 items") as fault:
        _then(estate, flapped, query="name:* port:22")
    assert (fault.value.word, fault.value.at) == ("port", 7)
    # What did not flap is known; so is what nobody asks about.
    assert _then(estate, flapped, query="port:443") == [1]
    assert _then(estate, flapped, query="port<1000") == [1]
    assert _then(estate, flapped, query="name:db* port:22") == []
    assert _then(estate, estate.now, query="port:22") == []
    # Before it flapped, and since it was told of again, it is known again.
    estate.later()
    lists(estate, 1, "listeners", AGENT, [22, 443])
    assert _then(estate, flapped - timedelta(days=5), query="port:22,443") == []
    assert _then(estate, flapped - timedelta(hours=9), query="port:22") == [1]
    assert _then(estate, estate.now - timedelta(hours=1), query="port:22") == []


def test_a_port_that_loses_its_link_keeps_its_address(estate: Register) -> None:
    for up in (True, False) * 6:
        estate.later()
        row = {"name": "eth0", "up": up, "addresses": [{"address": "10.0.0.1"}]}
        told = (section("interfaces", [row]),)
        estate.record(estate.says(AGENT, "web", item_id=1, sections=told))
    assert _then(estate, estate.now - timedelta(hours=2), query="ip:10.0.0.1") == [1]


def test_hundreds_of_interfaces_that_changed_at_once_are_not_guessed(estate: Register) -> None:
    for third in (1, 2, 3):
        estate.later(timedelta(days=2))
        rows = [
            {"name": f"if{n}", "addresses": [{"address": f"10.0.{third}.{n}"}]} for n in range(201)
        ]
        told = (section("interfaces", rows),)
        estate.record(estate.says(AGENT, "web", item_id=1, sections=told))
    with pytest.raises(QueryFault, match="ip came and went too often"):
        _then(estate, estate.now - timedelta(days=1), query="ip:10.0.2.7")
    assert _then(estate, estate.now, query="ip:10.0.3.7") == [1]


def test_merging_and_parting_moves_lists_and_parties_as_they_were(estate: Register) -> None:
    """What each item had is asked of the moments before, between and after."""
    lists(estate, 1, "listeners", AGENT, [22])
    lists(estate, 2, "listeners", AGENT, [443])
    lists(estate, 2, "software", SNMP, ["vim"])
    lists(estate, 2, "parties", SNMP, ["support"])
    asked = ("port:22", "port:443", "software:vim", "owner:support", "first_seen<2026-03-01")
    answers = {}

    def note() -> None:
        with estate.database.reading() as session:
            answers[estate.now] = {
                query: _ids(list_items(session, _ANYBODY, _asked(query), _ALL)) for query in asked
            }

    note()
    estate.later()
    with estate.database.writing() as session:
        act_id = Inventory(session, estate.now).merge(1, 2).id
    note()
    estate.later()
    lists(estate, 1, "listeners", AGENT, [443, 8443])
    note()
    estate.later()
    with estate.database.writing() as session:
        act = session.get_one(IdentityAct, act_id)
        Inventory(session, estate.now).undo(act)
    estate.later()
    lists(estate, 2, "software", SNMP, [])
    lists(estate, 2, "parties", SNMP, [])
    note()
    parted = list(answers)[1:3]
    for moment, told in answers.items():
        for query, found in told.items():
            then = _then(estate, moment, query=query)
            # The second is seen again today; while it was the first one, it was not.
            assert [one for one in then if moment not in parted or one == 1] == found, query
