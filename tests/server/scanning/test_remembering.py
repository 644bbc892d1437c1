"""A topology derived again with what was remembered leaves the same rows as one from scratch."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author
from cmdb.observation import Observation, Origin, Section
from cmdb.records.relations import Relation
from cmdb.vocabulary import AGENT, ClassCode
from discovery.findings import DeviceFindings, LearntFinding
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.pool import stop_pool
from server.foundation.settings import Settings
from server.scanning.mapping import run_topology
from server.scanning.models import NetworkHalfLink, NetworkLink
from server.scanning.recording import record_device
from tests.discovery.topology.drawing import device, lldp, mac
from tests.support.people import World

_CARD = 77


@pytest.fixture(autouse=True, scope="module")
def _children_end() -> Iterator[None]:
    yield
    stop_pool()


class Floor:
    """Two switches that report each other, two that are joined by their tables, and a machine.

    [a] 1 ── 1 [b]      [c] 1 ── 1 [d] 2 ── web-1
    """

    def __init__(self, database: Database, settings: Settings, world: World) -> None:
        self.database, self.settings, self.world = database, settings, world
        for found in _switches().values():
            self.visit(found)
        card = {"name": "eth0", "mac": mac(_CARD), "up": True}
        seen = Observation(
            Origin(AGENT, "web-1"),
            ClassCode("server"),
            world.root.id,
            utc_now(),
            values={"name": "web-1"},
            sections=(Section("interfaces", "1", [card]),),
        )
        with database.writing() as session:
            Inventory(session, utc_now()).record(seen)

    def visit(self, found: DeviceFindings) -> None:
        """Record what a switch said."""
        with self.database.writing() as session:
            record_device(session, found, self.world.root.id, Author(), utc_now())

    def derive(self) -> dict[str, object]:
        """Run the job; return what it says of itself."""
        return dict(run_topology(JobContext(self.database, self.settings, {})))

    @property
    def memory(self) -> Path:
        """The file that one run leaves to the next."""
        return self.settings.cache_folder / "topology"

    def rows(self) -> list[str]:
        """Return links, half-links and joined items, without when they were seen."""
        found = []
        with self.database.reading() as session:
            for entity in (NetworkLink, NetworkHalfLink):
                columns = [one for one in entity.__table__.columns if not _is_moment(one.name)]
                found += [repr(row) for row in session.execute(select(*columns))]
            ends = Relation.start_id, Relation.end_id, Relation.confidence, Relation.evidence
            found += [repr(row) for row in session.execute(select(*ends))]
        return sorted(found)


def _is_moment(name: str) -> bool:
    return name == "id" or re.fullmatch(r"(first|last)_seen_at", name) is not None


def _switches() -> dict[str, DeviceFindings]:
    drawn = [
        device("a", own=1, ports=("1", "2"), seen=(lldp(1, 2, "1"), lldp(2, 99, "x"))),
        device("b", own=2, ports=("1", "2"), seen=(lldp(1, 1, "1"),)),
        device("c", own=3, ports=("1", "2"), learnt={1: (4, _CARD), 2: (31,)}),
        device("d", own=4, ports=("1", "2"), learnt={1: (3, 31), 2: (_CARD,)}),
    ]
    return {one.key: one.findings for one in drawn}


@pytest.fixture
def floor(database: Database, settings: Settings, world: World) -> Floor:
    """Return the floor, derived once."""
    floor = Floor(database, settings, world)
    assert floor.derive() == {
        "devices": 5,
        "links": 3,
        "half_links": 1,
        "endpoints": 2,
        "subnets": 0,
    }
    return floor


def test_after_a_change_the_rows_are_those_of_a_derivation_from_scratch(floor: Floor) -> None:
    """A station appears behind d, and b is seen no more by a."""
    switches = _switches()
    rows = (*switches["d"].learnt, LearntFinding(None, 2, 2, (mac(88),)))
    floor.visit(replace(switches["d"], learnt=rows))
    floor.visit(replace(switches["a"], neighbours=switches["a"].neighbours[1:]))
    before = floor.memory.read_bytes()
    told = floor.derive()
    assert told["endpoints"] == 3
    known = floor.rows()
    assert floor.memory.read_bytes() != before
    floor.memory.unlink()
    assert floor.derive() == told
    assert floor.rows() == known


def test_what_is_seen_again_is_confirmed_and_what_is_not_fades(
    floor: Floor, database: Database
) -> None:
    """c is unplugged from d: their link stays some days, the others are confirmed."""
    past = utc_now() - timedelta(days=2)
    with database.writing() as session:
        for entity in (NetworkLink, NetworkHalfLink):
            session.execute(update(entity).values(first_seen_at=past, last_seen_at=past))
    floor.visit(replace(_switches()["c"], learnt=()))
    floor.visit(replace(_switches()["d"], learnt=_switches()["d"].learnt[1:]))
    floor.derive()
    with database.reading() as session:
        links = session.scalars(select(NetworkLink).order_by(NetworkLink.key)).all()
        assert {one.first_seen_at for one in links} == {past}
        faded = [one for one in links if one.last_seen_at == past]
        assert [one.evidence for one in faded] == [["fdb:a", "fdb:b"]]
        half = session.scalars(select(NetworkHalfLink)).one()
        assert half.first_seen_at == past < half.last_seen_at
    with database.writing() as session:
        late = utc_now() - timedelta(days=8)
        session.execute(update(NetworkLink).values(last_seen_at=late))
    floor.derive()
    with database.reading() as session:
        assert len(session.scalars(select(NetworkLink)).all()) == len(links) - 1


def test_a_link_that_is_told_otherwise_is_written_and_not_made_anew(
    floor: Floor, database: Database
) -> None:
    with database.reading() as session:
        known = {one.key: one.id for one in session.scalars(select(NetworkLink))}
    floor.visit(replace(_switches()["b"], neighbours=()))
    floor.derive()
    with database.reading() as session:
        links = session.scalars(select(NetworkLink)).all()
        assert {one.key: one.id for one in links} == known
        assert ["lldp:a"] in [one.evidence for one in links]


def test_without_a_cache_everything_is_derived_from_scratch(
    database: Database, settings: Settings, world: World
) -> None:
    settings.cache_folder.write_text("in the way of the folder")
    floor = Floor(database, settings, world)
    assert floor.derive() == floor.derive()
    assert floor.derive()["links"] == 3
    assert settings.cache_folder.is_file()
