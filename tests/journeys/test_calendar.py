"""A change is moved within the calendar by mouse and by keyboard, unless something forbids it."""

from datetime import UTC, date, datetime, time, timedelta

from playwright.sync_api import Locator, Page, expect

from server.desk.changes.actions import (
    ChangeDraft,
    ChangeMove,
    WindowDraft,
    add_window,
    draft_change,
    move_change,
)
from server.foundation.clock import utc_now
from server.people.authentication import load_actor
from tests.journeys.conftest import Served, SignedIn
from tests.support.browser import PageFaults

#: Far from what other journeys plan, in the middle of a month, a Wednesday.
_AHEAD = timedelta(days=400)


def test_a_change_is_dragged_where_nothing_forbids_it(
    served: Served, signed_in: SignedIn, page_faults: PageFaults
) -> None:
    day = wednesday()
    change = planned(served, day)
    page = signed_in("en")
    page.goto(f"/changes/calendar?view=month&day={day}")
    widths = page.locator(".days thead th").evaluate_all(
        "cells => cells.map(cell => Math.round(cell.getBoundingClientRect().width))"
    )
    assert max(widths) - min(widths) <= 1, widths
    drag(page, change, day + timedelta(days=1))
    expect(page.get_by_text(f"{change} begins on another day now.")).to_be_visible()
    stands_on(page, change, day + timedelta(days=1))

    page_faults.expect("status of 409")
    frozen = day + timedelta(days=2)
    freeze(served, frozen)
    page.reload()
    drag(page, change, frozen)
    expect(page.get_by_text("A freeze forbids it: Stocktaking.")).to_be_visible()
    stands_on(page, change, day + timedelta(days=1))

    entry(page, change).focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.get_by_text(f"{change} begins on another day now.")).to_be_visible()
    stands_on(page, change, day)
    # And without script: the form does the same.
    page.locator("#calendar-move").get_by_label("Change").fill(change)
    page.locator("#calendar-move").get_by_label("To the day").fill(str(frozen))
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_text("A freeze forbids it: Stocktaking.")).to_be_visible()


def wednesday() -> date:
    """Return a Wednesday far ahead."""
    day = (utc_now() + _AHEAD).date().replace(day=12)
    return day + timedelta(days=(2 - day.weekday()) % 7)


def planned(served: Served, day: date) -> str:
    """Plan a change on the laptop at noon of a day; return its reference."""
    noon = datetime.combine(day, time(12), UTC)
    with served.database.writing() as session:
        actor = load_actor(session, served.company.people["en"])
        assert actor is not None
        draft = ChangeDraft(
            "Swap the battery",
            implementation_plan="Open it.",
            back_out_plan="Put the old one in.",
            item_ids=(int(served.company.things["laptop"]),),
            window_start=noon,
            window_end=noon + timedelta(hours=1),
        )
        change = draft_change(session, actor, draft, utc_now())
        move_change(session, actor, change.id, ChangeMove("assessment"), utc_now())
        return change.reference


def freeze(served: Served, day: date) -> None:
    """Freeze the laptop for a day."""
    start = datetime.combine(day, time(), UTC)
    with served.database.writing() as session:
        actor = load_actor(session, served.company.people["en"])
        assert actor is not None
        laptop = int(served.company.things["laptop"])
        draft = WindowDraft(
            "freeze", "Stocktaking", start, start + timedelta(days=1), item_ids=[laptop]
        )
        add_window(session, actor, draft, utc_now())


def entry(page: Page, change: str) -> Locator:
    return page.locator(f'[data-calendar] [data-reference="{change}"]').first


def drag(page: Page, change: str, day: date) -> None:
    entry(page, change).drag_to(page.locator(f'[data-calendar] [data-day="{day}"]'))


def stands_on(page: Page, change: str, day: date) -> None:
    cell = page.locator(f'[data-calendar] [data-day="{day}"]')
    expect(cell.locator(f'[data-reference="{change}"]')).to_have_count(1)
