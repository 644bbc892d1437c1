"""A copy of the tree to plant violations in, and the contracts they are planted against."""

import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from tests.architecture.tree import PACKAGES, ROOT

Contract = dict[str, Any]

CONTRACTS: list[Contract] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
    "importlinter"
]["contracts"]
LAYERED = [contract for contract in CONTRACTS if contract["type"] == "layers"]
# Which package stands for a container that is written with a wildcard.
_CONTAINERS = {
    "*.desk": "server.desk",
    "server.desk.*": "server.desk.tickets",
    "*.desk.workspace": "server.desk.workspace",
}


class PlantedTree:
    """A copy of our packages and of their contracts, to be spoilt."""

    def __init__(self, place: Path) -> None:
        self._place = place
        shutil.copy(ROOT / "pyproject.toml", place)
        for package in (*PACKAGES, "tests/architecture"):
            shutil.copytree(ROOT / package, place / package, ignore=_all_but_python)
        shutil.copy(ROOT / "tests" / "__init__.py", place / "tests")

    def plant(self, importer: str, imported: str | None = None) -> None:
        """Add an import to a module, which is made when it does not exist yet."""
        if imported is not None and imported.partition(".")[0] in PACKAGES:
            self._module(imported)
        with self._module(importer).open("a") as source:
            source.write(f"\nimport {imported}\n" if imported else "\n")

    def lint(self, *contracts: str) -> str:
        """Run lint-imports, limited to some contracts, and return what it printed."""
        limits = [word for contract in contracts for word in ("--contract", contract)]
        linted = subprocess.run(
            [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache", *limits],
            cwd=self._place,
            env={**os.environ, "COLUMNS": "500"},
            capture_output=True,
            text=True,
            check=False,
        )
        return linted.stdout + linted.stderr

    def _module(self, name: str) -> Path:
        path = self._place
        *parents, last = name.split(".")
        for parent in parents:
            path /= parent
            path.mkdir(exist_ok=True)
            (path / "__init__.py").touch()
        package = path / last / "__init__.py"
        if package.exists():
            return package
        module = path / f"{last}.py"
        module.touch()
        return module


def steps_up(contract: Contract) -> list[tuple[str, str]]:
    """Return importer and imported for each step up to the next layer, and each one sideways."""
    container = container_of(contract)
    layers = [re.split(r" [|:] ", layer) for layer in contract["layers"]]
    pairs = [(lower[0], upper[0]) for upper, lower in itertools.pairwise(layers)]
    for layer, names in zip(contract["layers"], layers, strict=True):
        pairs += itertools.permutations(names, 2) if " | " in layer else []
    return [
        (_child(container, importer), _child(container, imported)) for importer, imported in pairs
    ]


def container_of(contract: Contract) -> str:
    """Return the package whose children the layers are; empty for the root packages."""
    container: str = contract.get("containers", [""])[0]
    return _CONTAINERS.get(container, container)


def _child(container: str, layer: str) -> str:
    return f"{container}.{layer.strip('()')}".removeprefix(".")


def _all_but_python(folder: str, names: list[str]) -> set[str]:
    return {
        name
        for name in names
        if name == "node_modules" or not (name.endswith(".py") or (Path(folder) / name).is_dir())
    }
