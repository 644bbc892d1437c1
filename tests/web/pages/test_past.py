"""The list as of a moment, on its page: names, queries, and what the past cannot tell."""

from datetime import timedelta

from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.support.people import World
from tests.web.pages.conftest import Browser
from tests.web.pages.registers import add_item


def test_the_past_takes_a_query_and_says_what_it_cannot_tell(
    admin: Browser, database: Database, world: World
) -> None:
    with database.writing() as session:
        item = add_item(session, world.root.id, "db-1")
    now = (utc_now() + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert "db-1" in admin.read(f"/past?at={now}&q=class:server+name:db*")
    assert "Nothing fits" in admin.read(f"/past?at={now}&q=not+class:server")
    assert "db-1" in admin.read(f"/past?at={now}&q=db")
    assert admin.post(f"/items/{item}/retire").status_code == 303
    assert "db-1" in admin.read(f"/past?at={now}&q=not+stage:planned")
    for query, told in (
        ("class:server+seen:7d", "Nobody knows how seen was then; leave it out."),
        ("class:server+db", "Say what this is: write name: or serial: before it."),
        ("class:servr", "There is no such class."),
    ):
        refused = admin.get(f"/past?at={now}&q={query}")
        assert (refused.status_code, told in refused.text) == (422, True), refused.text
        assert "Nothing fits" not in refused.text
    assert "/past?q=class:server" in admin.read("/items?q=class:server")


def test_a_refused_baseline_keeps_what_was_ticked(admin: Browser, world: World) -> None:
    watched = 'name="watched" value="1" checked'
    assert watched in admin.read("/baselines")
    form = {"name": "Core", "organisation_id": str(world.root.id), "query": "class:servr"}
    refused = admin.post("/baselines", **form)
    assert (refused.status_code, watched in refused.text) == (422, False)
    assert watched in admin.post("/baselines", watched="1", **form).text
