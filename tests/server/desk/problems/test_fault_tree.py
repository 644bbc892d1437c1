"""The fault tree of a problem over REST: its gates, what is known, verdicts, and who sees what."""

from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import update

from cmdb.inventory.door import Inventory
from cmdb.observation import (
    GroupMembership,
    ItemReference,
    Observation,
    Origin,
    SeenRelation,
)
from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item
from cmdb.vocabulary import DEPENDS_ON, PERSON, ClassCode
from server.desk.changes.actions import ChangeDraft, draft_change
from server.desk.changes.models import Change
from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.problems.test_problems_rest import V1, problem
from tests.server.desk.tickets.test_tickets_rest import document, faults, opened

SLOW = "Orders are slow"


def behind(agent: FlaskClient, estate: Estate, **body: Any) -> str:
    """Open a problem over one incident with the service; return its address."""
    ticket = opened(agent, title=SLOW, affected_item_ids=[estate.orders])["reference"]
    return f"{V1}/problems/{problem(agent, tickets=[ticket], **body)['reference']}"


def names(tree: dict[str, Any]) -> list[tuple[int, str | None]]:
    """Return (level, name) of each event."""
    return [(e["level"], e["item"] and e["item"]["name"]) for e in tree["events"]]


def test_the_tree_leads_from_the_service_to_what_it_stands_on(as_: As, estate: Estate) -> None:
    """San ──> db ──> app ──> orders."""
    agent = as_(estate.world.agent)
    here = behind(agent, estate, item_ids=[estate.db])
    tree = document(agent.get(f"{here}/fault-tree"))
    # The service goes before the server: it is what failed.
    assert [one["name"] for one in tree["tops"]] == ["Orders", "db-07"]
    assert tree["top"]["id"] == estate.orders
    assert names(tree) == [(0, "Orders"), (1, "app-1"), (2, "db-07"), (3, "san-1")]
    assert [e["ending"] for e in tree["events"]] == ["opened"] * 3 + ["basic"]
    assert {(gate["sign"], gate["needed"]) for gate in tree["gates"]} == {("or", 1)}
    assert [(e["gate"], e["number"]) for e in tree["events"]] == [(None, 1), (1, 2), (2, 3), (3, 4)]
    cuts = [[item["name"] for item in cut["items"]] for cut in tree["cut_sets"]]
    assert cuts == [["app-1"], ["db-07"], ["san-1"]]
    short = document(agent.get(f"{here}/fault-tree?depth=1&top={estate.db}"))
    assert names(short) == [(0, "db-07"), (1, "san-1")]
    assert faults(agent.get(f"{here}/fault-tree?top={estate.laptop}")) == {"top"}
    assert agent.get(f"{here}/fault-tree?depth=0").status_code == 422
    assert agent.get(f"{V1}/problems/PRB-999/fault-tree").status_code == 404


def test_a_redundancy_group_is_a_gate_that_votes(
    database: Database, as_: As, estate: Estate
) -> None:
    """{laptop, reports | 1} ──> orders, as odd as that is: both have to fail."""
    agent = as_(estate.world.agent)
    either = GroupMembership("Either", threshold=1)
    with database.writing() as session:
        relations = [
            SeenRelation(
                DEPENDS_ON,
                ItemReference(item_id=estate.orders),
                ItemReference(item_id=member),
                group=either,
            )
            for member in (estate.laptop, estate.reports)
        ]
        Inventory(session, utc_now()).relate(relations, PERSON, estate.world.root.id)
    tree = document(agent.get(f"{behind(agent, estate)}/fault-tree"))
    (gate,) = [one for one in tree["gates"] if one["group_id"]]
    assert (gate["sign"], gate["needed"], gate["size"], gate["name"]) == ("and", 2, 2, "Either")
    pairs = [cut["items"] for cut in tree["cut_sets"] if len(cut["items"]) == 2]
    assert ["LT-0231", "Reports"] in [sorted(one["name"] for one in pair) for pair in pairs]


def test_every_event_says_what_is_known_of_its_item(
    database: Database, as_: As, estate: Estate
) -> None:
    agent = as_(estate.world.agent)
    here = behind(agent, estate)
    other = opened(agent, title="Disk is full", affected_item_ids=[estate.db])["reference"]
    now = utc_now()
    with database.writing() as session:
        door = Inventory(session, now - timedelta(hours=5))
        seen = Observation(
            origin=Origin(PERSON, "db-07"),
            class_code=ClassCode("server"),
            organisation_id=estate.world.root.id,
            observed_at=now - timedelta(hours=5),
            values={"name": "db-07", "environment": "production"},
        )
        assert door.record(seen).item_id == estate.db
        # What was seen long before, and after, does not count.
        for days in (-9, 2):
            session.add(
                HistoryEntry(
                    item_id=estate.san,
                    at=now + timedelta(days=days),
                    observed_at=now + timedelta(days=days),
                    kind="changed",
                    detail={"old": "a", "new": "b"},
                    source="agent",
                )
            )
        draft = ChangeDraft(
            "Firmware",
            item_ids=(estate.san,),
            window_start=now - timedelta(hours=9),
            window_end=now - timedelta(hours=7),
        )
        change = draft_change(session, estate.world.change_manager, draft, now - timedelta(days=1))
        session.execute(update(Change).where(Change.id == change.id).values(state="closed"))
        reference = change.reference
    tree = document(agent.get(f"{here}/fault-tree"))
    known = {e["item"]["name"]: e["evidence"] for e in tree["events"]}
    assert known["db-07"]["differences"] >= 1
    assert known["db-07"]["tickets"] == [other]
    assert known["db-07"]["failures"] == 1
    assert known["db-07"]["mean_days_between_failures"] > 0
    assert (known["db-07"]["state"], known["app-1"]["state"]) == ("down", "down")
    assert (known["san-1"]["state"], known["san-1"]["failures"]) == ("up", 0)
    assert (known["san-1"]["differences"], known["san-1"]["changes"]) == (0, [reference])


def test_verdicts_are_kept_and_what_is_confirmed_is_the_cause(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    here = behind(agent, estate)

    def judge(item_id: int, verdict: str, note: str = "") -> Any:
        body = {"item_id": item_id, "verdict": verdict, "note": note}
        return agent.post(f"{here}/verdicts", json=body)

    assert faults(judge(estate.app, "ruled_out")) == {"note"}
    assert faults(judge(estate.app, "guilty")) == {"verdict"}
    assert faults(judge(999_999, "suspected")) == {"item_id"}
    assert judge(estate.app, "ruled_out", "It answered all the time").status_code == 201
    assert judge(estate.db, "suspected").status_code == 201
    assert document(agent.get(here))["cause"] == ""
    first = document(judge(estate.san, "confirmed", "Both controllers restarted"))
    assert first["person_id"] == estate.world.agent.person_id
    # The same again is the same.
    assert document(judge(estate.san, "confirmed", "Both controllers restarted")) == first
    assert document(agent.get(here))["cause"] == "san-1: Both controllers restarted"
    assert agent.get(f"{here}/items").json == [
        {"id": estate.san, "name": "san-1", "class_code": "storage_array", "is_cause": True}
    ]
    tree = document(agent.get(f"{here}/fault-tree"))
    judged = {e["item"]["name"]: e["verdict"] and e["verdict"]["verdict"] for e in tree["events"]}
    assert judged == {
        "Orders": None,
        "app-1": "ruled_out",
        "db-07": "suspected",
        "san-1": "confirmed",
    }
    standing = [(cut["items"][0]["name"], cut["standing"]) for cut in tree["cut_sets"]]
    assert standing == [("san-1", "confirmed"), ("db-07", "suspected"), ("app-1", "ruled_out")]
    assert judge(estate.san, "open").status_code == 201
    assert document(agent.get(here))["cause"] == ""
    assert [row["is_cause"] for row in agent.get(f"{here}/items").json or []] == [False]
    said = [(row["item_id"], row["verdict"]) for row in agent.get(f"{here}/verdicts").json or []]
    assert said == [
        (estate.app, "ruled_out"),
        (estate.db, "suspected"),
        (estate.san, "confirmed"),
        (estate.san, "open"),
    ]


def test_words_that_somebody_wrote_stay_whatever_is_confirmed(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    here = behind(agent, estate)
    agent.patch(here, json={"cause": "Old firmware"})
    for verdict, note in (("confirmed", "It restarted"), ("open", "")):
        body = {"item_id": estate.san, "verdict": verdict, "note": note}
        assert agent.post(f"{here}/verdicts", json=body).status_code == 201
    assert document(agent.get(here))["cause"] == "Old firmware"


def test_what_is_out_of_sight_has_no_name_and_counts_all_the_same(
    database: Database, as_: As, estate: Estate
) -> None:
    """Reports belongs to Sales, and what it stands on does not."""
    world = estate.world
    with database.writing() as session:
        moved = update(Item).where(Item.id == estate.reports)
        session.execute(moved.values(organisation_id=world.sales.id))
    agent, outsider = as_(world.agent), as_(world.outsider)
    place = {"organisation_id": world.sales.id}
    ticket = opened(agent, title="Reports hang", affected_item_ids=[estate.reports], **place)
    made = problem(agent, tickets=[ticket["reference"]], **place)
    here = f"{V1}/problems/{made['reference']}"
    body = {"item_id": estate.san, "verdict": "suspected", "note": "It is old"}
    assert agent.post(f"{here}/verdicts", json=body).status_code == 201
    tree = document(outsider.get(f"{here}/fault-tree"))
    assert names(tree) == [(0, "Reports"), (1, None), (2, None)]
    assert [e["evidence"] for e in tree["events"][1:]] == [None, None]
    assert [e["verdict"] for e in tree["events"]] == [None, None, None]
    assert (tree["cut_sets"], tree["hidden_cut_sets"], tree["below"]) == ([], 2, 2)
    assert outsider.get(f"{here}/verdicts").json == []
    body = {"item_id": estate.san, "verdict": "suspected"}
    assert faults(outsider.post(f"{here}/verdicts", json=body)) == {"item_id"}
    assert as_(world.requester).get(f"{here}/fault-tree").status_code == 404


def test_a_problem_without_items_has_no_tree(database: Database, as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    here = f"{V1}/problems/{problem(agent)['reference']}"
    tree = document(agent.get(f"{here}/fault-tree"))
    assert (tree["top"], tree["events"], tree["outside"]) == (None, [], False)
    with database.writing() as session:
        retired = Inventory(session, utc_now())
        seen = Observation(
            origin=Origin(PERSON, "LT-0231"),
            class_code=ClassCode("laptop"),
            organisation_id=estate.world.root.id,
            observed_at=utc_now(),
            values={"name": "LT-0231", "stage": "in_stock"},
        )
        assert retired.record(seen).item_id == estate.laptop
    agent.post(f"{here}/items", json={"item_ids": [estate.laptop]})
    tree = document(agent.get(f"{here}/fault-tree"))
    assert (tree["top"]["id"], tree["events"], tree["outside"]) == (estate.laptop, [], True)
