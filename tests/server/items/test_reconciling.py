"""Whose word wins: rules, dry runs, overrides that expire, and words taken back."""

from datetime import timedelta
from typing import Any

import pytest

from cmdb.inventory.door import Inventory
from cmdb.observation import Identifier, Observation, Origin
from cmdb.records.precedence import WordExpiry
from cmdb.vocabulary import AGENT, SERIAL, SERVER, SourceCode
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings
from server.items.reconciling.jobs import expire_words, redecide_register
from tests.server.items.rest import Callers, refused

_SERIAL = Identifier(SERIAL, "CZ30|hp")


def _heard(database: Database, source: str, days_ago: float = 0, **values: Any) -> int:
    now = utc_now() - timedelta(days=days_ago)
    seen = Observation(
        Origin(SourceCode(source), "one"), SERVER, 1, now, (_SERIAL,), {"name": "db-1", **values}
    )
    with database.writing() as session:
        return Inventory(session, now).record(seen).item_id or 0


@pytest.fixture
def item(callers: Callers, database: Database) -> int:
    """A server of which an agent and a sheet disagree."""
    _heard(database, "import:sheet", vendor="HP", asset_tag="A-1")
    return _heard(database, AGENT, vendor="HPE")


@pytest.fixture
def context(database: Database, settings: Settings) -> JobContext:
    return JobContext(database, settings, {})


@pytest.fixture
def settings(tmp_path: Any) -> Settings:
    return Settings(home=tmp_path)


def _said(callers: Callers, item: int, attribute: str) -> list[tuple[str, Any, bool]]:
    told = callers.admin.get(f"/items/{item}/words")["attributes"]
    words = next(one["words"] for one in told if one["attribute"] == attribute)
    return [(one["source"], one["value"], one["wins"]) for one in words]


def test_every_word_is_told_the_winner_first(callers: Callers, item: int) -> None:
    assert _said(callers, item, "vendor") == [("agent", "HPE", True), ("import:sheet", "HP", False)]
    assert _said(callers, item, "asset_tag") == [("import:sheet", "A-1", True)]


def test_a_trial_tells_what_would_change_if_a_source_came_first(
    callers: Callers, item: int
) -> None:
    would = callers.admin.post("/precedence-trials", {"first": "import:sheet"}, 200)
    assert (would["looked_at"], would["changed_items"]) == (1, 1)
    assert would["by_attribute"] == {"vendor": 1}
    row = would["rows"][0]
    assert (row["old"], row["old_source"]) == ("HPE", "agent")
    assert (row["new"], row["new_source"]) == ("HP", "import:sheet")
    assert callers.admin.get(f"/items/{item}")["vendor"] == "HPE"


def test_a_rule_of_a_class_holds_for_those_below_and_for_what_is_known(
    callers: Callers, database: Database, item: int, context: JobContext
) -> None:
    rule = {"class": "device", "attribute": "vendor", "order": ["import:sheet", "agent"]}
    kept = callers.admin.post("/precedence-rules", rule)
    redecide_register(context)
    assert callers.admin.get(f"/items/{item}")["vendor"] == "HP"
    history = callers.admin.get(f"/items/{item}/history")["rows"][0]
    assert (history["subject"], history["source"]) == ("vendor", "import:sheet")
    _heard(database, AGENT, vendor="Hewlett")
    assert callers.admin.get(f"/items/{item}")["vendor"] == "HP"
    answer = callers.admin.send("DELETE", f"/precedence-rules/{kept['id']}")
    assert answer.status_code == 204
    redecide_register(context)
    assert callers.admin.get(f"/items/{item}")["vendor"] == "Hewlett"


def test_a_strategy_chooses_among_the_words(
    callers: Callers, item: int, context: JobContext
) -> None:
    rule = {"attribute": "vendor", "strategy": "largest"}
    callers.admin.post("/precedence-rules", rule)
    redecide_register(context)
    assert callers.admin.get(f"/items/{item}")["vendor"] == "HPE"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "order"),
        ({"class": "spaceship", "attribute": "vendor"}, "class"),
        ({"class": "server"}, "attribute"),
        ({"attribute": "warp"}, "attribute"),
        ({"attribute": "vendor", "order": ["Über alles"]}, "order"),
        ({"attribute": "vendor", "fresh_days": {"agent": 3}}, "fresh_days"),
        ({"fresh_days": {"agent": -1}}, "fresh_days"),
        ({"attribute": "vendor", "strategy": "loudest"}, "strategy"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(
    callers: Callers, body: dict[str, Any], field: str
) -> None:
    assert field in refused(callers.admin.send("POST", "/precedence-rules", json=body), 422)


def test_a_persons_word_counts_until_it_expires(
    callers: Callers, database: Database, item: int, context: JobContext
) -> None:
    until = (utc_now() + timedelta(hours=1)).isoformat()
    body = {"values": {"vendor": "Ours"}, "until": until}
    assert callers.manager.post(f"/items/{item}/overrides", body)["vendor"] == "Ours"
    assert _said(callers, item, "vendor")[0] == ("person", "Ours", True)
    with database.writing() as session:
        expiry = session.get_one(WordExpiry, (item, "vendor"))
        # The clock goes on.
        door = Inventory(session, expiry.until + timedelta(seconds=1))
        door.redecider().redecide([item])
    assert callers.admin.get(f"/items/{item}")["vendor"] == "HPE"
    expire_words(context)
    past = body | {"until": "2020-01-01T00:00:00Z"}
    wrong = callers.manager.send("POST", f"/items/{item}/overrides", json=past)
    assert "until" in refused(wrong, 422)


def test_a_source_that_fell_silent_yields(
    callers: Callers, database: Database, context: JobContext
) -> None:
    item = _heard(database, AGENT, days_ago=31, vendor="HPE")
    _heard(database, "import:sheet", vendor="HP")
    assert callers.admin.get(f"/items/{item}")["vendor"] == "HP"


def test_what_one_source_said_is_taken_back(callers: Callers, item: int) -> None:
    sources = callers.admin.get(f"/items/{item}/words")["sources"]
    agent = next(one["id"] for one in sources if one["source"] == "agent")
    address = f"/items/{item}/sources/{agent}/words"
    answer = callers.manager.send("DELETE", address, query_string={"attribute": "vendor"})
    assert answer.status_code == 200, answer.text
    assert callers.admin.get(f"/items/{item}")["vendor"] == "HP"
    assert callers.admin.get(f"/items/{item}")["name"] == "db-1"
    refused(callers.reader.send("DELETE", address), 403)
    refused(callers.manager.send("DELETE", f"/items/{item}/sources/99999/words"), 404)
