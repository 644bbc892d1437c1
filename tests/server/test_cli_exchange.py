import json
from pathlib import Path
from typing import Any

import pytest

from tests.server.command_line import Cadastre

ESTATE = [
    {
        "kind": "item",
        "key": "srv-1",
        "class": "server",
        "values": {"name": "srv-1", "serial": "CZ3219ABCD", "memory_bytes": 68719476736},
        "identifiers": {"serial": "CZ3219ABCD", "vendor": "HPE", "mac": ["3c:fd:fe:a1:b2:c3"]},
    },
    {
        "kind": "item",
        "key": "srv-2",
        "class": "server",
        "values": {"name": "srv-2"},
        "identifiers": {"serial": "CZ3219ABCE", "vendor": "HPE"},
    },
    {
        "kind": "item",
        "key": "shop",
        "class": "business_service",
        "values": {"name": "Tienda en línea", "criticality": 1},
    },
    {
        "kind": "relation",
        "type": "depends_on",
        "start": "shop",
        "end": "srv-1",
        "group": {"name": "web", "rule": "at_least", "threshold": 1},
    },
    {
        "kind": "relation",
        "type": "depends_on",
        "start": "shop",
        "end": "srv-2",
        "group": {"name": "web", "rule": "at_least", "threshold": 1},
    },
]


@pytest.fixture
def installed(migrated_anywhere: Cadastre) -> Cadastre:
    """Return an installation that has its root organisation."""
    migrated_anywhere.begin()
    return migrated_anywhere


def _write(path: Path, lines: list[Any]) -> str:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return str(path)


def _exported(cadastre: Cadastre, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in cadastre.succeed("export", *words).splitlines()]


def _names(lines: list[dict[str, Any]]) -> list[str]:
    return sorted(line["values"]["name"] for line in lines if line["kind"] == "item")


def test_an_estate_goes_in_and_comes_out_again(installed: Cadastre, tmp_path: Path) -> None:
    out = installed.succeed("import", _write(tmp_path / "estate.ndjson", ESTATE))
    assert "5 created" in out
    lines = _exported(installed)
    assert _names(lines) == ["Tienda en línea", "srv-1", "srv-2"]
    (first,) = [line for line in lines if line.get("values", {}).get("name") == "srv-1"]
    assert first["values"]["memory_bytes"] == 68719476736
    assert first["identifiers"]["mac"]
    relations = [line for line in lines if line["kind"] == "relation"]
    assert {line["group"]["name"] for line in relations} == {"web"}
    assert len(relations) == 2


def test_the_same_file_again_changes_nothing(installed: Cadastre, tmp_path: Path) -> None:
    file = _write(tmp_path / "estate.ndjson", ESTATE)
    installed.succeed("import", file)
    before = _exported(installed)
    out = installed.succeed("import", file)
    assert "created" not in out
    assert _exported(installed) == before


def test_an_export_fills_another_installation_with_the_same_estate(
    installed: Cadastre, tmp_path: Path
) -> None:
    installed.succeed("import", _write(tmp_path / "estate.ndjson", ESTATE))
    file = str(tmp_path / "export.ndjson")
    assert "5 lines" in installed.succeed("export", file)
    other = Cadastre(tmp_path / "other")
    other.begin()
    other.succeed("import", file)
    there, here = _exported(other), _exported(installed)
    assert _names(there) == _names(here)
    assert len(there) == len(here)
    keep = ("class", "values", "identifiers")
    wanted = [{name: line.get(name) for name in keep} for line in here if line["kind"] == "item"]
    found = [{name: line.get(name) for name in keep} for line in there if line["kind"] == "item"]
    assert found == wanted


def test_a_wrong_line_is_named_and_sinks_no_other(installed: Cadastre, tmp_path: Path) -> None:
    lines = [ESTATE[0], {"kind": "item", "class": "spaceship"}, "nonsense", ESTATE[1]]
    results = tmp_path / "results.ndjson"
    file = _write(tmp_path / "estate.ndjson", lines)
    outcome = installed.run("import", file, "--results", str(results))
    assert outcome.code == 1
    assert "2 created, 2 refused" in outcome.out
    assert "line 2: refused" in outcome.err
    assert "line 3: refused" in outcome.err
    answers = [json.loads(line) for line in results.read_text().splitlines()]
    assert [answer["line"] for answer in answers] == [1, 2, 3, 4]
    assert _names(_exported(installed)) == ["srv-1", "srv-2"]


def test_one_class_can_be_exported(installed: Cadastre, tmp_path: Path) -> None:
    installed.succeed("import", _write(tmp_path / "estate.ndjson", ESTATE))
    lines = _exported(installed, "--class", "server")
    assert _names(lines) == ["srv-1", "srv-2"]
    assert all(line["kind"] == "item" for line in lines)


def test_an_organisation_nobody_knows_is_one_sentence(installed: Cadastre, tmp_path: Path) -> None:
    file = _write(tmp_path / "estate.ndjson", ESTATE)
    for words in (("import", file), ("export",)):
        outcome = installed.run(*words, "--organisation", "mars")
        assert outcome.failed_in_one_sentence
        assert "organisation mars" in outcome.err


def test_a_file_that_is_missing_is_a_wrong_use(installed: Cadastre) -> None:
    assert installed.run("import", "/nowhere/estate.ndjson").code == 2
