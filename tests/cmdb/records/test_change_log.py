"""The change log: a number for each step, what was before, and a sum that proves the rest."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.inventory.door import Inventory
from cmdb.observation import GroupMembership
from cmdb.records.parties import Organisation
from cmdb.records.past import GroupPast, ItemPast, RelationPast
from cmdb.records.relations import GraphChange, RedundancyGroup, current_sequence
from cmdb.records.summing import whole_checksum
from cmdb.vocabulary import REST, SourceCode
from server.demo.purging import purge_organisation
from server.foundation.database import Database
from tests.cmdb.inventory.register import Register, relation


def checksum(session: Session) -> int | None:
    newest = select(GraphChange.checksum).order_by(GraphChange.seq.desc()).limit(1)
    return session.scalar(newest)


def assert_sum_kept(register: Register) -> None:
    with register.database.reading() as session:
        assert checksum(session) == whole_checksum(session)


def change_at_random(register: Register, draw: random.Random, items: list[int]) -> None:
    act = draw.randrange(6)
    if act == 0:
        stage = draw.choice(["in_use", "maintenance", "planned", "retired"])
        register.types(draw.choice(items), {"stage": stage})
    elif act == 1:
        tier, name = draw.choice([0, 3]), f"srv-{draw.randrange(9)}"
        register.types(draw.choice(items), {"criticality": tier, "name": name})
    elif act == 2 and (live := register.live()):
        register.unrelate(*{draw.choice(live).id for _ in range(2)})
    else:
        start, end = draw.sample(items, 2)
        group = draw.choice([None, GroupMembership("g", threshold=draw.choice([1.0, 2.0]))])
        weight = draw.choice([1.0, 0.5])
        register.relate(relation(start, "depends_on", end, group, weight=weight))


def test_the_sum_of_the_log_is_the_sum_of_the_rows_after_each_change(register: Register) -> None:
    draw = random.Random(5)
    items = [register.imported(f"srv{number}") for number in range(5)]
    assert_sum_kept(register)
    for _ in range(25):
        change_at_random(register, draw, items)
        assert_sum_kept(register)


def test_an_upgraded_log_gets_its_sum_with_the_next_change(register: Register) -> None:
    register.imported("srv")
    with register.database.writing() as session:
        session.query(GraphChange).update({"checksum": None})
    register.imported("other")
    assert_sum_kept(register)


def test_a_purge_takes_what_it_deletes_out_of_the_sum(register: Register) -> None:
    stays = register.imported("stays")
    goes = register.item_of(register.says(REST, "goes", {}, organisation_id=register.sales))
    group = GroupMembership("power", threshold=1)
    register.relate(relation(stays, "depends_on", goes), relation(goes, "depends_on", stays, group))
    with register.database.writing() as session:
        code = session.get_one(Organisation, register.sales).code
        assert purge_organisation(session, code) == 1
    assert register.live() == []
    assert_sum_kept(register)


def test_what_an_item_was_is_kept_with_the_sequences_it_was_so(register: Register) -> None:
    item = register.imported("srv")
    register.types(item, {"stage": "maintenance"})
    register.types(item, {"stage": "retired", "criticality": 1})
    born, first, second = (seq for seq, _, row in register.log() if row == item)
    past = [(p.stage, p.criticality, p.valid_from, p.valid_to) for p in register.rows(ItemPast)]
    assert born < first < second
    assert past == [("in_use", None, 0, first), ("maintenance", None, first, second)]


def test_what_changes_nothing_in_the_graph_keeps_no_past(register: Register) -> None:
    item = register.imported("srv")
    register.types(item, {"description": "web"})
    assert register.rows(ItemPast) == []


def test_earlier_terms_of_relations_and_groups_are_kept(register: Register) -> None:
    app, db = register.imported("app"), register.imported("db")
    register.relate(relation(app, "depends_on", db, GroupMembership("g", threshold=1)))
    (group,) = register.rows(RedundancyGroup)
    register.relate(relation(app, "depends_on", db, GroupMembership("g", threshold=2)))
    register.relate(relation(app, "depends_on", db, weight=0.5))
    (terms,) = register.rows(GroupPast)
    assert (terms.group_id, terms.threshold) == (group.id, 1)
    assert (terms.valid_from, terms.valid_to) == (group.valid_from, group.valid_from + 2)
    (kept,) = register.rows(RelationPast)
    assert (kept.group_id, kept.weight) == (group.id, 1)
    (live,) = register.live()
    assert kept.valid_from == live.valid_from < kept.valid_to


class TwoWriters:
    """The second one begins while the first has its number and has not committed."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.items = (register.imported("a"), register.imported("b"))
        self.numbered, self.go_on = threading.Event(), threading.Event()

    def first(self) -> None:
        with self._database() as database, database.writing() as session:
            self._relate(session, *self.items)
            self.numbered.set()
            assert self.go_on.wait(20)

    def second(self) -> None:
        assert self.numbered.wait(20)
        threading.Timer(0.3, self.go_on.set).start()
        with self._database() as database, database.writing() as session:
            self._relate(session, *reversed(self.items))

    @contextmanager
    def _database(self) -> Iterator[Database]:
        """Give each writer connections of its own, as another process has them."""
        own = Database(self.register.database.url.render_as_string(hide_password=False))
        try:
            yield own
        finally:
            own.dispose()

    def _relate(self, session: Session, start: int, end: int) -> None:
        door = Inventory(session, self.register.now)
        door.relate([relation(start, "depends_on", end)], SourceCode(REST), self.register.root)


def test_numbers_never_become_visible_out_of_order(register: Register) -> None:
    """A late commit must not hide behind a number that a reader has already passed."""
    gaps: set[int] = set()
    two = TwoWriters(register)
    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(two.first), pool.submit(two.second)]
        while not all(writer.done() for writer in writers):
            with register.database.reading() as session:
                newest = current_sequence(session)
                until = select(GraphChange.seq).where(GraphChange.seq <= newest)
                gaps.add(newest - len(session.scalars(until).all()))
        assert [writer.result() for writer in writers] == [None, None]
    assert gaps == {0}
    assert [seq for seq, _, _ in register.log()] == list(range(1, 5))
    assert_sum_kept(register)
