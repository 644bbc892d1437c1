"""The agent as one file, made of the ``agent`` package that stands beside the server.

Nobody imports the agent; its sources are packed like ``deploy/agent/build_zipapp.py`` packs them,
so that both give the same bytes. An installation without the package has nothing to offer.
"""

import hashlib
import importlib.util
import io
import re
import zipfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

NAME = "cadastre-agent.pyz"

_SHEBANG = b"#!/usr/bin/env python3\n"
_START = b"import sys\n\nfrom agent.__main__ import main\n\nsys.exit(main())\n"
_DATE = (1980, 1, 1, 0, 0, 0)
#: Tells our package from another that happens to have the same name.
_OURS = "report-format-1.schema.json"
_VERSION = re.compile(r"^__version__ = [\"']([^\"']+)[\"']$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class AgentArchive:
    """The file, the version it holds and the hexadecimal SHA-256 of its bytes."""

    content: bytes = field(repr=False)
    version: str
    digest: str


@cache
def agent_archive() -> AgentArchive | None:
    """Return the archive, packed at the first call; None when no agent stands beside us."""
    folder = _folder()
    return None if folder is None else pack(folder)


def pack(folder: Path) -> AgentArchive:
    """Pack the sources below the package folder ``agent``; the same tree gives the same bytes."""
    held = io.BytesIO()
    held.write(_SHEBANG)
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "__main__.py", _START)
        for source in sorted(folder.rglob("*.py")):
            _add(archive, source.relative_to(folder.parent).as_posix(), source.read_bytes())
    content = held.getvalue()
    found = _VERSION.search((folder / "__init__.py").read_text(encoding="utf-8"))
    version = found.group(1) if found else ""
    return AgentArchive(content, version, hashlib.sha256(content).hexdigest())


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def _folder() -> Path | None:
    found = importlib.util.find_spec("agent")
    for place in (found.submodule_search_locations or ()) if found else ():
        if (Path(place) / _OURS).is_file():
            return Path(place)
    return None
