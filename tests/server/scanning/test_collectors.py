"""A collector at a remote site fetches scans over HTTP, does them there, and brings the results.

The server listens on a real socket, the collector is the program itself, and the devices answer
over SNMP.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.serving import make_server

from cmdb.records.items import Item
from discovery.cli import cli
from discovery.collector.errors import ServerAway
from discovery.collector.link import Link
from discovery.collector.sealing import new_private_key, public_key_of
from server.app import create_app
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.paging import PageRequest
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.scanning import queries
from server.scanning.actions import CredentialDraft, create_credential
from server.scanning.models import ScanOutcome, ScanRange, ScanRun
from server.scanning.sweeping import run_sweep_of_range
from tests.support import switched_lab as lab
from tests.support.people import World, token_of
from tests.support.sites import site_over
from tests.support.snmp_responder import RecordedDevice, SnmpResponder

API = "/api/v1"
CORE, EDGE = "127.79.0.1", "127.79.0.2"
#: Nobody is there: a sweep waits for it until its tries are used up.
SILENT = "127.79.0.9"


@dataclass
class Site:
    """A server with a named collector of one range, and the collector's own folder."""

    database: Database
    settings: Settings
    world: World
    folder: Path
    port: int = 161
    admin: FlaskClient = field(init=False)
    collector: dict[str, Any] = field(init=False)
    credential_id: int = field(init=False)
    range_id: int = field(init=False)

    def __post_init__(self) -> None:
        self.app = site_over(create_app, self.settings, self.database)
        self.admin = self.app.test_client()
        assert self.world.admin.person_id is not None
        with self.database.writing() as session:
            token = token_of(session, self.world.admin.person_id)
            draft = CredentialDraft(self.world.root.id, "Lab", community="cadastre")
            box = SecretBox(self.settings.key_file)
            self.credential_id = create_credential(
                session, self.world.admin, box, draft, utc_now()
            ).id
        self.admin.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        self.collector = self.post(
            "collectors", 201, organisation_id=self.world.root.id, name="Oslo"
        )
        self.range_id = self.post("discovery/ranges", 201, **self.range())["id"]

    def post(self, path: str, status: int, **body: Any) -> dict[str, Any]:
        """Send as the administrator."""
        answer = self.admin.post(f"{API}/{path}", json=body)
        assert answer.status_code == status, answer.json
        return answer.json or {}

    def get(self, path: str) -> Any:
        """Ask as the administrator."""
        return self.admin.get(f"{API}/{path}").json

    def range(self, **more: Any) -> dict[str, Any]:
        """Return the body of the range that the collector sweeps."""
        return {
            "organisation_id": self.world.root.id,
            "name": "Oslo",
            "addresses": f"{CORE}\n{EDGE}",
            "credential_ids": [self.credential_id],
            "collector_id": self.collector["id"],
            "port": self.port,
        } | more

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Let the server listen; yields its address."""
        server = make_server("127.0.0.1", 0, self.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()

    def collect(self, *options: str) -> Result:
        """Run the collector until nothing is left to do."""
        command = ["collect", "--once", "--state", str(self.folder), *options]
        return CliRunner().invoke(cli, command, catch_exceptions=False)

    def states(self, run_id: int) -> dict[str, str]:
        """Return what came of each address of a run."""
        with self.database.reading() as session:
            page = queries.list_outcomes(session, self.world.admin, run_id, PageRequest())
            assert len({one.address for one in page.rows}) == len(page.rows)
            return {one.address: one.state for one in page.rows}


@pytest.fixture
def devices() -> dict[str, RecordedDevice]:
    return {CORE: lab.device(lab.core()), EDGE: lab.device(lab.edge())}


@pytest.fixture
def responder(devices: dict[str, RecordedDevice]) -> Iterator[SnmpResponder]:
    with SnmpResponder(devices) as found:
        yield found


@pytest.fixture
def site(
    database: Database, settings: Settings, world: World, tmp_path: Path, responder: SnmpResponder
) -> Site:
    return Site(database, settings, world, tmp_path / "collector", responder.port)


def test_a_collector_enrols_sweeps_its_range_visits_a_device_and_brings_all_of_it(
    site: Site, database: Database
) -> None:
    path = f"{API}/discovery/ranges/{site.range_id}"
    three = site.range(addresses="\n".join((CORE, EDGE, SILENT)))
    assert site.admin.put(path, json=three).status_code == 200
    run = site.post(f"discovery/ranges/{site.range_id}/runs", 202)
    assert (run["state"], run["collector_id"]) == ("queued", site.collector["id"])
    wanted = {"organisation_id": site.world.root.id, "target": EDGE, "port": site.port}
    probe = site.post(
        "discovery/probes",
        202,
        **wanted,
        credential_id=site.credential_id,
        collector_id=site.collector["id"],
    )
    assert site.get("collectors")[0]["state"] == "named"
    with site.listening() as server:
        ended = site.collect("--server", server, "--token", site.collector["token"])
        assert ended.exit_code == 0, ended.output
        # The token stays in a service's environment: it is used once and no stumbling block.
        assert site.collect("--server", server, "--token", site.collector["token"]).exit_code == 0
    assert site.states(run["id"]) == {CORE: "found", EDGE: "found"}
    run = site.get(f"discovery/runs/{run['id']}")
    counts = [run[name] for name in ("total", "asked", "answered", "read")]
    assert (run["state"], counts) == ("done", [3, 3, 2, 2])
    probe = site.get(f"discovery/probes/{probe['id']}")
    assert probe["state"] == "found"
    with database.reading() as session:
        names = session.scalars(select(Item.name).where(Item.name.in_(("core", "edge")))).all()
    assert sorted(names) == ["core", "edge"]
    (shown,) = site.get("collectors")
    assert (shown["state"], shown["backlog"], shown["errands"]) == ("well", 0, 0)
    assert shown["version"]


def test_a_collector_is_told_what_fitted_a_device_at_its_last_visit(
    site: Site, devices: dict[str, RecordedDevice]
) -> None:
    with site.database.writing() as session:
        draft = CredentialDraft(site.world.root.id, "Office", community="wrong")
        box = SecretBox(site.settings.key_file)
        other = create_credential(session, site.world.admin, box, draft, utc_now()).id
    both = site.range(credential_ids=[other, site.credential_id])
    path = f"{API}/discovery/ranges/{site.range_id}"
    assert site.admin.put(path, json=both).status_code == 200
    refused = []
    with site.listening() as server:
        for _ in range(2):
            site.post(f"discovery/ranges/{site.range_id}/runs", 202)
            ended = site.collect("--server", server, "--token", site.collector["token"])
            assert ended.exit_code == 0, ended.output
            refused.append([one.refused for one in devices.values()])
    assert min(refused[0]) >= 1
    assert refused[0] == refused[1]


def test_results_wait_while_the_server_is_away_and_count_once_however_often_they_come(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivered: list[bytes] = []
    deliver = Link.deliver

    def lost(link: Link, packed: bytes, key: str) -> None:
        """The server has taken it; the way back was cut, as often as not."""
        deliver(link, packed, key)
        delivered.append(packed)
        if delivered.count(packed) < 2:
            raise ServerAway("The way back was cut.", 0.05)

    monkeypatch.setattr(Link, "deliver", lost)
    run = site.post(f"discovery/ranges/{site.range_id}/runs", 202)
    with site.listening() as server:
        ended = site.collect("--server", server, "--token", site.collector["token"])
    assert ended.exit_code == 0, ended.output
    assert "The way back was cut." in ended.output
    assert len(delivered) == 2 * len(set(delivered)) >= 2
    assert site.states(run["id"]) == {CORE: "found", EDGE: "found"}
    assert site.get(f"discovery/runs/{run['id']}")["state"] == "done"
    assert list(site.folder.glob("spool/*")) == []


def test_credentials_travel_sealed_and_a_stranger_gets_nothing(site: Site) -> None:
    private = new_private_key()
    stranger: Any = site.app.test_client()
    wish = {"token": site.collector["token"], "public_key": public_key_of(private)}
    assert (
        stranger.post(f"{API}/collectors/enrol", json=wish | {"public_key": "x"}).status_code == 422
    )
    key = stranger.post(f"{API}/collectors/enrol", json=wish).json["key"]
    assert stranger.post(f"{API}/collectors/enrol", json=wish).status_code == 401
    assert stranger.post(f"{API}/collectors/errands", json={}).status_code == 401
    site.post(f"discovery/ranges/{site.range_id}/runs", 202)
    bearer = {"Authorization": f"Bearer {key}"}
    orders = stranger.post(f"{API}/collectors/errands", json={}, headers=bearer)
    (errand,) = orders.json["errands"]
    assert "cadastre" not in orders.get_data(as_text=True)
    assert errand["work"]["port"] == site.port

    held = [{"errand": errand["id"], "attempt": errand["attempt"]}]
    again = stranger.post(f"{API}/collectors/errands", json={"held": held}, headers=bearer)
    assert again.json["errands"] == []
    forgotten = stranger.post(f"{API}/collectors/errands", json={"held": []}, headers=bearer)
    assert [one["attempt"] for one in forgotten.json["errands"]] == [2]

    late = {"errand": errand["id"], "attempt": 1, "first": 1, "results": [], "state": "done"}
    accepted = stranger.post(f"{API}/collectors/deliveries", json=late, headers=bearer)
    assert (accepted.status_code, accepted.json["new"]) == (202, 0)
    bad = late | {"results": [{"found": {"address": 7}, "at": 0}]}
    refused = stranger.post(f"{API}/collectors/deliveries", json=bad, headers=bearer)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["message"] == "found.address is of the wrong type"

    assert site.admin.delete(f"{API}/collectors/{site.collector['id']}").status_code == 204
    assert stranger.post(f"{API}/collectors/errands", json={}, headers=bearer).status_code == 401
    assert [one["state"] for one in site.get("discovery/runs")["rows"]] == ["failed"]
    answer = site.admin.post(f"{API}/discovery/ranges/{site.range_id}/runs")
    assert answer.status_code == 409


def test_a_schedule_gives_the_sweep_to_the_collector_and_adds_none_while_it_is_not_done(
    site: Site, database: Database, settings: Settings
) -> None:
    for _ in range(2):
        run_sweep_of_range(JobContext(database, settings, {"range_id": site.range_id}))
    with database.reading() as session:
        (run,) = session.scalars(select(ScanRun)).all()
        assert (run.state, run.collector_id) == ("queued", site.collector["id"])
        assert session.scalars(select(ScanOutcome)).all() == []
    assert site.post(f"discovery/runs/{run.id}/stop", 202)["state"] == "stopped"
    assert site.get("collectors")[0]["errands"] == 0
    unknown: Any = site.admin.put(
        f"{API}/discovery/ranges/{site.range_id}", json=site.range(collector_id=999_999)
    )
    assert [one["field"] for one in unknown.json["errors"]] == ["collector_id"]
    with database.writing() as session:
        assert session.get_one(ScanRange, site.range_id).collector_id == site.collector["id"]
