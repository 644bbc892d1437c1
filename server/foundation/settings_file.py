"""Writing ``cadastre.toml``: whole or not at all, for its owner's eyes only."""

import json
import os
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from server.foundation.errors import SettingsError
from server.foundation.settings import Settings

_HEAD = """\
# Settings of Cadastre, written by `cadastre setup`. The environment (CADASTRE_LISTEN_PORT=9000)
# and options of the command line win over what stands here.
"""


def read_settings_file(path: Path) -> dict[str, Any]:
    """Return what the file says, {} without a file. Raises ``SettingsError``."""
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"the settings file {path} cannot be read: {error}") from error


def write_settings_file(path: Path, values: Mapping[str, Any]) -> None:
    """Write the values, in the order of ``Settings``; what equals the default is left out.

    Raises ``SettingsError`` when the file cannot be written.
    """
    defaults = Settings()
    lines = [
        f"{field.name} = {_toml(values[field.name])}"
        for field in fields(Settings)
        if field.name in values and values[field.name] != getattr(defaults, field.name)
    ]
    content = _HEAD + "\n" + "\n".join(lines) + "\n"
    try:
        # mkstemp gives the file to its owner alone: it may hold passwords.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".cadastre-")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    # A JSON string is a TOML basic string, apart from DEL, which TOML wants escaped.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
