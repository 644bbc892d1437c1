"""Build the agent as one file: `python deploy/agent/build_zipapp.py [dist/cadastre-agent.pyz]`.

The archive runs on every Python from 3.9 on, so it holds sources and no compiled code. The same
tree gives the same bytes: entries are sorted and carry a fixed date.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
DEFAULT_TARGET = TREE / "dist" / "cadastre-agent.pyz"
_SHEBANG = b"#!/usr/bin/env python3\n"
_START = b"import sys\n\nfrom agent.__main__ import main\n\nsys.exit(main())\n"
_DATE = (1980, 1, 1, 0, 0, 0)


def build(target: Path) -> Path:
    """Write the archive to `target`, making its folder, and return it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        file.write(_SHEBANG)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            _add(archive, "__main__.py", _START)
            for source in sorted((TREE / "agent").rglob("*.py")):
                _add(archive, source.relative_to(TREE).as_posix(), source.read_bytes())
    target.chmod(0o755)
    return target


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def main() -> None:
    """Build to the path given, or to dist/cadastre-agent.pyz."""
    target = build(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_TARGET)
    size = target.stat().st_size
    sys.stdout.write(f"{target}: {size} bytes\n")


if __name__ == "__main__":
    main()
