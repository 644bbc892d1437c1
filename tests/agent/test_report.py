"""The report this machine makes, held to the published format."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agent import collectors, preview, report
from agent.errors import SettingsError
from agent.machine import Machine
from tests.agent.desk import ROOT, SCHEMA, faults
from tests.agent.recordings import made_of, recorded

FOLDER = "/nonexistent/cadastre-agent"


def _whole(machine: Machine) -> dict[str, Any]:
    found, problems = report.collect(machine)
    head = report.heading(machine, report.new_agent_id(), 1)
    return report.build(head, found, problems, {})


def test_this_machine_reports_every_section_as_the_schema_says() -> None:
    shown = preview.preview(FOLDER, [])
    assert faults(shown) == []
    # A first report does not wait for the package manager.
    assert set(collectors.SECTIONS) - set(shown["sections"]) <= {"updates"}
    assert shown["sections"]["software"]["rows"]
    assert shown["readings"]["uptime_seconds"] > 0


@pytest.mark.parametrize("name", ["rack-server", "vmware-guest", "alpine-container", "raspberry"])
def test_every_recorded_machine_reports_as_the_schema_says(tmp_path: Path, name: str) -> None:
    made = _whole(recorded(name, tmp_path))
    assert faults(made) == []
    assert set(made["sections"]) == set(collectors.SECTIONS)


def test_a_machine_that_tells_nothing_still_reports(tmp_path: Path) -> None:
    made = _whole(made_of(tmp_path))
    assert faults(made) == []
    assert made["sections"]["identity"]["hostname"] == "db-01"


def test_an_unchanged_machine_gives_the_same_digests(tmp_path: Path) -> None:
    machine = recorded("rack-server", tmp_path)
    again = Machine(str(tmp_path), memory=machine.memory, uname=machine.uname)
    assert _whole(machine)["digests"] == _whole(again)["digests"]


def test_this_machine_gives_the_same_digests_twice() -> None:
    quiet = [name for name in collectors.SECTIONS if name not in ("listeners", "connections")]
    first = preview.preview(FOLDER, quiet)["digests"]
    assert preview.preview(FOLDER, quiet)["digests"] == first


def test_one_broken_collector_sinks_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(collectors.SECTIONS, "disks", "tests.agent.broken_collector")
    made = _whole(recorded("rack-server", tmp_path))
    assert made["problems"]["disks"] == "ZeroDivisionError: a question that breaks"
    assert "disks" not in made["digests"]
    assert made["sections"]["filesystems"]


def test_what_could_not_be_read_is_said_with_its_section(tmp_path: Path) -> None:
    machine = made_of(tmp_path, "/var/lib/rpm/Packages = Berkeley DB")
    _, problems = report.collect(machine, ["os", "software"])
    assert list(problems) == ["software"]


def test_a_section_nobody_knows_is_refused() -> None:
    with pytest.raises(SettingsError, match="no section 'cpu'"):
        preview.preview(FOLDER, ["cpu"])


def test_texts_are_cut_cleaned_and_left_out_when_empty() -> None:
    dirty = {"a": " x\0y ", "b": "", "c": None, "d": "z" * 2000, "e": ["", None, "\ud800"]}
    assert report.cleaned(dirty) == {"a": "xy", "d": "z" * 1024, "e": ["", None, "?"]}


def test_an_agent_id_is_a_random_uuid() -> None:
    made = {report.new_agent_id() for _ in range(50)}
    pattern = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    assert len(made) == 50
    assert all(pattern.fullmatch(one) for one in made)


def test_the_example_in_the_documentation_is_a_report() -> None:
    page = (ROOT / "docs" / "report-format.md").read_text()
    example = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert example is not None
    assert faults(json.loads(example.group(1))) == []


def test_documentation_and_schema_know_the_sections_the_agent_collects() -> None:
    page = (ROOT / "docs" / "report-format.md").read_text()
    documented = re.findall(r"^\| `(\w+)` \|", page.partition("## Sections")[2], re.MULTILINE)
    assert documented[: len(collectors.SECTIONS)] == list(collectors.SECTIONS)
    assert list(SCHEMA["properties"]["sections"]["properties"]) == list(collectors.SECTIONS)


def test_the_documentation_names_every_member_of_every_section() -> None:
    page = (ROOT / "docs" / "report-format.md").read_text()
    missing = [
        f"{section}.{name}"
        for section in collectors.SECTIONS
        for name in _members(SCHEMA["$defs"][section])
        if f"`{name}`" not in page
    ]
    assert missing == []


def _members(schema: dict[str, Any]) -> list[str]:
    inner = schema.get("items", schema)
    return list(inner.get("properties", {})) if isinstance(inner, dict) else []


def test_the_module_runs_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "agent", "print", "--compact", "os"],
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    assert json.loads(done.stdout)["sections"]["os"]["kernel"] == "Linux"
