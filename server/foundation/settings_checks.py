"""What a setting may be beyond its type: said with its name, before anything has begun."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from server.foundation.collecting import imported
from server.foundation.errors import SettingsError
from server.foundation.outbound import gate_of

_MOST_PORT = 65535
#: The least and the most of a whole number, both inclusive; None: no end.
_BOUNDS: Mapping[str, tuple[int, int | None]] = {
    "listen_port": (0, _MOST_PORT),
    "proxy_hops": (0, None),
    "web_threads": (1, None),
    "job_threads": (0, None),
    "max_body_megabytes": (1, None),
    "max_attachment_megabytes": (1, None),
    "session_hours": (1, None),
    "backups_kept": (0, None),
    "backup_alarm_hours": (0, None),
    "smtp_port": (1, _MOST_PORT),
}
_WORDS: Mapping[str, tuple[str, ...]] = {
    "log_format": ("console", "json"),
    "log_level": ("debug", "info", "warning", "error", "critical"),
}
_DATABASES = {"sqlite": "pysqlite", "postgresql": "psycopg"}
#: Settings that may hold a password: what stands there is never repeated.
SECRET_SETTINGS = frozenset({"database_url", "smtp_password", "backup_passphrase"})


def refuse_wrong_values(values: Mapping[str, Any]) -> None:
    """Raise ``SettingsError`` for the first of these settings whose value cannot work.

    ``values`` are of the types of ``Settings``; what is left out is as shipped, and works.
    """
    for name, bounds in _BOUNDS.items():
        if name in values:
            _refuse_beyond(name, values[name], *bounds)
    for name, words in _WORDS.items():
        if name in values and values[name].casefold() not in words:
            raise SettingsError(
                f"the setting {name} must be {', '.join(words[:-1])} or {words[-1]}, "
                f"not {values[name]!r}"
            )
    for name, check in _CHECKS.items():
        if values.get(name):
            check(values[name])
    if values.get("tls_key") and not values.get("tls_certificate"):
        raise SettingsError("the setting tls_key needs the setting tls_certificate beside it")


def refuse_wrong_url(url: str) -> None:
    """Raise ``SettingsError`` for a database that Cadastre has no use for; nothing is connected."""
    alchemy = imported("sqlalchemy")
    try:
        name = str(alchemy.make_url(url).drivername)
    except (alchemy.exc.ArgumentError, ValueError):
        # Neither the URL nor the library's words about it: a password may stand in both.
        name = ""
    system, _, driver = name.partition("+")
    if system in _DATABASES and driver in {"", _DATABASES[system]}:
        return
    seen = "what stands there is no such address"
    if name:
        seen = f"{name}:// is none that Cadastre speaks"
    raise SettingsError(
        "the setting database_url must look like postgresql+psycopg://user@host/name, or be left "
        f"out for SQLite in the data folder: {seen}"
    )


def no_such_setting(name: str, known: Mapping[str, Any], place: str) -> SettingsError:
    """Return what to raise for a name that is no setting; ``place`` is where it stands."""
    near = get_close_matches(name, known, n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return SettingsError(f"there is no setting called {name!r}, which stands in {place}{meant}")


def _refuse_beyond(name: str, value: int, least: int, most: int | None) -> None:
    if value >= least and (most is None or value <= most):
        return
    wanted = f"at least {least}" if most is None else f"between {least} and {most}"
    raise SettingsError(f"the setting {name} must be {wanted}, not {value}")


def _refuse_wrong_address(address: str) -> None:
    try:
        parsed = urlsplit(address)
    except ValueError:
        parsed = urlsplit("")
    if parsed.scheme not in {"http", "https"} or not parsed.hostname or parsed.username:
        raise SettingsError("the setting public_url must look like https://desk.example")


_CHECKS: Mapping[str, Callable[[str], object]] = {
    "database_url": refuse_wrong_url,
    "public_url": _refuse_wrong_address,
    "web_networks": lambda networks: gate_of(networks, "web_networks"),
    "directory_networks": lambda networks: gate_of(networks, "directory_networks"),
}
