"""A pytest plugin that breaks one guard before anything of ours is imported.

``IMMUNITY_DEFECT`` names the defect. The module with the guard is run as it stands, and then the
guard is replaced in it; whoever imports it afterwards gets the broken one, as in a copy of the
tree with that one change. A guard that is not there any more ends the run with its own exit code.
"""

import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from tests.immunity.defects import DEFECTS, Defect

VARIABLE = "IMMUNITY_DEFECT"
#: How a run ends whose guard no longer exists.
GONE = 86


class _Breaking(importlib.abc.Loader):
    """Runs a module and then replaces the guard in it."""

    def __init__(self, real: importlib.abc.Loader, defect: Defect) -> None:
        self._real = real
        self._defect = defect

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._real.exec_module(module)
        replace(module, self._defect)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the one module that is to be broken."""

    def __init__(self, defect: Defect) -> None:
        self._defect = defect

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self._defect.module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Breaking(spec.loader, self._defect)
        return spec


def replace(module: ModuleType, defect: Defect) -> None:
    """Replace the guard, or end the process: a defect that hits nothing proves nothing."""
    *outer, name = defect.guard.split(".")
    place: object = module
    for part in outer:
        place = getattr(place, part, None)
    if not hasattr(place, name):
        sys.stderr.write(f"the guard {defect.path} does not exist\n")
        os._exit(GONE)
    setattr(place, name, defect.replacement(module))


def _plant() -> None:
    wanted = os.environ.get(VARIABLE)
    if wanted:
        defect = next(defect for defect in DEFECTS if defect.name == wanted)
        if defect.module in sys.modules:
            raise RuntimeError(f"{defect.module} was imported too early")
        sys.meta_path.insert(0, _Finder(defect))


_plant()
