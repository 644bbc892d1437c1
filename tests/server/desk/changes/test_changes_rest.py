"""Changes over REST: impact before approval, by somebody other than the author."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient

from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate

API = "/api/v1/changes"
START = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)


def document(answer: Any) -> dict[str, Any]:
    assert isinstance(answer.json, dict), answer.data
    return answer.json


def faults(answer: Any) -> set[str]:
    return {error["field"] for error in document(answer)["errors"]}


def planned(client: FlaskClient, *item_ids: int, **body: Any) -> str:
    """Plan a whole change and bring it into assessment; return its reference."""
    plan = {
        "title": "Replace the controller",
        "item_ids": list(item_ids),
        "implementation_plan": "Swap it",
        "back_out_plan": "Swap it back",
        "window_start": START.isoformat(),
        "window_end": (START + timedelta(hours=4)).isoformat(),
    }
    made = client.post(API, json=plan | body)
    assert made.status_code == 201, made.json
    reference = str(document(made)["reference"])
    assert move(client, reference, "assessment").status_code == 200
    return reference


def move(client: FlaskClient, reference: str, state: str, **body: Any) -> Any:
    return client.post(f"{API}/{reference}/moves", json={"state": state} | body)


def asked(client: FlaskClient, reference: str) -> dict[str, Any]:
    answer = client.post(f"{API}/{reference}/approval-requests")
    assert answer.status_code == 200, answer.json
    return document(answer)


def decide(client: FlaskClient, reference: str, decision: str, **body: Any) -> Any:
    return client.post(f"{API}/{reference}/approvals", json={"decision": decision} | body)


def test_what_a_change_breaks_is_known_before_it_is_approved(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    reference = planned(agent, estate.san)
    assert reference == "CHG-1"
    told = document(agent.get(f"{API}/{reference}/impact"))
    assert [row["item"]["name"] for row in told["impact"]["services"]] == ["Orders", "Reports"]
    assert [one["name"] for one in told["approvers"]] == ["Chloe Changes"]
    assert told["approvers"][0]["why"][0]["of"] == "service"
    assert told["risk"] == sum(point["points"] for point in told["risk_points"])
    assert {"service_down", "no_test_plan"} <= {point["code"] for point in told["risk_points"]}


def test_an_owner_approves_and_the_change_is_scheduled(as_: As, estate: Estate) -> None:
    world = estate.world
    config, manager = as_(world.configuration_manager), as_(world.change_manager)
    reference = planned(config, estate.db)
    frozen = asked(config, reference)
    assert frozen["state"] == "approval"
    approvals = manager.get(f"{API}/{reference}/approvals").json
    assert approvals is not None
    assert {row["name"] for row in approvals} == {"Sam Support", "Chloe Changes"}
    first = decide(manager, reference, "approved", digest=frozen["digest"])
    assert (first.status_code, document(first)["state"]) == (200, "approval")
    again = decide(manager, reference, "rejected", comment="On second thought")
    assert again.status_code == 409
    second = decide(as_(world.agent), reference, "approved")
    assert document(second)["state"] == "scheduled"
    entries = document(config.get(f"{API}/{reference}/entries"))["rows"]
    assert [row["detail"]["event"] for row in entries] == [
        "drafted",
        "moved",
        "approval_requested",
        "decided",
        "moved",
        "decided",
    ]


def test_nobody_approves_their_own_change_not_even_an_administrator(
    as_: As, estate: Estate
) -> None:
    world = estate.world
    admin, agent = as_(world.admin), as_(world.agent)
    own = planned(admin, estate.db)
    asked(admin, own)
    refused = decide(admin, own, "approved")
    assert refused.status_code == 403
    assert document(refused)["type"] == "urn:cadastre:problem:segregation-of-duties"
    carried_out = planned(agent, estate.app, implementer_id=world.admin.person_id)
    asked(agent, carried_out)
    assert decide(admin, carried_out, "approved").status_code == 403


def test_author_and_implementer_do_not_count_among_the_approvers(as_: As, estate: Estate) -> None:
    world = estate.world
    agent = as_(world.agent)
    reference = planned(agent, estate.db, implementer_id=world.change_manager.person_id)
    told = document(agent.get(f"{API}/{reference}/impact"))
    # Sam owns db-07 and wrote it, Chloe owns Orders and carries it out: it falls to the managers.
    assert {one["name"] for one in told["approvers"]} == {"Ada Admin"}
    assert told["approvers"][0]["why"] == [{"role": "change_manager"}]


def test_who_was_not_asked_does_not_decide_unless_in_somebodys_place(
    as_: As, estate: Estate
) -> None:
    world = estate.world
    agent, admin = as_(world.agent), as_(world.admin)
    reference = planned(agent, estate.app)
    asked(agent, reference)
    assert decide(as_(world.configuration_manager), reference, "approved").status_code == 403
    assert faults(decide(admin, reference, "approved")) == {"approval_id"}
    assert faults(decide(admin, reference, "approved", approval_id=999_999)) == {"approval_id"}
    rows = admin.get(f"{API}/{reference}/approvals").json
    assert rows is not None
    given = decide(admin, reference, "approved", approval_id=rows[0]["id"])
    assert document(given)["state"] == "scheduled"


def test_an_edit_of_what_was_approved_voids_it(as_: As, estate: Estate) -> None:
    world = estate.world
    agent, manager = as_(world.agent), as_(world.change_manager)
    reference = planned(agent, estate.app)
    digest = asked(agent, reference)["digest"]
    assert document(decide(manager, reference, "approved"))["state"] == "scheduled"
    address = f"{API}/{reference}"
    renamed = document(agent.patch(address, json={"title": "Replace the old controller"}))
    assert (renamed["state"], renamed["digest"]) == ("scheduled", digest)
    edited = document(agent.patch(address, json={"item_ids": [estate.app, estate.laptop]}))
    assert (edited["state"], edited["digest"]) == ("assessment", "")
    rows = agent.get(f"{address}/approvals").json
    assert rows is not None
    assert [row["decision"] for row in rows] == ["void"]
    assert asked(agent, reference)["digest"] not in ("", digest)
    stale = decide(manager, reference, "approved", digest=digest)
    assert stale.status_code == 412


def test_one_refusal_rejects_and_the_plan_goes_back(as_: As, estate: Estate) -> None:
    world = estate.world
    agent, manager = as_(world.agent), as_(world.change_manager)
    reference = planned(agent, estate.app)
    asked(agent, reference)
    assert faults(decide(manager, reference, "rejected")) == {"comment"}
    refused = document(decide(manager, reference, "rejected", comment="Not this week"))
    assert refused["state"] == "rejected"
    assert agent.patch(f"{API}/{reference}", json={"reason": "x"}).status_code == 409
    assert move(agent, reference, "assessment").status_code == 200


def test_approval_is_asked_for_a_whole_plan_only(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    made = document(agent.post(API, json={"title": "Something"}))
    reference = made["reference"]
    early = agent.post(f"{API}/{reference}/approval-requests")
    assert (early.status_code, document(early)["type"]) == (
        409,
        "urn:cadastre:problem:illegal-move",
    )
    assert faults(move(agent, reference, "assessment")) == {"item_ids"}
    agent.patch(f"{API}/{reference}", json={"item_ids": [estate.app]})
    assert move(agent, reference, "assessment").status_code == 200
    assert faults(agent.post(f"{API}/{reference}/approval-requests")) == {
        "implementation_plan",
        "back_out_plan",
        "window_start",
    }


def test_what_is_wrong_in_a_plan_is_named_field_by_field(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    wrong = {
        "title": " ",
        "item_ids": [estate.app, 999_999],
        "implementer_id": 999_999,
        "window_start": "2020-01-01T00:00:00Z",
        "window_end": "2019-01-01T00:00:00Z",
    }
    assert faults(agent.post(API, json=wrong)) == {
        "title",
        "item_ids.1",
        "implementer_id",
        "window_start",
        "window_end",
    }
    reference = planned(agent, estate.app)
    items = {"item_ids": [999_999, estate.app, 999_998]}
    assert faults(agent.patch(f"{API}/{reference}", json=items)) == {"item_ids.0", "item_ids.2"}
    assert agent.get(f"{API}/CHG-77").status_code == 404


def test_changes_at_the_same_time_on_the_same_service_collide(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    first = planned(agent, estate.san)
    asked(agent, first)
    second = planned(agent, estate.app)
    (collision,) = document(agent.get(f"{API}/{second}/impact"))["collisions"]
    assert collision["reference"] == first
    assert [item["name"] for item in collision["services"]] == ["Orders"]
    later = (START + timedelta(days=1)).isoformat(), (START + timedelta(days=2)).isoformat()
    agent.patch(f"{API}/{second}", json={"window_start": later[0], "window_end": later[1]})
    assert document(agent.get(f"{API}/{second}/impact"))["collisions"] == []


def test_who_is_asked_sees_the_change_without_any_grant(as_: As, estate: Estate) -> None:
    world = estate.world
    agent, rita = as_(world.agent), as_(world.requester)
    reference = planned(agent, estate.laptop)
    assert rita.get(f"{API}/{reference}").status_code == 403
    owner = {"role": "owner", "person_id": world.requester.person_id}
    changed = as_(world.admin).patch(f"/api/v1/items/{estate.laptop}", json={"parties": [owner]})
    assert changed.status_code == 200
    asked(agent, reference)
    assert rita.get(f"{API}/{reference}").status_code == 200
    waiting = rita.get(API, query_string={"waiting": True})
    assert [row["reference"] for row in document(waiting)["rows"]] == [reference]
    assert document(decide(rita, reference, "approved"))["state"] == "scheduled"


def test_a_change_out_of_sight_does_not_exist(as_: As, estate: Estate) -> None:
    reference = planned(as_(estate.world.agent), estate.app)
    assert as_(estate.world.outsider).get(f"{API}/{reference}").status_code == 404
    assert as_(estate.world.nobody).get(API).status_code == 403
    reader = as_(estate.world.reader)
    assert reader.get(f"{API}/{reference}").status_code == 200
    assert reader.patch(f"{API}/{reference}", json={"title": "x"}).status_code == 403


def test_editing_on_a_stale_reading_is_refused(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    address = f"{API}/{planned(agent, estate.app)}"
    tag = {"If-Match": agent.get(address).headers["ETag"]}
    assert agent.patch(address, json={"reason": "Old"}, headers=tag).status_code == 200
    assert agent.patch(address, json={"reason": "Older"}, headers=tag).status_code == 412
    later = {"start": "2031-05-01T20:00:00Z"}
    assert agent.put(f"{address}/window", json=later, headers=tag).status_code == 412
    fresh = {"If-Match": agent.get(address).headers["ETag"]}
    assert agent.put(f"{address}/window", json=later, headers=fresh).status_code == 200
