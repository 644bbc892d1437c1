"""The tail of the change log, replayed: the same graph as one that is read anew, at any time."""

import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemId
from cmdb.errors import HistoryNotKept
from cmdb.inventory.door import Inventory
from cmdb.model import shipped_model
from cmdb.observation import GroupMembership
from cmdb.records.forgetting import forget_changes, forget_terms
from cmdb.records.items import Item
from cmdb.records.parties import Organisation
from cmdb.records.relations import GraphChange, Relation, current_sequence
from cmdb.snapshot.live import LiveGraphs, Snapshot
from cmdb.snapshot.snapshot import read_past, read_snapshot
from cmdb.vocabulary import REST, SourceCode
from server.demo.purging import purge_organisation
from tests.cmdb.inventory.register import HOUR, Register, relation

ITEMS = 6
STAGES = st.sampled_from(["in_use", "maintenance", "planned", "retired"])
PLACES = st.integers(0, ITEMS - 1)
GROUPS = st.none() | st.builds(
    GroupMembership,
    st.sampled_from(["power", "uplink"]),
    st.sampled_from(["at_least", "percent", "capacity"]),
    st.sampled_from([0.0, 1.0, 2.0, 50.0]),
    st.sampled_from([0.0, 1.0, 3.0]),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("stage"), PLACES, STAGES),
        st.tuples(st.just("name"), PLACES, st.sampled_from(["Büro", "web", "db"])),
        st.tuples(st.just("new"), STAGES),
        st.tuples(st.just("end"), st.integers(0, 50), st.integers(0, 3)),
        st.tuples(
            st.just("relate"),
            PLACES,
            PLACES,
            GROUPS,
            st.sampled_from([1.0, 0.5]),
            st.sampled_from(["depends_on", "member_of", "calls"]),
            st.sampled_from(["rest", "derived"]),
        ),
    ),
    min_size=1,
    max_size=8,
)


def take(register: Register, items: list[int], step: tuple[Any, ...]) -> None:
    match step:
        case ("stage", place, stage):
            register.types(items[place], {"stage": stage})
        case ("name", place, name):
            register.types(items[place], {"name": name, "criticality": len(name) % 3})
        case ("new", stage):
            items.append(register.imported(f"new{len(items)}-{items[-1]}", stage=stage))
        case ("end", first, more):
            live = [row.id for row in register.live()]
            if live:
                register.unrelate(*live[first % len(live) :][: more + 1])
        case ("relate", start, end, group, weight, verb, source):
            seen = relation(items[start], verb, items[end], group, weight=weight)
            register.relate(seen, source=source)


def picture(snapshot: Snapshot) -> tuple[Any, ...]:
    """All that a snapshot holds and answers, comparable whatever the order of its arrays."""
    graph = snapshot.engine.to_listed()
    answers = []
    for item in graph.items:
        report = snapshot.engine.impact([item])
        rows = [report.affected_item(ItemId(one)) for one in report.ids.tolist()]
        answers.append((rows, snapshot.engine.suppliers(item).ids.tolist()))
    blasts = snapshot.engine.blast_radius().as_mapping()
    return (
        graph.items,
        sorted(map(repr, graph.dependencies)),
        sorted(map(repr, graph.groups)),
        answers,
        blasts,
        snapshot.named(graph.items),
    )


def sum_of(session: Session, snapshot: Snapshot) -> int:
    return read_past(session, shipped_model(), snapshot.sequence).checksum


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_a_replayed_graph_is_the_one_that_is_read_anew_now_and_as_of_then(
    register: Register, steps: list[tuple[Any, ...]]
) -> None:
    graphs, seen = LiveGraphs(), {}
    marker = len(register.log())
    items = [register.imported(f"srv{number}-{marker}") for number in range(ITEMS)]
    with register.database.reading() as session:
        graphs.at(session)
    for step in steps:
        take(register, items, step)
        with register.database.reading() as session:
            live = graphs.at(session)
            seen[live.sequence] = picture(live)
            anew = read_snapshot(session, shipped_model(), live.sequence)
            assert seen[live.sequence] == picture(anew)
            assert live.checksum % 2**64 == anew.checksum % 2**64
    with register.database.reading() as session:
        for sequence, then in seen.items():
            assert picture(LiveGraphs().as_of(session, sequence)) == then


def pair(register: Register) -> tuple[int, int]:
    a, b = register.imported("a"), register.imported("b")
    register.relate(relation(b, "depends_on", a))
    return a, b


def test_a_sleeper_catches_up_with_a_long_tail(register: Register) -> None:
    a, b = pair(register)
    graphs = LiveGraphs()
    with register.database.reading() as session:
        graphs.at(session)
    register.record(
        *(register.says(REST, f"leaf{number}", {"name": f"leaf{number}"}) for number in range(1500))
    )
    register.relate(*(relation(f"leaf{number}", "depends_on", b) for number in range(1500)))
    with register.database.reading() as session:
        assert len(graphs.at(session).engine.impact([ItemId(a)])) == 1502


def test_a_graph_that_the_kept_sum_belies_is_built_anew_and_said(
    register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    a, b = pair(register)
    graphs = LiveGraphs()
    with register.database.reading() as session:
        graphs.at(session)
    with register.database.writing() as session:
        # Somebody writes beside the log, and the sum that it keeps is another one.
        session.execute(update(Relation).values(weight=0.5))
        session.execute(update(GraphChange).values(checksum=GraphChange.checksum + 1))
    register.imported("c")
    with caplog.at_level(logging.WARNING), register.database.reading() as session:
        found = graphs.at(session)
        assert found.engine.impact([ItemId(a)]).state(ItemId(b)).text == "degraded"
    assert "built anew" in caplog.text
    caplog.clear()
    register.imported("d")
    with caplog.at_level(logging.WARNING), register.database.reading() as session:
        graphs.at(session)
    assert caplog.text == ""


def test_what_was_purged_is_gone_from_the_graph(register: Register) -> None:
    a, b = pair(register)
    away = register.item_of(register.says(REST, "away", {}, organisation_id=register.sales))
    register.relate(relation(away, "depends_on", b))
    graphs = LiveGraphs()
    with register.database.reading() as session:
        assert away in graphs.at(session).engine.impact([ItemId(a)]).ids.tolist()
    with register.database.writing() as session:
        purge_organisation(session, session.get_one(Organisation, register.sales).code)
    with register.database.reading() as session:
        assert graphs.at(session).engine.impact([ItemId(a)]).ids.tolist() == [a, b]


def test_a_draft_grows_with_its_transaction_and_leaves_nothing_behind(register: Register) -> None:
    a, b = pair(register)
    graphs = LiveGraphs()
    with register.database.reading() as session:
        before = picture(graphs.at(session))

    class Abandoned(Exception):
        pass

    def abandon() -> None:
        with register.database.writing() as session:
            door = Inventory(session, register.now)
            for number in range(3):
                (made,) = door.record_many([register.says(REST, f"draft{number}", {})])
                link = relation(made.item_id or 0, "depends_on", b)
                door.relate([link], SourceCode(REST), register.root)
                assert len(graphs.at(session).engine.impact([ItemId(a)])) == 3 + number
            raise Abandoned

    with pytest.raises(Abandoned):
        abandon()
    register.imported("other")
    with register.database.reading() as session:
        found = graphs.at(session)
        assert found.checksum % 2**64 == sum_of(session, found) % 2**64
        assert picture(found)[1:3] == before[1:3]


def test_a_reader_that_began_earlier_keeps_its_own_view(register: Register) -> None:
    a, b = pair(register)
    graphs = LiveGraphs()
    with register.database.reading() as old:
        assert old.get(Item, a) is not None
        then = current_sequence(old)
        register.unrelate(register.live()[0].id)
        with register.database.reading() as session:
            assert graphs.at(session).engine.impact([ItemId(a)]).ids.tolist() == [a]
        sees = graphs.at(old)
        assert sees.sequence == current_sequence(old)
        if sees.sequence == then:
            assert sees.engine.impact([ItemId(a)]).ids.tolist() == [a, b]


# As of


def test_the_past_is_asked_for_by_its_moment(register: Register) -> None:
    a, b = pair(register)
    then = register.now
    register.later()
    register.types(b, {"stage": "retired", "name": "gone"})
    register.later()
    c = register.imported("c")
    graphs = LiveGraphs()
    with register.database.reading() as session:
        past = graphs.as_of(session, then)
        assert past.engine.impact([ItemId(a)]).ids.tolist() == [a, b]
        assert past.named([b]).name == ["b"]
        assert c not in past.ids.tolist()
        assert graphs.as_of(session, then + HOUR).engine.impact([ItemId(a)]).ids.tolist() == [a]
        assert graphs.as_of(session, register.now + HOUR) is graphs.at(session)
        assert graphs.as_of(session, then - HOUR).ids.tolist() == []


def test_before_the_horizon_the_date_of_the_first_kept_change_is_told(register: Register) -> None:
    pair(register)
    then = register.now
    register.later()
    register.imported("c")
    kept_since = register.now
    with register.database.writing() as session:
        session.execute(text("DELETE FROM graph_change WHERE seq < 4"))
    with register.database.reading() as session:
        assert session.query(GraphChange).count() == 1
        for when in (then, 2):
            with pytest.raises(HistoryNotKept) as refused:
                LiveGraphs().as_of(session, when)
            assert refused.value.since == kept_since
        assert len(LiveGraphs().as_of(session, 3).ids) == 2


def test_what_is_let_go_is_refused_and_every_later_moment_is_answered_as_before(
    register: Register,
) -> None:
    a, b = pair(register)
    sleeper = LiveGraphs()
    with register.database.reading() as session:
        sleeper.at(session)
    for name in ("old", "older", "kept", "newest"):
        register.later()
        register.types(b, {"name": name})
        register.relate(relation(b, "depends_on", a, weight=0.5 + len(name) / 100))
    with register.database.reading() as session:
        first, last = 1, current_sequence(session)
        then = {at: picture(LiveGraphs().as_of(session, at)) for at in range(first, last + 1)}
        kept_since = session.scalars(
            select(GraphChange.at).where(GraphChange.seq == last - 3)
        ).one()
    with register.database.writing() as session:
        assert forget_terms(session, 100) == 0
        assert forget_changes(session, kept_since, at_most=2) == 2
        assert forget_changes(session, kept_since, at_most=100) == last - 4 - 2
        assert forget_changes(session, kept_since, at_most=100) == 0
        assert forget_terms(session, 100) > 0
    with register.database.reading() as session:
        for at in range(first, last - 4):
            with pytest.raises(HistoryNotKept):
                LiveGraphs().as_of(session, at)
        for at in range(last - 4, last + 1):
            assert picture(LiveGraphs().as_of(session, at)) == then[at]
        # Who slept through what was let go reads anew, and is right.
        assert picture(sleeper.at(session)) == then[last]
    with register.database.writing() as session:
        # Even with everything let go the numbers go on.
        forget_changes(session, register.now + HOUR, at_most=100)
    register.imported("after")
    with register.database.reading() as session:
        assert current_sequence(session) == last + 1
        found = sleeper.at(session)
        assert found.checksum % 2**64 == sum_of(session, found) % 2**64
