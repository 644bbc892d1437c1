"""Changes: what they would do stands beside the plan; nobody approves their own."""

import pytest

from server.desk.changes.models import ChangeTask
from server.desk.changes.queries import find_change, tasks_on
from server.foundation.database import Database
from tests.server.desk.estate import Estate
from tests.web.pages.conftest import Browser, Browsers
from tests.web.pages.desk.conftest import hidden_field, plan_on, tomorrow


def state_of(database: Database, estate: Estate, reference: str) -> str:
    """Return where a change stands."""
    with database.reading() as session:
        return find_change(session, estate.world.admin, reference).state


def test_the_list_says_risk_state_and_window(agent: Browser, change: str) -> None:
    page = agent.read("/changes")
    for said in (change, "Firmware", "Assessment", "2h"):
        assert said in page
    assert "Nothing fits" in agent.read("/changes?kind=emergency")
    assert "Nothing waits for your approval" in agent.read("/changes?view=waiting")


def test_a_new_plan_shows_at_once_what_it_would_break(agent: Browser, estate: Estate) -> None:
    page = agent.read(f"/changes/new?item={estate.san}&ticket=INC-7")
    for said in ("Orders", "Reports", "a service goes down", "there is no way back"):
        assert said in page
    assert "Because of INC-7." in page
    assert "Chloe Changes" in page  # owns Orders


def test_the_preview_follows_the_form_and_writes_nothing(agent: Browser, estate: Estate) -> None:
    fragment = agent.post("/changes/preview", item=str(estate.laptop), back_out_plan="Back.").text
    assert "<html" not in fragment
    assert "No service that you may see suffers." in fragment
    assert "there is no way back" not in fragment
    assert "No changes here" in agent.read("/changes")


def test_the_preview_names_no_item_out_of_sight(browser_of: Browsers, estate: Estate) -> None:
    outsider = browser_of(estate.world.outsider.person_id)
    fragment = outsider.post("/changes/preview", item=str(estate.san)).text
    assert "Name the items that are touched" in fragment
    assert "Orders" not in fragment


def test_tasks_are_put_into_another_order(
    agent: Browser, database: Database, estate: Estate, change: str
) -> None:
    for title in ("Back up", "Swap", "Look at it"):
        agent.done(f"/changes/{change}/tasks", title=title)
    for place in (2, 1, 0):  # the first has nothing above it and stays
        agent.done(f"/changes/{change}/tasks/{_tasks(database, estate, change)[place].id}/raise")
    assert [task.title for task in _tasks(database, estate, change)] == [
        "Look at it",
        "Back up",
        "Swap",
    ]


def _tasks(database: Database, estate: Estate, change: str) -> list[ChangeTask]:
    with database.reading() as session:
        return tasks_on(session, find_change(session, estate.world.admin, change).id)


def test_two_changes_in_one_window_collide(
    agent: Browser, database: Database, estate: Estate, change: str
) -> None:
    agent.done(f"/changes/{change}/approval")
    other = plan_on(database, estate, estate.db, title="Patch")
    page = agent.read(f"/changes/{other}")
    assert "Collides" in page
    assert change in page
    assert "both take down" in page


def test_a_plan_is_saved_as_a_draft(agent: Browser, database: Database, estate: Estate) -> None:
    address = agent.done(
        "/changes/new",
        title="Swap the array",
        kind="normal",
        item=str(estate.san),
        window_start=tomorrow(0).strftime("%Y-%m-%dT%H:%M"),
        window_end=tomorrow(3).strftime("%Y-%m-%dT%H:%M"),
    )
    assert address == "/changes/CHG-1"
    with database.reading() as session:
        stored = find_change(session, estate.world.agent, "CHG-1")
        assert (stored.window_start, stored.window_end) == (tomorrow(0), tomorrow(3))


@pytest.mark.usefixtures("world")
def test_a_refused_plan_keeps_what_was_typed(agent: Browser) -> None:
    answer = agent.post(
        "/changes/new", title="", reason="Noise", window_start="soon", window_end="later"
    )
    assert answer.status_code == 422
    assert "This is no date with a time." in answer.text
    assert "Noise</textarea>" in answer.text


def test_a_window_that_runs_backwards_is_refused(agent: Browser, estate: Estate) -> None:
    answer = agent.post(
        "/changes/new",
        title="x",
        item=str(estate.san),
        window_start=tomorrow(3).strftime("%Y-%m-%dT%H:%M"),
        window_end=tomorrow(0).strftime("%Y-%m-%dT%H:%M"),
    )
    assert answer.status_code == 422
    assert "The end must be later than the start." in answer.text


def test_approval_is_asked_of_the_owners_of_what_suffers(agent: Browser, change: str) -> None:
    page = agent.read(f"/changes/{change}")
    assert "Who would be asked" in page
    agent.done(f"/changes/{change}/approval")
    page = agent.read(f"/changes/{change}")
    assert "owns Orders, which suffers" in page
    assert "of exactly this plan:" in page


def test_what_a_plan_lacks_is_named(agent: Browser, estate: Estate) -> None:
    agent.done("/changes/new", title="Bare", item=str(estate.san))
    agent.done("/changes/CHG-1/move", state="assessment")
    answer = agent.post("/changes/CHG-1/approval")
    assert answer.status_code == 422
    assert "The way back: This is needed before approval is asked for." in answer.text


def test_nobody_approves_their_own(
    agent: Browser, database: Database, estate: Estate, change: str
) -> None:
    agent.done(f"/changes/{change}/approval")
    page = agent.read(f"/changes/{change}")
    assert "somebody else approves it" in page
    answer = agent.post(f"/changes/{change}/decision", decision="approved")
    assert answer.status_code == 403
    assert "You planned this change, so it is for somebody else to approve it." in answer.text
    assert state_of(database, estate, change) == "approval"


def test_who_was_asked_approves_and_the_change_is_scheduled(
    agent: Browser, manager: Browser, database: Database, estate: Estate, change: str
) -> None:
    agent.done(f"/changes/{change}/approval")
    assert change in manager.read("/changes?view=waiting")
    digest = hidden_field(manager.read(f"/changes/{change}?act=approve"), "digest")
    manager.done(f"/changes/{change}/decision", decision="approved", comment="Go", digest=digest)
    assert state_of(database, estate, change) == "scheduled"
    assert "1 / 1" in manager.read(f"/changes/{change}")


def test_a_refusal_says_why(agent: Browser, manager: Browser, change: str) -> None:
    agent.done(f"/changes/{change}/approval")
    answer = manager.post(f"/changes/{change}/decision", decision="rejected", comment=" ")
    assert answer.status_code == 422
    assert "Say why" in answer.text
    manager.done(f"/changes/{change}/decision", decision="rejected", comment="Not in March")
    assert "Not in March" in agent.read(f"/changes/{change}")


def test_an_edit_voids_what_was_approved_and_says_so(
    agent: Browser, manager: Browser, database: Database, estate: Estate, change: str
) -> None:
    agent.done(f"/changes/{change}/approval")
    manager.done(f"/changes/{change}/decision", decision="approved")
    form = agent.read(f"/changes/{change}/edit")
    assert "takes it back to assessment" in form
    agent.done(
        f"/changes/{change}/edit",
        version=hidden_field(form, "version"),
        title="Firmware",
        kind="normal",
        implementation_plan="Install it twice.",
        back_out_plan="Install the old one.",
        item=str(estate.san),
        window_start=tomorrow(0).strftime("%Y-%m-%dT%H:%M"),
        window_end=tomorrow(2).strftime("%Y-%m-%dT%H:%M"),
    )
    assert state_of(database, estate, change) == "assessment"
    assert "What was approved is void" in agent.read(f"/changes/{change}")


def test_what_was_read_is_what_is_approved(agent: Browser, manager: Browser, change: str) -> None:
    agent.done(f"/changes/{change}/approval")
    answer = manager.post(f"/changes/{change}/decision", decision="approved", digest="another")
    assert answer.status_code == 412
    assert "Read it again before you decide" in answer.text


def test_an_edit_over_a_newer_version_shows_both(
    agent: Browser, manager: Browser, change: str
) -> None:
    version = hidden_field(agent.read(f"/changes/{change}/edit"), "version")
    manager.done(f"/changes/{change}/edit", title="Firmware 9", kind="normal", version=version)
    answer = agent.post(
        f"/changes/{change}/edit", title="Firmware X", kind="normal", version=version
    )
    assert answer.status_code == 412
    assert 'value="Firmware X"' in answer.text
    assert "<q>Firmware 9</q>" in answer.text


def test_starting_outside_the_window_is_refused_in_words(
    agent: Browser, manager: Browser, change: str
) -> None:
    agent.done(f"/changes/{change}/approval")
    manager.done(f"/changes/{change}/decision", decision="approved")
    answer = agent.post(f"/changes/{change}/move", state="implementing")
    assert answer.status_code == 409
    assert "The approved window is not open now." in answer.text


def test_comments_stand_between_what_happened(agent: Browser, change: str) -> None:
    assert agent.post(f"/changes/{change}/comments", text=" ").status_code == 422
    agent.done(f"/changes/{change}/comments", text="Two controllers")
    page = agent.read(f"/changes/{change}")
    assert page.index("began to plan") < page.index("Two controllers")


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/changes"),
        ("get", "/changes/new"),
        ("post", "/changes/preview"),
        ("post", "/changes/new"),
    ],
)
@pytest.mark.usefixtures("estate")
def test_who_may_not_see_changes_is_told(requester: Browser, method: str, address: str) -> None:
    # What waits for one's own approval needs no right: it is an empty list then.
    expected = 200 if address == "/changes" else 403
    assert getattr(requester, method)(address).status_code == expected


def test_a_change_out_of_sight_does_not_exist(
    browser_of: Browsers, estate: Estate, change: str
) -> None:
    outsider = browser_of(estate.world.outsider.person_id)
    assert outsider.get(f"/changes/{change}").status_code == 404
    assert outsider.post(f"/changes/{change}/move", state="cancelled").status_code == 404


def test_the_item_names_its_tickets_and_changes(
    agent: Browser, estate: Estate, ticket: str, change: str
) -> None:
    assert ticket in agent.read(f"/items/{estate.db}/tickets")
    assert change in agent.read(f"/items/{estate.san}/tickets")
    suffering = agent.read(f"/items/{estate.orders}/tickets")
    assert "It suffers from" in suffering
    assert ticket in suffering
