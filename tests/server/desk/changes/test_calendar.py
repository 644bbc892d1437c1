"""Freezes and maintenance by the clock on the wall, moving a change, and feeds behind a secret."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cmdb.errors import Conflict, InvalidValue, NotFound
from server.desk.changes import actions, queries
from server.desk.changes.actions import ChangeMove, WindowDraft
from server.desk.changes.rules.ical import line
from server.desk.changes.rules.windows import Period, Reached, Window
from server.foundation.database import Database
from tests.server.desk.changes.planned import END, START, asked, draft_of, planned, scheduled
from tests.server.desk.estate import NOW, Estate

OSLO = ZoneInfo("Europe/Oslo")


def freeze(database: Database, estate: Estate, **values: object) -> int:
    """Freeze the time of the plans, for whatever ``values`` name."""
    draft = WindowDraft("freeze", "Year end", START, END, **values)  # type: ignore[arg-type]
    with database.writing() as session:
        return actions.add_window(session, estate.world.change_manager, draft, NOW).id


@pytest.mark.parametrize("month", [3, 10])
def test_a_weekly_window_keeps_its_hours_when_the_clocks_change(month: int) -> None:
    first = datetime(2026, month, 22, 1, 30, tzinfo=OSLO)
    window = Window(
        1, "maintenance", "Night", first, first + timedelta(hours=2), "weekly", str(OSLO)
    )
    days = Period(datetime(2026, month, 20, tzinfo=UTC), datetime(2026, month, 20, tzinfo=UTC))
    days = Period(days.start, days.start + timedelta(days=24))
    times = [one.start.astimezone(OSLO).strftime("%H:%M") for one in window.within(days)]
    assert times == ["01:30"] * 4


def test_a_window_is_about_what_it_lists_or_about_everything() -> None:
    times = (START, END)
    reached = Reached(frozenset({1}), frozenset({"server", "item"}), frozenset({7}))
    assert Window(1, "freeze", "all", *times).is_about(reached)
    assert Window(1, "freeze", "class", *times, classes=frozenset({"item"})).is_about(reached)
    assert Window(1, "freeze", "service", *times, services=frozenset({7})).is_about(reached)
    assert not Window(1, "freeze", "site", *times, sites=frozenset({7})).is_about(reached)


def test_a_freeze_stops_approval_and_start_but_no_emergency(
    database: Database, estate: Estate
) -> None:
    agent = estate.world.agent
    before = scheduled(database, estate, estate.app)
    reference = planned(database, estate, estate.san)
    window = freeze(database, estate, service_ids=(estate.orders,))
    with database.writing() as session:
        with pytest.raises(InvalidValue, match="Year end"):
            actions.request_approval(session, agent, reference, NOW)
        with pytest.raises(Conflict, match="Year end"):
            actions.move_change(session, agent, before, ChangeMove("implementing"), START)
    asked(database, estate, estate.san, kind="emergency")
    asked(database, estate, estate.laptop)
    with database.writing() as session:
        manager = estate.world.change_manager
        with pytest.raises(InvalidValue, match="reason"):
            actions.suspend_window(session, manager, window, " ", NOW)
        actions.suspend_window(session, manager, window, "The year ended early", NOW)
        assert actions.request_approval(session, agent, reference, NOW).state == "approval"


def test_outside_the_windows_for_maintenance_is_a_risk_that_is_told(
    database: Database, estate: Estate
) -> None:
    manager = estate.world.change_manager
    nights = WindowDraft(
        "maintenance", "Nights", END, END + timedelta(hours=4), item_ids=(estate.laptop,)
    )
    with database.writing() as session:
        actions.add_window(session, manager, nights, NOW)
        change = actions.draft_change(session, estate.world.agent, draft_of(estate.laptop), NOW)
        assert "outside_maintenance" in {point["code"] for point in change.risk_points}
        inside = {"window_start": END, "window_end": END + timedelta(hours=1)}
        actions.edit_change(session, estate.world.agent, change.id, inside, NOW)
        assert "outside_maintenance" not in {point["code"] for point in change.risk_points}


def test_a_change_is_moved_only_to_where_nothing_forbids_it(
    database: Database, estate: Estate
) -> None:
    agent = estate.world.agent
    scheduled(database, estate, estate.san)
    later: dict[str, Any] = {"window_start": END, "window_end": END + timedelta(hours=1)}
    other = scheduled(database, estate, estate.app, **later)
    with database.writing() as session:
        with pytest.raises(Conflict, match="would collide with: CHG-"):
            actions.move_window(session, agent, other, START, NOW)
        moved = actions.move_window(session, agent, other, END + timedelta(hours=5), NOW)
        assert moved.state == "assessment"
        assert moved.window_end == END + timedelta(hours=6)
        with pytest.raises(InvalidValue, match="must not lie in the past"):
            actions.move_window(session, agent, other, NOW - timedelta(hours=1), NOW)


def test_the_calendar_holds_what_is_in_sight_and_a_feed_shows_it_until_it_is_revoked(
    database: Database, estate: Estate
) -> None:
    reader = estate.world.reader
    reference = scheduled(database, estate, estate.app, title="Patch; reboot, wait")
    freeze(database, estate, class_codes=("server",))
    days = Period(NOW, NOW + timedelta(days=1))
    with database.writing() as session:
        found = queries.calendar_of(session, reader, days)
        assert [one.reference for one in found.changes] == [reference]
        assert [row.name for row, _ in found.windows] == ["Year end"]
        on_reports = queries.calendar_of(
            session, reader, days, queries.Narrowed(service_id=estate.reports)
        )
        assert on_reports.changes == []
        outsider = queries.calendar_of(session, estate.world.outsider, days)
        assert (outsider.changes, outsider.windows) == ([], [])
        feed, secret = actions.open_feed(session, reader, "Phone", NOW)
        told = actions.read_feed(session, secret, days, NOW, "https://desk.example")
        assert f"SUMMARY:{reference} Patch\\; reboot\\, wait\r\n" in told
        assert f"DTSTART:{START:%Y%m%dT%H%M%SZ}\r\n" in told
        with pytest.raises(NotFound):
            actions.revoke_feed(session, estate.world.agent, feed.id, NOW)
        actions.revoke_feed(session, reader, feed.id, NOW)
        with pytest.raises(NotFound):
            actions.read_feed(session, secret, days, NOW, "")


def test_a_line_of_a_calendar_is_folded_between_characters() -> None:
    folded = line("SUMMARY", "ж" * 60)
    assert all(len(part.encode()) <= 75 for part in folded.split("\r\n"))
    assert folded.replace("\r\n ", "").strip() == "SUMMARY:" + "ж" * 60
