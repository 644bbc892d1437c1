"""Builds the front end before a wheel or a source archive is packed (hatchling's custom hook).

What is built is not committed; it goes into both archives as artifacts, so that whoever installs
them needs no Node.js. Editable installs are left alone: ``make run`` builds for them.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEndHook(BuildHookInterface[Any]):
    """Runs ``web/assets_build.py`` of the tree that is being packed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build what is missing or older than its sources; exit with one sentence when it fails."""
        if version == "editable":
            return
        web = Path(self.root) / "web"
        builder = _load(web / "assets_build.py")
        try:
            builder.ensure_built(web, self.app.display_info)
        except builder.BuildFailed as problem:
            sys.exit(str(problem))


def _load(path: Path) -> ModuleType:
    # By its path: the package "web" is not importable in the isolated environment of a build.
    spec = importlib.util.spec_from_file_location("cadastre_assets_build", path)
    if spec is None or spec.loader is None:
        sys.exit(f"{path} is missing.")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
