"""Two write the same at once: the second sees what the first saved, and loses nothing typed."""

from typing import Any

import pytest

from tests.server.desk.estate import Estate
from tests.web.pages.conftest import Browser
from tests.web.pages.desk.conftest import hidden_field


@pytest.fixture
def problem(agent: Browser) -> str:
    """Open a problem and return its address."""
    return agent.done("/problems/new", title="Orders time out", priority="3")


def theirs(page: str) -> str:
    """Return what the page says somebody else saved."""
    assert "Saved by somebody else meanwhile" in page, page[:3000]
    return page.split("Saved by somebody else meanwhile")[1].split("</dl>", maxsplit=1)[0]


def test_of_a_problem_both_versions_are_shown(
    agent: Browser, manager: Browser, problem: str
) -> None:
    form: dict[str, Any] = {
        "title": "Orders time out",
        "priority": "2",
        "because": ["The pool is full", ""],
        "evidence": ["pg_stat", ""],
    }
    form["version"] = hidden_field(agent.read(problem), "version")
    manager.done(f"{problem}/edit", **form | {"cause": "No timeout", "because": ["A leak"]})
    answer = agent.post(f"{problem}/edit", **form | {"cause": "Too few workers", "priority": "1"})
    assert answer.status_code == 412
    said = theirs(answer.text)
    for word in ("No timeout", "A leak", "High"):
        assert word in said
    for mine in ("Too few workers", 'value="The pool is full"', 'value="pg_stat"'):
        assert mine in answer.text
    # Saving again is a decision, now that both have been read.
    form |= {"version": hidden_field(answer.text, "version"), "cause": "Too few workers"}
    assert agent.done(f"{problem}/edit", **form) == problem


def test_a_step_taken_meanwhile_keeps_nobody_from_saving_for_ever(
    agent: Browser, manager: Browser, problem: str
) -> None:
    form = {"title": "Orders time out", "priority": "3"}
    form["version"] = hidden_field(agent.read(problem), "version")
    manager.done(f"{problem}/move", state="analysis")
    answer = agent.post(f"{problem}/edit", **form)
    assert answer.status_code == 412
    form["version"] = hidden_field(answer.text, "version")
    assert agent.done(f"{problem}/edit", **form) == problem


def test_what_was_said_meanwhile_keeps_nobody_from_editing(
    agent: Browser, manager: Browser, estate: Estate
) -> None:
    form = {"title": "Works", "kind": "maintenance", "audience": "users", "item": str(estate.san)}
    here = agent.done("/announcements/new", **form)
    page = agent.read(f"{here}/edit")
    form["version"] = hidden_field(page, "version")
    input_of_start = page.split('id="field-starts_at"', maxsplit=1)[0].rsplit("<input", 1)[1]
    form["starts_at"] = input_of_start.split('value="')[1].split('"', maxsplit=1)[0]
    manager.done(f"{here}/move", state="published")
    manager.done(f"{here}/updates", text="Half done")
    answer = agent.post(f"{here}/edit", **form)
    assert answer.status_code == 412
    form["version"] = hidden_field(answer.text, "version")
    assert agent.done(f"{here}/edit", **form) == here


def test_what_is_refused_of_a_problem_keeps_every_answer(agent: Browser, problem: str) -> None:
    form = {
        "version": hidden_field(agent.read(problem), "version"),
        "title": "Orders time out",
        "priority": "1",
        "published": "everyone",
        "because": ["The pool is full"],
        "evidence": ["pg_stat"],
    }
    answer = agent.post(f"{problem}/edit", **form)
    assert answer.status_code == 422
    assert 'value="The pool is full"' in answer.text
    assert '<option value="1" selected>' in answer.text
    assert "Saved by somebody else" not in answer.text


def test_of_an_article_both_versions_are_shown(agent: Browser, manager: Browser) -> None:
    here = agent.done("/knowledge/new", title="Printers", body="Do this.", state="draft")
    form = {"title": "Printers", "state": "draft", "audience": "agents"}
    form["version"] = hidden_field(agent.read(f"{here}/edit"), "version")
    manager.done(f"{here}/edit", **form | {"body": "Do that.", "state": "published"})
    answer = agent.post(f"{here}/edit", **form, body="Do nothing.")
    assert answer.status_code == 412
    assert "Do that." in theirs(answer.text)
    assert "Published" in theirs(answer.text)
    assert "Do nothing." in answer.text
    form["version"] = hidden_field(answer.text, "version")
    assert agent.done(f"{here}/edit", **form, body="Do nothing.") == here


def test_of_an_announcement_both_versions_are_shown(
    agent: Browser, manager: Browser, estate: Estate
) -> None:
    form = {"title": "Works", "kind": "maintenance", "audience": "users", "item": str(estate.san)}
    here = agent.done("/announcements/new", **form)
    form["version"] = hidden_field(agent.read(f"{here}/edit"), "version")
    both = {"item": [str(estate.san), str(estate.db)]}
    manager.done(f"{here}/edit", **form | both | {"contact": "Chloe, 112"})
    answer = agent.post(f"{here}/edit", **form, contact="Sam, 113")
    assert answer.status_code == 412
    said = theirs(answer.text)
    assert "Chloe, 112" in said
    assert "db-07" in said
    assert "Sam, 113" in answer.text
    form["version"] = hidden_field(answer.text, "version")
    assert agent.done(f"{here}/edit", **form, contact="Sam, 113") == here


def test_of_a_major_incident_both_versions_are_shown(
    agent: Browser, manager: Browser, ticket: str, estate: Estate
) -> None:
    here = f"/major-incidents/{ticket}"
    chloe = str(estate.world.change_manager.person_id)
    agent.done(here, manager_id=chloe, version=hidden_field(agent.read(here), "version"))
    form = {"manager_id": chloe, "version": hidden_field(agent.read(here), "version")}
    manager.done(here, **form, lessons="Watch the pool")
    answer = agent.post(here, **form, lessons="Order disks", bridge="Room 7")
    assert answer.status_code == 412
    assert "Watch the pool" in theirs(answer.text)
    assert "Saved by Chloe Changes" in answer.text
    assert "Order disks" in answer.text
    form["version"] = hidden_field(answer.text, "version")
    agent.done(here, **form, lessons="Watch the pool, order disks")


def test_who_declares_with_a_wrong_ticket_chooses_nobody_twice(
    agent: Browser, ticket: str, estate: Estate
) -> None:
    here = f"/major-incidents/{ticket}"
    sam = str(estate.world.agent.person_id)
    answer = agent.post(here, manager_id=sam, children=f"{ticket}, INC-999", version="")
    assert answer.status_code == 422
    assert f'<option value="{sam}" selected>Sam Support' in answer.text
    # Which of them is wrong stands beside it.
    assert f"{ticket}: Choose another ticket." in answer.text
