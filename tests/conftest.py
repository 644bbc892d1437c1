"""What every test has: real servers on demand, both databases, markers nobody writes by hand."""

from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from server.foundation.catalogues import compile_all
from tests.support.browser import chromium, new_page, page, page_faults, pytest_runtest_teardown
from tests.support.compiled import shared_compilations
from tests.support.databases import (
    KINDS,
    database_kind,
    database_maker,
    database_url,
    empty_database_url,
    migrated_database_url,
)
from tests.support.directory import directory, slapd_server
from tests.support.domain import domain_controller
from tests.support.hashing import cheap_hashes
from tests.support.imap import imap_server
from tests.support.loopback import loopback_guard
from tests.support.mail import running_smtp_server, smtp_server
from tests.support.postgres import postgres_cluster
from tests.support.snmp import snmpd_server
from tests.support.token_server import one_token_server, token_server

__all__ = [
    "cheap_hashes",
    "chromium",
    "database_kind",
    "database_maker",
    "database_url",
    "directory",
    "domain_controller",
    "empty_database_url",
    "imap_server",
    "loopback_guard",
    "migrated_database_url",
    "new_page",
    "one_token_server",
    "page",
    "page_faults",
    "postgres_cluster",
    "pytest_runtest_teardown",
    "running_smtp_server",
    "shared_compilations",
    "slapd_server",
    "smtp_server",
    "snmpd_server",
    "token_server",
]

# How long an example takes says how busy the machine is, and nothing about what is tested.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

_MARKERS = {
    "chromium": "journey",
    "domain_controller": "ldap",
    "imap_server": "imap",
    "postgres_cluster": "postgres",
    "slapd_server": "ldap",
    "snmpd_server": "snmp",
}

#: Where tests take seconds each: they start programs, or walk through all revisions.
_SLOW = (
    "tests/server/test_cli_",
    "tests/server/demo/",
    "tests/server/migrations/",
    "tests/contract/test_schemathesis.py",
    "tests/journeys/test_every_page.py",
    "tests/journeys/test_languages.py",
)


@pytest.fixture(scope="session", autouse=True)
def compiled_catalogues() -> None:
    """Pages are rendered from compiled catalogues; an edited one counts at once."""
    compile_all()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `--db` choose the databases; without it, every database test runs on both."""
    parser.addoption(
        "--db", choices=KINDS, action="append", help="run database tests on this kind only"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once per database when it asks for one, however indirectly."""
    if "database_kind" in metafunc.fixturenames:
        kinds = metafunc.config.getoption("--db") or KINDS
        metafunc.parametrize("database_kind", kinds, indirect=True, scope="session")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Mark each test by the servers it asks for; slow ones come first, the browser's last.

    Markers come before `-m` chooses, the order after pytest has grouped by fixture. What comes
    first is shared out while there is enough else to do: no process is left alone with it in the
    end. Once Playwright runs, its loop owns the thread and `asyncio.run` refuses to work there.
    """
    for item in items:
        for marker in _markers_of(item):
            item.add_marker(marker)
    yield
    journeys = [one for one in items if one.get_closest_marker("journey") is not None]
    others = [one for one in items if one.get_closest_marker("journey") is None]
    others.sort(key=lambda one: not _is_slow(one))
    items[:] = [*others, *_spread(journeys)]


def _is_slow(item: pytest.Item) -> bool:
    return any(part in item.nodeid for part in _SLOW)


def _spread(items: list[pytest.Item]) -> list[pytest.Item]:
    """Put the slow ones apart from each other, and none to the end.

    Towards the end tests are shared out by few at a time: those that stand together are run by one
    process, and the others wait for it.
    """
    slow = [one for one in items if _is_slow(one)]
    quick = [one for one in items if not _is_slow(one)]
    step = len(quick) // max(len(slow), 1)
    for number, one in enumerate(slow):
        quick.insert(number * (step + 1), one)
    return quick


def _markers_of(item: pytest.Item) -> set[str]:
    asked = set(getattr(item, "fixturenames", ()))
    markers = {marker for fixture, marker in _MARKERS.items() if fixture in asked}
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    if parameters.get("database_kind") == "postgres":
        markers.add("postgres")
    return markers
