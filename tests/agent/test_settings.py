"""Settings that are right, wrong, and open to others."""

import json
from pathlib import Path

import pytest

from agent import settings
from agent.errors import SettingsError, Unsafe
from agent.settings import Settings, chosen_folder, proxy_from_environment
from agent.state import State

SERVER = "https://cadastre.example"


@pytest.fixture(autouse=True)
def no_proxy_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_a_key_is_not_sent_in_clear_over_a_network() -> None:
    with pytest.raises(SettingsError, match="in clear"):
        Settings({"server": "http://cadastre.example"})
    chosen = Settings({"server": "http://cadastre.example", "insecure_http": True})
    assert chosen.server == "http://cadastre.example"


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:8080"])
def test_http_to_the_machine_itself_is_fine(host: str) -> None:
    assert Settings({"server": f"http://{host}/"}).server == f"http://{host}"


@pytest.mark.parametrize(
    "server",
    [
        "",
        "cadastre.example",
        "ftp://cadastre.example",
        "https://",
        "https://name:word@cadastre.example",
        "https://cadastre.example/?key=1",
        "https://[::1",
        "https://cadastre.example:99999",
    ],
)
def test_an_address_that_is_none_is_refused(server: str) -> None:
    with pytest.raises(SettingsError):
        Settings({"server": server})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"servr": SERVER}, "Unknown setting 'servr'"),
        ({"server": 7}, "'server' must be a str"),
        ({"server": SERVER, "insecure_http": "yes"}, "must be a bool"),
        ({"server": SERVER, "cloud_id": 1}, "'cloud_id' must be a bool"),
        ({"server": SERVER, "leave_out": ["cpu"]}, "leave_out may name"),
        ({"server": SERVER, "leave_out": ["identity"]}, "never identity"),
        ({"server": SERVER, "leave_out": [["os"]]}, "leave_out may name"),
    ],
)
def test_a_setting_that_is_wrong_is_named(values: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Settings(values)


@pytest.mark.parametrize("content", ["{", "[]", '"text"'])
def test_a_file_that_holds_no_settings_is_named(folder: Path, content: str) -> None:
    state = State(str(folder), create=True)
    state.write(settings.FILE_NAME, content.encode())
    with pytest.raises(SettingsError, match=r"settings\.json"):
        settings.load(state)


def test_settings_others_may_read_are_refused(folder: Path) -> None:
    state = State(str(folder), create=True)
    settings.keep(state, {"server": SERVER, "proxy": None})
    assert json.loads((folder / "settings.json").read_text()) == {"server": SERVER}
    (folder / "settings.json").chmod(0o644)
    with pytest.raises(Unsafe, match="chmod 600"):
        settings.load(state)


@pytest.mark.parametrize(
    ("spared", "proxy"),
    [
        ("", "http://proxy.example:3128"),
        ("other.example", "http://proxy.example:3128"),
        ("cadastre.example", None),
        (".example", None),
        ("localhost, example", None),
        ("*", None),
    ],
)
def test_the_proxy_of_the_environment_is_used_unless_the_host_is_spared(
    monkeypatch: pytest.MonkeyPatch, spared: str, proxy: str | None
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", spared)
    assert proxy_from_environment(f"{SERVER}:8443/path") == proxy


def test_a_proxy_in_the_settings_goes_before_the_environments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("https_proxy", "http://other.example:3128")
    chosen = Settings({"server": SERVER, "proxy": "http://proxy.example:1"})
    assert chosen.proxy == "http://proxy.example:1"


def test_the_folder_is_the_flags_then_the_environments_then_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CADASTRE_AGENT_STATE", raising=False)
    assert chosen_folder(None) == "/var/lib/cadastre-agent"
    monkeypatch.setenv("CADASTRE_AGENT_STATE", "/srv/agent")
    assert chosen_folder(None) == "/srv/agent"
    assert chosen_folder("/opt/agent") == "/opt/agent"
