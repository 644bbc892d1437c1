"""Two wheels come from this tree, and each holds exactly its own packages."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT


@pytest.mark.parametrize(
    ("project", "packages"),
    [(".", {"cmdb", "discovery", "server", "web"}), ("deploy/agent", {"agent"})],
)
def test_a_wheel_holds_its_packages_and_nothing_else(
    tmp_path: Path, project: str, packages: set[str]
) -> None:
    names = _wheel_names(ROOT / project, tmp_path)
    tops = {name.split("/", maxsplit=1)[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == packages
    assert [name for name in names if "node_modules" in name or "__pycache__" in name] == []


def test_the_servers_wheel_needs_no_node_because_the_front_end_is_in_it(tmp_path: Path) -> None:
    assert "web/static/dist/manifest.json" in _wheel_names(ROOT, tmp_path)


def _wheel_names(project: Path, place: Path) -> list[str]:
    subprocess.run(
        [
            *(sys.executable, "-m", "build", "--wheel", "--no-isolation"),
            *("--outdir", str(place), str(project)),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    (wheel,) = place.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()
