"""What is for those who set it up is closed to everybody else, and says nothing of itself."""

from importlib.metadata import version

import pytest

from tests.immunity.conftest import Target


def test_figures_are_for_this_host_and_for_who_may_read_administration(target: Target) -> None:
    client = target.site.test_client()
    assert client.get("/metrics").status_code == 200
    for elsewhere in ({"REMOTE_ADDR": "192.0.2.1"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}):
        assert client.get("/metrics", environ_overrides=elsewhere).status_code in {302, 401}


@pytest.mark.parametrize(
    "path",
    [
        "/setup", "/install", "/install.php", "/debug", "/console", "/_debug", "/admin/setup",
        "/phpinfo.php", "/.env", "/.git/config", "/server-status", "/actuator/env", "/api/v1/setup",
    ],
)  # fmt: skip
def test_there_is_no_door_of_installation_or_of_debugging(target: Target, path: str) -> None:
    for program in (target.site.test_client(), target.browser(target.world.admin).client):
        assert program.get(path).status_code == 404
    assert not target.site.debug


def test_a_stranger_learns_no_version_and_no_trace(target: Target) -> None:
    client = target.site.test_client()
    number = version("cadastre")
    for path in ("/sign-in", "/healthz", "/readyz", "/nowhere", "/api/v1/nowhere", "/items"):
        answer = client.get(path)
        assert "Traceback" not in answer.text
        assert f"adastre {number}" not in answer.text
        assert "Server" not in answer.headers
        assert "X-Powered-By" not in answer.headers
