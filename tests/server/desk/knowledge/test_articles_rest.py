"""Articles over REST: who reads which, how they are found, and what they said before."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from server.desk.knowledge.actions import ArticleDraft, write_article
from server.desk.knowledge.rules.suggesting import Candidate, suggest
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.search.stemming import fits, stems_of
from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_tickets_rest import document, faults

HERE = "/api/v1/articles"


def written(client: FlaskClient, title: str, **body: Any) -> dict[str, Any]:
    text = {"title": title, "body": "Do this.", "state": "published"}
    answer = client.post(HERE, json=text | body)
    assert answer.status_code == 201, answer.json
    return document(answer)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("printers jammed", "The printer jams"),
        ("impresoras bloqueadas", "Una impresora bloqueada"),
        ("conexion rapida", "Conexión rápida"),
        ("принтеры сломаны", "Сломан принтер"),
        ("ёлка", "елки"),
    ],
)
def test_words_are_found_whatever_their_ending(said: str, meant: str) -> None:
    assert fits(said, stems_of(meant)) == 1.0


def test_what_fits_words_class_and_model_best_is_offered_first() -> None:
    candidates = [
        Candidate(1, stems_of("printer jams")),
        Candidate(2, stems_of("printer jams"), class_code="printer"),
        Candidate(3, stems_of("nothing alike"), model="HP 4"),
        Candidate(4, stems_of("nothing alike")),
    ]
    about = (frozenset({"printer"}), frozenset({"hp 4"}))
    assert suggest("the printers jam", *about, candidates) == [2, 1, 3]
    assert suggest("", frozenset(), frozenset(), candidates) == []


def test_requesters_read_what_is_published_for_everybody(as_: As, estate: Estate) -> None:
    agent, requester = as_(estate.world.agent), as_(estate.world.requester)
    shown = written(agent, "Printers that jam", audience="everyone")
    written(agent, "Jams inside")
    written(agent, "Jam to come", audience="everyone", state="draft")

    def found(client: FlaskClient, words: str) -> list[str]:
        return [row["title"] for row in document(client.get(f"{HERE}?q={words}"))["rows"]]

    assert found(requester, "printer+jammed") == ["Printers that jam"]
    assert set(found(agent, "jams")) == {"Printers that jam", "Jams inside", "Jam to come"}
    assert found(agent, "jams+elephant") == []
    assert found(agent, "%3F%21") == []
    offered = requester.get(f"{HERE}/suggestions?text=my+printer+jams").json or []
    assert [row["id"] for row in offered] == [shown["id"]]
    assert requester.post(HERE, json={"title": "x", "body": "y"}).status_code == 403
    inside = document(agent.get(f"{HERE}?q=inside"))["rows"][0]["id"]
    assert requester.get(f"{HERE}/{inside}").status_code == 404
    assert requester.get(f"{HERE}/{shown['id']}/versions").status_code == 403


def test_an_article_remembers_what_it_said(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    made = written(agent, "Printers")
    here = f"{HERE}/{made['id']}"
    other = {"title": "Printers", "body": "Do that.", "state": "published"}
    assert document(agent.put(here, json=other))["version"] == 2
    assert document(agent.put(here, json=other | {"state": "retired"}))["version"] == 2
    bodies = [row["body"] for row in agent.get(f"{here}/versions").json or []]
    assert bodies == ["Do that.", "Do this."]
    assert agent.put(here, json=other, headers={"If-Match": '"1"'}).status_code == 412
    read = agent.get(here).headers["ETag"]
    assert agent.put(here, json=other, headers={"If-Match": read}).status_code == 200
    # The text is the same, and yet it was published meanwhile.
    assert agent.put(here, json=other, headers={"If-Match": read}).status_code == 412
    again = agent.get(here, headers={"If-None-Match": read})
    assert document(again)["state"] == "published"
    assert faults(agent.post(HERE, json={"title": " ", "body": "", "class_code": "x"})) >= {"title"}
    assert faults(agent.put(here, json=other | {"class_code": "hamster"})) == {"class_code"}


def test_writing_an_article_anew_takes_it_off_no_known_error(
    as_: As, database: Database, estate: Estate
) -> None:
    agent = as_(estate.world.agent)
    problem = document(agent.post("/api/v1/problems", json={"title": "Orders time out"}))["id"]
    draft = ArticleDraft("Orders", "Restart the pool.", problem_id=problem)
    with database.writing() as session:
        made = write_article(session, estate.world.agent, draft, utc_now()).id
    body = {"title": "Orders", "body": "Restart it twice."}
    assert document(agent.put(f"{HERE}/{made}", json=body))["problem_id"] == problem
