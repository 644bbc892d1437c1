"""A Windows machine, from what PowerShell told of WMI, the registry and its stores."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from agent.collectors import SECTIONS
from agent.machine import Machine
from agent.report import collect
from agent.sources import cloud
from agent.sources.windows import machinery
from agent.sources.windows.asking import script
from tests.agent.desk import faults
from tests.agent.recordings import made_of, recorded

UNAME = ("Windows", "PC-0815", "10.0.22631", "AMD64")
#: These ask the living system through psutil.
_ASKED_OF_PSUTIL = ("filesystems", "interfaces", "listeners", "connections")
_TOLD = [name for name in SECTIONS if name not in (*_ASKED_OF_PSUTIL, "identity", "updates")]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return recorded("windows-notebook", tmp_path, uname=UNAME)


def of(machine: Machine, section: str) -> Any:
    return importlib.import_module(SECTIONS[section]).collect(machine)


def test_every_section_is_as_the_format_says(machine: Machine) -> None:
    found, problems = collect(machine, _TOLD)
    assert problems == {}
    report = {"sections": found, "digests": dict.fromkeys([*found, "identity"], "0" * 12)}
    assert [fault for fault in faults(report) if "'sections'" in fault] == []
    assert collect(machine, _TOLD) == (found, {})


def test_what_it_is_made_of(machine: Machine) -> None:
    hardware = of(machine, "hardware")
    assert (hardware["manufacturer"], hardware["serial"]) == ("LENOVO", "PF3ABCDE")
    assert (hardware["chassis_type"], hardware["bios_date"]) == ("notebook", "2023-06-01")
    # Hyper-V runs below every Windows with its core isolated: that makes no guest of it.
    assert (hardware["virtual_role"], hardware["virtualisation"]) == ("physical", None)
    system = of(machine, "os")
    assert (system["name"], system["version"], system["pretty_name"]) == (
        "Windows 11 Pro",
        "10.0.22631.4602",
        "Windows 11 Pro 23H2",
    )
    assert system["boot_time"] == "2026-01-01T10:15:00Z"
    assert [(cpu["cores"], cpu["threads"], cpu["vendor"]) for cpu in of(machine, "cpus")] == [
        (10, 12, "Intel")
    ]
    memory = of(machine, "memory")
    assert (memory["total_bytes"], memory["swap_bytes"]) == (16 * 1024**3, 2560 * 1024**2)
    assert [one["type"] for one in memory["modules"]] == ["DDR5", "DDR5"]
    (disk,) = of(machine, "disks")
    assert (disk["name"], disk["kind"], disk["serial"]) == (
        "PHYSICALDRIVE0",
        "nvme",
        "0025_38B1_2142_0A5C",
    )
    assert disk["health"] == "good"


def test_programs_are_those_of_the_list_of_everybody_and_of_each_user(machine: Machine) -> None:
    assert of(machine, "software")["rows"] == [
        ["windows", "Grün & Söhne Kasse", "3.2", "x86"],
        ["windows", "KB5034123", None, None],
        ["windows", "Mozilla Firefox (x64 de)", "115.6.0", None],
        ["windows", "Zoom Workplace", "5.17.5 (31030)", None],
    ]


def test_what_it_runs_and_what_guards_it(machine: Machine) -> None:
    running = {row["name"]: row["running"] for row in of(machine, "services")}
    assert running == {"Dnscache": True, "Spooler": False}
    (task,) = of(machine, "tasks")
    assert (task["schedule"], task["program"]) == ("daily 03:00:00", "C:\\Tools\\backup.exe")
    assert {row["name"]: row["enabled"] for row in of(machine, "security")} == {
        "Secure Boot": True,
        "TPM": True,
        "BitLocker C:": True,
        "Windows Defender": True,
        "Windows Firewall, Domain": True,
        "Windows Firewall, Public": False,
    }


def test_what_is_attached(machine: Machine) -> None:
    assert [(row["name"], row["serial"]) for row in of(machine, "usb")] == [
        ("USB Mass Storage Device", "E0D55EA573BC"),
        ("USB Receiver", None),
    ]
    assert [(row["vendor"], row["name"], row["serial"]) for row in of(machine, "monitors")] == [
        ("DEL", "DELL U27", "ABC1")
    ]
    (route,) = of(machine, "routes")
    assert route["name"] == "default via 192.0.2.1"
    (certificate,) = of(machine, "certificates")
    assert (certificate["name"], certificate["issuer"]) == (
        "pc-0815.corp.example.test",
        "Example Issuing CA",
    )


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "nonsense",
        "[1]",
        json.dumps({"Win32_BIOS": None, "Win32_Processor": [None, 7, {}], "Programs": {"a": 1}}),
        json.dumps({key: [{}] for key in ("Tasks", "Usb", "Monitors", "Encryption", "Disks")}),
    ],
)
def test_whatever_powershell_answers_is_no_accident(tmp_path: Path, answer: str) -> None:
    made_of(tmp_path, f"/.commands/powershell = {answer}")
    _, problems = collect(Machine(str(tmp_path), uname=UNAME), _TOLD)
    assert set(problems.values()) <= {"PowerShell gave no answer"}


def test_the_script_asks_and_changes_nothing() -> None:
    verbs = ("Set-", "Remove-", "New-", "Invoke-", "Start-", "Stop-", "Enable-", "Add-", "Out-")
    assert [verb for verb in verbs if verb in script()] == []
    # The longest command line Windows takes is 32,767 characters.
    assert len(script()) < 30_000
    assert '"' not in script()


def test_a_disk_that_says_that_it_will_fail_is_failing(tmp_path: Path) -> None:
    machine = recorded("windows-notebook", tmp_path, uname=UNAME)
    answer = tmp_path / ".commands/powershell"
    told = answer.read_text(encoding="utf-8")
    answer.write_text(told.replace('"PredictFailure": false', '"PredictFailure": true'), "utf-8")
    assert [disk["health"] for disk in of(machine, "disks")] == ["failing"]


def test_updates_are_those_that_windows_found_itself_without_signatures(machine: Machine) -> None:
    assert of(machine, "updates") is None
    machine.memory["updates"]["at"] = 0
    assert of(machine, "updates") == [
        {
            "name": "2026-01 Cumulative Update for Windows 11 Version 23H2 (KB5034123)",
            "available": "KB5034123",
            "security": True,
        },
        {
            "name": "Lenovo - Firmware - 1.0.0.12",
            "available": "Lenovo - Firmware - 1.0.0.12",
            "security": False,
        },
    ]


def test_a_windows_machine_in_a_cloud_is_known_by_the_same_words(tmp_path: Path) -> None:
    told = {
        "Win32_ComputerSystem": [{"Manufacturer": "Amazon EC2", "Model": "t3.large"}],
        "Win32_SystemEnclosure": [{"SMBIOSAssetTag": "Amazon EC2"}],
    }
    machine = made_of(tmp_path, f"/.commands/powershell = {json.dumps(told)}")
    machine.windows, machine.linux = True, False
    row = cloud.hinted(machinery.firmware_words(machine))
    assert row is not None
    assert row["provider"] == "aws"
