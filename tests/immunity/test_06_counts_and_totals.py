"""Totals, counts and refusals say nothing about what is out of sight."""

import pytest

from cmdb.query.items import ItemFilter
from server.foundation.paging import PageRequest
from server.items.queries import count_items, list_items
from server.people.queries.people import PersonFilter, count_people, list_people
from tests.immunity.conftest import Target


@pytest.fixture(scope="module", autouse=True)
def hidden(target: Target) -> int:
    for number in range(5):
        target.create(f"secret-{number}", target.world.operations.id)
    target.create("shown", target.world.sales.id)
    return target.create("secret-last", target.world.operations.id)


def test_counts_are_those_of_the_rows_in_sight(target: Target) -> None:
    actor, page = target.world.outsider, PageRequest("name", "", 200)
    with target.database.reading() as session:
        items = list_items(session, actor, ItemFilter(), page).rows
        assert count_items(session, actor, ItemFilter()) == len(items) == 1
        people = list_people(session, actor, PersonFilter(), page).rows
        assert count_people(session, actor, PersonFilter()) == len(people)
        assert 0 < len(people) < count_people(session, target.world.admin, PersonFilter())


def test_a_hidden_number_and_an_unknown_one_get_the_same_refusal(
    target: Target, hidden: int
) -> None:
    program = target.api(target.world.outsider)
    for path in ("", "/history", "/relations", "/software"):
        one, other = program.get(f"/items/{hidden}{path}"), program.get(f"/items/987654{path}")
        assert (one.status_code, other.status_code) == (404, 404)
        told = [answer.get_json() for answer in (one, other)]
        for document in told:
            document.pop("instance", None)
            document.pop("request_id", None)
        texts = [str(told[0]).replace(str(hidden), "N"), str(told[1]).replace("987654", "N")]
        assert texts[0] == texts[1]


def test_searching_for_what_is_hidden_finds_nothing(target: Target) -> None:
    assert target.api(target.world.outsider).get("/items", q="secret").get_json()["rows"] == []
    assert "secret-" not in target.browser(target.world.outsider).get("/search?q=secret").text
