from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page

from tests.support.browser import NewPage, PageFaults, accessibility_violations

_PAGES = {
    "/good": "<h1>Register</h1><p>Nothing wrong here.</p>",
    "/script": "<h1>Register</h1><script src='/broken.js'></script>",
    "/broken.js": "throw new Error('no such item')",
    "/policy": "<h1>Register</h1><p style='color: red'>inline</p>",
    "/foreign": "<h1>Register</h1><img alt='' src='http://images.example.test/logo.png'>",
    "/unreadable": "<h1>Register</h1><img src='/good'>",
}


class _Pages(BaseHTTPRequestHandler):
    """Six pages under the policy our own pages have, five of them with something wrong."""

    def do_GET(self) -> None:
        body = _PAGES.get(self.path)
        self.send_response(200 if body else 500 if self.path == "/failing" else 404)
        script = self.path.endswith(".js")
        self.send_header("Content-Type", "text/javascript" if script else "text/html")
        self.send_header("Content-Security-Policy", "default-src 'self'; img-src * data:")
        self.end_headers()
        content = body or "missing"
        title = "<!doctype html><html lang=en><title>Test</title><link rel=icon href=data:,><main>"
        self.wfile.write((content if script else title + content).encode())

    def log_message(self, *arguments: object) -> None:
        """Say nothing: a test's output is its own."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_good_page_has_no_faults(page: Page, page_faults: PageFaults, site: str) -> None:
    page.goto(f"{site}/good")
    assert page.get_by_role("heading").inner_text() == "Register"
    assert accessibility_violations(page) == []
    assert page_faults.unexpected == []


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/script", "script error: no such item"),
        ("/policy", "content security policy: style-src-attr stopped inline"),
        ("/foreign", "foreign host: http://images.example.test/logo.png"),
        ("/failing", "server error 500"),
        ("/nowhere", "console: Failed to load resource: the server responded with a status of 404"),
    ],
)
def test_each_kind_of_fault_is_seen_and_can_be_expected(
    page: Page, page_faults: PageFaults, site: str, path: str, fault: str
) -> None:
    page.goto(f"{site}{path}")
    page.wait_for_load_state("networkidle")
    assert any(fault in seen for seen in page_faults.unexpected), page_faults.unexpected
    page_faults.expect(".")
    assert page_faults.unexpected == []


def test_axe_finds_an_image_without_a_text(page: Page, page_faults: PageFaults, site: str) -> None:
    page.goto(f"{site}/unreadable")
    assert any(line.startswith("image-alt (critical)") for line in accessibility_violations(page))


def test_a_page_can_be_a_russian_phone_in_the_dark(new_page: NewPage, site: str) -> None:
    page = new_page(locale="ru-RU", viewport={"width": 360, "height": 740}, color_scheme="dark")
    page.goto(f"{site}/good")
    assert page.evaluate("innerWidth") == 360
    assert page.evaluate("navigator.language") == "ru-RU"
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")


@pytest.fixture
def served(new_page: NewPage) -> Iterator[list[Page]]:
    """Stand for whatever serves a page: it begins after `new_page`, and so ends before it."""
    pages: list[Page] = []
    yield pages
    assert [page.is_closed() for page in pages] == [True]


def test_a_page_is_closed_before_what_serves_it_ends(new_page: NewPage, served: list[Page]) -> None:
    served.append(new_page())
    assert not served[0].is_closed()
