"""A file is an answer like any other; what is internal is told to none but those who work."""

import base64
from typing import Any

import pytest
from sqlalchemy import select

from cmdb.records.parties import Membership
from server.desk.tickets.actions import attaching
from server.desk.tickets.actions.conversation import watch
from server.foundation.database import Database
from server.notify.models import Notification
from server.people.models import RoleGrant
from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_tickets_rest import API, document, faults, opened

PICTURE = {"file_name": "error.png", "content": base64.b64encode(b"\x89PNG").decode()}


def told(database: Database, person_id: int | None, kind: str) -> list[dict[str, Any]]:
    with database.reading() as session:
        query = select(Notification.detail).where(
            Notification.person_id == person_id, Notification.kind == kind
        )
        return list(session.scalars(query.order_by(Notification.id)))


def test_a_picture_that_was_asked_for_ends_the_waiting_and_is_told(
    as_: As, database: Database, estate: Estate
) -> None:
    world = estate.world
    agent, rita = as_(world.agent), as_(world.requester)
    here = f"{API}/{opened(rita)['reference']}"
    mine = {"assignee_id": world.agent.person_id, "group_id": None}
    agent.patch(here, json=mine)
    wait = {"state": "waiting", "reason": "Please send a picture"}
    assert agent.post(f"{here}/moves", json=wait).status_code == 200
    assert rita.post(f"{here}/attachments", json=PICTURE).status_code == 201
    assert document(agent.get(here))["state"] == "in_progress"
    (heard,) = told(database, world.agent.person_id, "ticket_answered")
    assert (heard["who"], heard["text"]) == ("Rita Request", "error.png")
    assert told(database, world.requester.person_id, "ticket_answered") == []
    # What is put down for colleagues is nobody else's, and ends no waiting.
    agent.post(f"{here}/moves", json=wait)
    assert agent.post(f"{here}/attachments", json=PICTURE | {"kind": "internal"}).status_code == 201
    assert document(agent.get(here))["state"] == "waiting"
    assert told(database, world.requester.person_id, "ticket_answered") == []
    assert agent.post(f"{here}/attachments", json=PICTURE).status_code == 201
    assert len(told(database, world.requester.person_id, "ticket_answered")) == 1


@pytest.mark.parametrize("way", ["word", "file"])
def test_the_first_public_answer_of_a_worker_begins_the_work_and_is_told_once(
    as_: As, database: Database, estate: Estate, way: str
) -> None:
    world = estate.world
    agent, rita = as_(world.agent), as_(world.requester)
    here = f"{API}/{opened(rita)['reference']}"
    # The requester's own words, and what is said among colleagues, leave it where it is.
    assert rita.post(f"{here}/entries", json={"text": "Still nothing"}).status_code == 201
    internal = {"text": "Whose is it?", "kind": "internal"}
    assert agent.post(f"{here}/entries", json=internal).status_code == 201
    assert document(agent.get(here))["state"] == "new"
    if way == "word":
        answer = agent.post(f"{here}/entries", json={"text": "We look at it"})
    else:
        answer = agent.post(f"{here}/attachments", json=PICTURE)
    assert answer.status_code == 201
    assert document(agent.get(here))["state"] == "in_progress"
    assert len(told(database, world.requester.person_id, "ticket_answered")) == 1
    assert told(database, world.requester.person_id, "ticket_moved") == []


def test_a_ticket_carries_only_so_many_files(
    as_: As, estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attaching, "MAX_FILES", 1)
    rita = as_(estate.world.requester)
    files = f"{API}/{opened(rita)['reference']}/attachments"
    assert rita.post(files, json=PICTURE).status_code == 201
    assert faults(rita.post(files, json=PICTURE)) == {"file"}
    assert len(rita.get(files).json or []) == 1


def test_an_internal_note_is_told_to_nobody_of_the_group_who_works_on_no_ticket(
    as_: As, database: Database, estate: Estate
) -> None:
    world = estate.world
    with database.writing() as session:
        member = Membership(person_id=world.requester.person_id, group_id=world.support.id)
        session.add(member)
    agent, chloe = as_(world.agent), as_(world.change_manager)
    group = {"requester_id": world.requester.person_id, "group_id": world.support.id}
    here = f"{API}/{opened(chloe, **group)['reference']}"
    note = {"text": "She breaks it every week", "kind": "internal"}
    assert chloe.post(f"{here}/entries", json=note).status_code == 201
    assert len(told(database, world.agent.person_id, "ticket_answered")) == 1
    assert told(database, world.requester.person_id, "ticket_answered") == []
    assert agent.post(f"{here}/entries", json={"text": "Better now?"}).status_code == 201
    assert len(told(database, world.requester.person_id, "ticket_answered")) == 1


def test_who_lost_sight_of_a_ticket_hears_of_it_no_more(
    as_: As, database: Database, estate: Estate
) -> None:
    world = estate.world
    rita, chloe = as_(world.requester), as_(world.change_manager)
    here = f"{API}/{opened(rita)['reference']}"
    with database.writing() as session:
        watch(session, world.agent, here.rsplit("/", 1)[1])
    chloe.post(f"{here}/entries", json={"text": "First"})
    assert len(told(database, world.agent.person_id, "ticket_answered")) == 1
    with database.writing() as session:
        for grant in session.scalars(
            select(RoleGrant).where(RoleGrant.person_id == world.agent.person_id)
        ):
            session.delete(grant)
    chloe.post(f"{here}/entries", json={"text": "Second"})
    assert len(told(database, world.agent.person_id, "ticket_answered")) == 1
