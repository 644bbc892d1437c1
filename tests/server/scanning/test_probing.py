"""A device is visited by job, and what it says enters the register by the one door."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from cmdb.errors import DuplicateName, InvalidValue, NotFound
from cmdb.records.items import Item
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.errors import PermissionDenied
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.models import Job
from server.foundation.paging import PageRequest
from server.foundation.permissions import Actor
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.items import queries as items
from server.scanning.actions import (
    CredentialDraft,
    ProbeDraft,
    ask_probe,
    create_credential,
    delete_credential,
)
from server.scanning.jobs import run_probe
from server.scanning.models import Probe, SnmpCredential
from server.scanning.queries import list_credentials, list_probes
from tests.support.people import World
from tests.support.processes import free_port
from tests.support.snmp import SnmpdServer


def _credential(
    database: Database, settings: Settings, world: World, community: str = "cadastre"
) -> int:
    draft = CredentialDraft(world.root.id, "Routers", community=community)
    with database.writing() as session:
        box = SecretBox(settings.key_file)
        return create_credential(session, world.admin, box, draft, utc_now()).id


def _probe(database: Database, settings: Settings, actor: Actor, draft: ProbeDraft) -> Probe:
    with database.writing() as session:
        probe_id = ask_probe(session, actor, draft, utc_now()).id
    run_probe(JobContext(database, settings, {"probe_id": probe_id}))
    with database.reading() as session:
        return session.get_one(Probe, probe_id)


def test_a_visited_device_becomes_an_item_with_its_interfaces(
    database: Database, settings: Settings, world: World, snmpd_server: SnmpdServer
) -> None:
    credential = _credential(database, settings, world, snmpd_server.community)
    draft = ProbeDraft(world.root.id, snmpd_server.host, credential, snmpd_server.port)
    probe = _probe(database, settings, world.admin, draft)
    assert (probe.state, probe.outcome) == ("found", "created")
    with database.reading() as session:
        item = session.get_one(Item, probe.item_id)
        assert item.attributes["sys_location"] == snmpd_server.location
        network = items.network_of(session, world.admin, item.id)
        assert "lo" in {interface.name for interface, _ in network.interfaces}


def test_a_second_visit_meets_the_same_item(
    database: Database, settings: Settings, world: World, snmpd_server: SnmpdServer
) -> None:
    credential = _credential(database, settings, world, snmpd_server.community)
    draft = ProbeDraft(world.root.id, snmpd_server.host, credential, snmpd_server.port)
    first = _probe(database, settings, world.admin, draft)
    second = _probe(database, settings, world.admin, replace(draft, target="localhost"))
    assert second.item_id == first.item_id
    assert second.outcome in {"updated", "unchanged"}


def test_a_silent_address_is_said_to_be_silent(
    database: Database, settings: Settings, world: World
) -> None:
    credential = _credential(database, settings, world)
    draft = ProbeDraft(world.root.id, "127.0.0.1", credential, free_port())
    probe = _probe(database, settings, world.admin, draft)
    assert probe.state == "unreachable"
    assert probe.reason
    assert probe.item_id is None


def test_a_wish_to_probe_is_kept_with_its_job(
    database: Database, settings: Settings, world: World
) -> None:
    credential = _credential(database, settings, world)
    with database.writing() as session:
        probe = ask_probe(
            session, world.admin, ProbeDraft(world.root.id, "192.0.2.1", credential), utc_now()
        )
        job = session.scalars(select(Job)).one()
        assert job.payload == {"probe_id": probe.id}


@pytest.mark.parametrize(
    "target", ["", "a b", "10.0.0.0/8", "; id", "-oProxy", "300.1.1.1", "x" * 300, "a..b"]
)
def test_a_target_that_is_no_host_is_refused_by_name(
    database: Database, settings: Settings, world: World, target: str
) -> None:
    credential = _credential(database, settings, world)
    with database.writing() as session, pytest.raises(InvalidValue) as refused:
        ask_probe(session, world.admin, ProbeDraft(world.root.id, target, credential), utc_now())
    assert "target" in refused.value.fields


def test_a_credential_is_sealed_and_never_listed_with_its_secret(
    database: Database, settings: Settings, world: World
) -> None:
    _credential(database, settings, world, "top-secret-community")
    with database.reading() as session:
        row = session.scalars(select(SnmpCredential)).one()
        assert "top-secret-community" not in row.sealed
        (listed,) = list_credentials(session, world.admin)
        assert listed.name == "Routers"


def test_two_credentials_of_one_name_are_refused(
    database: Database, settings: Settings, world: World
) -> None:
    _credential(database, settings, world)
    with pytest.raises(DuplicateName):
        _credential(database, settings, world)


def test_a_weak_version_3_key_is_refused(
    database: Database, settings: Settings, world: World
) -> None:
    draft = CredentialDraft(
        world.root.id, "v3", version="3", user="u", auth_protocol="SHA", auth_key="short"
    )
    with database.writing() as session, pytest.raises(InvalidValue):
        create_credential(session, world.admin, SecretBox(settings.key_file), draft, utc_now())


def test_who_may_not_discover_neither_asks_nor_sees(
    database: Database, settings: Settings, world: World
) -> None:
    credential = _credential(database, settings, world)
    draft = ProbeDraft(world.root.id, "192.0.2.1", credential)
    with database.writing() as session, pytest.raises(PermissionDenied):
        ask_probe(session, world.requester, draft, utc_now())
    with database.reading() as session, pytest.raises(PermissionDenied):
        list_probes(session, world.requester, PageRequest())


def test_a_forgotten_credential_is_gone(
    database: Database, settings: Settings, world: World
) -> None:
    credential = _credential(database, settings, world)
    with database.writing() as session:
        delete_credential(session, world.admin, credential)
    with database.writing() as session, pytest.raises(NotFound):
        delete_credential(session, world.admin, credential)
