"""From a ticket a device is asked over SNMP, with what discovery keeps for its address alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from cmdb.inventory.outcomes import Author
from cmdb.records.items import Item
from discovery.collector.errands import purpose_of
from discovery.collector.sealing import new_private_key, public_key_of, unseal
from discovery.findings import DeviceFindings
from discovery.reach.values import DeviceAnswer, DownPort, PortsBefore
from discovery.scan.blocking import scan_host
from discovery.settings import ScanSettings
from discovery.snmp.credentials import Community
from server.desk.tickets.actions.reaching import CHECK
from server.desk.tickets.jobs import run_check
from server.desk.tickets.rules.reaching import note_of
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.models import Job
from server.foundation.settings import Settings
from server.foundation.translation import Language
from server.scanning.fitting import Standpoint, remember_fit
from server.scanning.ladders import rungs_at
from server.scanning.models import ScanRange
from server.scanning.recording import record_device
from tests.server.desk.conftest import As
from tests.server.desk.estate import NOW, Estate
from tests.server.desk.tickets.test_reaching import put_address
from tests.server.desk.tickets.test_tickets_rest import API, document, faults, opened
from tests.support import switched_lab as lab
from tests.support.snmp import SnmpdServer
from tests.support.snmp_recordings import Recording, parse_recording
from tests.support.snmp_responder import SnmpResponder

V1 = "/api/v1"
SECRET = "between us alone"


@pytest.fixture
def owner(estate: Estate, database: Database) -> int:
    """Return the organisation of the estate's items."""
    with database.reading() as session:
        return session.get_one(Item, estate.app).organisation_id


def credential(admin: FlaskClient, owner: int, name: str, community: str = SECRET) -> int:
    body = {"organisation_id": owner, "name": name, "community": community}
    return int(document(admin.post(f"{V1}/discovery/credentials", json=body))["id"])


def swept(admin: FlaskClient, owner: int, name: str, **how: Any) -> None:
    body = {"organisation_id": owner, "name": name, "addresses": "10.77.0.0/24"} | how
    answer = admin.post(f"{V1}/discovery/ranges", json=body)
    assert answer.status_code == 201, answer.json


def asked(as_: As, estate: Estate, item_id: int) -> tuple[FlaskClient, str, dict[str, Any]]:
    """Return the agent's client, a ticket of the requester on the item, and what a check asks."""
    agent, rita = as_(estate.world.agent), as_(estate.world.requester)
    ticket = opened(rita)["reference"]
    agent.post(f"{API}/{ticket}/affected-items", json={"item_ids": [item_id]})
    body = {"item_id": item_id, "kind": "snmp"}
    assert rita.post(f"{API}/{ticket}/checks", json=body).status_code == 403
    return agent, f"{API}/{ticket}", body


def done_at(database: Database, home: Path, address: str, port: int | None = None) -> Job:
    """Do the check that waits, as if the item stood at an address of this machine."""
    with database.reading() as session:
        job = session.scalars(select(Job).where(Job.kind == CHECK)).one()
        here = {**job.payload, "address": address}
    here |= {} if port is None else {"port": port}
    run_check(JobContext(database, Settings(home=home), here))
    return job


def switch(*states: int) -> Recording:
    """Return a switch with ports ge1, ge2 …, of which 1 is up and 2 is down."""
    lines = ["1.3.6.1.2.1.1.1.0|4|A switch", "1.3.6.1.2.1.1.5.0|4|core"]
    for number, state in enumerate(states, 1):
        columns = (("2", f"4|ge{number}"), ("3", "2|6"), ("8", f"2|{state}"))
        lines += [f"1.3.6.1.2.1.2.2.1.{column}.{number}|{value}" for column, value in columns]
    lines.append(f"1.3.6.1.2.1.17.1.1.0|4x|{lab.CORE.replace(':', '')}")
    return parse_recording(lines)


def notes(agent: FlaskClient, ticket: str) -> list[str]:
    rows = document(agent.get(f"{ticket}/entries"))["rows"]
    return [one["text"] for one in rows if one["kind"] == "internal"]


def test_a_device_is_asked_with_the_credentials_of_its_range_which_nobody_sees(
    as_: As,
    estate: Estate,
    database: Database,
    tmp_path: Path,
    owner: int,
    snmpd_server: SnmpdServer,
) -> None:
    admin = as_(estate.world.admin)
    agent, ticket, body = asked(as_, estate, estate.app)
    put_address(database, estate.app, "10.77.0.5")
    assert faults(agent.post(f"{ticket}/checks", json=body)) == {"address"}
    ids = [credential(admin, owner, "Wrong"), credential(admin, owner, "Right", "cadastre")]
    swept(admin, owner, "Office", credential_ids=ids, port=snmpd_server.port)
    # An address that the item is not known by, and a credential, cannot be typed.
    for typed in ("10.77.0.6", "no address", "::g"):
        asks = body | {"address": typed}
        assert faults(agent.post(f"{ticket}/checks", json=asks)) == {"address"}
        there = asks | {"place": "site"}
        assert faults(agent.post(f"{ticket}/checks", json=there)) == {"address", "place"}
    assert faults(agent.post(f"{ticket}/checks", json=body | {"community": "x"})) == {"community"}
    answer = agent.post(f"{ticket}/checks", json=body)
    assert (answer.status_code, document(answer)["port"]) == (202, snmpd_server.port)
    job = done_at(database, tmp_path, snmpd_server.host)
    assert job.payload["credential_ids"] == ids
    (note,) = notes(agent, ticket)
    assert note.startswith(f"SNMP {snmpd_server.host}: {snmpd_server.name} answers")
    assert "sysObjectID 1.3.6.1.4.1.8072.3.2." in note
    assert "Discovery has not read it yet" in note
    told = note + json.dumps(job.payload)
    assert not any(word in told for word in (SECRET, "Right", "Wrong", '"cadastre"'))


def test_what_fell_since_discovery_read_the_device_is_named(
    as_: As, estate: Estate, database: Database, tmp_path: Path, owner: int
) -> None:
    address, before, after = "127.80.0.3", switch(1, 1, 2), switch(1, 2, 2)
    with SnmpResponder({address: lab.device(before)}) as responder:
        found = scan_host(address, [Community("cadastre")], ScanSettings(port=responder.port))
    assert isinstance(found, DeviceFindings)
    with database.writing() as session:
        recorded = record_device(session, found, owner, Author(None), NOW)
    assert recorded.item_id is not None
    put_address(database, recorded.item_id, "10.77.0.5")
    admin = as_(estate.world.admin)
    swept(admin, owner, "Office", credential_ids=[credential(admin, owner, "One", "cadastre")])
    agent, ticket, body = asked(as_, estate, recorded.item_id)
    assert agent.post(f"{ticket}/checks", json=body).status_code == 202
    with SnmpResponder({address: lab.device(after)}) as responder:
        done_at(database, tmp_path, address, responder.port)
    (note,) = notes(agent, ticket)
    assert "Ports: 1 up, 2 down, 0 switched off" in note
    assert "Down now, up with the last discovery (2026-03-02 09:00 UTC): ge2" in note
    assert "ge3" not in note


def test_what_fitted_is_tried_first_and_another_places_range_is_not_shown_to_it(
    as_: As, estate: Estate, database: Database, owner: int
) -> None:
    admin = as_(estate.world.admin)
    wide, near, fitting = (credential(admin, owner, name) for name in ("Wide", "Near", "Fitting"))
    swept(admin, owner, "Wide", addresses="10.0.0.0/12", credential_ids=[wide, near])
    with database.writing() as session:
        assert rungs_at(session, owner, None, "10.1.2.3").credential_ids == (wide, near)  # type: ignore[union-attr]  # it is there
        assert rungs_at(session, owner, None, "10.77.0.5") is None
        assert rungs_at(session, estate.world.sales.id, None, "10.1.2.3") is None
    swept(admin, owner, "Narrow", addresses="10.1.2.0/24", credential_ids=[near])
    swept(admin, owner, "Other port", addresses="10.1.2.3", credential_ids=[fitting], port=1161)
    with database.writing() as session:
        rungs = rungs_at(session, owner, None, "10.1.2.3")
        assert rungs is not None
        assert (rungs.port, rungs.credential_ids, rungs.fitted) == (1161, (fitting,), False)
        found = DeviceFindings("10.1.2.3", 161, "Fitting", "2c")
        remember_fit(session, Standpoint(owner, None, 161), found, utc_now())
    with database.writing() as session:
        rungs = rungs_at(session, owner, None, "10.1.2.3")
        assert rungs is not None
        assert (rungs.port, rungs.fitted) == (161, True)
        assert rungs.credential_ids == (fitting, near, wide)
        for row in session.scalars(select(ScanRange)):
            session.delete(row)
        session.flush()
        assert rungs_at(session, owner, None, "10.1.2.3").credential_ids == (fitting,)  # type: ignore[union-attr]  # it is there
        # The same address seen from a collector is another machine.
        assert rungs_at(session, owner, 7, "10.1.2.3") is None


def test_the_collector_of_the_site_asks_with_credentials_sealed_to_it(
    as_: As, estate: Estate, database: Database, owner: int
) -> None:
    admin = as_(estate.world.admin)
    named = document(
        admin.post(f"{V1}/collectors", json={"organisation_id": owner, "name": "Oslo"})
    )
    key = new_private_key()
    wish = {"token": named["token"], "public_key": public_key_of(key)}
    bearer = document(admin.post(f"{V1}/collectors/enrol", json=wish))["key"]
    there = {"Authorization": f"Bearer {bearer}"}
    number = credential(admin, owner, "Oslo's")
    swept(admin, owner, "Oslo", credential_ids=[number], collector_id=named["id"])
    agent, ticket, body = asked(as_, estate, estate.app)
    put_address(database, estate.app, "10.77.0.5")

    # From here it is another machine: what is kept for the site's is not shown to it.
    here = body | {"place": "server"}
    assert faults(agent.post(f"{ticket}/checks", json=here)) == {"address"}
    assert document(agent.post(f"{ticket}/checks", json=body))["collector"] == "Oslo"
    (errand,) = _errands(admin, there)
    assert errand["work"] == {"kind": "snmp", "address": "10.77.0.5", "port": 161, "fitted": {}}
    purpose = purpose_of(errand["id"], errand["attempt"])
    assert json.loads(unseal(errand["sealed"], key, purpose))[0]["community"] == SECRET
    said = {"address": "10.77.0.5", "why": "silent"}
    results = [{"snmp": said, "at": 0}]
    delivery = {"errand": errand["id"], "attempt": 1, "first": 1, "results": results}
    delivery |= {"state": "done"}
    assert (
        admin.post(f"{V1}/collectors/deliveries", json=delivery, headers=there).status_code == 202
    )

    agent.post(f"{ticket}/checks", json=body)
    assert admin.delete(f"{V1}/discovery/credentials/{number}").status_code == 204
    assert _errands(admin, there) == []
    silent = "SNMP 10.77.0.5: no answer to anything that discovery keeps for it"
    bare = "The check could not be made: it has no credential"
    asked_there = "Asked from the site, by Oslo:"
    assert notes(agent, ticket) == [f"{asked_there}\n\n{one}" for one in (silent, bare)]


def _errands(client: FlaskClient, there: dict[str, str]) -> list[dict[str, Any]]:
    answer = client.post(f"{V1}/collectors/errands", json={}, headers=there)
    found: list[dict[str, Any]] = document(answer)["errands"]
    return found


_BEFORE = PortsBefore(NOW, frozenset(f"ge{number}" for number in range(40)))


@pytest.mark.parametrize(
    ("answer", "before", "last"),
    [
        (DeviceAnswer("10.0.0.1", "refused"), None, "refuses what discovery keeps for it"),
        (DeviceAnswer("10.0.0.1", "slow"), None, "SNMP 10.0.0.1: it answers too slowly"),
        (DeviceAnswer("10.0.0.1", "a\nb"), None, "what it answers cannot be understood"),
        (DeviceAnswer("10.0.0.1", "unsendable"), None, "no packet could be sent there"),
        (
            DeviceAnswer("10.0.0.1", uptime_seconds=90_061.5, complaint="it broke off"),
            _BEFORE,
            "Running for 1 d 1 h 1 min\nIts ports could not be read: it broke off",
        ),
        (
            DeviceAnswer("10.0.0.1", name="core", up=3, down=(DownPort("x"),), complaint="cut"),
            _BEFORE,
            "cut\nNothing is down that was up with the last discovery (2026-03-02 09:00 UTC)",
        ),
        (
            DeviceAnswer(
                "10.0.0.1",
                name="core",
                down=tuple(DownPort(f"ge{number}", number > 1) for number in range(23)),
                more_down=1,
                more_off=4,
            ),
            _BEFORE,
            ", ".join(f"ge{number}" for number in range(20)) + " and 3 more",
        ),
    ],
)
def test_a_note_says_how_a_device_stands(
    answer: DeviceAnswer, before: PortsBefore | None, last: str
) -> None:
    assert note_of(answer, Language("en"), before).endswith(last)
