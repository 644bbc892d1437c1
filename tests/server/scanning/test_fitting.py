"""What fitted a device is tried first at the next visit, and nothing else while it still fits."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.scanning.actions import (
    CredentialDraft,
    ProbeDraft,
    ask_probe,
    create_credential,
    delete_credential,
)
from server.scanning.fitting import Standpoint, fitted_at
from server.scanning.jobs import run_probe
from server.scanning.models import CredentialFit, Probe, SnmpCredential
from server.scanning.ranges import RangeDraft, ask_run, create_range
from server.scanning.sweeping import run_sweep_of_range
from tests.support import switched_lab as lab
from tests.support.people import World
from tests.support.snmp_responder import RecordedDevice, SnmpResponder

HERE, THERE = "127.78.2.1", "127.78.2.2"


@dataclass
class Lab:
    """A range with two credentials, of which the first fits no device."""

    database: Database
    settings: Settings
    world: World
    port: int

    def __post_init__(self) -> None:
        self.ids = (self.keep("Office", "wrong"), self.keep("Lab", "cadastre"))
        with self.database.writing() as session:
            addresses = f"{HERE}\n{THERE}"
            root = self.world.root.id
            draft = RangeDraft(root, "Lab", addresses, self.ids, self.port, 2_000)
            self.range_id = create_range(session, self.world.admin, draft, utc_now()).id

    def keep(self, name: str, community: str) -> int:
        """Keep a credential; return its id."""
        with self.database.writing() as session:
            draft = CredentialDraft(self.world.root.id, name, community=community)
            box = SecretBox(self.settings.key_file)
            return create_credential(session, self.world.admin, box, draft, utc_now()).id

    def sweep(self) -> None:
        """Sweep the range as its job does."""
        with self.database.writing() as session:
            run_id = ask_run(session, self.world.admin, self.range_id, utc_now()).id
        run_sweep_of_range(JobContext(self.database, self.settings, {"run_id": run_id}))

    def fits(self) -> dict[str, str]:
        """Return the name of what fitted each address."""
        with self.database.reading() as session:
            rows = session.scalars(select(SnmpCredential).order_by(SnmpCredential.id)).all()
            here = Standpoint(self.world.root.id, None, self.port)
            places = fitted_at(session, here, rows)
            return {address: rows[place].name for address, place in places.items()}


@pytest.fixture
def devices() -> dict[str, RecordedDevice]:
    return {HERE: lab.device(lab.core()), THERE: lab.device(lab.edge())}


def test_a_second_sweep_offers_a_device_only_what_it_took(
    database: Database, settings: Settings, world: World, devices: dict[str, RecordedDevice]
) -> None:
    with SnmpResponder(devices) as responder:
        made = Lab(database, settings, world, responder.port)
        made.sweep()
        assert made.fits() == {HERE: "Lab", THERE: "Lab"}
        before = [one.refused for one in devices.values()]
        assert min(before) >= 1
        made.sweep()
        assert [one.refused for one in devices.values()] == before

        # One device has another community now: it is found all the same, and that is remembered.
        devices[HERE].community = b"wrong"
        made.sweep()
        assert made.fits() == {HERE: "Office", THERE: "Lab"}
    with database.writing() as session:
        delete_credential(session, world.admin, made.ids[0])
    assert made.fits() == {THERE: "Lab"}


def test_of_a_credential_with_another_secret_nothing_is_remembered(
    database: Database, settings: Settings, world: World, devices: dict[str, RecordedDevice]
) -> None:
    with SnmpResponder(devices) as responder:
        made = Lab(database, settings, world, responder.port)
        made.sweep()
    with database.writing() as session:
        session.get_one(SnmpCredential, made.ids[1]).sealed = "another"
    assert made.fits() == {}


def test_a_visit_remembers_too_and_one_under_another_credential_takes_nothing_away(
    database: Database, settings: Settings, world: World, devices: dict[str, RecordedDevice]
) -> None:
    with SnmpResponder(devices) as responder:
        made = Lab(database, settings, world, responder.port)
        for credential_id in (made.ids[1], made.ids[1], made.ids[0]):
            draft = ProbeDraft(world.root.id, HERE, credential_id, made.port)
            with database.writing() as session:
                probe_id = ask_probe(session, world.admin, draft, utc_now()).id
            run_probe(JobContext(database, settings, {"probe_id": probe_id}))
            assert made.fits() == {HERE: "Lab"}
    with database.reading() as session:
        states = session.scalars(select(Probe.state).order_by(Probe.id)).all()
        assert states == ["found", "found", "unreachable"]
        assert len(session.scalars(select(CredentialFit)).all()) == 1
