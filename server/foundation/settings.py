"""Settings: frozen, read once. File (TOML) < environment (``CADASTRE_…``) < flags.

Nobody else reads ``os.environ``.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from server.foundation.errors import SettingsError
from server.foundation.outbound import INSIDE_NETWORKS, Gate, gate_of
from server.foundation.settings_checks import (
    SECRET_SETTINGS,
    no_such_setting,
    refuse_wrong_values,
)

_PREFIX = "CADASTRE_"
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}
#: Beyond so many, somebody who knows the machine's memory decides.
_MOST_PROCESSES = 4


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an administrator may set. Paths are absolute; durations carry their unit."""

    #: All state lives below this folder.
    home: Path = Path("var")
    #: Local, deletable at any time; defaults to ``home/cache``.
    cache: Path | None = None
    #: SQLAlchemy URL; defaults to SQLite at ``home/cadastre.sqlite3``.
    database_url: str = ""
    listen_address: str = "127.0.0.1"
    listen_port: int = 8080
    #: What people type; links in mails are built from this, never from the Host header.
    public_url: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    #: How many reverse proxies stand in front; their X-Forwarded-* headers are believed.
    proxy_hops: int = 0
    #: How many processes answer requests; 0: one on SQLite, on PostgreSQL one for each processor,
    #: at most four.
    web_processes: int = 0
    #: Requests at once in each of them.
    web_threads: int = 8
    #: 0 switches the job runner off in this process (``cadastre web``).
    job_threads: int = 2
    max_body_megabytes: int = 64
    #: The largest file that can be attached to a ticket.
    max_attachment_megabytes: int = 25
    session_hours: int = 12
    #: Networks that are not public and may be asked over the web all the same: where people typed
    #: the address (identity providers, webhooks).
    web_networks: str = ""
    #: The same for directories and mail servers, which usually stand inside.
    directory_networks: str = INSIDE_NETWORKS
    #: How many nightly backups stay below ``home/backups``; 0 makes none.
    backups_kept: int = 7
    #: Encrypts every backup that is made; whoever restores one needs it and ``secret.key``.
    backup_passphrase: str = field(default="", repr=False)
    #: So old the newest backup may be before administrators are told; 0: they never are.
    backup_alarm_hours: int = 36
    log_format: str = "console"
    log_level: str = "INFO"
    smtp_host: str = ""
    smtp_port: int = 25
    smtp_from: str = ""
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_starttls: bool = True

    @property
    def url(self) -> str:
        """Return the database URL in force."""
        return self.database_url or f"sqlite:///{self.home / 'cadastre.sqlite3'}"

    @property
    def on_sqlite(self) -> bool:
        """Say whether the database is one file, which wants one writing process."""
        return self.url.startswith("sqlite")

    @property
    def processes(self) -> int:
        """Return how many processes answer requests."""
        if self.web_processes or self.on_sqlite:
            return self.web_processes or 1
        return min(_MOST_PROCESSES, os.cpu_count() or 1)

    def require_processes(self) -> None:
        """Raise ``SettingsError`` for a number of processes that the database does not take."""
        if self.web_processes < 0:
            raise SettingsError("the setting web_processes cannot be less than 0")
        if self.on_sqlite and self.web_processes > 1:
            raise SettingsError(
                "the setting web_processes must be 1 on SQLite, which wants one writing process; "
                "PostgreSQL takes several"
            )

    @property
    def cache_folder(self) -> Path:
        """Return the folder for files that can be made again."""
        return self.cache or self.home / "cache"

    @property
    def key_file(self) -> Path:
        """Return the file of the key that seals secrets; never inside database or backup."""
        return self.home / "secret.key"

    @property
    def signing_key_file(self) -> Path:
        """Return the file of the key that signs records; outside database and backup too."""
        return self.home / "signing.key"

    @property
    def base_url(self) -> str:
        """Return the address people use, without a trailing slash."""
        scheme = "https" if self.tls_certificate else "http"
        host = f"[{self.listen_address}]" if ":" in self.listen_address else self.listen_address
        return (self.public_url or f"{scheme}://{host}:{self.listen_port}").rstrip("/")

    @property
    def web_gate(self) -> Gate:
        """Return where requests over the web may go."""
        return gate_of(self.web_networks, "web_networks")

    @property
    def directory_gate(self) -> Gate:
        """Return where directories and mail servers may stand."""
        return gate_of(self.directory_networks, "directory_networks")

    @property
    def serves_https(self) -> bool:
        """Say whether people reach the pages over HTTPS, by our own TLS or a proxy's."""
        return self.base_url.startswith("https://")


def settings_path(environment: Mapping[str, str] | None = None) -> Path:
    """Return where the settings file lies: ``CADASTRE_SETTINGS`` or ``HOME/cadastre.toml``."""
    env = os.environ if environment is None else environment
    if named := env.get(f"{_PREFIX}SETTINGS"):
        return Path(named)
    return Path(env.get(f"{_PREFIX}HOME", "var")) / "cadastre.toml"


def choose_home(home: Path) -> None:
    """Make ``home`` the data folder of this process and of every one that it starts."""
    os.environ[f"{_PREFIX}HOME"] = str(home.absolute())


def tell_library(name: str, value: str) -> None:
    """Tell a library what it reads from the environment alone."""
    os.environ[name] = value


def child_environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return what a child process should find in its environment: ours, and ``more``."""
    return {**os.environ, **more}


def load_settings(
    flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Read the settings in force.

    Raises ``SettingsError`` naming the setting that is unknown, of the wrong type, or of a value
    with which nothing would work.
    """
    env = os.environ if environment is None else environment
    values = _from_file(settings_path(env)) | _from_environment(env)
    values |= {name: value for name, value in (flags or {}).items() if value is not None}
    types = get_type_hints(Settings)
    typed = {name: _typed(name, value, types[name]) for name, value in values.items()}
    refuse_wrong_values(typed)
    settings = replace(Settings(), **typed)
    return replace(settings, home=settings.home.absolute())


def unknown_variables() -> list[str]:
    """Return the variables of the environment that begin as settings do and mean nothing.

    They are no error: Kubernetes tells every program of a service called ``cadastre`` some of them.
    """
    known = {f"{_PREFIX}{setting.name.upper()}" for setting in fields(Settings)}
    known |= {f"{name}_FILE" for name in known} | {f"{_PREFIX}SETTINGS"}
    others = tuple(f"{_PREFIX}{program}_" for program in ("AGENT", "COLLECTOR", "DISCOVER"))
    return sorted(
        name
        for name in os.environ
        if name.startswith(_PREFIX) and name not in known and not name.startswith(others)
    )


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        with path.open("rb") as stream:
            found = tomllib.load(stream)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"the settings file {path} cannot be read: {error}") from error
    known = {setting.name: setting for setting in fields(Settings)}
    for name in found:
        if name not in known:
            raise no_such_setting(name, known, f"the settings file {path}")
    return found


def _from_environment(env: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for setting in fields(Settings):
        name = f"{_PREFIX}{setting.name.upper()}"
        if name in env:
            found[setting.name] = env[name]
        elif f"{name}_FILE" in env:
            found[setting.name] = _from_own_file(f"{name}_FILE", Path(env[f"{name}_FILE"]))
    return found


def _from_own_file(variable: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        cause = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise SettingsError(
            f"the file {path}, which {variable} names, cannot be read: {cause}"
        ) from error


def _typed(name: str, value: Any, wanted: Any) -> Any:
    try:
        if wanted is bool:
            return _boolean(value)
        if wanted is int:
            return _whole(value)
        return Path(_text(value)) if wanted in (Path, Path | None) else _text(value)
    except (TypeError, ValueError) as error:
        seen = "what stands there" if name in SECRET_SETTINGS else repr(value)
        raise SettingsError(f"the setting {name} cannot be {seen}") from error


def _whole(value: Any) -> int:
    # TOML knows true and 8.5 beside 8, and int() would take both.
    if isinstance(value, str | int) and not isinstance(value, bool):
        return int(value)
    raise TypeError(value)


def _text(value: Any) -> str:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    raise TypeError(value)


def _boolean(value: Any) -> bool:
    text = str(value).strip().casefold()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ValueError(text)
