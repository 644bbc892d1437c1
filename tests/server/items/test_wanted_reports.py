"""Somebody wants everything anew: remembered, told at the agent's next word, and paced."""

from typing import Any

import pytest

from server.items.wanting import Pace
from tests.server.items.machines import report, whole
from tests.server.items.rest import Caller, Callers, refused
from tests.server.items.test_doorstep import unchanged
from tests.server.items.test_intake import enrolled, send


@pytest.fixture
def agent(callers: Callers) -> Caller:
    return enrolled(callers)


def row(callers: Callers) -> dict[str, Any]:
    (found,) = callers.admin.get("/agents")["rows"]
    told: dict[str, Any] = found
    return told


def test_an_agent_that_is_wanted_is_asked_for_everything(callers: Callers, agent: Caller) -> None:
    first = whole()
    send(agent, first)
    before = row(callers)
    assert before["last_full_at"] is not None
    callers.admin.post(f"/agents/{before['id']}/wanted-report", None, 202)
    assert row(callers)["wanted_at"] is not None
    answer = send(agent, unchanged(first["sections"], 2))
    assert set(first["sections"]) <= set(answer["resend"])
    again = send(agent, report(first["sections"], 3))
    assert again["resend"] == []
    after = row(callers)
    assert after["wanted_at"] is None
    assert after["last_full_at"] > before["last_full_at"]
    assert send(agent, unchanged(first["sections"], 4))["resend"] == []
    assert len(callers.admin.get(f"/items/{again['item']}/history")["rows"]) == 1


def test_many_are_asked_at_once_and_let_in_one_after_another(
    callers: Callers, agent: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = whole()
    send(agent, first)
    monkeypatch.setattr("server.items.wanting._PACE", Pace(0, 0))
    asked = callers.admin.post("/agents/wanted-reports", {"q": "", "silent_hours": None}, 202)
    assert asked == {"asked": 1}
    waits = send(agent, unchanged(first["sections"], 2))
    assert waits["resend"] == []
    assert 60 <= waits["next_report_seconds"] < 300
    monkeypatch.setattr("server.items.wanting._PACE", Pace(0, 1))
    assert send(agent, unchanged(first["sections"], 3))["resend"] != []


def test_a_revoked_agent_is_wanted_by_nobody(callers: Callers, agent: Caller) -> None:
    send(agent, whole())
    known = row(callers)["id"]
    callers.admin.send("DELETE", f"/agents/{known}")
    refused(callers.admin.send("POST", f"/agents/{known}/wanted-report"), 409)
    asked = callers.admin.post("/agents/wanted-reports", {}, 202)
    assert asked == {"asked": 0}
