"""Nobody marks a test by hand: what it asks for marks it."""

import pytest

_SERVERS = {"postgres", "ldap", "snmp", "journey"}


def test_a_test_that_asks_for_no_server_has_no_marker(request: pytest.FixtureRequest) -> None:
    assert _markers(request) == set()


@pytest.mark.usefixtures("postgres_cluster")
def test_the_cluster_marks_postgres(request: pytest.FixtureRequest) -> None:
    assert _markers(request) == {"postgres"}


@pytest.mark.usefixtures("directory")
def test_the_directory_marks_ldap(request: pytest.FixtureRequest) -> None:
    assert _markers(request) == {"ldap"}


@pytest.mark.usefixtures("snmpd_server")
def test_the_agent_marks_snmp(request: pytest.FixtureRequest) -> None:
    assert _markers(request) == {"snmp"}


@pytest.mark.usefixtures("new_page")
def test_a_page_marks_journey(request: pytest.FixtureRequest) -> None:
    assert _markers(request) == {"journey"}


@pytest.mark.usefixtures("database_url", "new_page")
def test_several_servers_mark_a_test_several_times(
    request: pytest.FixtureRequest, database_kind: str
) -> None:
    expected = {"journey", "postgres"} if database_kind == "postgres" else {"journey"}
    assert _markers(request) == expected


def test_the_browser_comes_last(request: pytest.FixtureRequest) -> None:
    journeys = ["journey" in _names(item) for item in request.session.items]
    assert journeys == sorted(journeys)


def _markers(request: pytest.FixtureRequest) -> set[str]:
    return _SERVERS & _names(request.node)


def _names(item: pytest.Item) -> set[str]:
    return {marker.name for marker in item.iter_markers()}
