"""Tickets over REST: who may what, and what a client is told when it cannot be."""

from typing import Any

from flask.testing import FlaskClient

from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate

API = "/api/v1/tickets"


def document(answer: Any) -> dict[str, Any]:
    assert isinstance(answer.json, dict), answer.data
    return answer.json


def faults(answer: Any) -> set[str]:
    return {error["field"] for error in document(answer)["errors"]}


def opened(client: FlaskClient, **body: Any) -> dict[str, Any]:
    answer = client.post(API, json={"title": "Orders page times out"} | body)
    assert answer.status_code == 201, answer.json
    return document(answer)


def test_a_ticket_is_opened_found_and_answered_with_its_impact(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    made = opened(agent, affected_item_ids=[estate.db], cause_item_id=estate.db)
    assert (made["reference"], made["state"], made["priority"]) == ("INC-1", "new", 2)
    assert made["service_count"] == 2
    for name in ("INC-1", "inc-1", str(made["id"])):
        assert document(agent.get(f"{API}/{name}"))["id"] == made["id"]
    impact = document(agent.get(f"{API}/INC-1/impact"))
    assert [row["item"]["name"] for row in impact["services"]] == ["Orders", "Reports"]
    assert [hop["item"]["name"] for hop in impact["services"][0]["path"]] == [
        "db-07",
        "app-1",
        "Orders",
    ]
    page = document(agent.get(f"{API}/INC-1/workspace"))
    assert page["affected"][0]["owner_people"][0]["name"] == "Sam Support"
    assert page["totals"] == {"down": 4, "degraded": 0, "at_risk": 0}


def test_each_kind_counts_for_itself_and_only_failures_reach_services(
    as_: As, estate: Estate
) -> None:
    agent = as_(estate.world.agent)
    assert opened(agent)["reference"] == "INC-1"
    request = opened(agent, kind="request", affected_item_ids=[estate.db])
    assert (request["reference"], request["service_count"], request["impact"]) == (
        "REQ-1",
        0,
        "minor",
    )
    assert document(agent.get(f"{API}/REQ-1/impact"))["services"] == []
    assert opened(agent)["reference"] == "INC-2"


def test_whatever_is_wrong_is_named_all_at_once_and_nothing_is_written(
    as_: As, estate: Estate
) -> None:
    agent = as_(estate.world.agent)
    wrong = {
        "title": " ",
        "affected_item_ids": [estate.db, 999_999],
        "assignee_id": 999_999,
        "group_id": 999_999,
        "cause_item_id": estate.san,
    }
    answer = agent.post(API, json=wrong)
    assert answer.status_code == 422
    assert faults(answer) == {
        "title",
        "affected_item_ids.1",
        "assignee_id",
        "group_id",
        "cause_item_id",
    }
    assert faults(agent.post(API, json={"title": "x", "colour": "red"})) == {"colour"}
    assert faults(agent.post(API, json={"title": "x", "urgency": "soon"})) == {"urgency"}
    assert document(agent.get(API))["rows"] == []


def test_a_requester_opens_for_themselves_and_sees_only_their_own(as_: As, estate: Estate) -> None:
    world = estate.world
    theirs = opened(as_(world.agent), affected_item_ids=[estate.db])
    rita = as_(world.requester)
    mine = opened(rita, title="My laptop is slow", affected_item_ids=[estate.laptop])
    assert mine["requester_id"] == world.requester.person_id
    assert mine["service_count"] is None
    assert [row["reference"] for row in document(rita.get(API))["rows"]] == [mine["reference"]]
    assert rita.get(f"{API}/{theirs['reference']}").status_code == 404
    assert rita.get(f"{API}/{theirs['reference']}/entries").status_code == 404
    for_another = {"title": "x", "requester_id": world.agent.person_id}
    assert rita.post(API, json=for_another).status_code == 403
    assert faults(rita.post(API, json={"title": "x", "affected_item_ids": [estate.db]})) == {
        "affected_item_ids.0"
    }
    assert rita.patch(f"{API}/{mine['reference']}", json={"title": "y"}).status_code == 403


def test_what_is_internal_stays_between_those_who_work(as_: As, estate: Estate) -> None:
    world = estate.world
    rita, agent = as_(world.requester), as_(world.agent)
    reference = opened(rita)["reference"]
    entries = f"{API}/{reference}/entries"
    internal = {"text": "She always says that", "kind": "internal"}
    assert agent.post(entries, json=internal).status_code == 201
    assert agent.post(entries, json={"text": "Looking into it"}).status_code == 201
    assert rita.post(entries, json={"text": "Thank you"}).status_code == 201
    assert rita.post(entries, json=internal).status_code == 403
    assert [row["text"] for row in document(rita.get(entries))["rows"]] == [
        "Looking into it",
        "Thank you",
    ]
    assert {row["kind"] for row in document(agent.get(entries))["rows"]} == {
        "public",
        "internal",
        "system",
    }
    assert as_(world.reader).post(entries, json={"text": "Me too"}).status_code == 403


def test_watching_shows_a_ticket_to_who_could_not_see_it(as_: As, estate: Estate) -> None:
    rita, agent = as_(estate.world.requester), as_(estate.world.agent)
    reference = opened(agent)["reference"]
    assert rita.put(f"{API}/{reference}/watch").status_code == 404
    mine = opened(rita)["reference"]
    assert rita.put(f"{API}/{mine}/watch").status_code == 204
    assert rita.put(f"{API}/{mine}/watch").status_code == 204
    gone = agent.patch(f"{API}/{mine}", json={"requester_id": estate.world.agent.person_id})
    assert gone.status_code == 200
    assert rita.get(f"{API}/{mine}").status_code == 200
    assert rita.delete(f"{API}/{mine}/watch").status_code == 204
    assert rita.get(f"{API}/{mine}").status_code == 404


def test_an_organisation_hides_its_tickets_from_those_outside(as_: As, estate: Estate) -> None:
    reference = opened(as_(estate.world.agent))["reference"]
    otto = as_(estate.world.outsider)
    assert otto.get(f"{API}/{reference}").status_code == 404
    assert document(otto.get(API))["rows"] == []
    nobody = as_(estate.world.nobody)
    assert nobody.get(API).status_code == 403
    assert nobody.post(API, json={"title": "x"}).status_code == 403
    outside = {"title": "x", "organisation_id": estate.world.operations.id}
    assert faults(otto.post(API, json=outside)) == {"organisation_id"}


def test_the_life_cycle_says_what_a_step_needs_and_refuses_others(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    moves = f"{API}/{opened(agent)['reference']}/moves"
    steps = agent.get(moves).json
    assert isinstance(steps, list)
    assert [step["state"] for step in steps] == ["in_progress", "waiting", "resolved", "cancelled"]
    illegal = agent.post(moves, json={"state": "closed"})
    assert illegal.status_code == 409
    assert document(illegal)["type"] == "urn:cadastre:problem:illegal-move"
    assert "'new'" in document(illegal)["detail"]
    assert "'closed'" in document(illegal)["detail"]
    incomplete = agent.post(moves, json={"state": "resolved", "resolution_code": "fixed"})
    assert (incomplete.status_code, faults(incomplete)) == (422, {"resolution_text"})
    solved = {"state": "resolved", "resolution_code": "fixed", "resolution_text": "Restarted"}
    done = document(agent.post(moves, json=solved))
    assert (done["state"], done["open"], done["resolved_at"] is None) == ("resolved", False, False)
    again = document(agent.post(moves, json={"state": "in_progress", "reason": "It is back"}))
    assert (again["open"], again["resolution_code"], again["resolved_at"]) == (True, "", None)


def test_the_requester_confirms_or_reopens_and_does_nothing_else(as_: As, estate: Estate) -> None:
    rita, agent = as_(estate.world.requester), as_(estate.world.agent)
    moves = f"{API}/{opened(rita)['reference']}/moves"
    assert rita.post(moves, json={"state": "in_progress"}).status_code == 403
    solved = {"state": "resolved", "resolution_code": "fixed", "resolution_text": "Restarted"}
    assert agent.post(moves, json=solved).status_code == 200
    closed = rita.post(moves, json={"state": "closed"})
    assert (closed.status_code, document(closed)["state"]) == (200, "closed")


def test_two_editors_at_once_do_not_overwrite_each_other(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    address = f"{API}/{opened(agent)['reference']}"
    tag = {"If-Match": agent.get(address).headers["ETag"]}
    first = agent.patch(address, json={"title": "Orders is slow"}, headers=tag)
    assert (first.status_code, document(first)["title"]) == (200, "Orders is slow")
    second = agent.patch(address, json={"title": "Orders is down"}, headers=tag)
    assert second.status_code == 412
    fresh = {"If-Match": first.headers["ETag"]}
    assert agent.patch(address, json={"title": "Orders is down"}, headers=fresh).status_code == 200
    tag = {"If-Match": agent.get(address).headers["ETag"]}
    assert agent.post(f"{address}/entries", json={"text": "Hello"}).status_code == 201
    assert agent.patch(address, json={"urgency": "high"}, headers=tag).status_code == 200


def test_an_override_needs_a_reason_and_can_be_taken_back(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    address = f"{API}/{opened(agent, affected_item_ids=[estate.db])['reference']}"
    assert faults(agent.patch(address, json={"impact": "minor"})) == {"impact_reason"}
    reason = {"impact": "minor", "impact_reason": "Nobody works today"}
    lowered = document(agent.patch(address, json=reason))
    assert (lowered["impact"], lowered["suggested_impact"], lowered["priority"]) == (
        "minor",
        "extensive",
        4,
    )
    back = document(agent.patch(address, json={"impact": None}))
    assert (back["impact"], back["priority"], back["impact_overridden"]) == ("extensive", 2, False)


def test_items_come_and_go_and_the_impact_follows(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    address = f"{API}/{opened(agent)['reference']}"
    more = {"item_ids": [estate.app, estate.laptop], "cause_item_id": estate.app}
    assert document(agent.post(f"{address}/affected-items", json=more))["service_count"] == 1
    listed = agent.get(f"{address}/affected-items").json
    assert listed is not None
    assert [(row["item"]["name"], row["is_cause"]) for row in listed] == [
        ("app-1", True),
        ("LT-0231", False),
    ]
    unknown = agent.post(f"{address}/affected-items", json={"item_ids": [999_999]})
    assert (unknown.status_code, faults(unknown)) == (422, {"item_ids.0"})
    assert agent.delete(f"{address}/affected-items/{estate.san}").status_code == 404
    left = document(agent.delete(f"{address}/affected-items/{estate.app}"))
    assert (left["service_count"], left["priority"]) == (0, 4)


def test_the_list_filters_sorts_and_pages(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    opened(agent, title="Printer jam", urgency="low")
    opened(agent, title="Orders down", affected_item_ids=[estate.db], urgency="high")
    opened(agent, title="Slow VPN", group_id=estate.world.support.id)

    def titles(**query: Any) -> list[str]:
        return [row["title"] for row in document(agent.get(API, query_string=query))["rows"]]

    assert titles() == ["Slow VPN", "Orders down", "Printer jam"]
    assert titles(sort="priority") == ["Orders down", "Slow VPN", "Printer jam"]
    assert titles(service_id=estate.orders) == ["Orders down"]
    assert titles(item_id=estate.db, open=True, state="new") == ["Orders down"]
    assert titles(group_id=estate.world.support.id, unassigned=True) == ["Slow VPN"]
    assert titles(q="vpn") == ["Slow VPN"]
    assert titles(q="inc-1") == ["Printer jam"]
    first = document(agent.get(API, query_string={"limit": 2, "sort": "-activity"}))
    rest = {"limit": 2, "sort": "-activity", "cursor": first["next_cursor"]}
    assert len(document(agent.get(API, query_string=rest))["rows"]) == 1
    assert agent.get(API, query_string={"sort": "title"}).status_code == 422
    assert agent.get(API, query_string={"state": "lost"}).status_code == 422


def test_the_dashboard_says_what_is_not_up(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    opened(agent, affected_item_ids=[estate.db], assignee_id=estate.world.agent.person_id)
    opened(agent, group_id=estate.world.support.id)
    found = document(agent.get("/api/v1/dashboard"))
    assert found["mine"] == ["INC-1"]
    assert found["unassigned_in_my_groups"] == 1
    assert found["desk"] == {"open": 2, "unassigned": 1, "breached": 0}
    # What hits the services of the first ticket is promised sooner.
    assert found["due_next"] == ["INC-1", "INC-2"]
    assert found["open_by_state"] == {"new": 2}
    assert [(row["item"]["name"], row["state"]) for row in found["services_not_up"]] == [
        ("Orders", "down"),
        ("Reports", "down"),
    ]
    assert found["health"]["items"] == 6
    nobody = document(as_(estate.world.nobody).get("/api/v1/dashboard"))
    assert (nobody["mine"], nobody["services_not_up"], nobody["health"]["items"]) == ([], [], 0)
    assert (nobody["due_next"], nobody["desk"]["open"]) == ([], 0)
