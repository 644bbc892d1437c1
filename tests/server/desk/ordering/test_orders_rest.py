"""Orders over REST: answers, approvals in sequence, tasks in their turn, and who may do what."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from cmdb.records.parties import Group, Membership, Person
from server.assets.custody.models import Custody
from server.desk.ordering.actions.filing import forget_files
from server.desk.ordering.jobs import remind
from server.desk.ordering.models import OrderApproval
from server.desk.tickets.actions.wording import change_words
from server.desk.tickets.models import Ticket, TicketEntry
from server.desk.tickets.rules.words import shipped_document
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.notify.models import Notification
from tests.server.desk.catalogue.test_catalogue_rest import publish
from tests.server.desk.catalogue.test_rules import choice, labels, offering, question, when
from tests.server.desk.estate import NOW, Estate
from tests.server.desk.tickets.test_tickets_rest import faults
from tests.support.people import make_group

ORDERS, FILES = "/api/v1/orders", "/api/v1/order-files"


def order(client: FlaskClient, code: str = "chair", **body: Any) -> dict[str, Any]:
    """Order something, and return the order."""
    answer = client.post(f"/api/v1/offerings/{code}/orders", json=body)
    assert answer.status_code == 201, answer.json
    assert isinstance(answer.json, dict)
    return answer.json


def answer_order(client: FlaskClient, reference: str, decision: str, comment: str = "") -> Any:
    body = {"decision": decision, "comment": comment}
    return client.post(f"{ORDERS}/{reference}/decision", json=body)


def state_of(client: FlaskClient, reference: str) -> str:
    found = client.get(f"/api/v1/tickets/{reference}").json
    assert isinstance(found, dict)
    return str(found["state"])


def tasks(found: dict[str, Any]) -> dict[str, str]:
    return {one["code"]: one["state"] for one in found["tasks"]}


def asked(found: dict[str, Any]) -> list[tuple[int, str, str, str]]:
    """Return step, role, name and decision of everybody who was asked."""
    return [(a["step"], a["role"], a["name"], a["decision"]) for a in found["approvals"]]


def manage(database: Database, person_id: int | None, manager_id: int | None) -> None:
    with database.writing() as session:
        session.get_one(Person, person_id).manager_id = manager_id


def told(database: Database, person_id: int | None) -> list[str]:
    with database.reading() as session:
        query = select(Notification.kind).where(Notification.person_id == person_id)
        return [kind for kind in session.scalars(query) if kind.startswith("order_")]


def happened(database: Database, reference: str) -> list[str]:
    """Return what the ticket's conversation says of its order."""
    with database.reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.reference == reference)).one()
        query = select(TicketEntry).where(TicketEntry.ticket_id == ticket.id)
        rows = session.scalars(query.order_by(TicketEntry.id))
        said = [str(one.detail.get("event")) for one in rows]
    return [one for one in said if one.startswith("order_")]


TASKS = [
    {"code": "buy", "titles": labels("Buy it")},
    {"code": "paint", "titles": labels("Paint it")},
    {"code": "bring", "titles": labels("Bring it"), "after": "buy"},
]


def test_what_needs_nobodys_word_begins_at_once_and_its_tasks_follow_each_other(
    as_: Any, estate: Estate
) -> None:
    agent, requester = as_(estate.world.agent), as_(estate.world.requester)
    publish(as_(estate.world.admin), "chair", offering(tasks=TASKS))
    placed = order(requester)
    reference = placed["reference"]
    assert (placed["state"], placed["title"]) == ("fulfilment", "A thing")
    assert tasks(placed) == {"buy": "open", "paint": "open", "bring": "waiting"}
    assert agent.get(f"/api/v1/tickets/{reference}").json["kind"] == "request"
    assert state_of(agent, reference) == "new"
    early = agent.post(f"{ORDERS}/{reference}/tasks/bring", json={})
    assert early.status_code == 409
    # The step may as well be ticked on the ticket.
    steps = agent.get(f"/api/v1/tickets/{reference}/tasks").json
    assert [one["title"] for one in steps] == ["Buy it", "Paint it"]
    ticked = agent.patch(f"/api/v1/tickets/{reference}/tasks/{steps[0]['id']}", json={"done": True})
    assert ticked.status_code == 200, ticked.json
    assert tasks(agent.get(f"{ORDERS}/{reference}").json)["bring"] == "open"
    done = agent.post(f"{ORDERS}/{reference}/tasks/bring", json={})
    assert tasks(done.json) == {"buy": "done", "paint": "open", "bring": "done"}
    assert agent.post(f"{ORDERS}/{reference}/tasks/bring", json={}).status_code == 409
    assert agent.post(f"{ORDERS}/{reference}/tasks/none", json={}).status_code == 404
    assert requester.post(f"{ORDERS}/{reference}/tasks/paint", json={}).status_code == 403


def test_answers_are_checked_at_once_told_on_the_ticket_and_hidden_ones_are_not_kept(
    as_: Any, estate: Estate
) -> None:
    requester = as_(estate.world.requester)
    form = [
        choice("size", "small", "large", required=True),
        question("why", "long_text", required=True, shown_when=when("size", "large")),
        question("old", "item", class_code="laptop", mine=True),
        question("any", "item"),
        question("friend", "person"),
        question("paper", "file"),
    ]
    publish(as_(estate.world.admin), "chair", offering(fields=form))
    wrong = {"size": "large", "old": estate.db, "friend": 999, "paper": 999, "colour": "red"}
    refused = requester.post("/api/v1/offerings/chair/orders", json={"answers": wrong})
    assert refused.status_code == 422
    assert faults(refused) == {
        f"answers.{code}" for code in ("why", "old", "friend", "paper", "colour")
    }
    sent = {"file_name": "plan.txt", "content": base64.b64encode(b"A plan").decode()}
    kept = requester.post(FILES, json=sent)
    assert kept.status_code == 201, kept.json
    answers = {
        "size": "small",
        "why": "kept from nobody",
        "old": estate.laptop,
        "friend": estate.world.requester.person_id,
        "paper": kept.json["id"],
    }
    placed = order(requester, answers=answers)
    del answers["why"]
    assert placed["answers"] == answers
    assert placed["shown"] == {
        "size": "small",
        "old": "LT-0231",
        "friend": "Rita Request",
        "paper": "plan.txt",
    }
    reference = placed["reference"]
    ticket = as_(estate.world.agent).get(f"/api/v1/tickets/{reference}").json
    assert "size: small\nold: LT-0231" in ticket["description"]
    files = requester.get(f"/api/v1/tickets/{reference}/attachments").json
    assert [one["file_name"] for one in files] == ["plan.txt"]
    # A file is for one order, and for who sent it.
    again = requester.post("/api/v1/offerings/chair/orders", json={"answers": answers})
    assert faults(again) == {"answers.paper"}


def test_a_file_is_for_who_sent_it_and_waits_some_hours(
    as_: Any, database: Database, estate: Estate
) -> None:
    requester, agent = as_(estate.world.requester), as_(estate.world.agent)
    publish(as_(estate.world.admin), "chair", offering(fields=[question("paper", "file")]))
    assert faults(requester.post(FILES, json={"file_name": "a.txt", "content": ""})) == {"file"}
    sent = {"file_name": "../plan.txt", "content": base64.b64encode(b"A plan").decode()}
    kept = requester.post(FILES, json=sent).json
    assert (kept["file_name"], kept["size"]) == ("plan.txt", 6)
    body = {"answers": {"paper": kept["id"]}}
    others = agent.post("/api/v1/offerings/chair/orders", json=body)
    assert faults(others) == {"answers.paper"}
    with database.writing() as session:
        assert forget_files(session, utc_now() + timedelta(hours=19)) == 0
        assert forget_files(session, utc_now() + timedelta(hours=21)) == 1
    late = requester.post("/api/v1/offerings/chair/orders", json=body)
    assert faults(late) == {"answers.paper"}


def test_steps_ask_one_after_the_other_and_clocks_wait(
    as_: Any, database: Database, estate: Estate
) -> None:
    world = estate.world
    requester, agent, reader = as_(world.requester), as_(world.agent), as_(world.reader)
    manage(database, world.requester.person_id, world.reader.person_id)
    form = [question("machine", "item")]
    steps = [
        {"who": "manager"},
        {"who": "item_owner", "field": "machine"},
        {"who": "groups", "group_ids": [world.support.id]},
    ]
    publish(as_(world.admin), "chair", offering(fields=form, approvals=steps, tasks=TASKS))
    placed = order(requester)
    reference = placed["reference"]
    assert asked(placed) == [(0, "manager", "Rob Reader", "pending")]
    assert (placed["state"], tasks(placed)["buy"]) == ("approval", "waiting")
    assert state_of(agent, reference) == "waiting"
    assert told(database, world.reader.person_id) == ["order_approval"]
    # What the requester adds meanwhile does not let clocks run.
    word = {"text": "It is urgent.", "kind": "public"}
    assert requester.post(f"/api/v1/tickets/{reference}/entries", json=word).status_code == 201
    assert state_of(agent, reference) == "waiting"
    # Who asked for it, and who was not asked, decide nothing.
    assert answer_order(requester, reference, "approved").status_code == 403
    assert answer_order(agent, reference, "approved").status_code == 403
    assert reader.get(f"{ORDERS}?deciding=true").json["rows"][0]["reference"] == reference
    assert agent.get(f"{ORDERS}?deciding=true").json["rows"] == []
    after = answer_order(reader, reference, "approved", "Fine.").json
    # No machine was named: its owner is not asked.
    assert asked(after) == [
        (0, "manager", "Rob Reader", "approved"),
        (2, "named", "Support", "pending"),
    ]
    assert answer_order(reader, reference, "approved").status_code == 403
    done = answer_order(agent, reference, "approved").json
    assert (done["state"], tasks(done)["buy"]) == ("fulfilment", "open")
    assert state_of(agent, reference) == "in_progress"
    assert answer_order(agent, reference, "approved").status_code == 409
    said = happened(database, reference)
    assert said == [
        "order_asked",
        "order_decided",
        "order_asked",
        "order_decided",
        "order_task",
        "order_task",
    ]


def test_a_refusal_solves_the_ticket_with_its_reason(
    as_: Any, database: Database, estate: Estate
) -> None:
    world = estate.world
    requester, manager = as_(world.requester), as_(world.reader)
    manage(database, world.requester.person_id, world.reader.person_id)
    publish(as_(world.admin), "chair", offering(approvals=[{"who": "manager"}], tasks=TASKS))
    reference = order(requester)["reference"]
    assert faults(answer_order(manager, reference, "rejected")) == {"comment"}
    after = answer_order(manager, reference, "rejected", "There is no money left.").json
    assert (after["state"], set(tasks(after).values())) == ("rejected", {"waiting"})
    ticket = requester.get(f"/api/v1/tickets/{reference}").json
    assert ticket["state"] == "resolved"
    assert ticket["resolution_text"] == "Not approved: There is no money left. (Rob Reader)"
    with database.reading() as session:
        query = select(Notification.kind).where(Notification.person_id == world.requester.person_id)
        assert "ticket_solved" in session.scalars(query).all()


def test_all_must_agree_where_all_are_needed_and_any_where_any_is(as_: Any, estate: Estate) -> None:
    world = estate.world
    admin, reader, agent = as_(world.admin), as_(world.reader), as_(world.agent)
    requester = as_(world.requester)
    both = {"who": "persons", "person_ids": [world.reader.person_id, world.agent.person_id]}
    publish(admin, "chair", offering(approvals=[both | {"needs": "all"}]))
    publish(admin, "desk", offering(approvals=[both | {"needs": "any"}]))
    first = order(requester)["reference"]
    assert answer_order(reader, first, "approved").json["state"] == "approval"
    assert answer_order(reader, first, "approved").status_code == 409
    assert answer_order(agent, first, "approved").json["state"] == "fulfilment"
    second = order(requester)["reference"]
    assert answer_order(reader, second, "rejected", "No.").json["state"] == "rejected"
    third = order(requester, "desk")["reference"]
    assert answer_order(reader, third, "rejected", "No.").json["state"] == "approval"
    after = answer_order(agent, third, "approved").json
    assert after["state"] == "fulfilment"
    fourth = order(requester, "desk")["reference"]
    after = answer_order(agent, fourth, "approved").json
    assert [one[3] for one in asked(after)] == ["void", "approved"]


def test_nobody_decides_about_their_own_and_the_next_above_is_asked(
    as_: Any, database: Database, estate: Estate
) -> None:
    world = estate.world
    agent, admin = as_(world.agent), as_(world.admin)
    requester_id, agent_id = world.requester.person_id, world.agent.person_id
    manage(database, requester_id, agent_id)
    manage(database, agent_id, world.reader.person_id)
    steps = [{"who": "manager"}, {"who": "persons", "person_ids": [requester_id, agent_id]}]
    publish(admin, "chair", offering(approvals=steps))
    placed = order(agent, for_person_id=requester_id)
    reference = placed["reference"]
    assert placed["requester_id"] == requester_id
    assert asked(placed) == [(0, "manager", "Rob Reader", "pending")]
    after = answer_order(as_(world.reader), reference, "approved").json
    assert asked(after)[1:] == [(1, "instead", "Rob Reader", "pending")]


def test_where_nobody_can_be_asked_the_fallback_is_else_the_desk_is_told(
    as_: Any, database: Database, estate: Estate
) -> None:
    world = estate.world
    admin, agent, requester = as_(world.admin), as_(world.agent), as_(world.requester)
    with database.writing() as session:
        empty = make_group(session, world.root, "Empty")
        empty_id = empty.id
    support = {"fallback_group_id": world.support.id}
    publish(admin, "chair", offering(approvals=[{"who": "manager"} | support]))
    placed = order(requester)
    assert asked(placed) == [(0, "fallback", "Support", "pending")]
    nobody = [{"who": "manager", "fallback_group_id": empty_id}]
    words = {"group_id": world.support.id}
    publish(admin, "desk", offering(approvals=nobody, ticket=words))
    held = order(requester, "desk")
    reference = held["reference"]
    assert (held["state"], held["approvals"]) == ("held", [])
    assert state_of(agent, reference) == "waiting"
    assert "order_held" in told(database, world.agent.person_id)
    approver = f"{ORDERS}/{reference}/approver"
    own = {"person_id": world.requester.person_id}
    assert faults(agent.post(approver, json=own)) == {"person_id"}
    assert faults(agent.post(approver, json={"person_id": 999})) == {"person_id"}
    chosen = {"person_id": world.reader.person_id}
    assert requester.post(approver, json=chosen).status_code == 403
    after = agent.post(approver, json=chosen).json
    assert (after["state"], asked(after)) == (
        "approval",
        [(0, "chosen", "Rob Reader", "pending")],
    )
    reader = as_(world.reader)
    assert answer_order(reader, reference, "approved").json["state"] == "fulfilment"
    assert agent.post(approver, json=chosen).status_code == 409


def test_an_older_form_holds_until_it_is_withdrawn(as_: Any, estate: Estate) -> None:
    admin, requester = as_(estate.world.admin), as_(estate.world.requester)
    old = offering(fields=[choice("size", "small", required=True)])
    new = offering(fields=[choice("size", "large", required=True)])
    publish(admin, "chair", old)
    publish(admin, "chair", new)
    address = "/api/v1/offerings/chair/orders"
    small: dict[str, Any] = {"answers": {"size": "small"}}
    assert faults(requester.post(address, json=small)) == {"answers.size"}
    placed = order(requester, version=1, **small)
    assert (placed["version"], placed["shown"]) == (1, {"size": "small"})
    publish(admin, "chair", new, withdraw_older=True)
    refused = requester.post(address, json=small | {"version": 1})
    assert refused.status_code == 409
    assert "version 1 of chair is no longer offered" in refused.json["detail"]
    assert requester.get(f"{ORDERS}/{placed['reference']}").json["shown"] == {"size": "small"}


def test_one_orders_for_oneself_ones_people_or_whom_one_works_for(
    as_: Any, database: Database, estate: Estate
) -> None:
    world = estate.world
    publish(as_(world.admin), "chair", offering())
    requester, agent = as_(world.requester), as_(world.agent)
    reader_id = world.reader.person_id
    address = "/api/v1/offerings/chair/orders"
    refused = requester.post(address, json={"for_person_id": reader_id})
    assert faults(refused) == {"for_person_id"}
    manage(database, reader_id, world.requester.person_id)
    placed = order(requester, for_person_id=reader_id)
    assert placed["requester_id"] == reader_id
    # Who ordered it for somebody still sees it, and who has nothing to do with it does not.
    reference = placed["reference"]
    assert requester.get(f"{ORDERS}/{reference}").status_code == 200
    assert as_(world.outsider).get(f"{ORDERS}/{reference}").status_code in (200, 404)
    assert as_(world.nobody).get(f"{ORDERS}/{reference}").status_code == 403
    assert order(agent, for_person_id=reader_id)["ordered_by_id"] == world.agent.person_id
    mine = requester.get(f"{ORDERS}?mine=true").json["rows"]
    assert [one["reference"] for one in mine] == [reference]


def test_an_order_that_waits_is_taken_back_by_whose_it_is_and_ends_with_its_ticket(
    as_: Any, database: Database, estate: Estate
) -> None:
    world = estate.world
    requester, agent, manager = as_(world.requester), as_(world.agent), as_(world.reader)
    manage(database, world.requester.person_id, world.reader.person_id)
    publish(as_(world.admin), "chair", offering(approvals=[{"who": "manager"}], tasks=TASKS))
    reference = order(requester)["reference"]
    address = f"{ORDERS}/{reference}/withdrawal"
    assert faults(requester.post(address, json={"reason": " "})) == {"reason"}
    assert manager.post(address, json={"reason": "No."}).status_code == 403
    after = requester.post(address, json={"reason": "I found one."}).json
    assert (after["state"], asked(after)[0][3]) == ("cancelled", "void")
    assert state_of(agent, reference) == "cancelled"
    assert requester.post(address, json={"reason": "Again."}).status_code == 409
    assert answer_order(manager, reference, "approved").status_code in (404, 409)
    # Where the desk ends the ticket, nobody's word is waited for any more.
    other = order(requester)["reference"]
    gone = {"state": "cancelled", "reason": "Asked for twice."}
    assert agent.post(f"/api/v1/tickets/{other}/moves", json=gone).status_code == 200
    assert agent.get(f"{ORDERS}/{other}").json["state"] == "cancelled"
    assert manager.get(f"{ORDERS}?deciding=true").json["rows"] == []


def test_a_group_does_its_task_without_seeing_other_tickets_and_hands_an_item_over(
    as_: Any, database: Database, estate: Estate
) -> None:
    world = estate.world
    with database.writing() as session:
        group = make_group(session, world.root, "Porters")
        # Who supports people writes on no item otherwise.
        porter = world.agent.person_id
        session.add(Membership(person_id=porter, group_id=group.id))
        group_id = group.id
    bring = {"code": "bring", "titles": labels("Bring it"), "group_id": group_id}
    publish(as_(world.admin), "laptop", offering(tasks=[bring | {"assign_item": True}]))
    placed = order(as_(world.requester), "laptop")
    reference = placed["reference"]
    assert told(database, porter) == ["order_task"]
    porters = as_(world.agent)
    task = f"{ORDERS}/{reference}/tasks/bring"
    assert faults(porters.post(task, json={})) == {"item_id"}
    assert faults(porters.post(task, json={"item_id": 10**9})) == {"item_id"}
    done = porters.post(task, json={"item_id": estate.laptop})
    assert done.status_code == 200, done.json
    assert done.json["tasks"][0]["item_id"] == estate.laptop
    with database.reading() as session:
        held = session.scalars(select(Custody)).one()
        assert (held.item_id, held.person_id) == (estate.laptop, world.requester.person_id)
        assert held.note == reference


def test_whose_word_is_waited_for_is_reminded_daily_and_once(
    as_: Any, database: Database, estate: Estate
) -> None:
    world = estate.world
    manage(database, world.requester.person_id, world.reader.person_id)
    publish(as_(world.admin), "chair", offering(approvals=[{"who": "manager"}]))
    order(as_(world.requester))
    with database.writing() as session:
        asked_at = session.scalars(select(OrderApproval.asked_at)).one()
        assert remind(session, asked_at + timedelta(hours=23)) == 0
        assert remind(session, asked_at + timedelta(hours=24)) == 1
        assert remind(session, asked_at + timedelta(hours=47)) == 0
        assert remind(session, asked_at + timedelta(hours=49)) == 1
    kinds = told(database, world.reader.person_id)
    assert sorted(kinds) == ["order_approval", "order_reminder", "order_reminder"]


@pytest.mark.parametrize("gone", ["group", "words"])
def test_an_order_is_placed_although_what_its_offering_names_is_gone(
    as_: Any, database: Database, estate: Estate, gone: str
) -> None:
    world = estate.world
    words = {"group_id": world.support.id, "category": "consulting", "urgency": "low"}
    publish(as_(world.admin), "chair", offering(ticket=words, tasks=TASKS))
    with database.writing() as session:
        if gone == "group":
            session.get_one(Group, world.support.id).active = False
        else:
            categories = dict(shipped_document()["categories"])
            del categories["consulting"]
            change_words(session, world.admin, {"categories": categories}, NOW)
    reference = order(as_(world.requester))["reference"]
    with database.reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.reference == reference)).one()
        assert ticket.urgency == "low"
        assert (ticket.group_id is None) == (gone == "group")
        assert ticket.category == ("" if gone == "words" else "consulting")


def test_orders_are_listed_by_what_and_how_they_stand(as_: Any, estate: Estate) -> None:
    world = estate.world
    admin, requester, agent = as_(world.admin), as_(world.requester), as_(world.agent)
    publish(admin, "chair", offering())
    publish(admin, "desk", offering(approvals=[{"who": "manager"}]))
    chair, desk = order(requester)["reference"], order(requester, "desk")["reference"]

    def listed(query: str) -> list[str]:
        return [one["reference"] for one in agent.get(f"{ORDERS}{query}").json["rows"]]

    assert listed("") == [desk, chair]
    assert listed("?state=held") == [desk]
    assert listed("?offering=chair") == [chair]
    assert listed("?mine=true") == []
    first = agent.get(f"{ORDERS}?limit=1").json
    again = agent.get(f"{ORDERS}?limit=1&cursor={first['next_cursor']}").json
    assert [one["reference"] for one in again["rows"]] == [chair]
    solved = {
        "state": "resolved",
        "resolution_code": "fulfilled",
        "resolution_text": "There it is.",
    }
    assert agent.post(f"/api/v1/tickets/{chair}/moves", json=solved).status_code == 200
    assert listed("?state=done") == [chair]
    assert agent.get(f"{ORDERS}/{NOW.year}").status_code == 404
