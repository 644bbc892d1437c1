"""Links, files, steps, time, words and templates over REST."""

import base64
from typing import Any

from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_tickets_rest import API, document, faults, opened

V1 = "/api/v1"


def test_parents_make_no_circle_and_a_ticket_has_one_of_them(as_: Any, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    one, two, three = (opened(agent)["reference"] for _ in range(3))

    def below(child: str, parent: str) -> Any:
        return agent.post(f"{API}/{child}/links", json={"kind": "child_of", "other": parent})

    assert below(one, two).status_code == 201
    assert below(two, three).status_code == 201
    circle = below(three, one)
    assert (circle.status_code, faults(circle)) == (422, {"other"})
    assert faults(below(one, one)) == {"other"}
    assert below(one, three).status_code == 409
    links = agent.get(f"{API}/{two}/links").json
    assert [(link["reference"], link["outgoing"]) for link in links] == [
        (one, False),
        (three, True),
    ]
    assert agent.delete(f"{API}/{one}/links/child_of/{two}").status_code == 200
    assert below(three, one).status_code == 201


def test_merging_brings_people_and_items_and_closes_what_went_over(
    as_: Any, estate: Estate
) -> None:
    agent, rita = as_(estate.world.agent), as_(estate.world.requester)
    hers = opened(rita, title="Orders are slow")["reference"]
    opened(agent, affected_item_ids=[estate.db])
    main = opened(agent, affected_item_ids=[estate.san])["reference"]
    body = {"item_ids": [estate.app]}
    assert agent.post(f"{API}/{hers}/affected-items", json=body).status_code == 200
    merged = agent.post(f"{API}/{hers}/merge", json={"into": main})
    assert document(merged)["reference"] == main
    gone = document(agent.get(f"{API}/{hers}"))
    assert (gone["open"], gone["resolution_code"], gone["resolution_text"]) == (
        False,
        "duplicate",
        main,
    )
    names = {row["item"]["name"] for row in agent.get(f"{API}/{main}/affected-items").json}
    assert names == {"san-1", "app-1"}
    # She follows where her question went.
    assert rita.get(f"{API}/{main}").status_code == 200
    told = document(rita.get(f"{V1}/notifications"))["rows"]
    assert f"{hers} goes on as {main}" in [row["line"] for row in told]
    assert agent.post(f"{API}/{hers}/merge", json={"into": main}).status_code == 409


def test_a_file_with_a_hostile_name_is_harmless_and_internal_ones_stay_inside(
    as_: Any, estate: Estate
) -> None:
    agent, rita = as_(estate.world.agent), as_(estate.world.requester)
    files = f"{API}/{opened(rita)['reference']}/attachments"
    content = base64.b64encode(b"<script>alert(1)</script>").decode()
    hostile = {"file_name": "../../etc/\u202egpj.html\r\nX: y", "content": content}
    sent = rita.post(files, json=hostile)
    assert (sent.status_code, sent.json["file_name"]) == (201, "gpj.htmlX y")
    back = agent.get(f"{files}/{sent.json['id']}")
    assert back.data == b"<script>alert(1)</script>"
    assert back.mimetype == "application/octet-stream"
    assert back.headers["Content-Disposition"].startswith("attachment")
    assert back.headers["X-Content-Type-Options"] == "nosniff"
    inside = agent.post(files, json=hostile | {"kind": "internal"})
    assert rita.get(f"{files}/{inside.json['id']}").status_code == 404
    assert [row["kind"] for row in rita.get(files).json] == ["public"]
    assert rita.post(files, json=hostile | {"kind": "internal"}).status_code == 403
    assert faults(rita.post(files, json=hostile | {"content": ""})) == {"file"}
    large = base64.b64encode(bytes(26 * 2**20)).decode()
    assert faults(rita.post(files, json={"file_name": "big", "content": large})) == {"file"}


def test_steps_are_ticked_by_name_and_can_be_asked_for_before_solving(
    as_: Any, estate: Estate
) -> None:
    admin, agent = as_(estate.world.admin), as_(estate.world.agent)
    prepared = {"code": "disk", "name": "Disk full", "tasks": ["Look", "Clean up"]}
    assert admin.post(f"{V1}/ticket-templates", json=prepared).status_code == 201
    assert agent.post(f"{V1}/ticket-templates", json=prepared).status_code == 403
    words = document(admin.get(f"{V1}/desk-words"))["sections"]
    moves = words["moves"]
    for move in moves:
        if move["to"] == "resolved":
            move["requires"] = [*move["requires"], "tasks"]
    assert admin.patch(f"{V1}/desk-words", json={"sections": {"moves": moves}}).status_code == 200
    reference = opened(agent, template="disk")["reference"]
    tasks = agent.get(f"{API}/{reference}/tasks").json
    assert [task["title"] for task in tasks] == ["Look", "Clean up"]
    solved = {"state": "resolved", "resolution_code": "fixed", "resolution_text": "Cleaned"}
    assert faults(agent.post(f"{API}/{reference}/moves", json=solved)) == {"tasks"}
    for task in tasks:
        done = agent.patch(f"{API}/{reference}/tasks/{task['id']}", json={"done": True})
        assert done.json["done_by_id"] == estate.world.agent.person_id
    assert agent.post(f"{API}/{reference}/moves", json=solved).status_code == 200


def test_booked_time_adds_up_and_only_ones_own_is_taken_back(as_: Any, estate: Estate) -> None:
    agent, manager = as_(estate.world.agent), as_(estate.world.change_manager)
    reference = opened(agent)["reference"]
    times = f"{API}/{reference}/times"
    first = agent.post(times, json={"minutes": 90, "note": "Looked"}).json
    assert manager.post(times, json={"minutes": 10}).status_code == 201
    assert document(agent.get(f"{API}/{reference}"))["booked_minutes"] == 100
    assert manager.delete(f"{times}/{first['id']}").status_code == 403
    assert agent.delete(f"{times}/{first['id']}").status_code == 204
    assert document(agent.get(f"{API}/{reference}"))["booked_minutes"] == 10
    assert faults(agent.post(times, json={"minutes": 0})) == {"minutes"}


def test_the_requester_rates_what_is_over_and_their_answer_ends_the_waiting(
    as_: Any, estate: Estate
) -> None:
    agent, rita = as_(estate.world.agent), as_(estate.world.requester)
    one = f"{API}/{opened(rita)['reference']}"
    assert rita.put(f"{one}/rating", json={"rating": 5}).status_code == 409
    wait = {"state": "waiting", "reason": "Which printer?"}
    assert agent.post(f"{one}/moves", json=wait).status_code == 200
    assert rita.post(f"{one}/entries", json={"text": "The one upstairs"}).status_code == 201
    assert document(agent.get(one))["state"] == "in_progress"
    solved = {"state": "resolved", "resolution_code": "fixed", "resolution_text": "New toner"}
    assert agent.post(f"{one}/moves", json=solved).status_code == 200
    assert agent.put(f"{one}/rating", json={"rating": 5}).status_code == 403
    rated = document(rita.put(f"{one}/rating", json={"rating": 4, "text": "Quick"}))
    assert (rated["rating"], rated["rating_text"]) == (4, "Quick")
    again = rita.post(f"{one}/moves", json={"state": "in_progress", "reason": "Empty again"})
    assert document(again)["reopened_count"] == 1


def test_a_category_asks_for_its_fields_and_refuses_others_by_name(
    as_: Any, estate: Estate
) -> None:
    agent = as_(estate.world.agent)
    asked = {"category": "software.error", "fields": {"error_text": "Disk full"}}
    made = opened(agent, **asked)
    assert made["fields"] == {"error_text": "Disk full"}
    wrong = {"title": "x", "category": "hardware", "fields": {"needed_by": "soon"}}
    assert faults(agent.post(API, json=wrong)) == {"fields.needed_by"}
    needed = {"title": "x", "category": "consulting", "fields": {"needed_by": "soon"}}
    assert faults(agent.post(API, json=needed)) == {"fields.needed_by"}
    one = f"{API}/{made['reference']}"
    edited = document(agent.patch(one, json={"fields": {"steps_tried": "Restarted"}}))
    assert edited["fields"] == {"error_text": "Disk full", "steps_tried": "Restarted"}
    moved = document(agent.patch(one, json={"category": "network"}))
    assert moved["fields"] == {"error_text": "Disk full"}
    found = document(agent.get(API, query_string={"category": "network"}))["rows"]
    assert [row["reference"] for row in found] == [made["reference"]]


def test_words_are_changed_without_code_and_what_is_in_use_stays(as_: Any, estate: Estate) -> None:
    admin, agent = as_(estate.world.admin), as_(estate.world.agent)
    words = document(admin.get(f"{V1}/desk-words"))["sections"]
    opened(agent, title="A first one")
    states = words["states"] | {"parts": {"open": True, "labels": {"en": "Waiting for parts"}}}
    moves = [
        *words["moves"],
        {"from": ["new"], "to": "parts", "kinds": ["request"], "requires": ["assignee_id"]},
        {"from": ["parts"], "to": "in_progress", "who": ["assignee"]},
    ]
    change = {"sections": {"states": states, "moves": moves}}
    changed = admin.patch(f"{V1}/desk-words", json=change)
    assert changed.status_code == 200, changed.json
    assert agent.patch(f"{V1}/desk-words", json=change).status_code == 403
    incident = opened(agent)["reference"]
    steps = {one["state"] for one in agent.get(f"{API}/{incident}/moves").json}
    assert "parts" not in steps
    request = f"{API}/{opened(agent, kind='request')['reference']}"
    assert faults(agent.post(f"{request}/moves", json={"state": "parts"})) == {"assignee_id"}
    me = estate.world.change_manager.person_id
    assert agent.patch(request, json={"assignee_id": me}).status_code == 200
    assert agent.post(f"{request}/moves", json={"state": "parts"}).status_code == 200
    # The step back is the assignee's alone.
    assert agent.post(f"{request}/moves", json={"state": "in_progress"}).status_code == 403
    chloe = as_(estate.world.change_manager)
    fewer = {"sections": {"states": words["states"], "moves": words["moves"]}}
    assert faults(admin.patch(f"{V1}/desk-words", json=fewer)) == {"states.parts"}
    assert chloe.post(f"{request}/moves", json={"state": "in_progress"}).status_code == 200
    shipped = {"sections": {"states": None, "moves": None}}
    assert admin.patch(f"{V1}/desk-words", json=shipped).status_code == 200
    broken = {"sections": {"matrix": {"minor": {"low": 9}}}}
    assert "matrix.minor.low" in faults(admin.patch(f"{V1}/desk-words", json=broken))
    assert document(admin.get(f"{V1}/desk-words"))["changed"] == []


def test_a_grandparent_that_goes_into_its_grandchild_leaves_no_circle(
    as_: Any, estate: Estate
) -> None:
    agent = as_(estate.world.agent)
    top, middle, below, other = (opened(agent)["reference"] for _ in range(4))
    for child, parent in ((middle, top), (below, middle), (other, top)):
        link = {"kind": "child_of", "other": parent}
        assert agent.post(f"{API}/{child}/links", json=link).status_code == 201
    assert agent.post(f"{API}/{top}/merge", json={"into": below}).status_code == 200

    def parents(reference: str) -> list[str]:
        rows = agent.get(f"{API}/{reference}/links").json
        return [r["reference"] for r in rows if r["outgoing"] and r["kind"] == "child_of"]

    assert (parents(below), parents(middle), parents(other)) == ([middle], [], [below])
