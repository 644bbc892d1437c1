"""Headless Chromium from Debian, driven by Playwright, with an eye on what a page does wrong."""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

from tests.support.axe import run_axe
from tests.support.processes import require_program

NewPage = Callable[..., Page]

_CONTEXTS = pytest.StashKey[list[BrowserContext]]()

# Chromium talks to its maker at every start; on a closed network that only costs time.
_QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
_REPORT_POLICY_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`content security policy: ${event.violatedDirective} stopped ${event.blockedURI}`);
});
"""


class PageFaults:
    """What the pages of one test complained about; the test fails when anything is left."""

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def expect(self, pattern: str) -> None:
        """Excuse faults that match, for a test that provokes them (`"status of 404"`)."""
        self._expected.append(re.compile(pattern))

    @property
    def unexpected(self) -> list[str]:
        """Every fault no expectation excuses, oldest first."""
        return [
            fault
            for fault in self._seen
            if not any(pattern.search(fault) for pattern in self._expected)
        ]

    def watch(self, page: Page) -> None:
        """Note script and console errors, policy violations, server errors, where requests go."""
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self._seen.append(f"script error: {error}"))
        page.on("request", self._note_request)
        page.on("response", self._note_response)

    def _note_console(self, message: ConsoleMessage) -> None:
        # A request that the next page overtook is no fault; one that failed says more than this.
        overtaken = message.text.startswith(("htmx:afterRequest", "htmx:sendAbort"))
        if message.type == "error" and not overtaken:
            self._seen.append(f"console: {message.text}")

    def _note_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if "csrf_token" in address.query:
            self._seen.append(f"the token stands in an address: {address.path}")
        if address.scheme in ("http", "https") and address.hostname not in (
            "127.0.0.1",
            "localhost",
        ):
            self._seen.append(f"foreign host: {request.url}")

    def _note_response(self, response: Response) -> None:
        if response.status >= 500:
            self._seen.append(f"server error {response.status}: {response.url}")


def accessibility_violations(page: Page, *, contrast: bool = True) -> list[str]:
    """Run axe-core over the page as it stands; one line per violation of WCAG 2.1 A and AA."""
    return [
        f"{violation['id']} ({violation['impact']}): {node['html']}"
        for violation in run_axe(page, contrast=contrast)
        for node in violation["nodes"]
    ]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One headless Chromium per test process.

    It is the engine without windows around it, which Debian packs by itself: the whole program
    takes twice as long to open a page, for tool bars nobody sees.

    Playwright's loop runs in this thread from here on, so `asyncio.run` fails afterwards:
    conftest puts the tests that use it last.
    """
    executable = require_program("chromium-headless-shell", "chromium-headless-shell")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*_QUIET, *sandbox])
        yield browser
        browser.close()


@pytest.fixture
def page_faults() -> Iterator[PageFaults]:
    """Collect what pages do wrong; whatever was not expected fails the test at its end."""
    faults = PageFaults()
    yield faults
    assert faults.unexpected == [], "the page did something wrong"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Close a test's pages before any of its fixtures ends.

    A page goes on asking after the last line of its test (parts that load late, polls). Whatever
    served it ends as one of the fixtures, often before the page would, and a request that was
    under way then is reset: a fault of no page.
    """
    for context in item.stash.get(_CONTEXTS, []):
        for page in context.pages:
            page.close()


@pytest.fixture
def new_page(
    request: pytest.FixtureRequest, chromium: Browser, page_faults: PageFaults
) -> Iterator[NewPage]:
    """Open watched pages, each in a clean profile; the arguments are those of a browser context.

    `new_page(locale="ru-RU", viewport={"width": 360, "height": 740}, color_scheme="dark")`
    """
    contexts: list[BrowserContext] = request.node.stash.setdefault(_CONTEXTS, [])

    def open_page(**options: Any) -> Page:
        settings = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}, **options}
        context = chromium.new_context(**settings)
        context.add_init_script(_REPORT_POLICY_VIOLATIONS)
        contexts.append(context)
        page = context.new_page()
        page_faults.watch(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """Open one watched page on a desktop screen, in English."""
    return new_page()
