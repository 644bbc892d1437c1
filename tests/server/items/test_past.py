"""The past: items, relations and lists as of a moment, baselines and drift, sealed history."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from cmdb.inventory.door import Inventory
from cmdb.observation import Observation, Origin
from cmdb.records.history import HistoryEntry
from cmdb.records.relations import GraphChange
from cmdb.vocabulary import AGENT, SERVER
from server.desk.tickets.models import Ticket
from server.foundation.audit import AuditEntry, verify
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings
from server.items.past.models import HistoryRange
from server.wiring import JOBS
from tests.server.items.rest import Callers, refused
from tests.support.people import World

_LONG_AGO = utc_now() - timedelta(days=100)


@pytest.fixture
def night(database: Database, tmp_path: Path) -> Any:
    context = JobContext(database, Settings(home=tmp_path), {})
    return lambda kind: JOBS[kind].run(context)


def heard(database: Database, at: datetime, key: str = "web", **values: Any) -> int:
    """Let an agent report at a moment, which is also when it is recorded."""
    seen = Observation(Origin(AGENT, key), SERVER, 1, at, (), {"name": key, **values})
    with database.writing() as session:
        return Inventory(session, at).record(seen).item_id or 0


@pytest.fixture
def web(database: Database) -> int:
    """A server whose vendor, name and stage changed, each on a day of its own."""
    item = heard(database, _LONG_AGO, vendor="HP")
    heard(database, _LONG_AGO + timedelta(days=10), vendor="HPE", model="DL")
    heard(database, _LONG_AGO + timedelta(days=20), name="www", vendor="HPE", model="DL")
    heard(database, _LONG_AGO + timedelta(days=25), "late")
    return item


def _on(days: float) -> str:
    return (_LONG_AGO + timedelta(days=days)).isoformat()


def test_an_item_is_told_as_it_was_recorded(callers: Callers, web: int) -> None:
    then = callers.admin.get(f"/items/{web}", as_of=_on(1))
    assert (then["name"], then["vendor"], then["model"]) == ("web", "HP", "")
    then = callers.admin.get(f"/items/{web}", as_of=_on(11))
    assert (then["name"], then["vendor"], then["model"]) == ("web", "HPE", "DL")
    assert callers.admin.get(f"/items/{web}", as_of=_on(21))["name"] == "www"
    before = callers.admin.send("GET", f"/items/{web}", query_string={"as_of": _on(-1)})
    refused(before, 404)
    refused(callers.outsider.send("GET", f"/items/{web}", query_string={"as_of": _on(1)}), 404)


def test_a_list_is_told_as_it_was_recorded(callers: Callers, web: int) -> None:
    def names(days: float, **asked: Any) -> list[str]:
        page = callers.admin.get("/items", as_of=_on(days), **asked)
        return [row["name"] for row in page["rows"]]

    assert names(1) == ["web"]
    assert names(26) == ["www", "late"]
    assert names(1, q="web") == ["web"]
    assert names(1, q="www") == []
    assert names(26, q="ww", **{"class": "computer"}) == ["www"]
    assert names(26, stage="retired") == []
    assert names(1, query="vendor:HP") == ["web"]
    assert names(26, query="vendor:HP") == []
    asked = {"as_of": _on(26), "environment": "test"}
    assert "environment" in refused(callers.admin.send("GET", "/items", query_string=asked), 422)
    first = callers.admin.get("/items", as_of=_on(26), limit=1)
    following = callers.admin.get("/items", as_of=_on(26), limit=1, cursor=first["next_cursor"])
    assert [row["name"] for row in following["rows"]] == ["late"]


def test_relations_are_told_as_they_held(callers: Callers, web: int) -> None:
    other = callers.admin.create("db")
    before = utc_now().isoformat()
    relation = callers.admin.relate("depends_on", web, other, weight=0.5)
    during = utc_now().isoformat()
    callers.admin.send("DELETE", f"/relations/{relation}")
    path = f"/items/{web}/relations"
    assert callers.admin.get(path, as_of=before) == []
    (held,) = callers.admin.get(path, as_of=during)
    assert (held["other"]["name"], held["weight"], held["forward"]) == ("db", 0.5, True)
    assert callers.admin.get(path) == []


def _keep(callers: Callers, **more: Any) -> int:
    made: dict[str, int] = callers.manager.post(
        "/baselines", {"organisation_id": 1, "name": "Before", "query": "class:server"} | more
    )
    return made["id"]


def test_what_leaves_a_baseline_is_told_and_opens_one_ticket(
    callers: Callers, database: Database, web: int, night: Any
) -> None:
    kept = _keep(callers)
    assert callers.reader.get(f"/baselines/{kept}/drift") == []
    assert night("past.watch") == {"baselines": 1, "left": 0}
    callers.admin.patch(f"/items/{web}", {"values": {"environment": "test"}})
    new = callers.admin.create("new")
    callers.admin.relate("depends_on", web, new)
    drift = {one["act"]: one for one in callers.manager.get(f"/baselines/{kept}/drift")}
    assert drift["changed"]["differing"] == {"environment": {"old": None, "new": "test"}}
    assert drift["changed"]["related"] == [f"depends_on:{web}:{new}"]
    assert drift["added"]["item_id"] == new
    assert night("past.watch")["left"] == 1
    assert night("past.watch")["left"] == 0
    with database.reading() as session:
        (ticket,) = session.scalars(select(Ticket)).all()
        assert "Before" in ticket.title
    told = callers.manager.get(f"/baselines/{kept}")
    assert (told["drifted"], told["drifted_at"] is None) == (2, False)
    assert callers.manager.send("DELETE", f"/baselines/{kept}").status_code == 204
    refused(callers.manager.send("GET", f"/baselines/{kept}"), 404)


def test_a_baseline_that_nobody_watches_opens_nothing(
    callers: Callers, web: int, night: Any
) -> None:
    _keep(callers, watched=False)
    callers.admin.patch(f"/items/{web}", {"values": {"environment": "test"}})
    assert night("past.watch") == {"baselines": 0, "left": 0}


@pytest.mark.parametrize(
    ("more", "field"),
    [({"name": " "}, "name"), ({"query": "class:rack"}, "query"), ({"organisation_id": 9}, None)],
)
def test_a_baseline_of_nothing_is_refused(
    callers: Callers, web: int, more: dict[str, Any], field: str | None
) -> None:
    body = {"organisation_id": 1, "name": "Before", "query": ""} | more
    answer = callers.manager.send("POST", "/baselines", json=body)
    assert (field or "organisation_id") in refused(answer, 422)


def test_closed_history_is_sealed_into_the_chain_and_a_change_of_it_is_found(
    callers: Callers, database: Database, web: int, night: Any
) -> None:
    assert night("past.seal") == {"ranges": 1}
    assert night("past.seal") == {"ranges": 0}
    (sealed,) = callers.admin.get("/history-ranges")
    with database.reading() as session:
        act = session.scalar(select(AuditEntry).where(AuditEntry.act == "history_sealed"))
        assert act is not None
        assert act.detail["digest"] == sealed["digest"]
        assert verify(session).whole
    assert callers.admin.get("/history-verification") == {"whole": True, "broken": []}
    with database.writing() as session:
        session.execute(
            update(HistoryEntry)
            .where(HistoryEntry.id == sealed["last_entry_id"])
            .values(source="somebody")
        )
    broken = callers.admin.get("/history-verification")
    assert [one["id"] for one in broken["broken"]] == [sealed["id"]]
    refused(callers.manager.send("GET", "/history-ranges"), 403)


def test_what_the_rule_lets_go_leaves_its_hash_and_who_what_and_why(
    callers: Callers, database: Database, world: World, web: int, night: Any
) -> None:
    night("past.seal")
    assert night("past.retain") == {"ranges": 0}
    rule = {"days": 60, "reason": "Data protection"}
    assert callers.admin.send("PUT", "/history-retention", json=rule).status_code == 200
    assert night("past.retain") == {"ranges": 1}
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(HistoryEntry)) == 0
        act = session.scalar(select(AuditEntry).where(AuditEntry.act == "history_deleted"))
        row = session.execute(select(HistoryRange)).scalar_one()
        assert act is not None
        assert (act.detail["digest"], act.detail["rows"]) == (row.digest, row.rows)
        assert act.detail["decided_by"] == world.admin.person_id
        assert act.detail["reason"] == "Data protection"
        # The graph's own past goes along; its newest change stays.
        assert row.last_at is not None
        older = select(func.count()).select_from(GraphChange).where(GraphChange.at < row.last_at)
        newest = select(func.max(GraphChange.seq)).scalar_subquery()
        assert session.scalar(older.where(GraphChange.seq < newest)) == 0
    gone = callers.admin.send("GET", f"/items/{web}", query_string={"as_of": _on(1)})
    refused(gone, 410, "history-not-kept")
    assert callers.admin.get(f"/items/{web}", as_of=_on(80))["name"] == "www"


def test_a_deletion_that_was_killed_is_finished(
    callers: Callers, database: Database, web: int, night: Any
) -> None:
    night("past.seal")
    callers.admin.send("PUT", "/history-retention", json={"days": 60, "reason": "Policy"})
    with database.writing() as session:
        session.execute(update(HistoryRange).values(deleted_at=utc_now()))
        session.execute(delete(HistoryEntry).where(HistoryEntry.item_id != web))
    night("past.retain")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(HistoryEntry)) == 0


@pytest.mark.parametrize(
    ("rule", "field"),
    [({"days": 3, "reason": "x"}, "days"), ({"days": 400, "reason": " "}, "reason")],
)
def test_a_rule_without_sense_or_reason_is_refused(
    callers: Callers, rule: dict[str, Any], field: str
) -> None:
    assert field in refused(callers.admin.send("PUT", "/history-retention", json=rule), 422)
