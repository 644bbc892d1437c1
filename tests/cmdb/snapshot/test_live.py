"""The graph that answers are computed on: true after every change, and nobody sees a draft."""

import random
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from cmdb.engine.graph import Dependency, ItemId, ListedGraph
from cmdb.engine.graph import RedundancyGroup as Group
from cmdb.engine.impact.reference import ReferenceEngine
from cmdb.engine.impact.values import State
from cmdb.inventory.door import Inventory
from cmdb.model import RelationType, shipped_model
from cmdb.observation import GroupMembership
from cmdb.records.items import Item
from cmdb.records.relations import RedundancyGroup, Relation
from cmdb.snapshot.live import LIVE, LiveGraphs
from cmdb.vocabulary import REST, SourceCode
from tests.cmdb.inventory.register import Register, relation

STAGES = ("in_use", "in_use", "maintenance", "planned", "retired")


def states(register: Register, failed: int, graphs: LiveGraphs = LIVE) -> dict[int, str]:
    """State by item, of everything that is not up when ``failed`` fails."""
    with register.database.reading() as session:
        report = graphs.at(session).engine.impact([ItemId(failed)])
    return {item: report.state(ItemId(item)).text for item in report.ids.tolist()}


def plainly_read(session: Session) -> ListedGraph:
    """The graph as the rules say it, row by row: the oracle."""
    kinds: dict[str, RelationType] = {k.code: k for k in shipped_model().relation_types}
    used = select(Item.id).where(Item.stage.in_(["in_use", "maintenance"]))
    rows = session.scalars(select(Relation).where(Relation.valid_to.is_(None))).all()
    groups = session.scalars(
        select(RedundancyGroup).where(RedundancyGroup.valid_to.is_(None))
    ).all()
    dependencies = []
    members: dict[int, list[tuple[ItemId, float, int]]] = {group.id: [] for group in groups}
    for row in rows:
        kind = kinds[row.type_code]
        ends = [ItemId(row.start_id), ItemId(row.end_id)]
        provider, dependant = ends if kind.provider == "start" else ends[::-1]
        if kind.provider is None:
            continue
        if row.group_id is not None:
            members[row.group_id].append((provider, row.capacity, row.id))
        else:
            strength = "soft" if row.weight < 1 else kind.strength
            dependencies.append(Dependency(provider, dependant, strength, row.weight, row.id))
    return ListedGraph.of(
        dependencies,
        [
            Group(g.id, ItemId(g.dependant_id), g.rule, g.threshold, tuple(members[g.id]), g.name)  # type: ignore[arg-type]  # a rule's word
            for g in groups
        ],
        [ItemId(item_id) for item_id in session.scalars(used)],
    )


def assert_true(register: Register) -> None:
    with register.database.reading() as session:
        live = LIVE.at(session).engine
        used = select(Item.id).where(Item.stage.in_(["in_use", "maintenance"]))
        servers = session.scalars(used.where(Item.class_code == "server").order_by(Item.id)).all()
        assert LIVE.at(session).of_classes(["server"]).tolist() == servers
        assert LIVE.at(session).of_classes(["no_such_class"]).tolist() == []
        plain = ReferenceEngine(plainly_read(session))
        for item_id in session.scalars(used):
            expected = plain.impact([ItemId(item_id)])
            found = live.impact([ItemId(item_id)])
            assert found.ids.tolist() == expected.ids.tolist()
            assert found.states.tolist() == expected.states.tolist()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_graph_is_true_after_each_change(register: Register, seed: int) -> None:
    draw = random.Random(seed)
    items = [register.imported(f"srv{number}") for number in range(7)]
    assert_true(register)
    for _ in range(12):
        act = draw.randrange(5)
        if act == 0:
            register.types(draw.choice(items), {"stage": draw.choice(STAGES)})
        elif act == 1 and (live := register.live()):
            register.unrelate(draw.choice(live).id)
        else:
            start, end = draw.sample(items, 2)
            threshold = draw.choice([1.0, 2.0])
            group = draw.choice([None, GroupMembership("g", threshold=threshold)])
            verb = draw.choice(["depends_on", "member_of", "connects_to"])
            group = None if verb == "connects_to" else group
            weight = draw.choice([1.0, 0.5])
            seen = relation(start, verb, end, group, weight=weight)
            register.relate(seen)
        assert_true(register)


def chain(register: Register, length: int = 3) -> list[int]:
    """``a <- b <- c``: each needs the one before it."""
    items = [register.imported(f"srv{number}") for number in range(length)]
    register.relate(*(relation(b, "depends_on", a) for a, b in pairwise(items)))
    return items


def test_a_failure_reaches_whatever_needs_it(register: Register) -> None:
    a, b, c = chain(register)
    assert states(register, a) == {a: "down", b: "down", c: "down"}
    assert states(register, b) == {b: "down", c: "down"}


def test_a_graph_is_read_once_and_again_only_when_the_log_has_moved(register: Register) -> None:
    a, b, _ = chain(register)
    graphs = LiveGraphs()
    states(register, a, graphs)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        if "redundancy_group" in sql:
            statements.append(sql)

    event.listen(register.database.engine, "before_cursor_execute", note)
    states(register, a, graphs)
    register.types(a, {"description": "changes no graph"})
    states(register, b, graphs)
    assert statements == []
    register.types(a, {"stage": "retired"})
    states(register, b, graphs)
    assert len(statements) == 1


def test_what_a_transaction_has_changed_is_seen_by_itself_alone(register: Register) -> None:
    a, b, c = chain(register)
    stranger = register.imported("stranger")
    with register.database.writing() as session:
        Inventory(session, register.now).relate(
            [relation(stranger, "depends_on", c)], SourceCode(REST), register.root
        )
        mine = LIVE.at(session)
        assert stranger in mine.engine.impact([ItemId(a)]).ids.tolist()
        assert stranger not in states(register, a)
    assert states(register, a).keys() == {a, b, c, stranger}


def test_a_rolled_back_graph_is_never_seen(register: Register) -> None:
    a, b, c = chain(register)
    before = states(register, a)

    class Abandoned(Exception):
        pass

    def abandon() -> None:
        with register.database.writing() as session:
            door = Inventory(session, register.now)
            door.unrelate([row.id for row in register.live()], SourceCode("person"))
            assert LIVE.at(session).engine.impact([ItemId(a)]).ids.tolist() == [a]
            raise Abandoned

    with pytest.raises(Abandoned):
        abandon()
    assert states(register, a) == before == {a: "down", b: "down", c: "down"}
    # The number that was given back is given again, to something else.
    register.relate(relation(a, "connects_to", b))
    assert states(register, a) == before


def test_two_databases_never_answer_for_each_other(register: Register) -> None:
    a, *_ = chain(register)
    other = LiveGraphs()
    with register.database.reading() as session:
        first = other.at(session)
        assert other.at(session) is first
    with register.database.writing() as session:
        # A writer that has changed nothing shares the readers' graph.
        assert other.at(session) is first
    assert states(register, a, LiveGraphs()) == states(register, a, other)


def test_many_readers_beside_a_writer_see_whole_graphs(register: Register) -> None:
    items = chain(register, 6)

    def ask(_: int) -> set[str]:
        found = states(register, items[0])
        assert len(found) in range(6, 12)
        return set(found.values())

    def grow(number: int) -> None:
        new = register.imported(f"leaf{number}")
        register.relate(relation(new, "depends_on", items[-1]))

    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(ask, n) for n in range(12)]
        for number in range(5):
            grow(number)
        assert all(answer.result() == {"down"} for answer in answers)
    assert_true(register)


# How a relation carries


def graded(found: dict[int, str], items: Iterable[int]) -> list[str]:
    return [found.get(item, State.UP.text) for item in items]


def test_retired_and_planned_items_take_no_part(register: Register) -> None:
    a, b, c = chain(register)
    register.types(b, {"stage": "retired"})
    assert states(register, a) == {a: "down"}
    register.types(b, {"stage": "maintenance"})
    assert graded(states(register, a), (b, c)) == ["down", "down"]


def test_whoever_leans_on_something_only_in_part_does_not_fall_with_it(register: Register) -> None:
    app, db = register.imported("app"), register.imported("db")
    register.relate(relation(app, "calls", db, weight=0.5), source="derived")
    assert states(register, db)[app] == "degraded"
    register.relate(relation(app, "calls", db), source="person")
    assert states(register, db)[app] == "down"


def test_a_group_stands_against_what_was_merely_derived_between_the_same_two(
    register: Register,
) -> None:
    app = register.imported("app")
    replicas = [register.imported(f"db{number}") for number in (1, 2)]
    register.relate(*(relation(app, "calls", db, weight=0.5) for db in replicas), source="derived")
    assert states(register, replicas[0])[app] == "degraded"
    register.relate(*(relation(app, "calls", db, GroupMembership("db")) for db in replicas))
    assert states(register, replicas[0])[app] == "at_risk"


def test_the_type_says_which_end_the_other_one_lives_from(register: Register) -> None:
    host, guest = (
        register.imported("host", "hypervisor"),
        register.imported("vm", "virtual_machine"),
    )
    room = register.imported("room", "room")
    register.relate(relation(guest, "runs_on", host), relation(room, "contains", host))
    register.relate(relation(guest, "hosted_on", host), relation(host, "connects_to", guest))
    assert graded(states(register, room), (host, guest)) == ["down", "down"]
    assert graded(states(register, guest), (host, room)) == ["up", "up"]
