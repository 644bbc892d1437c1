"""Lists of tickets narrowed by words: every page together is all, whichever way one holds them."""

import csv
import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.desk.tickets.queries import TicketFilter, count_tickets, list_tickets
from server.desk.tickets.queries.exporting import ticket_csv
from server.foundation.database import Database
from server.foundation.paging import PageRequest
from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_tickets_rest import API, document, opened


@pytest.fixture
def agent(as_: As, estate: Estate) -> FlaskClient:
    return as_(estate.world.agent)


@pytest.fixture
def requester(as_: As, estate: Estate) -> FlaskClient:
    return as_(estate.world.requester)


@pytest.fixture
def told(agent: FlaskClient, requester: FlaskClient, estate: Estate) -> dict[str, str]:
    """Write "laptop" or what begins so on tickets in every way, and one without; by reference."""
    made = {
        "in the title": opened(requester, title="My laptops are slow")["reference"],
        "within a word of the title": opened(requester, title="Palmlaptoppery")["reference"],
        "in the description": opened(requester, description="The laptop hums")["reference"],
        "by an affected item": opened(
            agent, title="Fan", affected_item_ids=[estate.laptop], requester_id=None
        )["reference"],
        "in an internal note": opened(requester, title="Noise")["reference"],
        "nowhere": opened(requester, title="Screen")["reference"],
    }
    entry = {"kind": "internal", "text": "It is the laptop again"}
    answer = agent.post(f"{API}/{made['in an internal note']}/entries", json=entry)
    assert answer.status_code == 201, answer.json
    return made


def _walked(client: FlaskClient, **query: Any) -> list[str]:
    """Return the references of a list that is read one ticket a page, to its end."""
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = document(client.get(API, query_string={**query, "limit": 1, "cursor": cursor}))
        found += [row["reference"] for row in page["rows"]]
        cursor = page["next_cursor"]
    return found


_PUBLIC = ("in the title", "within a word of the title", "in the description")


@pytest.mark.parametrize("sort", ["", "-id", "-created", "id", "created"])
def test_every_page_together_is_all_that_hold_the_word(
    requester: FlaskClient, told: dict[str, str], sort: str
) -> None:
    for name in ("laptop", "LAPTOP"):
        found = _walked(requester, q=name, sort=sort)
        newest_first = [told[way] for way in reversed(_PUBLIC)]
        assert found == (newest_first if sort in ("", "-id", "-created") else newest_first[::-1])


def test_what_is_internal_counts_for_who_works_on_it(
    agent: FlaskClient, requester: FlaskClient, told: dict[str, str]
) -> None:
    ways = [*_PUBLIC, "by an affected item", "in an internal note"]
    # The item's name begins with "LT": no other ticket holds that.
    assert _walked(agent, q="LT-0231") == [told["by an affected item"]]
    assert _walked(requester, q="LT-0231") == []
    found = _walked(agent, q="laptop")
    assert found == [told[way] for way in reversed(ways) if way != "by an affected item"]


def test_words_and_filters_narrow_together(agent: FlaskClient, told: dict[str, str]) -> None:
    end = {"state": "cancelled", "reason": "Not needed"}
    gone = told["in the title"]
    assert agent.post(f"{API}/{gone}/moves", json=end).status_code == 200
    assert _walked(agent, q="laptop", open="false") == [gone]
    assert gone not in _walked(agent, q="laptop", open="true", sort="priority")
    assert _walked(agent, q=gone.lower()) == [gone]
    assert _walked(agent, q="laptop nothinglikethat") == []
    assert _walked(agent, q="---") == []


def test_a_file_holds_them_all(database: Database, estate: Estate, told: dict[str, str]) -> None:
    with database.reading() as session:
        text = "".join(ticket_csv(session, estate.world.agent, TicketFilter(text="laptop")))
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert {row["reference"] for row in rows} == {
        told[way] for way in told if way not in ("nowhere", "by an affected item")
    }


def test_they_are_counted_as_they_are_listed(
    database: Database, estate: Estate, told: dict[str, str]
) -> None:
    with database.reading() as session:
        for actor in (estate.world.agent, estate.world.requester):
            for words in ("laptop", "laptops slow", "screen", ""):
                wanted = TicketFilter(text=words)
                rows = list_tickets(session, actor, wanted, PageRequest()).rows
                assert count_tickets(session, actor, wanted) == len(rows)
                assert len(rows) == len({row.ticket.id for row in rows})
    assert len(told) == 6
