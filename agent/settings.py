"""The agent's settings: one small JSON file in its folder, written by `enrol`, its owner's only."""

from __future__ import annotations

import json
import os

from agent import safety
from agent.collectors import SECTIONS
from agent.errors import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.state import State

FILE_NAME = "settings.json"
DEFAULT_FOLDER = (
    "/var/lib/cadastre-agent"
    if os.name == "posix"
    else os.path.join(os.environ.get("PROGRAMDATA", "C:\\ProgramData"), "cadastre-agent")
)
FOLDER_VARIABLE = "CADASTRE_AGENT_STATE"
_TYPES: dict[str, type] = {
    "server": str,
    "ca_file": str,
    "proxy": str,
    "insecure_http": bool,
    "leave_out": list,
    "cloud_id": bool,
}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Settings:
    """Where reports go and how. Frozen by habit: made once, read only.

    `server` is the address without a trailing slash; `ca_file` replaces the system's trusted
    authorities (it may hold several, so an old and a new one serve side by side); `proxy` is for
    https; `leave_out` names sections that are never collected; with `cloud_id` the metadata service
    of the cloud that the firmware names is asked which instance this is.
    """

    __slots__ = ("ca_file", "cloud_id", "insecure_http", "leave_out", "proxy", "server")

    def __init__(self, values: dict[str, Any]) -> None:
        unknown = sorted(set(values) - set(_TYPES))
        if unknown:
            raise SettingsError(f"Unknown setting {unknown[0]!r}; known: {', '.join(_TYPES)}.")
        for name, value in values.items():
            if not isinstance(value, _TYPES[name]):
                raise SettingsError(f"The setting {name!r} must be a {_TYPES[name].__name__}.")
        self.insecure_http: bool = values.get("insecure_http", False)
        self.server = checked_server(values.get("server", ""), insecure_http=self.insecure_http)
        self.ca_file: str | None = values.get("ca_file")
        self.proxy: str | None = values.get("proxy") or proxy_from_environment(self.server)
        self.cloud_id: bool = values.get("cloud_id", False)
        self.leave_out: list[str] = values.get("leave_out", [])
        if any(name not in SECTIONS or name == "identity" for name in map(str, self.leave_out)):
            raise SettingsError(f"leave_out may name: {', '.join(SECTIONS)}; never identity.")

    @property
    def sections(self) -> list[str]:
        """The sections this machine reports, in the report's order."""
        return [section for section in SECTIONS if section not in self.leave_out]


def load(state: State) -> Settings:
    """Return the settings kept in `state`.

    Raises SettingsError before enrolment or when they are wrong, Unsafe when other accounts may
    open the file.
    """
    content = state.read(FILE_NAME)
    if content is None:
        raise SettingsError("This agent is not enrolled: run `cadastre-agent enrol` first.")
    path = state.path(FILE_NAME)
    safety.refuse_open_file(path)
    try:
        values = json.loads(content)
    except ValueError as error:
        raise SettingsError(f"{path} is not JSON: {error}.") from error
    if not isinstance(values, dict):
        raise SettingsError(f"{path} must hold one JSON object.")
    return Settings(values)


def keep(state: State, values: dict[str, Any]) -> None:
    """Write the settings that are given (None and False are defaults and left out)."""
    given = {name: value for name, value in values.items() if value}
    state.write(FILE_NAME, json.dumps(given, indent=2).encode() + b"\n")


def checked_server(address: str, *, insecure_http: bool) -> str:
    """Return the server's address, fit to send a key to. Raises SettingsError.

    >>> checked_server("https://cadastre.example/", insecure_http=False)
    'https://cadastre.example'
    """
    from urllib.parse import urlsplit  # noqa: PLC0415 - http.client brings it when it is needed

    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        parts, usable = urlsplit(""), False
    if not usable:
        raise SettingsError(f"{address!r} is no server address such as https://cadastre.example.")
    if parts.username or parts.query or parts.fragment:
        raise SettingsError("The server's address is a scheme, a host, a port and a path alone.")
    if parts.scheme == "http" and not insecure_http and parts.hostname not in _LOOPBACK:
        raise SettingsError(
            f"{address} would send the agent's key in clear over the network: use https, "
            "or enrol with --insecure-http where the network itself is trusted."
        )
    return address.rstrip("/")


def proxy_from_environment(server: str) -> str | None:
    """Return the proxy `https_proxy` names, unless `no_proxy` covers the server's host."""
    proxy = os.environ.get("https_proxy") or os.environ.get("HTTPS_PROXY")
    if not proxy or not server.startswith("https:"):
        return None
    host = server.partition("://")[2].partition("/")[0].rpartition("@")[2].lower()
    host = host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    spared = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    for name in (word.strip().lstrip(".").lower() for word in spared.split(",")):
        if name and (name in ("*", host) or host.endswith(f".{name}")):
            return None
    return proxy


def chosen_folder(given: str | None) -> str:
    """Return the agent's folder: the flag's, else CADASTRE_AGENT_STATE's, else the default."""
    return given or os.environ.get(FOLDER_VARIABLE) or DEFAULT_FOLDER
