"""Our own sources as syntax trees, parsed once for all modules that look through them."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("cmdb", "discovery", "server", "web", "agent")


@cache
def sources() -> tuple[tuple[Path, ast.Module], ...]:
    """Return (file, tree) for every module of the packages."""
    return tuple(
        (path, ast.parse(path.read_text("utf-8")))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "node_modules" not in path.parts
    )
