"""Lists of tickets as files over REST."""

import csv
import io

from server.imports.tables import read_table
from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_tickets_rest import API, faults, opened


def test_what_fits_and_is_in_sight_is_written_down(as_: As, estate: Estate) -> None:
    agent, requester = as_(estate.world.agent), as_(estate.world.requester)
    opened(agent, title="=HYPERLINK(1)")
    opened(requester, title="Mine")
    answer = agent.get(f"{API}.csv?open=true&q=HYPERLINK")
    assert answer.mimetype == "text/csv"
    assert "tickets.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["reference"], row["title"]) for row in rows] == [("INC-1", "'=HYPERLINK(1)")]
    own = requester.get(f"{API}.csv").text.splitlines()
    assert [line.split(",")[2] for line in own[1:]] == ["Mine"]
    book = io.BytesIO(agent.get(f"{API}.xlsx").data)
    told = [row.cells["title"] for row in read_table(book, "tickets.xlsx")]
    assert told == ["Mine", "=HYPERLINK(1)"]


def test_a_file_has_no_pages_and_knows_the_words_of_the_list(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    assert faults(agent.get(f"{API}.csv?state=lost")) == {"state"}
    assert faults(agent.get(f"{API}.xlsx?limit=5")) == {"limit"}
