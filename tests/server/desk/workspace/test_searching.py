"""What people look for is found by words, by parts of names, and only where they may read it."""

from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text, update

from cmdb.records.items import Item
from server.desk.tickets.jobs import run_ticket_indexing
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.search.index import drop_index, make_index
from server.foundation.settings import Settings
from server.items.searching import run_indexing
from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_tickets_rest import document, opened

V1 = "/api/v1"


def found(client: FlaskClient, words: str, **more: Any) -> list[str]:
    answer = document(client.get(f"{V1}/search", query_string={"q": words} | more))
    return [hit["reference"] or hit["title"] for hit in answer["rows"]]


def say(client: FlaskClient, reference: str, words: str, kind: str) -> None:
    body = {"text": words, "kind": kind}
    assert client.post(f"{V1}/tickets/{reference}/entries", json=body).status_code == 201


def test_tickets_are_found_by_all_that_was_said_and_notes_only_by_insiders(
    as_: As, estate: Estate
) -> None:
    agent, requester = as_(estate.world.agent), as_(estate.world.requester)
    mine = opened(requester, title="The printers jam", description="Every second page")["reference"]
    other = opened(agent, title="Slow pages", affected_item_ids=[estate.db])["reference"]
    say(agent, mine, "Drum is worn out, billed to Contoso", "internal")
    say(requester, mine, "Ahora imprime sin parar. Теперь печатает", "public")
    for words in ("printer", "jammed printer", "imprimen", "печатают", "prin"):
        assert found(agent, words) == found(requester, words) == [mine], words
    assert found(agent, "contoso drums") == [mine]
    assert found(requester, "contoso") == found(requester, "drum printer") == []
    # What the title holds counts more than what is newer.
    assert found(agent, "page") == [other, mine]
    assert found(requester, "page") == [mine]
    listed = document(requester.get(f"{V1}/tickets?q=contoso"))["rows"]
    assert listed == []
    assert len(document(agent.get(f"{V1}/tickets?q=contoso"))["rows"]) == 1
    agent.patch(f"{V1}/tickets/{other}", json={"title": "Fast again"})
    assert found(agent, "slow") == []
    assert found(agent, "fast") == [other]


def test_an_items_name_finds_its_tickets_only_where_the_item_may_be_seen(
    as_: As, estate: Estate
) -> None:
    agent, outsider = as_(estate.world.agent), as_(estate.world.outsider)
    requester = estate.world.requester.person_id
    filed = {"requester_id": requester, "affected_item_ids": [estate.db]}
    reference = opened(agent, title="Orders are late", **filed)["reference"]
    assert found(outsider, "orders late") == [reference]
    for name in ("db-07", "DB-0"):
        assert found(agent, name, kind="ticket") == [reference]
    assert found(outsider, "db-07") == found(as_(estate.world.requester), "db-07") == []


def test_a_lost_index_is_filled_again_and_items_are_found_by_parts_of_their_names(
    database: Database, as_: As, estate: Estate, tmp_path: Path
) -> None:
    agent = as_(estate.world.agent)
    reference = opened(agent, title="Disk failure")["reference"]
    context = JobContext(database, Settings(home=tmp_path), {})
    assert run_indexing(context)["items"] >= 6
    assert run_indexing(context) == {"items": 0}
    manager = as_(estate.world.configuration_manager)
    changed = manager.patch(f"{V1}/items/{estate.san}", json={"values": {"name": "san-1b"}})
    assert changed.status_code == 200, changed.text
    assert run_indexing(context) == {"items": 1}
    with database.writing() as session:
        session.execute(update(Item).where(Item.id == estate.san).values(serial="SAN-99812"))
    assert found(agent, "99812", kind="item") == []
    # What was written in the last minutes may have become visible after later numbers.
    run_indexing(context)
    assert found(agent, "99812", kind="item") == ["san-1b"]
    run_ticket_indexing(context)
    with database.writing() as session:
        drop_index(session.connection())
        make_index(session.connection())
    assert found(agent, "disks") == found(agent, "t-02", kind="item") == []
    assert run_ticket_indexing(context) == {"tickets": 1}
    run_indexing(context)
    assert found(agent, "disks") == [reference]
    assert found(agent, "t-02", kind="item") == found(agent, "0231", kind="item") == ["LT-0231"]
    with database.writing() as session:
        session.execute(update(Item).where(Item.id == estate.db).values(merged_into_id=estate.san))
        session.execute(text("UPDATE search_mark SET filled = :no"), {"no": False})
    run_indexing(context)
    assert found(agent, "b-07", kind="item") == []


def test_what_is_asked_badly_is_refused_and_nothing_is_found_without_words(
    as_: As, estate: Estate
) -> None:
    agent = as_(estate.world.agent)
    assert agent.get(f"{V1}/search").status_code == 422
    assert agent.get(f"{V1}/search?q=x&kind=moon").status_code == 422
    assert found(agent, "***") == []
    assert agent.application.test_client().get(f"{V1}/search?q=x").status_code == 401
