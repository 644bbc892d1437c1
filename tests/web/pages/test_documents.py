"""Documents on pages: written down with a file, seen on item and ticket, reviewed and let go."""

import html
import re
from datetime import timedelta
from io import BytesIO

from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.settings import Settings
from server.foundation.storage import attachments_at
from tests.support.people import World
from tests.support.pictures import png
from tests.web.pages.conftest import Browser, Browsers
from tests.web.pages.registers import add_item


def _draft(world: World, item: int, **more: str) -> dict[str, str]:
    return {
        "organisation_id": str(world.root.id),
        "title": "How it is wired",
        "kind": "diagram",
        "items": str(item),
    } | more


def test_a_document_is_written_down_with_its_file_and_seen_where_its_item_is(
    admin: Browser, browser_of: Browsers, database: Database, world: World
) -> None:
    with database.writing() as session:
        item = add_item(session, world.root.id, "db-1")
    form = admin.read(f"/documents/new?item={item}")
    assert f'<option value="{item}" selected>db-1</option>' in form
    nothing = admin.post("/documents/new", **_draft(world, item))
    assert nothing.status_code == 422
    assert "Choose a file, or give an address; not both." in nothing.text
    assert 'value="How it is wired"' in nothing.text
    assert "How it is wired" not in admin.read("/documents")
    sent = (BytesIO(b"<svg/>"), "wiring.svg")
    page = admin.done("/documents/new", **_draft(world, item), file=sent)
    reader = browser_of(world.reader.person_id)
    shown = reader.read(page)
    assert "wiring.svg" in shown
    assert "A new version" not in shown
    assert reader.get(f"{page}/versions/1").data == b"<svg/>"
    assert "How it is wired" in reader.read(f"/documents/about?item={item}")
    ticket = admin.done("/tickets/new", title="It is down", item=str(item))
    asked = re.search(r"/documents/about\?[^\"]*quiet=1[^\"]*", admin.read(ticket))
    assert asked
    assert "How it is wired" in admin.read(html.unescape(asked[0]))
    outsider = browser_of(world.outsider.person_id)
    assert "How it is wired" not in outsider.read("/documents")
    assert "How it is wired" not in outsider.read(f"/documents/about?item={item}")
    assert outsider.get(page).status_code == 404


def test_a_review_moves_on_and_two_editors_do_not_overwrite_each_other(
    admin: Browser, database: Database, world: World
) -> None:
    with database.writing() as session:
        item = add_item(session, world.root.id, "db-1")
    overdue = (utc_now().date() - timedelta(days=3)).isoformat()
    draft = _draft(world, item, review_on=overdue, review_months="12")
    page = admin.done("/documents/new", **draft, url="https://wiki.example.test/wiring")
    assert "How it is wired" in admin.read("/documents?due=1")
    past = admin.post(f"{page}/review", next_on=overdue)
    assert (past.status_code, "This must lie in the future." in past.text) == (422, True)
    assert admin.post(f"{page}/review").status_code == 303
    assert "How it is wired" not in admin.read("/documents?due=1")
    stale = admin.post(f"{page}/edit", **draft, version="1")
    assert stale.status_code == 412
    assert admin.post(f"{page}/edit", **draft | {"title": "Anew"}, version="3").status_code == 303
    wrong = admin.post(f"{page}/edit", **draft | {"review_months": "x"}, version="4")
    assert wrong.status_code == 422
    assert admin.post(f"{page}/versions", url="ftp://example.test").status_code == 422
    assert admin.post(f"{page}/forget").status_code == 303
    assert admin.get(page).status_code == 404


def test_a_picture_is_shown_on_its_page_and_nothing_else_ever(
    admin: Browser, browser_of: Browsers, database: Database, world: World
) -> None:
    with database.writing() as session:
        item = add_item(session, world.root.id, "db-1")
    drawn = png(3)
    sent = (BytesIO(drawn), "wiring.svg")
    page = admin.done("/documents/new", **_draft(world, item), file=sent)
    shown = f"{page}/versions/1/picture"
    assert f'src="{shown}"' in admin.read(page)
    answer = admin.get(shown)
    assert (answer.status_code, answer.data) == (200, drawn)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == "inline"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert browser_of(world.outsider.person_id).get(shown).status_code == 404
    # What a file is called, and what it says of itself, counts for nothing.
    script = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    for number, content in enumerate((script, b"<html>PNG", b"%PDF-1.7", b"RIFF1234WAVE"), start=2):
        bad = (BytesIO(content), "wiring.png")
        assert admin.post(f"{page}/versions", file=bad).status_code == 303
        assert "/picture" not in admin.read(page)
        assert admin.get(f"{page}/versions/{number}/picture").status_code == 404
        saved = admin.get(f"{page}/versions/{number}")
        assert saved.headers["Content-Disposition"].startswith("attachment")
        assert saved.headers["Content-Type"] == "application/octet-stream"
    assert admin.post(f"{page}/versions", url="https://wiki.example.test/a").status_code == 303
    assert admin.get(f"{page}/versions/6/picture").status_code == 404
    for number, content in enumerate((b"\xff\xd8\xff\xe0jpeg", b"RIFF1234WEBPVP8 "), start=7):
        good = (BytesIO(content), "wiring.txt")
        assert admin.post(f"{page}/versions", file=good).status_code == 303
        assert f"{page}/versions/{number}/picture" in admin.read(page)


def test_a_document_whose_file_is_lost_still_has_its_page(
    admin: Browser, database: Database, world: World, settings: Settings
) -> None:
    with database.writing() as session:
        item = add_item(session, world.root.id, "db-1")
    sent = (BytesIO(png(3)), "wiring.png")
    page = admin.done("/documents/new", **_draft(world, item), file=sent)
    storage = attachments_at(settings.home)
    for name in storage.names():
        storage.remove(name)
    assert "/picture" not in admin.read(page)
    assert admin.get(f"{page}/versions/1/picture").status_code == 404


def test_documents_stand_among_what_a_search_finds(
    admin: Browser, browser_of: Browsers, database: Database, world: World
) -> None:
    with database.writing() as session:
        item = add_item(session, world.root.id, "db-1")
    sent = (BytesIO(b"%PDF"), "cabling-plan.pdf")
    admin.done("/documents/new", **_draft(world, item, note="Cold aisle"), file=sent)
    for words in ("wired", "aisle", "cabling"):
        assert "How it is wired" in admin.read(f"/search?q={words}"), words
        assert "How it is wired" in admin.read(f"/documents?q={words}"), words
    assert "How it is wired" in admin.read("/search/palette?q=aisle")
    outsider = browser_of(world.outsider.person_id)
    assert "How it is wired" not in outsider.read("/search?q=aisle")
