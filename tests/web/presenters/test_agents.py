from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.web.presenters.readers import NOW, reader
from web.presenters.agents import condition, install_lines


def test_the_service_line_keeps_the_token_out_of_process_lists() -> None:
    first = install_lines("https://cmdb.example", "cet_x", "a.pyz", reader())[0]
    assert first.line == (
        "printf '%s\\n' cet_x | sudo sh -c \"$(curl -fsSL https://cmdb.example/agent/install.sh)\""
    )


def test_every_line_names_the_server_and_the_token() -> None:
    for line in install_lines("https://cmdb.example", "cet_x", "a.pyz", reader()):
        assert "https://cmdb.example" in line.line
        assert "cet_x" in line.line
        assert "--insecure-http" not in line.line


def test_an_open_server_is_enrolled_with_open_eyes() -> None:
    lines = install_lines("http://cmdb.example", "cet_x", "a.pyz", reader())
    # The scripts enrol by themselves: the server puts the flag into them.
    assert [line.platform for line in lines if "--insecure-http" in line.line] == [
        "Linux, to try it without root"
    ]


@pytest.mark.parametrize(
    ("heard", "revoked", "told"),
    [
        (None, None, "waiting"),
        (NOW - timedelta(hours=2), None, "well"),
        (NOW - timedelta(days=2), None, "silent"),
        (NOW - timedelta(hours=2), NOW, "revoked"),
    ],
)
def test_the_condition_of_an_agent(heard: object, revoked: object, told: str) -> None:
    assert condition(SimpleNamespace(last_report_at=heard, revoked_at=revoked), NOW) == told
