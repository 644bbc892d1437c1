"""Every class of fault has its module and its seeded defect, or names the feature we lack."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.immunity.classes import CLASSES, FaultClass
from tests.immunity.defects import DEFECTS
from tests.immunity.tree import ROOT, sources

_HERE = Path(__file__).parent
_COVERED = [one for one in CLASSES if not one.missing]
_LACKING = [one for one in CLASSES if one.missing]


def _module(one: FaultClass) -> list[Path]:
    return list(_HERE.glob(f"test_{one.number:02}_*.py"))


def test_the_classes_are_numbered_through() -> None:
    assert [one.number for one in CLASSES] == list(range(1, 37))
    assert len(_COVERED) >= 30


@pytest.mark.parametrize("one", _COVERED, ids=lambda one: f"{one.number:02}")
def test_a_class_has_one_module_and_a_defect_that_must_turn_it_red(one: FaultClass) -> None:
    (module,) = _module(one)
    assert any(defect.test == module.stem for defect in DEFECTS)


@pytest.mark.parametrize("one", _LACKING, ids=lambda one: f"{one.number:02}")
def test_a_feature_that_appears_brings_its_module(one: FaultClass) -> None:
    seen = {name for name in one.imports if name in _imported()}
    seen |= {str(path) for pattern in one.files for path in ROOT.glob(pattern)}
    assert not seen, (
        f"{sorted(seen)} brings {one.missing}: class {one.number} ({one.name}) needs its module "
        f"tests/immunity/test_{one.number:02}_….py, a defect, and its entry without `missing`"
    )
    assert not _module(one)


def test_defects_have_names_of_their_own_and_tests_that_exist() -> None:
    names = [defect.name for defect in DEFECTS]
    assert len(set(names)) == len(names)
    assert all((_HERE / f"{defect.test}.py").is_file() for defect in DEFECTS)


@cache
def _imported() -> frozenset[str]:
    """Return every library that our packages import, with each of its outer packages."""
    return frozenset(
        name
        for _, tree in sources()
        for imported in _imports(tree)
        for name in _with_outer(imported)
    )


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _with_outer(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))
