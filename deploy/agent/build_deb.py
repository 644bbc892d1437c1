"""Build the Debian package: `python deploy/agent/build_deb.py [dist]`.

It holds the one-file program, a starter, and the unit; the program needs python3 of the system and
nothing else. The same tree gives the same bytes (SOURCE_DATE_EPOCH, files owned by root).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TREE = HERE.parents[1]
NAME = "cadastre-agent"
_VERSION = re.compile(r"^__version__ = [\"']([^\"']+)[\"']$", re.MULTILINE)
_DATE = "315532800"  # the first day of 1980, as in the one-file program
_STARTER = """\
#!/bin/sh
exec /usr/bin/python3 -I -S /usr/lib/cadastre-agent/cadastre-agent.pyz "$@"
"""
_CONTROL = """\
Package: cadastre-agent
Version: {version}
Section: admin
Priority: optional
Architecture: all
Maintainer: Cadastre <cadastre@localhost>
Installed-Size: {kilobytes}
Depends: python3 (>= 3.9)
Suggests: smartmontools
Description: reports this machine to a Cadastre server
 Hardware, system, disks, interfaces, packages, listening ports and whom the
 machine talks to. It carries out no commands from the server.
"""
# Nothing starts before somebody has enrolled the machine.
_AFTER = """\
#!/bin/sh
set -e
if [ "$1" = configure ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl enable cadastre-agent.service
    if [ -e /var/lib/cadastre-agent/settings.json ]; then
        systemctl restart cadastre-agent.service
    else
        echo "Enrol this machine: cadastre-agent enrol --server ADDRESS --token -"
        echo "then start it: systemctl start cadastre-agent"
    fi
fi
"""
_BEFORE_REMOVAL = """\
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
    systemctl disable --now cadastre-agent.service
fi
"""
_AFTER_REMOVAL = """\
#!/bin/sh
set -e
if [ "$1" = purge ]; then
    rm -rf /var/lib/cadastre-agent
    added=/etc/systemd/system/cadastre-agent.service.d
    rm -f $added/disk-health.conf
    [ ! -d $added ] || rmdir --ignore-fail-on-non-empty $added
fi
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
fi
"""


def build(folder: Path) -> Path:
    """Write the package into `folder`, making it, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    version = _version()
    target = folder / f"{NAME}_{version}_all.deb"
    with tempfile.TemporaryDirectory() as made:
        root = Path(made) / NAME
        _fill(root)
        _describe(root, version)
        _build(root, target)
    return target


def _fill(root: Path) -> None:
    program = root / "usr/lib/cadastre-agent/cadastre-agent.pyz"
    builder = str(HERE / "build_zipapp.py")
    subprocess.run([sys.executable, builder, str(program)], check=True, capture_output=True)  # noqa: S603 - our own
    _write(root / "usr/bin/cadastre-agent", _STARTER, 0o755)
    unit = (HERE / "cadastre-agent.service").read_text(encoding="utf-8")
    _write(root / "lib/systemd/system/cadastre-agent.service", unit, 0o644)
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    _write(root / "usr/share/doc/cadastre-agent/README.md", readme, 0o644)


def _describe(root: Path, version: str) -> None:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    sizes = sum(path.stat().st_size for path in files)
    sums = "".join(
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  "
        f"{path.relative_to(root).as_posix()}\n"
        for path in files
    )
    about = root / "DEBIAN"
    _write(about / "control", _CONTROL.format(version=version, kilobytes=sizes // 1024 + 1), 0o644)
    _write(about / "md5sums", sums, 0o644)
    for name, text in (
        ("postinst", _AFTER),
        ("prerm", _BEFORE_REMOVAL),
        ("postrm", _AFTER_REMOVAL),
    ):
        _write(about / name, text, 0o755)


def _write(path: Path, text: str, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def _build(root: Path, target: Path) -> None:
    tool = shutil.which("dpkg-deb")
    if tool is None:
        sys.exit("dpkg-deb is not installed: the package is built on Debian and its relatives")
    for path in (root, *root.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    command = [tool, "--root-owner-group", "-Zxz", "--build", str(root), str(target)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": _DATE}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603 - our own tree


def _version() -> str:
    text = (TREE / "agent" / "__init__.py").read_text(encoding="utf-8")
    found = _VERSION.search(text)
    if found is None:
        sys.exit("agent/__init__.py names no version")
    return found.group(1)


def main() -> None:
    """Build into the folder given, or into dist."""
    target = build(Path(sys.argv[1]) if len(sys.argv) > 1 else TREE / "dist")
    sys.stdout.write(f"{target}: {target.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
