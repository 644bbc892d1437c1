"""The build decides by content, says what it does, and fails with one sentence."""

import shutil
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from web.assets_build import (
    BuildFailed,
    FrontEnd,
    Node,
    ensure_built,
    find_node,
)


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """Copy what a build reads, and link the packages, which take seconds to install."""
    folder = tmp_path / "web"
    (folder / "static").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "build.mjs"):
        shutil.copy(ROOT / "web" / name, folder / name)
    shutil.copytree(ROOT / "web/static/src", folder / "static/src")
    (folder / "node_modules").symlink_to(ROOT / "web/node_modules")
    return folder


def test_a_build_is_due_once_and_again_when_a_source_changes(web: Path) -> None:
    said: list[str] = []
    ensure_built(web, said.append)
    assert said[-1].startswith("front end: built")
    assert (web / "static/dist/manifest.json").is_file()

    said.clear()
    ensure_built(web, said.append)
    assert said == []

    with (web / "static/src/css/tokens.css").open("a") as tokens:
        tokens.write("\n.new { color: red; }\n")
    assert not FrontEnd(web).is_current()


def test_a_build_asked_for_happens_although_nothing_changed(web: Path) -> None:
    ensure_built(web, lambda _: None)
    said: list[str] = []
    ensure_built(web, said.append, force=True)
    assert any("bundling" in line for line in said)


def test_a_broken_source_is_told_in_one_sentence(web: Path) -> None:
    (web / "static/src/site.js").write_text("import './missing.js';\n")
    with pytest.raises(BuildFailed, match=r"could not be built.*missing\.js") as failed:
        ensure_built(web, lambda _: None)
    assert "\n" not in str(failed.value)
    assert not FrontEnd(web).is_current()


def test_a_program_that_is_not_there_is_told_in_one_sentence(web: Path) -> None:
    with pytest.raises(BuildFailed, match="could not be built"):
        FrontEnd(web).build(Node(("/nowhere/node",), ("/nowhere/npm",)), lambda _: None)


def test_an_installed_wheel_is_current_without_its_sources(tmp_path: Path) -> None:
    dist = tmp_path / "static" / "dist"
    dist.mkdir(parents=True)
    assert not FrontEnd(tmp_path).is_current()
    (dist / "manifest.json").write_text("{}")
    assert FrontEnd(tmp_path).is_current()


def test_node_is_found_on_the_machine_or_in_the_environment() -> None:
    assert find_node().node[0]
