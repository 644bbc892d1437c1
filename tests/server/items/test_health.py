"""How right the register is: measured at night, told by sight, led back to rows, confirmed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from cmdb.inventory.door import Inventory
from cmdb.observation import Identifier, Observation, Origin
from cmdb.records.items import ItemParty
from cmdb.vocabulary import AGENT, MACHINE_ID, SERIAL, SERVER, SourceCode
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.models import Job
from server.foundation.settings import Settings
from server.items.health.models import Campaign, HealthFigure, HealthOfItem, HealthRun
from server.notify.models import Notification
from server.wiring import JOBS
from tests.server.items.rest import Callers, refused
from tests.support.people import World


class Estate:
    """A server known by two sources, a silent one without an owner, and one that looks alike.

    ::

        web (operations, owned by Support) ──depends on──> db (operations)
        twin (sales): the same serial as db, said by hand
    """

    def __init__(self, database: Database, callers: Callers, world: World) -> None:
        now = utc_now()
        self._database = database
        self.web = self._heard(AGENT, "web", world.operations.id, now, vendor="HP", model="DL")
        self._heard("import:sheet", "web", world.operations.id, now, vendor="hp", model="ML")
        late = now - timedelta(days=90)
        self.db = self._heard(AGENT, "db", world.operations.id, late, vendor="HP")
        self.twin = callers.admin.create("other", organisation_id=world.sales.id)
        callers.admin.relate("depends_on", self.web, self.db)
        with database.writing() as session:
            support = world.support.id
            session.add(
                ItemParty(item_id=self.web, role="owner", group_id=support, source="person")
            )

    def _heard(self, source: str, name: str, place: int, at: Any, **values: Any) -> int:
        evidence = (Identifier(SERIAL, f"CZ-{name}|hp"), Identifier(MACHINE_ID, f"{name:0>32}"))
        origin = Origin(SourceCode(source), name)
        seen = Observation(origin, SERVER, place, at, evidence, {"name": name, **values})
        with self._database.writing() as session:
            return Inventory(session, at).record(seen).item_id or 0


@pytest.fixture
def estate(database: Database, callers: Callers, world: World) -> Estate:
    return Estate(database, callers, world)


@pytest.fixture
def night(database: Database, tmp_path: Path) -> Any:
    context = JobContext(database, Settings(home=tmp_path), {})
    return lambda kind="health.measure": JOBS[kind].run(context)


def counts(caller: Any, **query: Any) -> dict[str, dict[str, int]]:
    lines = caller.get("/health-figures", **query)["lines"]
    return {line["key"]: line["counts"] for line in lines}


def names(caller: Any, measure: str, **query: Any) -> list[str]:
    found = caller.get("/health-items", measure=measure, **query)["rows"]
    return [row["item"]["name"] for row in found]


def test_before_the_first_night_nothing_is_known(callers: Callers, estate: Estate) -> None:
    assert callers.reader.get("/health-figures") == {"run": None, "lines": [], "sources": []}
    assert callers.reader.get("/health-runs") == []


def test_figures_are_told_by_class_organisation_and_owner_and_lead_to_rows(
    callers: Callers, world: World, estate: Estate, night: Any
) -> None:
    assert night()["items"] == 3
    told = callers.admin.get("/health-figures")
    (line,) = told["lines"]
    assert line["counts"]["items"] == 3
    assert (line["counts"]["watched"], line["counts"]["fresh"]) == (2, 1)
    assert line["shares"]["fresh"] == 0.5
    assert (line["counts"]["orphans"], line["counts"]["ownerless"]) == (1, 2)
    assert {one["source"]: (one["items"], one["fresh"]) for one in told["sources"]} == {
        "agent": (2, 1),
        "import:sheet": (1, 1),
        "person": (1, 1),
    }
    by_place = counts(callers.admin, by="organisation")
    assert {key: line["items"] for key, line in by_place.items()} == {
        str(world.operations.id): 2,
        str(world.sales.id): 1,
    }
    assert set(counts(callers.admin, by="owner")) == {"", f"group:{world.support.id}"}
    assert counts(callers.admin, by="class", **{"class": "rack"}) == {}
    assert names(callers.admin, "stale") == ["db"]
    assert names(callers.admin, "orphans") == ["other"]
    assert names(callers.admin, "contradicted") == ["web"]
    assert names(callers.admin, "ownerless", organisation_id=world.operations.id) == ["db"]
    assert names(callers.admin, "recommended", owner=f"group:{world.support.id}") == ["web"]


def test_who_sees_less_is_told_of_less(
    callers: Callers, world: World, estate: Estate, night: Any
) -> None:
    night()
    assert counts(callers.outsider)[""]["items"] == 1
    assert names(callers.outsider, "ownerless") == ["other"]
    assert [one["source"] for one in callers.outsider.get("/health-figures")["sources"]] == [
        "person"
    ]


def test_an_item_tells_its_own_health_at_once(callers: Callers, estate: Estate) -> None:
    web = callers.admin.get(f"/items/{estate.web}/health")
    assert (web["measured"], web["fresh"], web["ownerless"]) == (True, True, False)
    assert web["confirmed"] == ["name", "vendor"]
    assert web["contradicted"] == ["model"]
    assert "environment" in web["missing_recommended"]
    refused(callers.outsider.send("GET", f"/items/{estate.web}/health"), 404)


def test_what_another_item_could_be_as_well_is_perhaps_there_twice(
    callers: Callers, database: Database, estate: Estate, night: Any, world: World
) -> None:
    callers.admin.patch(f"/items/{estate.twin}", {"values": {"serial": "S-1", "vendor": "Dell"}})
    twice = callers.admin.create("again", organisation_id=world.sales.id)
    with database.writing() as session:
        # By two ways in, before either knew of the other.
        for item in (estate.twin, twice):
            kept = Inventory(session, utc_now())
            kept.record(
                Observation(
                    Origin(SourceCode(f"import:{item}"), "x"),
                    SERVER,
                    world.sales.id,
                    utc_now(),
                    (Identifier(SERIAL, "S-1|dell"),),
                    {},
                    item_id=item,
                )
            )
    night()
    assert names(callers.admin, "duplicates") == ["other", "again"]
    told = callers.admin.get(f"/items/{twice}/health")
    assert [one["name"] for one in told["twins"]] == ["other"]


def test_a_night_writes_only_what_moved_and_forgets_what_is_gone(
    callers: Callers, database: Database, estate: Estate, night: Any
) -> None:
    night()
    assert callers.admin.send("DELETE", f"/items/{estate.twin}").status_code == 200
    night()
    with database.reading() as session:
        kept = session.scalars(select(HealthOfItem.item_id).order_by(HealthOfItem.item_id)).all()
        assert kept == sorted([estate.web, estate.db])
        assert session.scalar(select(func.count()).select_from(HealthRun)) == 2
        newest = session.scalar(select(func.max(HealthFigure.run_id)))
        assert newest == session.scalar(select(func.max(HealthRun.id)))
    assert callers.admin.get(f"/items/{estate.twin}/health") == {"measured": False}


def _campaign(callers: Callers, world: World, **more: Any) -> dict[str, Any]:
    due = (utc_now() + timedelta(days=7)).date().isoformat()
    body = {"organisation_id": world.operations.id, "name": "Spring", "due_on": due}
    made: dict[str, Any] = callers.manager.post("/attestation-campaigns", body | more)
    return made


def test_an_owner_is_asked_confirms_and_is_a_witness(
    callers: Callers, database: Database, world: World, estate: Estate
) -> None:
    campaign = _campaign(callers, world)
    assert (campaign["asked"], campaign["right"], campaign["overdue"]) == (1, 0, False)
    with database.reading() as session:
        told = session.scalars(select(Notification).where(Notification.kind == "attestation_asked"))
        assert {one.person_id for one in told} == {world.agent.person_id}
    assert callers.requester.get("/attestations")["rows"] == []
    (asked,) = callers.support.get("/attestations")["rows"]
    assert asked["item"]["name"] == "web"
    answer = f"/attestations/{asked['id']}/answer"
    refused(callers.reader.send("POST", answer, json={"answer": "right"}), 404)
    wrong = callers.support.send("POST", answer, json={"answer": "wrong"})
    assert "note" in refused(wrong, 422)
    callers.support.post(answer, {"answer": "right"}, 200)
    assert callers.support.get("/attestations")["rows"] == []
    after = callers.manager.get(f"/attestation-campaigns/{campaign['id']}")
    assert (after["asked"], after["right"]) == (1, 1)
    assert "model" in callers.admin.get(f"/items/{estate.web}/health")["confirmed"]


def test_late_owners_and_whoever_asked_are_reminded_once(
    callers: Callers, database: Database, world: World, estate: Estate, night: Any
) -> None:
    campaign = _campaign(callers, world)
    assert night("health.campaigns")["reminded"] == 0
    with database.writing() as session:
        row = session.get_one(Campaign, campaign["id"])
        row.due_on = utc_now().date() - timedelta(days=1)
    assert callers.manager.get(f"/attestation-campaigns/{campaign['id']}")["overdue"]
    assert night("health.campaigns")["reminded"] == 2
    assert night("health.campaigns")["reminded"] == 0
    path = f"/attestation-campaigns/{campaign['id']}"
    assert callers.manager.send("DELETE", path).status_code == 204
    assert callers.support.get("/attestations")["rows"] == []
    page = callers.manager.get(f"{path}/attestations", answer="open")["rows"]
    answer = f"/attestations/{page[0]['id']}/answer"
    refused(callers.support.send("POST", answer, json={"answer": "right"}), 409)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"due_on": "2020-01-01"}, "due_on"),
        ({"name": "  "}, "name"),
        ({"query": "class:rack"}, "query"),
        ({"query": "class:"}, "query"),
        ({"organisation_id": 999}, "organisation_id"),
    ],
)
def test_a_campaign_that_asks_nobody_is_refused(
    callers: Callers, world: World, estate: Estate, more: dict[str, Any], field: str
) -> None:
    due = (utc_now() + timedelta(days=7)).date().isoformat()
    body = {"organisation_id": world.operations.id, "name": "Spring", "due_on": due} | more
    answer = callers.manager.send("POST", "/attestation-campaigns", json=body)
    assert field in refused(answer, 422)


def test_nobody_without_the_right_starts_a_measurement(
    callers: Callers, database: Database
) -> None:
    refused(callers.manager.send("POST", "/health-runs"), 403)
    assert callers.admin.send("POST", "/health-runs").status_code == 202
    with database.reading() as session:
        waiting = select(func.count()).select_from(Job).where(Job.kind == "health.measure")
        assert session.scalar(waiting) == 1
