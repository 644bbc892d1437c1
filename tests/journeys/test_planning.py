"""While a change is planned, the page says what stands against it; an item is followed."""

from datetime import timedelta

from playwright.sync_api import expect

from server.desk.changes.actions import WindowDraft, add_window
from server.foundation.clock import utc_now
from server.people.authentication import load_actor
from tests.journeys.conftest import Served, SignedIn
from tests.journeys.test_approval import field

#: Far from what other journeys plan.
_AHEAD = timedelta(days=700)


def test_a_freeze_shows_while_the_window_is_typed_and_goes_with_it(
    served: Served, signed_in: SignedIn
) -> None:
    laptop = served.company.things["laptop"]
    start = utc_now() + _AHEAD
    with served.database.writing() as session:
        actor = load_actor(session, served.company.people["en"])
        assert actor is not None
        draft = WindowDraft(
            "freeze", "Year end", start, start + timedelta(days=2), item_ids=[int(laptop)]
        )
        add_window(session, actor, draft, utc_now())
    page = signed_in("author")
    page.goto(f"/changes/new?item={laptop}")
    effect = page.locator("#effect")
    page.get_by_label("Window from").fill(field(start + timedelta(hours=2)))
    page.get_by_label("Window to").fill(field(start + timedelta(hours=4)))
    page.get_by_label("Title").fill("New battery")
    expect(effect).to_contain_text("Year end")
    page.get_by_label("Window to").fill(field(start + timedelta(days=3)))
    page.get_by_label("Window from").fill(field(start + timedelta(days=2, hours=2)))
    page.get_by_label("Title").click()
    expect(effect).not_to_contain_text("Year end")

    page.goto(f"/items/{laptop}")
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.get_by_text("You are told what happens to it from now on.")).to_be_visible()
    expect(page.get_by_role("button", name="Follow no longer")).to_be_visible()
