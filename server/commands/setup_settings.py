"""From the answers of ``cadastre setup`` to settings that are known to work."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from server.commands.encryption import refuse_unusable_pair
from server.foundation.certificates import issue_own_certificate
from server.foundation.errors import SettingsError
from server.foundation.settings import Settings
from server.foundation.settings_checks import refuse_wrong_url
from server.migrations.runner import Migrations
from server.serving.listening import refuse_bare_network


def settings_from(
    answers: Mapping[str, Any], stored: Mapping[str, Any], home: Path, now: datetime
) -> dict[str, Any]:
    """Return what the file shall say: what was stored, changed by the answers.

    Issues a certificate when the answers ask for one. Raises ``SettingsError`` for a combination
    that would not start or would not be safe, and for a database that cannot be reached.
    """
    settings = dict(stored)
    settings |= _address(answers) | _encryption(answers, home, now) | _database(answers)
    settings |= _mail(answers, stored)
    _check(settings, home)
    return settings


def _address(answers: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "listen" in answers:
        found["listen_address"], found["listen_port"] = answers["listen"]
    if "public_url" in answers:
        url = urlsplit(answers["public_url"])
        if url.scheme not in {"http", "https"} or not url.hostname or url.username:
            raise SettingsError("the public URL must look like https://desk.example")
        found["public_url"] = answers["public_url"].rstrip("/")
    return found


def _encryption(answers: Mapping[str, Any], home: Path, now: datetime) -> dict[str, Any]:
    way = answers.get("tls")
    if way is None:
        return {}
    cleared: dict[str, Any] = {"tls_certificate": "", "tls_key": "", "proxy_hops": 0}
    if way == "proxy":
        return cleared | {"proxy_hops": answers.get("proxy_hops", 1)}
    if way == "own":
        return cleared | _own_files(answers)
    if way == "self-signed":
        names = answers.get("names")
        if not names:
            raise SettingsError("say for which names the certificate is, with --name")
        files = issue_own_certificate(home, names, now)
        return cleared | {"tls_certificate": str(files.certificate), "tls_key": str(files.key)}
    return cleared


def _own_files(answers: Mapping[str, Any]) -> dict[str, str]:
    if "certificate" not in answers or "key" not in answers:
        raise SettingsError("--tls own needs --certificate and --key")
    certificate, key = Path(answers["certificate"]).absolute(), Path(answers["key"]).absolute()
    refuse_unusable_pair(str(certificate), str(key))
    return {"tls_certificate": str(certificate), "tls_key": str(key)}


def _database(answers: Mapping[str, Any]) -> dict[str, Any]:
    url = answers.get("database")
    if url is None:
        return {}
    if url == "sqlite":
        return {"database_url": ""}
    refuse_wrong_url(url)
    # Raises what is wrong with it: no server, wrong password, somebody else's tables.
    Migrations(url).state()
    return {"database_url": url}


def _mail(answers: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        name: answers[name]
        for name in ("smtp_from", "smtp_user", "smtp_password", "smtp_starttls")
        if name in answers
    }
    if "smtp_password_file" in answers:
        found["smtp_password"] = Path(answers["smtp_password_file"]).read_text("utf-8").strip()
    if "smtp" in answers:
        host, _, port = str(answers["smtp"]).rpartition(":")
        if answers["smtp"] == "none":
            host, port = "", "25"
        elif not host or not port.isdigit():
            raise SettingsError("the mail server must look like mail.example:587")
        found |= {"smtp_host": host, "smtp_port": int(port)}
    if "smtp_password" not in found and _elsewhere(found, stored):
        # A password goes to the server it was given for, over the kind of connection it was given
        # for, and to no other.
        found["smtp_password"] = ""
    return found


def _elsewhere(found: Mapping[str, Any], stored: Mapping[str, Any]) -> bool:
    places = ("smtp_host", "smtp_port", "smtp_starttls")
    before = {name: stored.get(name, getattr(Settings(), name)) for name in places}
    return any(found.get(name, before[name]) != before[name] for name in places)


def _check(settings: Mapping[str, Any], home: Path) -> None:
    names = ("listen_address", "listen_port", "tls_certificate", "proxy_hops")
    chosen = {name: settings[name] for name in names if name in settings}
    refuse_bare_network(replace(Settings(home=home), **chosen))
