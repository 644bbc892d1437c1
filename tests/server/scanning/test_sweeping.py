"""A range is swept by job: each device is one item, and what joins them is in the register."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from cmdb.errors import Conflict, DuplicateName, InvalidValue, NotFound
from cmdb.inventory.door import Inventory
from cmdb.observation import Observation, Origin, Section
from cmdb.records.items import Item
from cmdb.records.relations import Relation
from cmdb.vocabulary import AGENT, CONNECTS_TO, SNMP, ClassCode, RelationTypeCode
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.models import Schedule
from server.foundation.jobs.pool import stop_pool
from server.foundation.paging import PageRequest
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.items.deriving.jobs import run_derivation
from server.scanning import network, queries
from server.scanning.actions import CredentialDraft, create_credential
from server.scanning.mapping import run_topology
from server.scanning.models import NetworkLink, ScanRun
from server.scanning.ranges import (
    RangeDraft,
    ask_run,
    create_range,
    delete_range,
    edit_range,
    stop_run,
)
from server.scanning.sweeping import run_sweep_of_range
from tests.support import switched_lab as lab
from tests.support.people import World
from tests.support.snmp_responder import Device, SnmpResponder

UPLINKS_TO = RelationTypeCode("uplinks_to")


@pytest.fixture(autouse=True, scope="module")
def _children_end() -> Iterator[None]:
    yield
    stop_pool()


class Sweeper:
    """Keeps a credential and a range, and sweeps it as the job does."""

    def __init__(self, database: Database, settings: Settings, world: World) -> None:
        self.database, self.settings, self.world = database, settings, world
        with database.writing() as session:
            draft = CredentialDraft(world.root.id, "Lab", community="cadastre")
            box = SecretBox(settings.key_file)
            self.credential_id = create_credential(session, world.admin, box, draft, utc_now()).id

    def draft(self, addresses: str, port: int = 161, **more: Any) -> RangeDraft:
        """Return a draft of a range of this world."""
        name = more.pop("name", "Lab")
        credentials = (self.credential_id,)
        return RangeDraft(self.world.root.id, name, addresses, credentials, port, 2_000, **more)

    def sweep(self, devices: Mapping[str, Device], range_id: int | None = None) -> ScanRun:
        """Serve the devices, sweep them, and derive the topology."""
        with SnmpResponder(devices) as responder:
            draft = self.draft("\n".join(devices), responder.port)
            with self.database.writing() as session:
                if range_id is None:
                    row = create_range(session, self.world.admin, draft, utc_now())
                else:
                    row = edit_range(session, self.world.admin, range_id, draft)
                run_id = ask_run(session, self.world.admin, row.id, utc_now()).id
            run_sweep_of_range(JobContext(self.database, self.settings, {"run_id": run_id}))
        run_topology(JobContext(self.database, self.settings, {}))
        with self.database.reading() as session:
            return session.get_one(ScanRun, run_id)


@pytest.fixture
def sweeper(database: Database, settings: Settings, world: World) -> Sweeper:
    """Return a sweeper with a credential."""
    return Sweeper(database, settings, world)


def _machine(database: Database, world: World) -> int:
    """Record a server whose agent tells its MAC address."""
    card = [{"name": "eth0", "mac": lab.MACHINE, "type": "ethernet", "up": True, "addresses": []}]
    seen = Observation(
        Origin(AGENT, "machine"),
        ClassCode("server"),
        world.root.id,
        utc_now(),
        values={"name": "machine"},
        sections=(Section("interfaces", "d1", card),),
    )
    with database.writing() as session:
        recorded = Inventory(session, utc_now()).record(seen)
        assert recorded.item_id is not None
        return recorded.item_id


def _joined(database: Database) -> set[tuple[str, str]]:
    with database.reading() as session:
        names = {item.id: item.name for item in session.scalars(select(Item))}
        rows = session.scalars(
            select(Relation).where(
                Relation.source == SNMP,
                Relation.type_code == CONNECTS_TO,
                Relation.valid_to.is_(None),
            )
        )
        pairs = [sorted((names[row.start_id], names[row.end_id])) for row in rows]
        return {(one, other) for one, other in pairs}


def test_a_sweep_makes_items_and_joins_them_down_to_the_machine_on_its_port(
    sweeper: Sweeper, database: Database, world: World
) -> None:
    machine = _machine(database, world)
    # The core answers under two addresses: it is one device all the same.
    core = lab.device(lab.core())
    run = sweeper.sweep(
        {"127.78.0.1": core, "127.78.0.2": lab.device(lab.edge()), "127.78.0.5": core}
    )
    assert (run.state, run.total, run.asked, run.answered, run.read) == ("done", 3, 3, 3, 3)
    assert _joined(database) == {("core", "edge"), ("edge", "machine")}
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(Item.name == "core")) == 1
        outcomes = queries.list_outcomes(session, world.admin, run.id, PageRequest())
        assert {one.address for one in outcomes.rows} == {
            "127.78.0.1",
            "127.78.0.2",
            "127.78.0.5",
        }
        (cable,) = network.list_links(session, world.admin, machine)
        assert [one.partition(":")[0] for one in cable.link.evidence] == ["fdb"]
        edge = session.scalar(select(Item.id).where(Item.name == "edge"))
        assert edge is not None
        ports = {port.name: port for port in network.ports_of(session, world.admin, edge)}
        assert [words for _, words in ports["ge2"].linked] == ["core ge1"]
        assert [item for item, _ in ports["ge3"].linked] == [machine]
        assert ports["ge3"].macs == (lab.MACHINE,)
    run_derivation(JobContext(database, sweeper.settings, {"rule": "uplink"}))
    with database.reading() as session:
        uplinks = session.scalars(select(Relation).where(Relation.type_code == UPLINKS_TO)).all()
        assert [(row.start_id, row.end_id) for row in uplinks] == [(machine, edge)]


def test_a_second_sweep_changes_nothing_and_a_vanished_link_fades(
    sweeper: Sweeper, database: Database, world: World
) -> None:
    both = {"127.78.0.1": lab.device(lab.core()), "127.78.0.2": lab.device(lab.edge())}
    first = sweeper.sweep(both)
    with database.reading() as session:
        before = session.scalar(select(func.count()).select_from(Item))
    sweeper.sweep(both, first.range_id)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == before
        (link,) = session.scalars(select(NetworkLink)).all()
        assert link.last_seen_at > link.first_seen_at
        assert link.evidence == ["fdb:a", "fdb:b", "lldp:a", "lldp:b"]
    long_ago = utc_now() - timedelta(days=9)
    with database.writing() as session:
        session.execute(update(NetworkLink).values(last_seen_at=long_ago, key="another"))
        session.execute(
            update(Relation).where(Relation.source == SNMP).values(last_seen_at=long_ago)
        )
        session.execute(update(Item).where(Item.name == "edge").values(stage="retired"))
    run_topology(JobContext(database, sweeper.settings, {}))
    assert _joined(database) == set()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(NetworkLink)) == 0
        (half,) = network.list_half_links(session, world.admin)
        assert half.half.remote_chassis == lab.EDGE
        assert half.half.reason


def test_a_range_that_makes_no_sense_is_refused_field_by_field(
    sweeper: Sweeper, database: Database, world: World
) -> None:
    bad = RangeDraft(world.root.id, "", "10.0.0.0/33", (999,), 0, 0)
    with database.writing() as session, pytest.raises(InvalidValue) as refused:
        create_range(session, world.admin, bad, utc_now())
    assert refused.value.fields.keys() == {"name", "addresses", "credential_ids", "port", "pace"}
    never = sweeper.draft("10.0.0.1", cron="61 * * * *")
    with database.writing() as session, pytest.raises(InvalidValue) as refused:
        create_range(session, world.admin, never, utc_now())
    assert "cron" in refused.value.fields


def test_a_range_with_a_schedule_comes_by_itself_until_it_is_forgotten(
    sweeper: Sweeper, database: Database, world: World
) -> None:
    with database.writing() as session:
        draft = sweeper.draft("10.0.0.0/30", cron="0 2 * * *")
        row = create_range(session, world.admin, draft, utc_now())
        (schedule,) = session.scalars(select(Schedule)).all()
        assert schedule.payload == {"range_id": row.id}
        with pytest.raises(DuplicateName):
            create_range(session, world.admin, draft, utc_now())
        delete_range(session, world.admin, row.id)
        assert session.scalars(select(Schedule)).all() == []
        with pytest.raises(NotFound):
            queries.get_range(session, world.admin, row.id)


def test_one_range_is_swept_once_at_a_time_and_can_be_stopped(
    sweeper: Sweeper, database: Database, world: World
) -> None:
    with database.writing() as session:
        row = create_range(session, world.admin, sweeper.draft("10.0.0.0/30"), utc_now())
        run = ask_run(session, world.admin, row.id, utc_now())
        with pytest.raises(Conflict):
            ask_run(session, world.admin, row.id, utc_now())
        assert stop_run(session, world.admin, run.id).state == "stopped"
        with pytest.raises(Conflict):
            stop_run(session, world.admin, run.id)
