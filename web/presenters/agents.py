"""Agents: the lines that install one, and how it is with those that are there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from web.presenters.reader import Reader
from web.presenters.section_names import section_label

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

#: Agents report hourly; after a day of silence somebody should look.
SILENT_AFTER = timedelta(days=1)
#: Agents of other makers come once a day.
FOREIGN_SILENT_AFTER = timedelta(days=3)
#: So many sections are named in a list.
_NAMED = 3
#: Names of products, never translated.
DIALECTS: Mapping[str, str] = {
    "cadastre": "Cadastre",
    "fusioninventory": "FusionInventory",
    "glpi": "GLPI Agent",
    "ocs": "OCS Inventory",
}


@dataclass(frozen=True)
class InstallLine:
    """One line for one kind of machine: what to call it, what to type, what else to know."""

    platform: str
    line: str
    note: str = ""


def is_loopback(server: str) -> bool:
    """Say whether only the server's own machine reaches this address.

    >>> is_loopback("http://127.0.0.1:8080"), is_loopback("https://cmdb.example")
    (True, False)
    """
    return (urlsplit(server).hostname or "") in _LOOPBACK


def enrolment_flags(server: str) -> str:
    """Return what ``cadastre-agent enrol`` needs besides server and token.

    >>> enrolment_flags("http://cmdb.example"), enrolment_flags("https://cmdb.example")
    (' --insecure-http', '')
    """
    return " --insecure-http" if server.startswith("http:") and not is_loopback(server) else ""


def install_lines(server: str, token: str, archive: str, reader: Reader) -> list[InstallLine]:
    """Return one line per platform. ``archive`` is the name of the file the server hands out."""
    fetch = f"{server}/agent/{archive}"
    enrol = f"{archive} enrol --server {server} --token {token}{enrolment_flags(server)}"
    needs_psutil = reader.gettext("Needs Python 3.9 or newer, and fetches the package psutil.")
    here = reader.gettext("Shows the machine without its serial numbers; root sees more.")
    return [
        InstallLine(
            reader.gettext("Linux, as a service"),
            f"printf '%s\\n' {token} | sudo sh -c \"$(curl -fsSL {server}/agent/install.sh)\"",
            reader.gettext(
                "Needs Python 3.9 or newer, and nothing else. With “install --disk-health” behind"
                " it the service may ask disks how they are."
            ),
        ),
        InstallLine(
            reader.gettext("Linux, to try it without root"),
            f"export CADASTRE_AGENT_STATE=~/.cadastre-agent; curl -fsSLO {fetch} && "
            f"python3 {enrol} && python3 {archive} once",
            here,
        ),
        InstallLine(
            reader.gettext("macOS, as a daemon"),
            f"printf '%s\\n' {token} | sudo sh -c \"$(curl -fsSL {server}/agent/install.sh)\"",
            needs_psutil,
        ),
        InstallLine(
            reader.gettext("Windows, as a service (PowerShell as an administrator)"),
            f"$env:CADASTRE_TOKEN = '{token}'; "
            f"Invoke-RestMethod {server}/agent/install.ps1 | Invoke-Expression",
            needs_psutil,
        ),
    ]


def condition(agent: object, now: datetime) -> str:
    """Return how it is with an agent: revoked, waiting (never reported), silent, or well."""
    heard: datetime | None = getattr(agent, "last_report_at", None)
    if getattr(agent, "revoked_at", None) is not None:
        return "revoked"
    if heard is None:
        return "waiting"
    own = getattr(agent, "kind", "cadastre") == "cadastre"
    return "silent" if heard < now - (SILENT_AFTER if own else FOREIGN_SILENT_AFTER) else "well"


def troubles(problems: Mapping[str, object], reader: Reader) -> str:
    """Return what an agent could not collect, in a few words; "" for nothing."""
    named = [section_label(name, reader) for name in sorted(problems)]
    return ", ".join(named[:_NAMED]) + (" …" if len(named) > _NAMED else "")
