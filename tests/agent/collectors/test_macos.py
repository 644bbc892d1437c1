"""A Mac, from recorded answers of system_profiler and of small commands."""

import importlib
import json
import plistlib
from pathlib import Path
from typing import Any

import pytest

from agent.collectors import SECTIONS
from agent.machine import Machine
from agent.report import collect
from tests.agent.desk import faults
from tests.agent.recordings import made_of, recorded

UNAME = ("Darwin", "air-of-ana.local", "23.2.0", "arm64")
#: These ask the living system through psutil; `os` asks it for the time of the last start.
_ASKED_OF_PSUTIL = ("identity", "filesystems", "interfaces", "listeners", "connections", "os")
_TOLD = [name for name in SECTIONS if name not in _ASKED_OF_PSUTIL and name != "updates"]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return recorded("macbook", tmp_path, uname=UNAME)


def of(machine: Machine, section: str) -> Any:
    return importlib.import_module(SECTIONS[section]).collect(machine)


def test_every_section_is_as_the_format_says(machine: Machine) -> None:
    found, problems = collect(machine, _TOLD)
    assert problems == {
        "software": "/Applications/Broken.app/Contents/Info.plist: is no property list"
    }
    report = {"sections": found, "digests": dict.fromkeys([*found, "identity"], "0" * 12)}
    assert [fault for fault in faults(report) if "'sections'" in fault] == []


def test_what_it_is_made_of(machine: Machine) -> None:
    hardware = of(machine, "hardware")
    assert (hardware["model"], hardware["serial"], hardware["chassis_type"]) == (
        "Mac14,2",
        "C02ABCDEFGH1",
        "laptop",
    )
    assert hardware["virtual_role"] == "physical"
    assert [(cpu["model"], cpu["cores"]) for cpu in of(machine, "cpus")] == [("Apple M2", 8)]
    assert of(machine, "memory")["total_bytes"] == 16 * 1024**3
    (disk,) = of(machine, "disks")
    assert (disk["name"], disk["kind"], disk["size_bytes"]) == ("disk0", "nvme", 500277792768)
    system = of(machine, "os")
    assert (system["id"], system["version"]) == ("macos", "14.2.1")


def test_applications_casks_formulae_and_packages_of_npm(machine: Machine) -> None:
    assert of(machine, "software")["rows"] == [
        ["homebrew", "iterm2", "3.4.23", None],
        ["homebrew", "wget", "1.21.4", None],
        ["macos", "Broken", None, None],
        ["macos", "Firefox", "121.0", None],
        ["macos", "NotesOfAna", "7", None],
        ["npm", "@angular/cli", "17.0.9", None],
    ]


def test_what_it_runs_and_what_guards_it(machine: Machine) -> None:
    assert of(machine, "services") == [
        {"name": "com.example.backup.helper", "kind": "launchd", "enabled": True, "running": True}
    ]
    (task,) = of(machine, "tasks")
    # Of a command the program alone is told: the rest holds a password here.
    assert (task["schedule"], task["program"]) == ("Hour 3, Minute 5", "/usr/local/bin/backup")
    assert "hunter2" not in str(task)
    assert {row["name"]: row["enabled"] for row in of(machine, "security")} == {
        "FileVault": True,
        "System Integrity Protection": True,
        "Gatekeeper": True,
        "Application firewall": False,
    }
    assert [(row["name"], row["full_name"]) for row in of(machine, "users")] == [
        ("ana", "Ana Ruiz"),
        ("root", "System Administrator"),
    ]
    assert [(row["name"], row["members"]) for row in of(machine, "groups")] == [
        ("admin", ["ana", "root"])
    ]
    assert [row["name"] for row in of(machine, "routes")] == ["default via 192.0.2.1"]


def test_what_is_attached(machine: Machine) -> None:
    assert [(row["name"], row["vendor_id"], row["product_id"]) for row in of(machine, "usb")] == [
        ("Magic Keyboard", "05ac", "029c"),
        ("YubiKey OTP+FIDO+CCID", "1050", "0407"),
    ]
    assert [(row["port"], row["name"], row["serial"]) for row in of(machine, "monitors")] == [
        ("internal", "Color LCD", None),
        ("external", "DELL U2720Q", "8XK1234"),
    ]
    assert [row["serial"] for row in of(machine, "batteries")] == ["F8Y123456789"]


@pytest.mark.parametrize("answer", ["", "nonsense", "[1]", '{"SPUSBDataType": [7, {"_items": 3}]}'])
def test_whatever_system_profiler_answers_is_no_accident(tmp_path: Path, answer: str) -> None:
    made_of(tmp_path, f"/.commands/system_profiler = {answer}")
    _, problems = collect(Machine(str(tmp_path), uname=UNAME), _TOLD)
    told = {"system_profiler gave no answer", "dscl told no users", "dscl told no groups"}
    assert set(problems.values()) <= told


def test_a_disk_tells_how_it_is_by_itself_or_through_diskutil(
    machine: Machine, tmp_path: Path
) -> None:
    (disk,) = of(machine, "disks")
    assert disk["health"] == "good"
    answer = tmp_path / ".commands/system_profiler"
    told = json.loads(answer.read_text())
    for card in told["SPNVMeDataType"]:
        for row in card["_items"]:
            del row["smart_status"]
    answer.write_text(json.dumps(told))
    (tmp_path / ".commands/diskutil-disk0").write_bytes(
        plistlib.dumps({"SMARTStatus": "Failing", "DeviceNode": "/dev/disk0"})
    )
    again = Machine(str(tmp_path), uname=UNAME)
    assert [one["health"] for one in of(again, "disks")] == ["failing"]


def test_updates_are_those_that_macos_found_when_it_looked(
    machine: Machine, tmp_path: Path
) -> None:
    assert of(machine, "updates") is None
    machine.memory["updates"]["at"] = 0
    assert of(machine, "updates") == [
        {"name": "Background Security Improvement", "available": "14.2.1 (a)", "security": True},
        {"name": "macOS Sonoma 14.3", "available": "14.3", "security": False},
    ]
