"""The snapshot file: shared by all processes of a host, and never believed without proof."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, event, text, update
from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemId
from cmdb.observation import GroupMembership
from cmdb.records.items import Item
from cmdb.records.past import ItemPast
from cmdb.records.relations import GraphChange
from cmdb.snapshot.live import LiveGraphs, Snapshot
from cmdb.snapshot.shelf import Upkeep
from cmdb.snapshot.storing import FORMAT, Unusable, attach, sequence_of
from server.foundation.database import Database
from tests.cmdb.inventory.register import Register, relation
from tests.cmdb.snapshot.test_replaying import picture


@pytest.fixture
def graphs(register: Register, tmp_path: Path) -> LiveGraphs:
    found = LiveGraphs()
    found.keep_in(tmp_path, register.database.engine)
    return found


def estate(register: Register) -> list[int]:
    items = [register.imported(f"srv{number}") for number in range(6)]
    a, b, c, d, e, f = items
    power = GroupMembership("power", threshold=1)
    register.relate(
        relation(c, "depends_on", a, power),
        relation(c, "depends_on", b, power),
        relation(d, "depends_on", c),
        relation(e, "depends_on", d, weight=0.5),
    )
    register.types(f, {"stage": "planned"})
    return items


def see(register: Register, graphs: LiveGraphs) -> Snapshot:
    with register.database.reading() as session:
        return graphs.at(session)


def file_of(folder: Path) -> Path:
    (path,) = folder.glob("*.snapshot")
    return path


def fresh(register: Register, folder: Path, upkeep: Upkeep | None = None) -> LiveGraphs:
    """What a process that starts now would hold."""
    found = LiveGraphs(upkeep)
    found.keep_in(folder, register.database.engine)
    return found


@pytest.fixture
def reads(register: Register) -> Iterator[list[str]]:
    """Whole tables of relations that were read."""

    found: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        if "relation.weight" in sql and "json_each" not in sql and "ANY" not in sql:
            found.append(sql)

    event.listen(register.database.engine, "before_cursor_execute", note)
    yield found
    event.remove(register.database.engine, "before_cursor_execute", note)


def test_the_next_process_maps_the_file_and_reads_no_table(
    register: Register, graphs: LiveGraphs, tmp_path: Path, reads: list[str]
) -> None:
    estate(register)
    first = see(register, graphs)
    assert len(reads) == 1
    second = see(register, fresh(register, tmp_path))
    assert len(reads) == 1
    assert picture(second) == picture(first)


def test_a_mapped_graph_is_kept_up_to_date_and_the_file_stays_as_it_is(
    register: Register, graphs: LiveGraphs, tmp_path: Path, reads: list[str]
) -> None:
    a, b, *_ = estate(register)
    see(register, graphs)
    before = file_of(tmp_path).read_bytes()
    other = fresh(register, tmp_path)
    for number in range(5):
        new = register.imported(f"new{number}")
        register.relate(relation(new, "depends_on", a), relation(b, "depends_on", new))
        mine, theirs = see(register, graphs), see(register, other)
        assert picture(mine) == picture(theirs)
        assert new in mine.engine.impact([ItemId(a)]).ids.tolist()
    assert file_of(tmp_path).read_bytes() == before
    assert len(reads) == 1


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def cut_the_header(path: Path) -> None:
    os.truncate(path, 100)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def flip_in_header(path: Path) -> None:
    flip(path, 40)


def flip_in_arrays(path: Path) -> None:
    flip(path, 4 * 4096 + 8)


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def make_older(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[8:12] = (FORMAT - 1).to_bytes(4, "little")
    path.write_bytes(content)


def write_nonsense(path: Path) -> None:
    path.write_bytes(b"not a snapshot at all" * 2000)


def remove(path: Path) -> None:
    path.unlink()


def make_a_folder_of_it(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGE = [
    cut,
    cut_the_header,
    empty,
    flip_in_header,
    flip_in_arrays,
    make_older,
    write_nonsense,
    remove,
    make_a_folder_of_it,
]


@pytest.mark.parametrize("harm", DAMAGE)
def test_a_file_that_is_not_whole_is_never_used_and_made_anew(
    register: Register, graphs: LiveGraphs, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    estate(register)
    first = picture(see(register, graphs))
    path = file_of(tmp_path)
    harm(path)
    with pytest.raises(Unusable):
        attach(path)
    assert picture(see(register, fresh(register, tmp_path))) == first
    if path.is_file():
        assert attach(path).sequence > 0


def test_a_file_of_another_database_is_not_believed(
    register: Register, graphs: LiveGraphs, tmp_path: Path
) -> None:
    a, *_ = estate(register)
    see(register, graphs)
    path = file_of(tmp_path)
    strange = path.read_bytes()
    register.types(a, {"name": "renamed"})
    path.unlink()
    renamed = picture(see(register, fresh(register, tmp_path)))
    assert sequence_of(path) == len(register.log())
    path.unlink()
    path.write_bytes(strange)
    with register.database.writing() as session:
        # The same sequences, another history.
        session.execute(text("UPDATE graph_change SET checksum = checksum + 1"))
    assert picture(see(register, fresh(register, tmp_path))) == renamed


def test_without_a_folder_to_write_to_the_arrays_are_private(
    register: Register, tmp_path: Path
) -> None:
    a, *_ = estate(register)
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    found = see(register, fresh(register, blocked / "cache"))
    assert len(found.engine.impact([ItemId(a)])) == 3
    assert see(register, LiveGraphs()).ids.tolist() == found.ids.tolist()


def test_a_database_in_memory_has_no_file(tmp_path: Path) -> None:
    database = Database("sqlite://")
    assert LiveGraphs().keep_in(tmp_path, database.engine) is None
    database.dispose()


def wait_for(fact: Callable[[], bool]) -> None:
    for _ in range(200):
        if fact():
            return
        threading.Event().wait(0.05)
    raise AssertionError("it never came true")


def test_a_long_tail_is_laid_out_anew_and_others_take_it_over(
    register: Register, tmp_path: Path, reads: list[str]
) -> None:
    items = estate(register)
    upkeep = Upkeep(many=10, look_seconds=0, look_behind=1)
    mine, theirs = fresh(register, tmp_path, upkeep), fresh(register, tmp_path)
    see(register, mine), see(register, theirs)
    path = file_of(tmp_path)
    first = sequence_of(path)
    for number in range(12):
        register.relate(relation(items[number % 5], "calls", items[5 - number % 5]))
        register.types(items[number % 6], {"name": f"name {number}"})
        see(register, mine)
    wait_for(lambda: sequence_of(path) > first)
    register.types(items[5], {"stage": "in_use"})
    wait_for(lambda: see(register, mine).base > first)
    lazy = fresh(register, tmp_path, upkeep)
    assert picture(see(register, mine)) == picture(see(register, theirs))
    assert picture(see(register, lazy)) == picture(see(register, theirs))
    assert see(register, lazy).base > first
    assert len(reads) == 1


def test_two_that_lay_it_out_at_once_do_no_harm(register: Register, tmp_path: Path) -> None:
    items = estate(register)
    several = [fresh(register, tmp_path, Upkeep(many=1, look_seconds=0)) for _ in range(3)]
    pictures = []
    for number in range(6):
        register.types(items[number], {"name": f"name {number}"})
        pictures = [picture(see(register, graphs)) for graphs in several]
        assert pictures[0] == pictures[1] == pictures[2]
    wait_for(lambda: not list(tmp_path.glob("*.snapshot.*")))
    assert picture(see(register, fresh(register, tmp_path))) == pictures[0]


def test_lists_that_move_again_and_again_get_new_room(register: Register, tmp_path: Path) -> None:
    hub = register.imported("hub")
    leaves = [f"leaf{number}" for number in range(700)]
    register.record(*(register.says("rest", key, {"name": key}) for key in leaves))
    register.relate(*(relation(key, "depends_on", hub) for key in leaves))
    graphs = fresh(register, tmp_path, Upkeep(many=10**9))
    found = see(register, graphs)
    first = found.base
    for number in range(12):
        register.relate(relation(f"leaf{number}", "depends_on", hub, weight=0.5))
        found = see(register, graphs)
        assert len(found.engine.impact([ItemId(hub)])) == 701
    assert found.base > first


def test_a_restored_database_is_noticed(
    register: Register, tmp_path: Path, graphs: LiveGraphs
) -> None:

    items = estate(register)
    older = picture(see(register, graphs))
    log = len(register.log())
    register.types(items[0], {"name": "later"})
    see(register, graphs)

    def restore(session: Session) -> None:
        session.execute(delete(GraphChange).where(GraphChange.seq > log))
        session.execute(delete(ItemPast))
        session.execute(update(Item).where(Item.id == items[0]).values(name="srv0"))

    with register.database.writing() as session:
        restore(session)
    assert picture(see(register, graphs)) == older


def test_another_process_sees_a_change_at_once(register: Register, tmp_path: Path) -> None:
    a, *_ = estate(register)
    url = register.database.url.render_as_string(hide_password=False)
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.cmdb.snapshot.worker", url, str(tmp_path), str(a)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    graphs = fresh(register, tmp_path)
    for number in range(4):
        worker.stdin.write("\n")
        worker.stdin.flush()
        assert worker.stdout.readline().split() == [
            str(one) for one in see(register, graphs).engine.impact([ItemId(a)]).ids.tolist()
        ]
        register.relate(relation(register.imported(f"new{number}"), "depends_on", a))
    worker.communicate(timeout=20)
    assert worker.returncode == 0


def test_the_log_of_a_usual_start_says_nothing_alarming(
    register: Register, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    estate(register)
    with caplog.at_level(logging.WARNING):
        see(register, fresh(register, tmp_path))
        see(register, fresh(register, tmp_path))
    assert caplog.text == ""
