"""The rules of the house that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT, files, folders

_SAYS_NOTHING = {
    "common", "core", "helper", "helpers", "manager", "managers", "misc", "util", "utils",
}  # fmt: skip
_READS_ENVIRONMENT = {"environ", "environb", "getenv", "getenvb"}
# The agent and discovery are programs of their own, which may not reach up to the server's
# settings; the front-end build hands its environment on to Node.
_READERS = {
    "server/foundation/settings.py",
    "agent/settings.py",
    "discovery/settings.py",
    "web/assets_build.py",
}
_HEADINGS = ["What lives here", "The way through", "How to add one", "What stays out"]
_LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def test_no_file_and_no_folder_has_a_name_that_says_nothing() -> None:
    named = [
        path.relative_to(ROOT)
        for path in files()
        if _SAYS_NOTHING & {*path.relative_to(ROOT).parts[:-1], path.name.partition(".")[0]}
    ]
    assert named == []


@pytest.mark.parametrize("package", PACKAGES)
def test_only_the_settings_read_the_environment(package: str) -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in files(".py", root=ROOT / package)
        if _environment_reads(path.read_text())
    }
    assert readers <= _READERS


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("import os\nos.environ['HOME']", 1),
        ("import os\nos.getenv('HOME')", 1),
        ("from os import environ", 1),
        ("import os\nos.path.join('a', 'b')", 0),
        ("request.environ", 0),
    ],
)
def test_a_read_of_the_environment_is_recognised(source: str, reads: int) -> None:
    assert len(_environment_reads(source)) == reads


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: str(folder.name))
def test_each_top_level_folder_explains_itself_under_four_headings(folder: Path) -> None:
    readme = folder / "README.md"
    assert readme.is_file()
    found = re.findall(r"^## (.+)$", readme.read_text(), re.MULTILINE)
    assert found[:4] == _HEADINGS


@pytest.mark.parametrize("lock", _LOCKS, ids=lambda lock: str(lock.name))
def test_a_lock_file_pins_hashes_and_names_no_registry(lock: Path) -> None:
    text = lock.read_text()
    assert re.search(r"https?:|file:|--(extra-)?index|--find-links|-i ", text) is None
    pins = re.findall(r"^[^\s#].*$", text, re.MULTILINE)
    assert pins
    assert [pin for pin in pins if "==" not in pin or not pin.endswith("\\")] == []
    assert text.count("--hash=sha256:") >= len(pins)


def test_the_front_end_lock_names_no_registry() -> None:
    lock = (ROOT / "web" / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert '"integrity"' in lock


def test_no_file_speaks_of_the_machine_it_was_written_on() -> None:
    places = {str(ROOT), str(Path.home())} - {"/", "/root"}
    named = [
        path.relative_to(ROOT)
        for path in files()
        if any(f"{place}/".encode() in path.read_bytes() for place in places)
    ]
    assert named == []


def _environment_reads(source: str) -> list[ast.AST]:
    return [node for node in ast.walk(ast.parse(source)) if _reads_environment(node)]


def _reads_environment(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "os" and any(name.name in _READS_ENVIRONMENT for name in node.names)
    return (
        isinstance(node, ast.Attribute)
        and node.attr in _READS_ENVIRONMENT
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    )
