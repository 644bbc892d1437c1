"""Tickets like another: found by a job, told with reasons, to whom they may be told."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from cmdb.inventory.door import Inventory
from cmdb.observation import Observation, Origin
from cmdb.vocabulary import PERSON, ClassCode
from server.assets.products.linking import run_linking
from server.desk.tickets.jobs import COMPARE, COMPARE_OLD, run_comparing, run_comparing_old
from server.desk.tickets.models import TicketLikeness
from server.desk.tickets.queries.candidates import candidates_for
from server.desk.tickets.rules.likeness import Touched, Traits, rank_likenesses, telling_words
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.models import Job
from server.foundation.search.marks import SearchMark
from server.foundation.settings import Settings
from server.wiring import JOBS
from tests.server.desk.conftest import As
from tests.server.desk.estate import NOW, Estate
from tests.server.desk.tickets.test_tickets_rest import API, document, opened


def _context(database: Database, home: Path, **payload: Any) -> JobContext:
    return JobContext(database, Settings(home=home), payload)


def _waiting(database: Database) -> list[Job]:
    with database.reading() as session:
        query = select(Job).where(Job.kind == COMPARE, Job.state == "queued").order_by(Job.id)
        return list(session.scalars(query))


def _compare(database: Database, home: Path) -> None:
    """Do what waits, oldest first, as the runner would."""
    for job in _waiting(database):
        run_comparing(_context(database, home, **job.payload))
    with database.writing() as session:
        for job in session.scalars(select(Job).where(Job.kind == COMPARE)):
            job.state, job.unique_key = "done", None


def _printer(database: Database, estate: Estate, name: str, model: str) -> int:
    seen = Observation(
        origin=Origin(PERSON, name),
        class_code=ClassCode("printer"),
        organisation_id=estate.world.root.id,
        observed_at=NOW,
        values={"name": name, "vendor": "Acme", "model": model},
    )
    with database.writing() as session:
        recorded = Inventory(session, NOW).record(seen)
    assert recorded.item_id is not None
    return recorded.item_id


def _similar(client: Any, reference: str) -> list[dict[str, Any]]:
    answer = client.get(f"{API}/{reference}/similar")
    assert answer.status_code == 200, answer.json
    found: list[dict[str, Any]] = answer.json
    return found


_SOLVED = {"state": "resolved", "resolution_code": "fixed", "resolution_text": "New fuser"}


def test_the_right_ones_come_first_with_their_reasons(
    as_: As, estate: Estate, database: Database, tmp_path: Path
) -> None:
    agent = as_(estate.world.agent)
    first, twin, other = (
        _printer(database, estate, name, model)
        for name, model in (("prn-1", "LX 200"), ("prn-2", "LX 200"), ("prn-3", "ZZ 9"))
    )
    words = "Printouts of invoices are smeared"
    same = opened(agent, title="Toner is smearing", affected_item_ids=[first], category="hardware")
    model = opened(agent, title="Paper jam", affected_item_ids=[twin])
    talk = opened(agent, title="Invoice printout smeared again", affected_item_ids=[other])
    for number in range(6):
        opened(agent, title=f"Password forgotten {number}", affected_item_ids=[estate.laptop])
    moved = agent.post(f"{API}/{same['reference']}/moves", json=_SOLVED)
    assert moved.status_code == 200, moved.json
    _compare(database, tmp_path)
    mine = opened(agent, title=words, affected_item_ids=[first], category="hardware")["reference"]
    assert _similar(agent, mine) == []  # a job compares, nothing else does
    _compare(database, tmp_path)

    found = _similar(agent, mine)
    told = [one["ticket"]["reference"] for one in found]
    assert told == [same["reference"], talk["reference"], model["reference"]]
    item, said, kind = found
    assert [one["name"] for one in item["items"]] == ["prn-1"]
    assert (item["same_category"], item["words"]) == (True, ["smeared"])
    assert (item["ticket"]["open"], item["ticket"]["resolution_text"]) == (False, "New fuser")
    assert (said["items"], said["classes"]) == ([], ["printer"])
    assert sorted(said["words"]) == ["invoices", "printouts", "smeared"]
    assert kind["models"] == [{"vendor": "Acme", "model": "LX 200"}]
    assert 1 >= item["score"] > said["score"] > kind["score"] > 0
    # The older one knows of the newer one too, without having been compared again.
    assert mine in [one["ticket"]["reference"] for one in _similar(agent, talk["reference"])]


def test_what_is_out_of_sight_is_neither_shown_nor_a_reason(
    as_: As, estate: Estate, database: Database, tmp_path: Path
) -> None:
    agent, rita = as_(estate.world.agent), as_(estate.world.requester)
    mine = opened(rita, title="Nothing loads")["reference"]
    asked = agent.post(f"{API}/{mine}/affected-items", json={"item_ids": [estate.san]})
    assert asked.status_code == 200
    other = opened(agent, title="Slow as ever", affected_item_ids=[estate.san])["reference"]
    _compare(database, tmp_path)
    assert [one["ticket"]["reference"] for one in _similar(agent, mine)] == [other]
    assert _similar(rita, mine) == []
    # Rita follows the other one now, and still must not learn that both touch the storage.
    hers = {"requester_id": estate.world.requester.person_id}
    assert agent.patch(f"{API}/{other}", json=hers).status_code == 200
    assert rita.get(f"{API}/{other}").status_code == 200
    assert _similar(rita, mine) == []
    otto = as_(estate.world.outsider)
    assert otto.get(f"{API}/{mine}").status_code == 200
    assert _similar(otto, mine) == []
    assert otto.get(f"{API}/{other}/similar").status_code == 404
    assert as_(estate.world.nobody).get(f"{API}/{mine}/similar").status_code == 403


def test_only_what_counts_is_compared_anew_and_waits_once(
    as_: As, estate: Estate, database: Database, tmp_path: Path
) -> None:
    agent = as_(estate.world.agent)
    mine = opened(agent, title="Mail bounces")["reference"]
    other = opened(agent, title="Wifi drops in canteen")["reference"]
    assert len(_waiting(database)) == 2
    _compare(database, tmp_path)
    assert agent.patch(f"{API}/{mine}", json={"urgency": "high"}).status_code == 200
    assert (_waiting(database), _similar(agent, mine)) == ([], [])
    for title in ("Wifi drops", "Wifi drops in the canteen"):
        assert agent.patch(f"{API}/{mine}", json={"title": title}).status_code == 200
    assert len(_waiting(database)) == 1
    _compare(database, tmp_path)
    assert [one["ticket"]["reference"] for one in _similar(agent, mine)] == [other]
    assert agent.patch(f"{API}/{mine}", json={"title": "Mail bounces"}).status_code == 200
    _compare(database, tmp_path)
    assert (_similar(agent, mine), _similar(agent, other)) == ([], [])


def test_tickets_from_before_are_compared_once(
    as_: As, estate: Estate, database: Database, tmp_path: Path
) -> None:
    agent = as_(estate.world.agent)
    for _ in range(3):
        opened(agent, title="Orders page times out", affected_item_ids=[estate.app])
    solved = opened(agent, title="Orders page timeout", affected_item_ids=[estate.app])
    assert agent.post(f"{API}/{solved['reference']}/moves", json=_SOLVED).status_code == 200
    assert run_comparing_old(_context(database, tmp_path)) == {"tickets": 3}
    assert run_comparing_old(_context(database, tmp_path)) == {"tickets": 0}
    with database.reading() as session:
        stored = session.scalars(select(TicketLikeness)).all()
        pairs = {frozenset((one.ticket_id, one.other_id)) for one in stored}
        assert len(stored) == len(pairs) == 6
        assert session.get_one(SearchMark, "likeness").filled
    assert len(_similar(agent, solved["reference"])) == 3
    assert {COMPARE, COMPARE_OLD} <= set(JOBS)


def test_a_ticket_that_is_gone_and_one_without_words_are_no_failure(
    as_: As, estate: Estate, database: Database, tmp_path: Path
) -> None:
    assert run_comparing(_context(database, tmp_path, ticket_id=10**9)) == {"found": 0}
    mine = document(as_(estate.world.agent).post(API, json={"title": "?!"}))
    assert run_comparing(_context(database, tmp_path, ticket_id=mine["id"])) == {"found": 0}


def test_the_answer_reads_few_rows_and_compares_nothing(
    as_: As, estate: Estate, database: Database, tmp_path: Path
) -> None:
    agent = as_(estate.world.agent)
    made = [opened(agent, affected_item_ids=[estate.app])["reference"] for _ in range(12)]
    _compare(database, tmp_path)
    assert len(_similar(agent, made[0])) == 8
    told: list[str] = []
    listen = lambda *rest: told.append(rest[2])  # noqa: E731
    event.listen(database.engine, "before_cursor_execute", listen)
    _similar(agent, made[0])
    event.remove(database.engine, "before_cursor_execute", listen)
    statements = [one for one in told if one.lstrip().upper().startswith("SELECT")]
    assert not [one for one in statements if "search_index" in one]
    # Two of them find out who asks.
    assert len(statements) <= 5, "\n\n".join(statements)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Los impresoras no imprimen", "impresora"), ("Принтеры не печатают", "принтера")],
)
def test_words_are_met_in_any_of_the_three_languages(one: str, other: str) -> None:
    assert telling_words(one).keys() & telling_words(other).keys()
    assert telling_words("the and для") == {}


def test_rare_words_weigh_more_than_those_of_every_ticket() -> None:
    mine = Traits(1, "Printer kyocera error")
    rest = [Traits(number, "Printer error") for number in range(10, 20)]
    found = rank_likenesses(mine, [Traits(2, "Kyocera error"), *rest], 3)
    assert [one.ticket_id for one in found] == [2, 19, 18]
    # A class in common, or a category, is chance by itself.
    near = (Touched(7, "printer", ""),)
    far = (Touched(8, "printer", ""),)
    quiet = Traits(3, "Toner", category="hardware", items=far)
    assert rank_likenesses(Traits(1, "Jam", "", "hardware", near), [quiet], 3) == []


def test_what_is_rare_is_found_however_long_ago_it_was(
    as_: As, estate: Estate, database: Database, tmp_path: Path
) -> None:
    """Only the newest ticket is near; models are then known by the links that a job keeps."""
    agent = as_(estate.world.agent)
    first, twin = (_printer(database, estate, name, "LX 200") for name in ("prn-1", "prn-2"))
    run_linking(_context(database, tmp_path))
    model = opened(agent, title="Paper jam", affected_item_ids=[twin])["id"]
    words = opened(agent, title="Invoices come out smeared")["id"]
    item = opened(agent, title="Toner", affected_item_ids=[first])["id"]
    opened(agent, title="Password forgotten", affected_item_ids=[estate.laptop])
    mine = Traits(
        0,
        "Smeared invoices",
        items=(Touched(first, "printer", "LX 200"), Touched(estate.db, "server", "")),
    )
    with database.reading() as session:
        assert candidates_for(session, mine) == {model, words, item}
        assert candidates_for(session, mine, near=1) == {model, words, item}
        bare = Traits(0, "Something else")
        assert candidates_for(session, bare, near=1) == set()


def test_of_many_tickets_the_newest_are_compared(
    as_: As, estate: Estate, database: Database
) -> None:
    agent = as_(estate.world.agent)
    ids = [
        opened(agent, title=f"Disk full {n}", affected_item_ids=[estate.db])["id"] for n in "abc"
    ]
    mine = Traits(ids[0], "Disk full", items=(Touched(estate.db, "server", ""),))
    with database.reading() as session:
        assert candidates_for(session, mine, most=2) == {*ids[1:]}
