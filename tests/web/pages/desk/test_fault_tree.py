"""The page of a fault tree: it folds, is judged line by line, and is taken along."""

from defusedxml import ElementTree

from server.desk.problems.actions.problems import ProblemDraft, open_problem
from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.server.desk.estate import Estate
from tests.web.pages.conftest import Browser
from tests.web.pages.desk.conftest import open_on


def behind(database: Database, estate: Estate) -> str:
    """Open a problem behind an incident with the service; return the address of its tree."""
    ticket = open_on(database, estate, estate.orders)
    with database.writing() as session:
        draft = ProblemDraft("Orders fail", tickets=(ticket,))
        row = open_problem(session, estate.world.agent, draft, utc_now())
        return f"/problems/{row.reference}/fault-tree"


def test_the_tree_is_a_list_that_folds(agent: Browser, database: Database, estate: Estate) -> None:
    """San ──> db ──> app ──> orders."""
    address = behind(database, estate)
    assert f'href="{address}"' in agent.read(address.removesuffix("/fault-tree"))
    page = agent.read(address)
    assert [page.index(f'id="event-{one}"') for one in (estate.orders, estate.app, estate.db)]
    assert page.count('<details class="fault-fold"') == 3
    assert page.count('<details class="fault-fold" open>') == 2
    assert agent.read(f"{address}?unfold=1").count('<details class="fault-fold" open>') == 3
    assert "fails by itself only" in page
    assert "what it needs lies deeper" in agent.read(f"{address}?depth=2")
    assert agent.get(f"{address}?top={estate.laptop}").status_code == 422


def test_a_line_is_judged_and_what_is_wrong_is_said(
    agent: Browser, database: Database, estate: Estate
) -> None:
    address = behind(database, estate)
    asked = {"top": estate.orders, "depth": 3, "item_id": estate.san}
    refused = agent.post(address, verdict="ruled_out", note="", **asked)
    assert refused.status_code == 422
    assert "What shows it: Say what shows it." in refused.text
    lead = agent.done(address, verdict="confirmed", note="Both <controllers> restarted", **asked)
    assert lead == f"{address}?top={estate.orders}&depth=3#event-{estate.san}"
    page = agent.read(address)
    assert "Both &lt;controllers&gt; restarted" in page
    assert "Sam Support" in page
    problem = agent.read(address.removesuffix("/fault-tree"))
    assert "san-1: Both &lt;controllers&gt; restarted" in problem


def test_the_tree_is_taken_along_as_text_and_as_a_drawing(
    agent: Browser, database: Database, estate: Estate
) -> None:
    address = behind(database, estate)
    text = agent.get(f"{address}.txt")
    assert text.headers["Content-Disposition"].startswith('attachment; filename="fault-tree-PRB-')
    assert "\n      - db-07" not in text.text
    assert "\n        - db-07" in text.text
    drawing = agent.get(f"{address}.svg")
    assert drawing.mimetype == "image/svg+xml"
    said = [one.text or "" for one in ElementTree.fromstring(drawing.text).iter()]
    assert any(one.startswith("san-1") for one in said)


def test_who_only_reads_judges_nothing_and_a_problem_without_items_says_so(
    agent: Browser, requester: Browser, database: Database, estate: Estate
) -> None:
    address = behind(database, estate)
    assert requester.get(address).status_code == 404
    with database.writing() as session:
        bare = open_problem(session, estate.world.agent, ProblemDraft("Odd"), utc_now()).reference
    assert "No item is named" in agent.read(f"/problems/{bare}/fault-tree")
