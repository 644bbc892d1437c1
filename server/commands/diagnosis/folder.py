"""The data folder: writable, private, with room; the key, the certificate, the last backup."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from server.commands.diagnosis.finding import Finding, fine, look, wrong
from server.commands.encryption import refuse_unusable_encryption
from server.commands.environment import CommandLine
from server.foundation.backup.standing import standing_of
from server.foundation.certificates import expires_at
from server.foundation.clock import utc_now
from server.foundation.errors import SettingsError
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings, settings_path, unknown_variables
from server.foundation.signing import Signer
from server.serving.listening import is_loopback, refuse_bare_network

_LITTLE_BYTES = 2 * 1024**3
_TOO_LITTLE_BYTES = 200 * 1024**2
_CERTIFICATE_LOOK = timedelta(days=30)


def look_at_folder(command_line: CommandLine) -> Iterator[Finding]:
    """Yield what there is to say about the data folder and what lies in it."""
    settings, now = command_line.settings, utc_now()
    yield _home(command_line)
    yield from _settings()
    yield from _private(settings)
    yield _space(settings.home)
    yield _address(settings)
    if settings.tls_certificate:
        yield _certificate(settings, now)
    yield _backup(settings, now)


def _home(command_line: CommandLine) -> Finding:
    home = command_line.settings.home
    try:
        command_line.prepare_home()
    except SettingsError as error:
        return wrong("data folder", str(error), f"give {home} to the user that runs Cadastre")
    if home.stat().st_mode & 0o077:
        return look("data folder", f"others may look into {home}", f"chmod 700 {home}")
    return fine("data folder", f"{home} is writable and private")


def _settings() -> Iterator[Finding]:
    """Say which file was read: a command given in another folder reads another one, or none."""
    path = settings_path().absolute()
    if path.is_file():
        yield fine("settings", f"{path} and the environment are in force")
    else:
        yield fine("settings", f"there is no {path}; the environment and what ships are in force")
    if unknown := unknown_variables():
        mend = "correct the names, or leave them: server/foundation/settings.py lists all settings"
        yield look("settings", f"{', '.join(unknown)} in the environment means nothing", mend)


def _private(settings: Settings) -> Iterator[Finding]:
    key = settings.key_file
    if key.exists() and key.stat().st_mode & 0o077:
        yield wrong("key", f"others may read {key}", f"chmod 600 {key}")
    elif key.exists():
        yield _usable(key, lambda: SecretBox(key).key_ids)
    signing_key = settings.signing_key_file
    if signing_key.exists() and not signing_key.stat().st_mode & 0o077:
        yield _usable(signing_key, lambda: Signer(signing_key).public_key)
    tls_key = Path(settings.tls_key) if settings.tls_key else None
    for path in (settings_path(), settings.signing_key_file, tls_key):
        if path is not None and path.exists() and path.stat().st_mode & 0o077:
            yield wrong("secrets", f"others may read {path}", f"chmod 600 {path}")


def _usable(key: Path, use: Callable[[], object]) -> Finding:
    try:
        use()
    except (SettingsError, OSError) as error:
        mend = (
            f"stop the server and put your copy of {key.name} back; nothing else opens what it made"
        )
        return wrong("key", str(error), mend)
    return fine("key", f"{key} is there; keep a copy of it away from the backups")


def _space(home: Path) -> Finding:
    if not home.exists():
        return fine("disk", "nothing to measure yet")
    free = shutil.disk_usage(home).free
    seen = f"{free // 1024**2} MiB are free on the disk of {home}"
    if free < _TOO_LITTLE_BYTES:
        return wrong("disk", seen, "make room now: writes will soon fail")
    if free < _LITTLE_BYTES:
        return look("disk", seen, f"make room; old backups lie in {home / 'backups'}")
    return fine("disk", seen)


def _address(settings: Settings) -> Finding:
    try:
        refuse_bare_network(settings)
    except SettingsError as error:
        return wrong("address", str(error), "cadastre setup")
    if not is_loopback(settings.listen_address) and not settings.public_url:
        return look(
            "address",
            "no public URL is set, so links in mails lead to the listening address",
            "cadastre setup --no-input --public-url https://…",
        )
    return fine("address", f"people use {settings.base_url}")


def _certificate(settings: Settings, now: datetime) -> Finding:
    path = Path(settings.tls_certificate)
    try:
        end = expires_at(path)
        refuse_unusable_encryption(settings)
    except SettingsError as error:
        return wrong("certificate", str(error), "cadastre setup")
    seen = f"{path} is good until {end:%Y-%m-%d}"
    mend = "renew it; a certificate of `cadastre setup --tls self-signed` is made anew by that"
    if end < now:
        return wrong("certificate", f"{path} ended on {end:%Y-%m-%d}", mend)
    if end < now + _CERTIFICATE_LOOK:
        return look("certificate", seen, mend)
    return fine("certificate", seen)


def _backup(settings: Settings, now: datetime) -> Finding:
    standing = standing_of(settings, now, now)
    if standing.newest is None or standing.made_at is None:
        return look("backup", "there is no backup below the data folder", "cadastre backup")
    if standing.too_old:
        hours = int((now - standing.made_at).total_seconds() // 3600)
        seen = f"the newest, {standing.newest.name}, is {hours // 24} days and {hours % 24} h old"
        return look("backup", seen, "cadastre jobs list --state dead; cadastre backup")
    return fine("backup", f"the newest is {standing.newest.name}")
