"""Routing over REST: rules give tickets to groups, groups to people, and hand them over."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from cmdb.records.parties import Membership
from server.desk.tickets.actions.absences import pass_on_begun
from server.foundation.database import Database
from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_tickets_rest import document, faults, opened
from tests.support.people import make_group

V1 = "/api/v1"


def group_of(database: Database, estate: Estate, name: str, *people: int) -> int:
    with database.writing() as session:
        group = make_group(session, estate.world.root, name)
        session.add_all(Membership(person_id=one, group_id=group.id) for one in people)
        return group.id


def ruled(client: FlaskClient, **body: Any) -> dict[str, Any]:
    answer = client.post(f"{V1}/routing-rules", json={"name": "A rule"} | body)
    assert answer.status_code == 201, answer.json
    return document(answer)


def test_a_ticket_goes_where_the_rules_say_and_tells_which(
    database: Database, as_: As, estate: Estate
) -> None:
    world = estate.world
    admin, requester, agent = as_(world.admin), as_(world.requester), as_(world.agent)
    storage = group_of(database, estate, "Storage")
    network = group_of(database, estate, "Network")
    servers = {"field": "item_class", "values": ["computer"]}
    ruled(admin, name="Computers", conditions=[servers], group_id=storage, priority=1)
    ruled(
        admin,
        name="Wireless",
        conditions=[{"field": "words", "test": "any", "values": ["wi-fi", "wlan"]}],
        group_id=network,
    )
    assert opened(requester, title="WLAN is gone")["group_id"] == network
    hit = opened(agent, affected_item_ids=[estate.db], urgency="low")
    assert (hit["group_id"], hit["priority"], hit["ruled_priority"]) == (storage, 1, 1)
    assert opened(requester, title="Hello")["group_id"] is None
    # What a person says stays said.
    assert opened(agent, title="WLAN again", group_id=storage)["group_id"] == storage
    answer = agent.patch(f"{V1}/tickets/{hit['reference']}", json={"urgency": "medium"})
    assert document(answer)["priority"] == 2
    entries = document(agent.get(f"{V1}/tickets/{hit['reference']}/entries"))["rows"]
    assert {"event": "routed", "rules": ["Computers"]} in [one["detail"] for one in entries]


def test_a_rule_is_tried_on_past_tickets_before_it_holds(
    database: Database, as_: As, estate: Estate
) -> None:
    admin, agent = as_(estate.world.admin), as_(estate.world.agent)
    network = group_of(database, estate, "Network")
    first = opened(agent, title="VPN drops")
    opened(agent, title="Printer jams")
    rule = {"name": "VPN", "conditions": [{"field": "words", "values": ["vpn"]}]}
    wish = {"rule": rule | {"group_id": network}}
    tried = document(admin.post(f"{V1}/routing-rules/trial", json=wish))
    assert (tried["examined"], tried["matched"]) == (2, 1)
    (row,) = tried["rows"]
    assert (row["reference"], row["would_be_group_id"], row["differs"]) == (
        first["reference"],
        network,
        True,
    )
    assert document(agent.get(f"{V1}/tickets/{first['reference']}"))["group_id"] is None
    assert admin.get(f"{V1}/routing-rules").json == []
    made = ruled(admin, **wish["rule"])
    kept = admin.post(
        f"{V1}/routing-rules/{made['id']}/examples", json={"reference": first["reference"]}
    )
    assert document(kept)["examples"][0]["name"] == first["reference"]
    # From now on the rule cannot forget what it was made for.
    other = wish["rule"] | {"conditions": [{"field": "words", "values": ["fax"]}]}
    other["examples"] = document(kept)["examples"]
    refused = admin.put(f"{V1}/routing-rules/{made['id']}", json=other)
    assert faults(refused) == {"examples.0"}


def test_tickets_go_round_among_those_who_are_there(
    database: Database, as_: As, estate: Estate
) -> None:
    world = estate.world
    one, two = world.agent.person_id, world.change_manager.person_id
    assert one is not None
    assert two is not None
    desk = group_of(database, estate, "Desk", one, two)
    admin, agent = as_(world.admin), as_(world.agent)
    way = {"assignment": "round_robin", "line": "1", "department": "IT"}
    assert admin.put(f"{V1}/desk-groups/{desk}", json=way).status_code == 200
    turns = [opened(agent, group_id=desk)["assignee_id"] for _ in range(4)]
    assert sorted(turns[:2]) == sorted([one, two])
    assert turns[:2] == turns[2:]
    away = {"starts_at": "2020-01-01T00:00:00Z", "ends_at": "2999-01-01T00:00:00Z"}
    made = document(agent.post(f"{V1}/absences", json=away | {"pass_on": True}))
    assert made["passed_on"] == 2
    assert {opened(agent, group_id=desk)["assignee_id"] for _ in range(2)} == {two}
    (queue,) = agent.get(f"{V1}/ticket-queues").json or []
    assert (queue["name"], queue["department"], queue["open"]) == ("Desk", "IT", 6)
    assert agent.delete(f"{V1}/absences/{made['id']}").status_code == 204
    mine = opened(agent, group_id=desk)
    assert mine["assignee_id"] == one
    # Who will be away keeps the tickets until then, and is relieved of them once.
    away["starts_at"] = "2900-01-01T00:00:00Z"
    later = document(agent.post(f"{V1}/absences", json=away | {"pass_on": True}))
    assert later["passed_on"] == 0
    with database.writing() as session:
        assert pass_on_begun(session, datetime(2899, 12, 31, tzinfo=UTC)) is None
        assert pass_on_begun(session, datetime(2900, 1, 2, tzinfo=UTC)) == 1
        assert pass_on_begun(session, datetime(2900, 1, 2, tzinfo=UTC)) is None
    passed = document(agent.get(f"{V1}/tickets/{mine['reference']}"))
    assert passed["assignee_id"] == two


def test_handing_over_is_one_act_with_pack_state_clock_and_notice(
    database: Database, as_: As, estate: Estate
) -> None:
    world = estate.world
    agent, manager = as_(world.agent), as_(world.change_manager)
    second = group_of(database, estate, "Second line", world.change_manager.person_id or 0)
    made = opened(agent, affected_item_ids=[estate.db], requester_id=world.requester.person_id)
    here = f"{V1}/tickets/{made['reference']}"
    assert faults(agent.post(f"{here}/handovers", json={"group_id": second, "asked": " "})) == {
        "asked"
    }
    asked = {"group_id": second, "asked": "Look at the disk", "known": "Slow", "notice": "Soon."}
    row = document(agent.post(f"{here}/handovers", json=asked))
    assert row["pack"]["item_ids"] == [estate.db]
    assert row["pack"]["service_ids"] == [estate.orders, estate.reports]
    now = document(agent.get(here))
    assert (now["state"], now["group_id"], now["assignee_id"]) == ("handed_over", second, None)
    measures = {one["measure"]: one for one in agent.get(f"{here}/clocks").json or []}
    assert measures["handover"]["running"]
    told = document(as_(world.requester).get(f"{V1}/notifications"))["rows"]
    assert "ticket_passed_on" in [one["kind"] for one in told]
    taken = document(manager.post(f"{here}/handovers/accept"))
    assert (taken["state"], taken["assignee_id"]) == (
        "in_progress",
        world.change_manager.person_id,
    )
    measures = {one["measure"]: one for one in agent.get(f"{here}/clocks").json or []}
    assert measures["handover"]["stopped_at"] is not None
    assert manager.post(f"{here}/handovers/accept").status_code == 409


def test_a_supplier_is_told_apart_by_its_reference(
    database: Database, as_: As, estate: Estate
) -> None:
    supplier = group_of(database, estate, "ACME")
    admin, agent = as_(estate.world.admin), as_(estate.world.agent)
    admin.put(f"{V1}/desk-groups/{supplier}", json={"line": "supplier"})
    here = f"{V1}/tickets/{opened(agent)['reference']}/handovers"
    asked = {"group_id": supplier, "asked": "Replace it"}
    assert faults(agent.post(here, json=asked)) == {"supplier_reference"}
    row = document(agent.post(here, json=asked | {"supplier_reference": "A-77"}))
    assert row["supplier_reference"] == "A-77"


def test_only_those_rule_who_may(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    assert agent.get(f"{V1}/routing-rules").status_code == 403
    rule = {"name": "Mine", "priority": 1}
    assert agent.post(f"{V1}/routing-rules", json=rule).status_code == 403
    admin = as_(estate.world.admin)
    assert faults(admin.post(f"{V1}/routing-rules", json=rule | {"group_id": 999})) == {"group_id"}
    one, two = (ruled(admin, priority=1)["id"] for _ in range(2))
    order = admin.put(f"{V1}/routing-rules/order", json={"ids": [two, one]}).json or []
    assert [row["id"] for row in order] == [two, one]
    assert faults(admin.put(f"{V1}/routing-rules/order", json={"ids": [two]})) == {"ids"}
    assert admin.delete(f"{V1}/routing-rules/{one}").status_code == 204


@pytest.mark.parametrize(
    ("field", "wrong", "right"),
    [
        ("priority", "nine", "2"),
        ("kind", "incidents", "incident"),
        ("category", "none_such", "hardware"),
        ("item_class", "toaster", "server"),
        ("service", "Orders", "4"),
        ("tier", "-1", "0"),
    ],
)
def test_a_rule_asks_for_nothing_that_no_ticket_can_have(
    admin: FlaskClient, field: str, wrong: str, right: str
) -> None:
    def condition(value: str) -> list[dict[str, Any]]:
        return [{"field": field, "test": "any", "values": [value]}]

    answer = admin.post(
        f"{V1}/routing-rules",
        json={"name": "A rule", "priority": 1, "conditions": condition(wrong)},
    )
    assert faults(answer) == {"conditions.0.values"}
    assert ruled(admin, priority=1, conditions=condition(right))["name"] == "A rule"


@pytest.fixture
def admin(as_: As, estate: Estate) -> FlaskClient:
    """Return the administrator's client."""
    return as_(estate.world.admin)
