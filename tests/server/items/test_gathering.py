"""Reports that arrive together are written together; each sender is answered for its own."""

import json
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from cmdb.errors import InvalidValue
from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.errors import SignInRefused
from server.foundation.permissions import system_actor
from server.items.enrolment import EnrolmentRequest, TokenDraft, create_token, enrol
from server.items.gathering import MOST, Arrival, Gathering, one_of_each
from server.items.intake import Taken, take_reports
from server.items.reports import read_report
from tests.server.items.machines import report, software
from tests.support.people import World

PACKAGES = software(bash="5.2", vim="9.0")


def arrival(key: str, number: int, *, agent_id: str = "") -> Arrival:
    name = f"node-{number}"
    identity: dict[str, Any] = {"hostname": name, "machine_id": f"{number:032x}", "macs": []}
    document = report(
        {
            "identity": identity | {"serial": f"S{number}", "vendor": "Dell Inc."},
            "software": PACKAGES,
        },
        agent_id=agent_id or f"agent-number-{number}",
    )
    plain = json.dumps(document).encode()
    return Arrival(key, read_report(plain), utc_now(), f"request-{number}")


@pytest.fixture
def keys(database: Database, world: World) -> list[str]:
    with database.writing() as session:
        token = create_token(
            session, system_actor("tests"), TokenDraft("t", world.root.id, uses=None), utc_now()
        )
        wishes = [EnrolmentRequest(token, f"agent-number-{number}") for number in range(8)]
        return [enrol(session, wish, utc_now()) for wish in wishes]


def all_at_once(database: Database, arrivals: list[Arrival]) -> list[Future[Taken]]:
    """Let all arrive while somebody else writes, so that they have to wait for each other."""
    gathering = Gathering(database)
    with ThreadPoolExecutor(len(arrivals)) as pool, database.writing():
        return [pool.submit(gathering.take, one) for one in arrivals]


def test_everybody_is_answered_for_their_own_report(database: Database, keys: list[str]) -> None:
    arrivals = [arrival(key, number) for number, key in enumerate(keys)]
    arrivals[3] = arrival("cak_nobody", 3)
    arrivals[5] = arrival(keys[5], 5, agent_id="agent-number-6")
    answers = all_at_once(database, arrivals)
    assert isinstance(answers[3].exception(), SignInRefused)
    assert isinstance(answers[5].exception(), InvalidValue)
    landed = [number for number in range(8) if number not in (3, 5)]
    with database.reading() as session:
        names = {row[0]: row[1] for row in session.execute(select(Item.id, Item.name))}
        query = select(HistoryEntry.request_id, HistoryEntry.item_id)
        created = session.execute(query.where(HistoryEntry.kind == "created"))
        told = {row[0]: row[1] for row in created}
    for number in landed:
        item_id = answers[number].result().item_id
        assert item_id is not None
        assert names[item_id] == f"node-{number}"
        assert told[f"request-{number}"] == item_id
    assert len(names) == len(landed)


def test_a_transaction_that_fails_costs_nobody_but_the_one_it_failed_for(
    database: Database, keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = take_reports

    def breaking(session: Any, group: Any) -> Any:
        taken = real(session, group)
        if any(one.request_id == "request-1" for one in group):
            raise RuntimeError("a disk is full")
        return taken

    monkeypatch.setattr("server.items.gathering.take_reports", breaking)
    answers = all_at_once(database, [arrival(key, n) for n, key in enumerate(keys[:4])])
    assert isinstance(answers[1].exception(), RuntimeError)
    assert all(answers[number].result().item_id for number in (0, 2, 3))
    with database.reading() as session:
        assert sorted(session.scalars(select(Item.name))) == ["node-0", "node-2", "node-3"]


def test_two_reports_of_one_agent_do_not_overtake_each_other() -> None:
    first, second, other = arrival("a", 1), arrival("a", 1), arrival("b", 2)
    assert one_of_each([first, second, other]) == [first, other]
    many = [arrival(f"key {number}", number) for number in range(9)]
    assert one_of_each(many) == many[:MOST]
