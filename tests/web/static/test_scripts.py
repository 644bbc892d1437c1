"""The pure parts of the page's scripts, run by Node itself."""

import subprocess
from pathlib import Path

import pytest

from web.assets_build import find_node

HERE = Path(__file__).parent


@pytest.mark.parametrize("script", sorted(HERE.glob("*.test.mjs")), ids=lambda path: str(path.name))
def test_a_script_keeps_its_promises(script: Path) -> None:
    done = subprocess.run(
        [*find_node().node, "--test", str(script)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
