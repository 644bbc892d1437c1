"""Reports that say nothing new are settled before the application, and change no answer."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cmdb.records.sources import ItemSource
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.items.models import Agent
from server.items.reports import digest_of
from tests.server.items.machines import report, whole
from tests.server.items.rest import Caller, Callers
from tests.server.items.test_intake import enrolled, send


def unchanged(sections: dict[str, Any], sequence: int, **envelope: Any) -> dict[str, Any]:
    """Return what an agent sends on whose machine nothing happened."""
    short = report(sections, sequence, leave_out=sections, readings={}, **envelope)
    rest = {name: told for name, told in short["digests"].items() if name != "identity"}
    short["digests"] = {"identity": short["digests"]["identity"]}
    return short | {"unchanged": digest_of(rest)}


@pytest.fixture
def agent(callers: Callers) -> Caller:
    return enrolled(callers)


@pytest.fixture
def sections(agent: Caller) -> dict[str, Any]:
    first = whole()
    send(agent, first)
    sent: dict[str, Any] = first["sections"]
    return sent


def stored(database: Database) -> Agent:
    with database.reading() as session:
        return session.scalars(select(Agent)).one()


def test_that_an_agent_was_heard_is_written_later(
    database: Database, callers: Callers, agent: Caller, sections: dict[str, Any]
) -> None:
    with database.writing() as session:
        source = session.scalars(select(ItemSource).where(ItemSource.source == "agent")).one()
        source.last_seen_at -= timedelta(days=1)
    began = utc_now() - timedelta(seconds=1)
    answer = send(agent, unchanged(sections, 5))
    assert (answer["accepted"], answer["resend"]) == (True, [])
    assert stored(database).last_sequence == 1
    database.later.flush()
    heard = stored(database)
    assert heard.last_sequence == 5
    assert heard.last_report_at is not None
    assert heard.last_report_at > began
    with database.reading() as session:
        seen_at = session.scalars(select(ItemSource.last_seen_at)).one()
    assert seen_at >= began.replace(microsecond=0)
    assert len(callers.admin.get(f"/items/{answer['item']}/history")["rows"]) == 1


def test_an_older_report_than_one_that_is_only_noted_has_no_effect(
    database: Database, agent: Caller, sections: dict[str, Any], callers: Callers
) -> None:
    item_id = send(agent, unchanged(sections, 7))["item"]
    send(agent, whole(disks=[]) | {"sequence": 6})
    assert callers.admin.get(f"/items/{item_id}")["attributes"]["disk_bytes"] == 1200
    database.later.flush()
    assert stored(database).last_sequence == 7


def test_what_is_noted_late_takes_nothing_back(
    database: Database, agent: Caller, sections: dict[str, Any]
) -> None:
    send(agent, unchanged(sections, 3))
    send(agent, report(sections, 9))
    database.later.flush()
    assert stored(database).last_sequence == 9


@pytest.mark.parametrize(
    ("envelope", "resent"),
    [
        pytest.param({"boot_id": "another boot"}, False, id="started anew"),
        pytest.param({"problems": {"disks": "no smartctl"}}, False, id="a new problem"),
        pytest.param({"agent": {"id": None, "version": "0.2.0"}}, False, id="another version"),
        pytest.param({"unchanged": "0" * 12}, True, id="another digest"),
    ],
)
def test_what_says_more_takes_the_whole_way(
    database: Database,
    agent: Caller,
    sections: dict[str, Any],
    envelope: dict[str, Any],
    resent: bool,
) -> None:
    document = unchanged(sections, 2)
    given = dict(envelope)
    if "agent" in given:
        given["agent"] = document["agent"] | {"version": "0.2.0"}
    answer = send(agent, document | given)
    assert bool(answer["resend"]) is resent
    assert stored(database).last_sequence == 2


def test_a_revoked_key_is_refused_at_once(
    callers: Callers, database: Database, agent: Caller, sections: dict[str, Any]
) -> None:
    callers.admin.send("DELETE", f"/agents/{stored(database).id}")
    answer = agent.send("POST", "/reports", json=unchanged(sections, 2))
    assert answer.status_code == 401
    assert answer.get_json()["type"]
