"""What is found out beside an impact: needs, ways, causes, single points, rankings, the past."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, func, select

from cmdb.records.relations import GraphChange, current_sequence
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings
from server.wiring import JOBS
from tests.server.items.rest import Caller, Callers, refused
from tests.support.people import World


class Estate:
    """Two ways to the shop, one to the mail; the second web server belongs to sales.

    ::

        ups <- host <- web1 ─┐
                             ├─(web, at least one) <- shop (tier 0)
        host2 <- web2 (sales) ┘
        host <- mail (tier 2)
        host <┄ report (soft)
    """

    def __init__(self, callers: Callers, world: World) -> None:
        admin, ours, theirs = callers.admin, world.operations.id, world.sales.id
        self.ups = admin.create("ups", organisation_id=ours)
        self.host = admin.create("host", organisation_id=ours)
        self.host2 = admin.create("host2", organisation_id=ours)
        self.web1 = admin.create("web1", organisation_id=ours)
        self.web2 = admin.create("web2", organisation_id=theirs)
        service = "business_service"
        self.shop = admin.create("shop", service, organisation_id=ours, criticality=0)
        self.mail = admin.create("mail", service, organisation_id=ours, criticality=2)
        self.report = admin.create("report", service, organisation_id=ours)
        admin.relate("depends_on", self.host, self.ups)
        admin.relate("depends_on", self.web1, self.host)
        admin.relate("depends_on", self.web2, self.host2)
        admin.relate("depends_on", self.mail, self.host)
        admin.relate("depends_on", self.report, self.host, weight=0.5)
        for replica in (self.web1, self.web2):
            admin.relate("depends_on", self.shop, replica, group={"name": "web"})


@pytest.fixture
def estate(callers: Callers, world: World) -> Estate:
    return Estate(callers, world)


def sweep(database: Database, tmp_path: Path) -> None:
    JOBS["impact.sweep"].run(JobContext(database, Settings(home=tmp_path), {}))


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["item"]["name"] if row["item"] else "?" for row in rows]


# ── what an item stands on ──────────────────────────────────────────────────────────────────────


def test_everything_an_item_needs_is_told_nearest_first(callers: Callers, estate: Estate) -> None:
    answer = callers.admin.get(f"/items/{estate.shop}/depends-on")
    assert [(row["item"]["name"], row["distance"]) for row in answer["rows"]] == [
        ("web1", 1),
        ("web2", 1),
        ("host", 2),
        ("host2", 2),
        ("ups", 3),
    ]
    assert (answer["total"], answer["hidden"], answer["outside"]) == (5, 0, False)
    near = callers.admin.get(f"/items/{estate.shop}/depends-on", within=1)
    assert names(near["rows"]) == ["web1", "web2"]


def test_needs_come_in_pages(callers: Callers, estate: Estate) -> None:
    told: list[str] = []
    cursor = ""
    while cursor is not None:
        page = callers.admin.get(f"/items/{estate.shop}/depends-on", limit=2, cursor=cursor)
        told += names(page["rows"])
        cursor = page["next_cursor"]
    assert told == ["web1", "web2", "host", "host2", "ups"]
    bad = callers.admin.send(
        "GET", f"/items/{estate.shop}/depends-on", query_string={"cursor": "x"}
    )
    assert refused(bad, 422).keys() == {"cursor"}


def test_needs_out_of_sight_are_left_out_but_lead_on(
    callers: Callers, estate: Estate, local_manager: Caller
) -> None:
    answer = local_manager.get(f"/items/{estate.shop}/depends-on")
    assert names(answer["rows"]) == ["web1", "host", "host2", "ups"]
    assert (answer["total"], answer["hidden"]) == (None, None)


def test_a_retired_item_stands_outside(callers: Callers) -> None:
    gone = callers.admin.create("gone", stage="retired")
    answer = callers.admin.get(f"/items/{gone}/depends-on")
    assert (answer["rows"], answer["outside"], answer["total"]) == ([], True, 0)
    assert callers.admin.get(f"/items/{gone}/single-points")["outside"] is True
    way = callers.admin.get("/path", **{"from": gone, "to": gone})
    assert (way["outside"], way["hops"], way["reached"]) == ([gone], [], False)
    causes = callers.admin.post("/causes", {"symptoms": [gone]}, 200)
    assert (causes["outside"], causes["causes"]) == ([gone], [])


# ── the way of a failure ────────────────────────────────────────────────────────────────────────


def test_the_way_of_a_failure_is_told_hop_by_hop(callers: Callers, estate: Estate) -> None:
    way = callers.admin.get("/path", **{"from": estate.ups, "to": estate.mail})
    assert (way["state"], way["reached"]) == ("down", True)
    assert [(hop["item"]["name"], hop["kind"]) for hop in way["hops"]] == [
        ("ups", "failed"),
        ("host", "hard"),
        ("mail", "hard"),
    ]
    assert way["held"] == []


def test_a_way_through_a_group_says_what_holds(callers: Callers, estate: Estate) -> None:
    way = callers.admin.get("/path", **{"from": estate.ups, "to": estate.shop})
    assert (way["state"], way["reached"]) == ("at_risk", True)
    assert [(hop["item"]["name"], hop["kind"], hop["group"]) for hop in way["hops"]][-1] == (
        "shop",
        "member",
        "web",
    )
    (held,) = way["held"]
    assert (held["item"]["name"], held["name"], held["slack"]) == ("shop", "web", 0)


def test_where_a_failure_is_stopped_the_dependency_is_told_all_the_same(
    callers: Callers, estate: Estate
) -> None:
    """one ─┐(pair, at least one) <- middle (holds) <- top: the top does not even notice."""
    admin = callers.admin
    one, two, middle, top = (admin.create(name) for name in ("one", "two", "middle", "top"))
    for replica in (one, two):
        admin.relate("depends_on", middle, replica, group={"name": "pair"})
    admin.relate("depends_on", top, middle, weight=0.5)
    way = admin.get("/path", **{"from": one, "to": top})
    assert (way["state"], way["reached"]) == ("up", False)
    assert [(hop["item"]["name"], hop["state"], hop["kind"]) for hop in way["hops"]] == [
        ("one", "down", "failed"),
        ("middle", "at_risk", "member"),
        ("top", "up", "soft"),
    ]
    assert [(held["item"]["name"], held["name"]) for held in way["held"]] == [("middle", "pair")]


def test_where_nothing_depends_there_is_no_way(callers: Callers, estate: Estate) -> None:
    way = callers.admin.get("/path", **{"from": estate.mail, "to": estate.ups})
    assert (way["state"], way["reached"], way["hops"]) == ("up", False, [])
    itself = callers.admin.get("/path", **{"from": estate.mail, "to": estate.mail})
    assert (names(itself["hops"]), itself["reached"]) == (["mail"], True)


def test_a_way_leads_through_what_is_out_of_sight_without_naming_it(
    callers: Callers, estate: Estate, local_manager: Caller
) -> None:
    way = local_manager.get("/path", **{"from": estate.host2, "to": estate.shop})
    assert names(way["hops"]) == ["host2", "?", "shop"]
    query = {"from": estate.web2, "to": estate.shop}
    refused(local_manager.send("GET", "/path", query_string=query), 404)
    fields = refused(callers.admin.send("GET", "/path", query_string={"from": "x"}), 422)
    assert fields.keys() == {"from", "to"}


# ── common causes ───────────────────────────────────────────────────────────────────────────────


def test_what_explains_all_symptoms_is_ranked_first(callers: Callers, estate: Estate) -> None:
    body = {"symptoms": [estate.web1, estate.mail, estate.mail], "watched": [estate.shop]}
    answer = callers.admin.post("/causes", body, 200)
    first = answer["causes"][0]
    assert first["item"]["name"] in {"host", "ups"}
    assert {item["name"] for item in first["explains"]} == {"web1", "mail"}
    assert 0 < first["share"] <= 1
    assert answer["unexplained"] == []


def test_a_cause_that_changed_of_late_comes_before_its_like(
    callers: Callers, estate: Estate
) -> None:
    body = {"symptoms": [estate.web1, estate.mail], "watched": []}
    with time_machine.travel(utc_now() + timedelta(days=9), tick=True):
        callers.admin.patch(f"/items/{estate.ups}", {"values": {"environment": "production"}})
        first = callers.admin.post("/causes", body, 200)["causes"][0]
    assert (first["item"]["name"], first["rank"]) == ("ups", 1)
    assert first["differences"] >= 1
    assert first["changed_at"] is not None
    long_ago = {"at": (utc_now() - timedelta(days=30)).isoformat()}
    before = callers.admin.post("/causes", body | long_ago, 200)["causes"]
    assert {cause["differences"] for cause in before} == {0}


def test_causes_that_nothing_tells_apart_are_said_to_be_tied(
    callers: Callers, estate: Estate
) -> None:
    at = {"at": (utc_now() - timedelta(days=30)).isoformat()}
    body = {"symptoms": [estate.web1, estate.mail], "watched": []} | at
    ties = callers.admin.post("/causes", body, 200)["ties"]
    assert [{item["name"] for item in tie["items"]} for tie in ties] == [{"host", "ups"}]
    assert ties[0]["check"]["name"] == "ups"
    assert [item["name"] for item in ties[0]["if_down"]] == ["ups"]


def test_a_cause_out_of_sight_is_told_without_name_to_who_may_count(
    callers: Callers, world: World, local_manager: Caller
) -> None:
    """power (operations) <- a, b (sales): the cause lies where sales cannot look."""
    admin, theirs = callers.admin, world.sales.id
    power = admin.create("power", organisation_id=world.operations.id)
    ends = [admin.create(name, organisation_id=theirs) for name in ("a", "b")]
    for end in ends:
        admin.relate("depends_on", end, power)
    counted = callers.outsider.post("/causes", {"symptoms": ends}, 200)
    assert (counted["causes"][0]["item"], counted["causes"][0]["down"]) == (None, 3)
    mine = [admin.create(name, organisation_id=world.operations.id) for name in ("c", "d")]
    hidden = admin.create("hidden", organisation_id=theirs)
    for end in mine:
        admin.relate("depends_on", end, hidden)
    blind = local_manager.post("/causes", {"symptoms": mine}, 200)
    assert "?" not in names(blind["causes"])
    assert "hidden" not in str(blind["causes"])


def test_symptoms_that_cannot_be_asked_about_are_refused(
    callers: Callers, estate: Estate, local_manager: Caller
) -> None:
    refused(local_manager.send("POST", "/causes", json={"symptoms": [estate.web2]}), 404)
    watched = {"symptoms": [estate.web1], "watched": [estate.web2]}
    refused(local_manager.send("POST", "/causes", json=watched), 404)
    for body, field in (({"symptoms": []}, "symptoms"), ({"symptoms": [1], "limit": 0}, "limit")):
        assert refused(callers.admin.send("POST", "/causes", json=body), 422).keys() == {field}


# ── single points and rankings ──────────────────────────────────────────────────────────────────


def test_the_single_points_of_a_service_are_computed_live(callers: Callers, estate: Estate) -> None:
    answer = callers.admin.get(f"/items/{estate.mail}/single-points")
    assert [(row["item"]["name"], row["down"]) for row in answer["rows"]] == [
        ("ups", 4),
        ("host", 3),
    ]
    assert (answer["sweep"], answer["hidden"]) == (None, 0)
    assert callers.admin.get(f"/items/{estate.shop}/single-points")["rows"] == []


def test_rankings_are_told_with_their_age(
    callers: Callers, estate: Estate, database: Database, tmp_path: Path
) -> None:
    for path in ("/blast-radius", "/group-losses", "/single-points"):
        assert callers.admin.get(path) == {"rows": [], "next_cursor": None, "sweep": None}
    sweep(database, tmp_path)
    ranking = callers.admin.get("/blast-radius", limit=2)
    assert [(row["item"]["name"], row["down"], row["services"]) for row in ranking["rows"]] == [
        ("ups", 4, 1),
        ("host", 3, 1),
    ]
    assert ranking["sweep"]["behind"] == 0
    rest = callers.admin.get("/blast-radius", limit=2, cursor=ranking["next_cursor"])
    assert (names(rest["rows"]), rest["next_cursor"]) == (["host2"], None)
    (lost,) = callers.admin.get("/group-losses", sort="-services")["rows"]
    assert (lost["item"]["name"], lost["group"], [one["name"] for one in lost["members"]]) == (
        "shop",
        "web",
        ["web1", "web2"],
    )
    services = callers.admin.get("/single-points")
    assert [
        (row["item"]["name"], row["suppliers"], row["single_points"], row["redundant"])
        for row in services["rows"]
    ] == [("mail", 2, 2, False), ("report", 0, 0, False), ("shop", 5, 0, True)]
    for path in ("/blast-radius", "/group-losses", "/single-points"):
        bad = callers.admin.send("GET", path, query_string={"sort": "colour"})
        assert refused(bad, 422).keys() == {"sort"}


# ── as of ───────────────────────────────────────────────────────────────────────────────────────


def test_every_answer_can_be_had_as_of_a_past_change(
    callers: Callers, estate: Estate, database: Database
) -> None:
    admin = callers.admin
    with database.reading() as session:
        before = str(current_sequence(session))
    extra = admin.create("extra")
    admin.relate("depends_on", estate.mail, extra)
    now = admin.get(f"/items/{estate.mail}/depends-on")
    then = admin.get(f"/items/{estate.mail}/depends-on", as_of=before)
    assert ("extra" in names(now["rows"]), "extra" in names(then["rows"])) == (True, False)
    assert then["sequence"] == int(before)
    affected = admin.post("/impact", {"failed": [estate.ups], "as_of": before}, 200)
    assert affected["sequence"] == int(before)
    assert "mail" in names(affected["affected"])
    assert admin.post("/impact", {"failed": [extra], "as_of": before}, 200)["outside"] == [extra]
    way = admin.get("/path", **{"from": extra, "to": estate.mail, "as_of": before})
    assert way["outside"] == [extra]
    points = admin.get(f"/items/{estate.mail}/single-points", as_of=before)
    assert names(points["rows"]) == ["ups", "host"]
    causes = admin.post("/causes", {"symptoms": [estate.mail], "as_of": before}, 200)
    assert causes["sequence"] == int(before)


def test_a_moment_names_the_past_too_and_rights_are_those_of_today(
    callers: Callers, estate: Estate, local_manager: Caller
) -> None:
    moment = utc_now().isoformat()
    answer = local_manager.get(f"/items/{estate.host2}/impact", as_of=moment)
    assert names(answer["affected"]) == ["host2", "shop"]
    assert "web2" not in str(answer)


@pytest.mark.parametrize("as_of", ["yesterday", "-1", "9" * 40, "2026-13-01"])
def test_a_past_that_is_none_is_refused(callers: Callers, estate: Estate, as_of: str) -> None:
    path = f"/items/{estate.shop}/impact"
    answer = callers.admin.send("GET", path, query_string={"as_of": as_of})
    assert refused(answer, 422).keys() == {"as_of"}


def test_a_past_that_is_not_kept_says_since_when_it_is(
    callers: Callers, estate: Estate, database: Database
) -> None:
    with database.writing() as session:
        session.execute(delete(GraphChange).where(GraphChange.seq <= 3))
        kept = session.scalars(select(func.min(GraphChange.at))).one()
    for as_of in ("1999-01-01T00:00:00Z", "1"):
        path = f"/items/{estate.shop}/impact"
        answer = callers.admin.send("GET", path, query_string={"as_of": as_of})
        refused(answer, 410, "history-not-kept")
        assert kept.isoformat(timespec="seconds") in answer.get_json()["detail"]
