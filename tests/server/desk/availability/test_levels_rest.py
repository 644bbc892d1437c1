"""How available services were: kept with tickets, measured, corrected, told once."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from multiprocessing import get_context
from signal import SIGKILL
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from cmdb.records.items import Item
from server.desk.announcements.actions.writing import move_announcement, write_announcement
from server.desk.announcements.rules.lifecycle import AnnouncementDraft
from server.desk.availability.actions.telling import levels_to_tell, tell_levels
from server.desk.availability.models import AvailabilityTold, ServiceOutage
from server.desk.availability.rules.months import Month
from server.desk.sla.actions.agreeing import change_agreements
from server.desk.sla.queries import agreements_document
from server.desk.tickets.actions import MoveDraft, TicketDraft, edit_ticket, move_ticket
from server.desk.tickets.actions import open_ticket as open_one
from server.desk.tickets.actions.linking import merge_ticket
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.events import drain
from server.items.following.keeping import follow_item
from server.notify.models import Notification
from server.wiring import REACTIONS
from tests.server.desk.conftest import As
from tests.server.desk.estate import NOW, Estate
from tests.server.desk.tickets.test_tickets_rest import document, faults

V1 = "/api/v1"
HERE = f"{V1}/service-levels/availability"
HOUR = timedelta(hours=1)
#: Of the month in which everything here happens.
MARCH = {"month": "2026-03"}


def agreed(database: Database, estate: Estate, *targets: dict[str, Any]) -> None:
    """Promise availability; the estate's time is March 2026, in UTC around the clock."""
    with database.writing() as session:
        wanted = {"availability": [{"calendar": "always", **one} for one in targets]}
        change_agreements(session, estate.world.admin, wanted, utc_now())


class Desk:
    """Opens and solves incidents at given moments."""

    def __init__(self, database: Database, estate: Estate) -> None:
        self._database, self._estate = database, estate

    def open(self, *item_ids: int, at: datetime = NOW, **draft: Any) -> int:
        """Open an incident about items."""
        wish = TicketDraft("It fails", affected_item_ids=item_ids, **draft)
        with self._database.writing() as session:
            return open_one(session, self._estate.world.agent, wish, at).id

    def solve(self, ticket_id: int, at: datetime) -> None:
        """Solve an incident."""
        self.move(ticket_id, MoveDraft("resolved", "", "fixed", "A disk was changed"), at)

    def move(self, ticket_id: int, step: MoveDraft, at: datetime) -> None:
        """Take a step with an incident."""
        with self._database.writing() as session:
            move_ticket(session, self._estate.world.agent, ticket_id, step, at)

    def down(self, *item_ids: int, at: datetime, length: timedelta) -> int:
        """Let items fail for a while."""
        ticket_id = self.open(*item_ids, at=at)
        self.solve(ticket_id, at + length)
        return ticket_id


@pytest.fixture
def desk(database: Database, estate: Estate) -> Desk:
    """Return a desk over the estate."""
    return Desk(database, estate)


def rows(client: Any, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document(client.get(HERE, query_string=MARCH | asked))["rows"]
    return found


def one_row(client: Any, service_id: int) -> dict[str, Any]:
    (row,) = rows(client, service_id=service_id)
    return row


def outages(database: Database) -> list[tuple[int, str, datetime, datetime | None]]:
    with database.reading() as session:
        query = select(ServiceOutage).order_by(ServiceOutage.began_at, ServiceOutage.id)
        return [
            (one.item_id, one.state, one.began_at, one.ended_at) for one in session.scalars(query)
        ]


def told(database: Database, person_id: int | None) -> list[tuple[str, str]]:
    with database.reading() as session:
        query = select(Notification.kind, Notification.event_key).where(
            Notification.person_id == person_id,
            Notification.kind.in_(("service_level_near", "service_level_missed")),
        )
        found = session.execute(query.order_by(Notification.id))
        return [(kind, " ".join(key.split(":")[-2:])) for kind, key in found]


def swept(database: Database, at: datetime) -> int:
    with database.reading() as session:
        found = levels_to_tell(session, at)
    count = 0
    for service_id, month in found:
        with database.writing() as session:
            count += tell_levels(session, service_id, month, at)
    return count


def test_what_tickets_do_to_services_is_measured_against_what_was_promised(
    database: Database, estate: Estate, desk: Desk, as_: As
) -> None:
    agreed(database, estate, {"services": [estate.orders], "percent": 99.9, "longest_minutes": 30})
    agent = as_(estate.world.agent)
    assert one_row(agent, estate.orders)["percent"] == 100
    ticket_id = desk.open(estate.db, at=NOW + 5 * HOUR, occurred_at=NOW)
    desk.solve(ticket_id, NOW + timedelta(minutes=44))
    row = one_row(agent, estate.orders)
    assert (row["down_minutes"], row["agreed_minutes"]) == (44, 31 * 24 * 60)
    availability, longest = row["measures"]
    assert availability["left_minutes"] == pytest.approx(0.64, abs=0.01)
    assert (availability["state"], longest["state"], row["state"]) == (
        "at_risk",
        "missed",
        "missed",
    )
    (outage,) = row["outages"]
    assert (outage["ticket"], outage["state"], outage["counts"]) == ("INC-1", "down", True)
    # Nothing was promised of Reports, which was down as well.
    assert [one["service"] for one in rows(agent)] == ["Orders"]
    assert rows(agent, month="2026-02")[0]["down_minutes"] == 0


def test_a_services_own_word_counts_where_no_target_does(
    database: Database, estate: Estate, desk: Desk, as_: As
) -> None:
    admin = as_(estate.world.admin)
    item = f"{V1}/items/{estate.reports}"
    etag = admin.get(item).headers["ETag"]
    change = {"values": {"availability_target": "99.5"}}
    assert admin.patch(item, json=change, headers={"If-Match": etag}).status_code == 200
    desk.down(estate.db, at=NOW, length=HOUR)
    (row,) = rows(as_(estate.world.agent))
    assert (row["service"], row["calendar"], row["down_minutes"]) == ("Reports", "", 60)
    assert row["measures"][0]["target"] == 99.5


def test_customers_have_promises_of_their_own_in_their_own_hours(
    database: Database, estate: Estate, desk: Desk, as_: As
) -> None:
    customer = estate.world.operations.id
    agreed(
        database,
        estate,
        {"calendar": "office", "organisations": [customer], "percent": 99, "tier": 0},
        {"percent": 99.9, "tier": 0},
    )
    # From four in the afternoon of a Monday until ten the next morning.
    desk.down(estate.app, at=NOW + 7 * HOUR, length=18 * HOUR)
    found = {one["organisation_id"]: one for one in rows(as_(estate.world.agent))}
    assert {key: one["down_minutes"] for key, one in found.items()} == {None: 1080, customer: 120}
    assert found[customer]["calendar"] == "office"


def test_outages_follow_their_tickets(database: Database, estate: Estate, desk: Desk) -> None:
    agent = estate.world.agent
    ticket_id = desk.open(estate.app)
    with database.writing() as session:
        edit_ticket(session, agent, ticket_id, {"occurred_at": NOW - HOUR}, NOW + HOUR)
    assert outages(database) == [(estate.orders, "down", NOW - HOUR, None)]
    desk.solve(ticket_id, NOW + 2 * HOUR)
    desk.move(ticket_id, MoveDraft("in_progress", "It is back"), NOW + 3 * HOUR)
    assert outages(database)[1:] == [(estate.orders, "down", NOW + 3 * HOUR, None)]
    wider = desk.open(estate.san, at=NOW + 4 * HOUR)
    with database.writing() as session:
        merge_ticket(session, agent, ticket_id, wider, NOW + 5 * HOUR)
    assert outages(database) == [
        (estate.orders, "down", NOW - HOUR, NOW + 2 * HOUR),
        (estate.orders, "down", NOW + 3 * HOUR, NOW + 5 * HOUR),
        (estate.orders, "down", NOW + 4 * HOUR, None),
        (estate.reports, "down", NOW + 4 * HOUR, None),
    ]


def test_what_came_to_nothing_was_no_outage_and_overlapping_ones_count_once(
    database: Database, estate: Estate, desk: Desk, as_: As
) -> None:
    agreed(database, estate, {"percent": 99})
    agent = as_(estate.world.agent)
    nothing = desk.open(estate.app)
    desk.move(nothing, MoveDraft("cancelled", "A test"), NOW + HOUR)
    assert one_row(agent, estate.orders)["down_minutes"] == 0
    desk.down(estate.app, at=NOW, length=2 * HOUR)
    desk.down(estate.db, at=NOW + HOUR, length=2 * HOUR)
    assert one_row(agent, estate.orders)["down_minutes"] == 180
    assert one_row(agent, estate.reports)["down_minutes"] == 120


def test_maintenance_counts_as_announced_from_when_it_was_and_as_the_graph_reaches(
    database: Database, estate: Estate, desk: Desk, as_: As
) -> None:
    agreed(database, estate, {"services": [estate.orders], "percent": 99})
    agent = estate.world.agent
    with database.writing() as session:
        works = AnnouncementDraft(
            "Firmware",
            starts_at=NOW + HOUR,
            expected_end_at=NOW + 3 * HOUR,
            item_ids=(estate.san,),
        )
        row = write_announcement(session, agent, works, NOW)
        move_announcement(session, agent, row.id, "published", "", NOW + timedelta(minutes=90))
    desk.down(estate.db, at=NOW + HOUR, length=3 * HOUR)
    found = one_row(as_(agent), estate.orders)
    # From when it was published, until when it was announced to end.
    assert (found["excused_minutes"], found["announced_minutes"]) == (90, 90)
    assert (found["down_minutes"], found["longest_minutes"]) == (90, 90)


def test_a_person_corrects_an_outage_and_what_is_measured_follows(
    database: Database, estate: Estate, desk: Desk, as_: As
) -> None:
    agreed(database, estate, {"services": [estate.orders], "percent": 99})
    desk.down(estate.app, at=NOW, length=3 * HOUR)
    agent = as_(estate.world.agent)
    number = one_row(agent, estate.orders)["outages"][0]["id"]
    path = f"{V1}/service-outages/{number}"
    back = (NOW + HOUR).isoformat()
    told_ = document(agent.put(path, json={"ended_at": back, "reason": "It was back at ten"}))
    assert (told_["corrected"], told_["reason"]) == (True, "It was back at ten")
    assert one_row(agent, estate.orders)["down_minutes"] == 60
    assert document(agent.put(path, json={"counts": False, "reason": "A probe"}))["counts"] is False
    assert one_row(agent, estate.orders)["down_minutes"] == 0
    late = (NOW + timedelta(days=9000)).isoformat()
    assert faults(agent.put(path, json={"began_at": late, "reason": " "})) == {
        "began_at",
        "reason",
    }
    earlier = (NOW - HOUR).isoformat()
    assert faults(agent.put(path, json={"ended_at": earlier, "reason": "x"})) == {"ended_at"}
    assert as_(estate.world.requester).put(path, json={"reason": "x"}).status_code == 403


def test_each_level_is_told_once_to_owners_and_followers(
    database: Database, estate: Estate, desk: Desk, as_: As
) -> None:
    agreed(database, estate, {"services": [estate.orders], "longest_minutes": 60})
    owner, follower = estate.world.change_manager, estate.world.agent
    with database.writing() as session:
        follow_item(session, follower, estate.orders, NOW)
    ticket_id = desk.open(estate.app)
    assert swept(database, NOW + timedelta(minutes=44)) == 0
    assert swept(database, NOW + timedelta(minutes=46)) == 1
    assert swept(database, NOW + timedelta(minutes=50)) == 0
    assert swept(database, NOW + HOUR) == 1
    assert swept(database, NOW + 2 * HOUR) == 1
    desk.solve(ticket_id, NOW + 2 * HOUR)
    assert swept(database, NOW + 3 * HOUR) == 0
    expected = [
        ("service_level_near", "2026-03 75"),
        ("service_level_near", "2026-03 100"),
        ("service_level_missed", "2026-03 missed"),
    ]
    assert told(database, owner.person_id) == expected
    assert told(database, follower.person_id) == expected
    assert told(database, estate.world.requester.person_id) == []
    # The month after it is known still, and told no more.
    assert swept(database, NOW + timedelta(days=30)) == 0


def test_two_who_look_at_once_tell_it_once(database: Database, estate: Estate, desk: Desk) -> None:
    agreed(database, estate, {"services": [estate.orders], "percent": 100})
    desk.open(estate.app)
    at = NOW + HOUR
    with database.reading() as session:
        ((service_id, month),) = levels_to_tell(session, at)

    def tell(_: int) -> int:
        with database.writing() as session:
            return tell_levels(session, service_id, month, at)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(tell, range(4))) == [0, 0, 0, 1]
    assert told(database, estate.world.change_manager.person_id) == [
        ("service_level_missed", "2026-03 missed")
    ]


def tell_and_die(url: str, service_id: int, at: datetime) -> None:
    """Tell of a level in a process of its own that is killed before it has committed."""
    with Database(url, REACTIONS).writing() as session:
        assert tell_levels(session, service_id, Month(2026, 3), at) == 1
        drain(session, REACTIONS)
        session.flush()
        os.kill(os.getpid(), SIGKILL)


def test_what_a_killed_worker_had_not_committed_is_told_by_the_next(
    database: Database, estate: Estate, desk: Desk, database_url: str
) -> None:
    agreed(database, estate, {"services": [estate.orders], "percent": 100})
    desk.open(estate.app)
    at, service_id = NOW + HOUR, estate.orders
    worker = get_context("spawn").Process(target=tell_and_die, args=(database_url, service_id, at))
    worker.start()
    worker.join(60)
    assert worker.exitcode == -SIGKILL
    owner = estate.world.change_manager.person_id
    assert told(database, owner) == []
    assert swept(database, at) == 1
    assert told(database, owner) == [("service_level_missed", "2026-03 missed")]


def test_a_miss_is_asked_for_its_reason(
    database: Database, estate: Estate, desk: Desk, as_: As
) -> None:
    agreed(database, estate, {"services": [estate.orders], "percent": 99, "longest_minutes": 60})
    desk.down(estate.app, at=NOW, length=2 * HOUR)
    agent = as_(estate.world.agent)
    path = f"{HERE}/{estate.orders}/reason"
    said = MARCH | {"measure": "longest_outage", "reason": "No spare disk"}
    assert agent.put(path, json=said | {"measure": "availability"}).status_code == 409
    assert agent.put(path, json=said | {"organisation_id": 7}).status_code == 404
    assert faults(agent.put(path, json=said | {"reason": " "})) == {"reason"}
    assert faults(agent.put(path, json=said | {"month": "2026-13"})) == {"month"}
    assert agent.put(path, json=said).status_code == 204
    measures = {one["measure"]: one for one in one_row(agent, estate.orders)["measures"]}
    assert measures["longest_outage"]["reason"] == "No spare disk"
    # It was explained before the job had told of it, and is told all the same.
    assert swept(database, NOW + 3 * HOUR) == 1


def test_a_correction_of_last_month_is_told_and_one_that_heals_it_unsays_nothing(
    database: Database, estate: Estate, desk: Desk, as_: As
) -> None:
    agreed(database, estate, {"services": [estate.orders], "longest_minutes": 90})
    desk.down(estate.app, at=NOW, length=HOUR)
    april = NOW + timedelta(days=35)
    assert swept(database, april) == 0
    agent = as_(estate.world.agent)
    path = f"{V1}/service-outages/{one_row(agent, estate.orders)['outages'][0]['id']}"
    longer = {"began_at": (NOW - HOUR).isoformat(), "reason": "The log says so"}
    assert agent.put(path, json=longer).status_code == 200
    assert swept(database, april) == 1
    assert agent.put(path, json={"reason": "It was a clock that went wrong"}).status_code == 200
    assert swept(database, april) == 0
    assert one_row(agent, estate.orders)["state"] == "fine"
    # Later than in the first week of the month after it is no news.
    assert agent.put(path, json=longer).status_code == 200
    with database.writing() as session:
        session.execute(delete(AvailabilityTold))
    assert swept(database, april + timedelta(days=3)) == 0
    assert swept(database, april) == 1
    with database.reading() as session:
        assert [one.fired for one in session.scalars(select(AvailabilityTold))] == [101]


def test_hidden_services_and_tickets_stay_hidden(
    database: Database, estate: Estate, desk: Desk, as_: As
) -> None:
    agreed(database, estate, {"percent": 99})
    desk.down(estate.app, at=NOW, length=HOUR)
    agent = as_(estate.world.agent)
    assert as_(estate.world.requester).get(HERE).status_code == 403
    places = {estate.orders: estate.world.operations.id, estate.reports: estate.world.sales.id}
    with database.writing() as session:
        for item_id, place in places.items():
            moved = update(Item).where(Item.id == item_id)
            session.execute(moved.values(organisation_id=place))
    desk.down(estate.db, at=NOW + 2 * HOUR, length=HOUR)
    seen = as_(estate.world.outsider)
    (row,) = rows(seen)
    assert (row["service"], row["down_minutes"]) == ("Reports", 60)
    # What kept it down counts; which ticket that was is not told.
    assert [one["ticket"] for one in row["outages"]] == [""]
    number = row["outages"][0]["id"]
    refused = seen.put(f"{V1}/service-outages/{number}", json={"reason": "x"})
    assert refused.status_code == 404
    assert rows(seen, service_id=estate.orders) == []
    assert agent.get(HERE, query_string={"month": "soon"}).status_code == 422


def test_the_list_as_a_table_is_the_same_and_runs_nothing(
    database: Database, estate: Estate, desk: Desk, as_: As
) -> None:
    agreed(database, estate, {"services": [estate.orders], "percent": 99, "longest_minutes": 30})
    with database.writing() as session:
        session.execute(update(Item).where(Item.id == estate.orders).values(name="=1+1"))
    desk.down(estate.app, at=NOW, length=HOUR)
    text = as_(estate.world.agent).get(f"{HERE}.csv", query_string=MARCH).text
    head, *lines = text.removeprefix("\ufeff").splitlines()
    assert head.startswith("Month,Service,Customer,")
    assert [one.split(",")[:6] for one in lines] == [
        ["2026-03", "'=1+1", "", "always", "availability", "99"],
        ["2026-03", "'=1+1", "", "always", "longest_outage", "30"],
    ]


def test_targets_name_what_is_there(database: Database, estate: Estate, as_: As) -> None:
    admin = as_(estate.world.admin)
    target = {"calendar": "always", "percent": 99, "services": [10**9], "organisations": [10**9]}
    answer = admin.patch(f"{V1}/service-levels", json={"sections": {"availability": [target]}})
    assert faults(answer) == {"availability.0.services", "availability.0.organisations"}
    with database.reading() as session:
        assert agreements_document(session)["availability"] == []
