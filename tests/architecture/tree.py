"""The tree of the project as the rules of the house see it."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("cmdb", "discovery", "server", "web", "agent")
# What building, running and testing leave behind: nobody wrote it and nobody commits it.
_MADE = {"node_modules", "dist", "build", "var", "__pycache__"}


def files(*suffixes: str, root: Path = ROOT) -> Iterator[Path]:
    """Yield the written files below `root`, of these suffixes or of any."""
    for path in sorted(root.iterdir()):
        if path.name in _MADE or path.name.startswith(".") or path.suffix == ".egg-info":
            continue
        if path.is_dir():
            yield from files(*suffixes, root=path)
        elif not suffixes or path.suffix in suffixes:
            yield path


def folders() -> list[Path]:
    """Return the folders at the top of the tree that hold written files."""
    tops = {ROOT / path.relative_to(ROOT).parts[0] for path in files()}
    return sorted(top for top in tops if top.is_dir())
