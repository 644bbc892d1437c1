"""Credential files: TOML with one table per credential, tried in the order of the file.

[[credential]]
name = "office"            # shown in results; the secrets never are
version = "2c"             # "1", "2c" or "3"
community = "…"

[[credential]]
name = "core"
version = "3"
user = "reader"
auth_protocol = "SHA-256"  # MD5, SHA, SHA-224, SHA-256, SHA-384, SHA-512
auth_key = "…"
priv_protocol = "AES-256"  # DES, 3DES, AES, AES-192, AES-256; AES-192-C and AES-256-C (Cisco)
priv_key = "…"
context = ""
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from discovery.snmp.credentials import Community, Credential, User

_COMMUNITY_KEYS = {"name", "version", "community"}
_USER_KEYS = {
    *("name", "version", "user", "context"),
    *("auth_protocol", "auth_key", "priv_protocol", "priv_key"),
}


class BadCredentials(ValueError):
    """A credential file cannot be used; the text names the entry and never a secret."""


def read_credentials(path: Path) -> tuple[Credential, ...]:
    """Read a credential file. Raises BadCredentials."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadCredentials(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadCredentials(f"{path} is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise BadCredentials(f"{path} is not TOML: {_without_text(error)}") from None
    entries = document.get("credential")
    if not isinstance(entries, list) or not entries:
        raise BadCredentials(f"{path} holds no [[credential]] table")
    return tuple(_numbered(path, place, entry) for place, entry in enumerate(entries, 1))


def _numbered(path: Path, place: int, entry: object) -> Credential:
    if not isinstance(entry, dict):
        raise BadCredentials(f"{path}, credential {place}: it is not a table")
    try:
        return credential_from(entry, fallback_name=f"credential {place}")
    except ValueError as error:
        raise BadCredentials(f"{path}, credential {place}: {error}") from None


def credential_from(entry: Mapping[str, Any], fallback_name: str) -> Credential:
    """Make a credential of a mapping with the keys of a file's table. Raises ValueError."""
    version = str(entry.get("version", "2c"))
    if version not in {"1", "2c", "3"}:
        raise ValueError(f"version {version!r} is none of 1, 2c, 3")
    known = _USER_KEYS if version == "3" else _COMMUNITY_KEYS
    unknown = sorted(set(entry) - known)
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r} for SNMP version {version}")
    words = {key: _words(key, entry.get(key, "")) for key in known - {"version"}}
    words["name"] = words["name"] or fallback_name
    if version == "3":
        for key in ("auth_protocol", "priv_protocol"):
            words[key] = words[key].upper()
        return User(**words)
    return Community(version=version, **words)


def _words(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{key} must be text")  # noqa: TRY004 - a fault of the file, as the others
    return value


def _without_text(error: tomllib.TOMLDecodeError) -> str:
    """Return the place of a syntax error alone: the text around it may hold a secret."""
    _, found, place = str(error).rpartition("(at ")
    return f"(at {place}" if found else "syntax error"
