"""Agents of other makers on the machine: their ids, as Perl and OCS really keep them."""

import subprocess
from pathlib import Path

import pytest

from agent.sources.other_agents import device_ids, stored_id
from tests.agent.recordings import made_of
from tests.support.processes import require_program

FUSION = "var/lib/fusioninventory-agent/FusionInventory-Agent.dump"
GLPI = "var/lib/glpi-agent/GLPI-Agent.dump"


def stored_by_perl(path: Path, members: str, how: str = "store") -> None:
    path.parent.mkdir(parents=True)
    perl = require_program("perl", "perl")
    script = f"Storable::{how}({{{members}}}, $ARGV[0])"
    subprocess.run([perl, "-MStorable", "-e", script, str(path)], check=True, timeout=30)


def test_each_agent_of_another_maker_is_found_by_its_id(tmp_path: Path) -> None:
    machine = made_of(
        tmp_path,
        "/var/lib/ocsinventory-agent/http:__ocs.example.test_ocsinventory/ocsinv.conf = "
        "<CONF><DEVICEID>web-1-2026-03-01-04-07-08</DEVICEID></CONF>",
        "/var/lib/ocsinventory-agent/reports/ = ",
    )
    stored_by_perl(tmp_path / FUSION, "deviceid => 'web-1-2026-03-01-04-05-06', forcerun => 1")
    stored_by_perl(tmp_path / GLPI, "agentid => 'b0f1', deviceid => 'web-1-2026-03-01-04-06-07'")
    assert device_ids(machine) == [
        "web-1-2026-03-01-04-05-06",
        "web-1-2026-03-01-04-06-07",
        "web-1-2026-03-01-04-07-08",
    ]


def test_a_machine_without_them_has_none(tmp_path: Path) -> None:
    assert device_ids(made_of(tmp_path, "/etc/hostname = web-1")) == []


@pytest.mark.parametrize("how", ["store", "nstore"])
def test_perl_keeps_it_in_either_order_of_bytes(tmp_path: Path, how: str) -> None:
    stored_by_perl(tmp_path / "state" / "agent.dump", "deviceid => 'vm-1'", how)
    assert stored_id((tmp_path / "state" / "agent.dump").read_bytes()) == "vm-1"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"deviceid",
        b"\x08\0\0\0deviceid",
        b"\x0a\x08\0\0\0deviceid",
        b"pst0\x0a\x05vm-1\x08\0\0\0deviceid",
        b"\x0a\x04vm\0\n\x08\0\0\0deviceid",
        b"\x0a" * 70_000 + b"\x08\0\0\0deviceid",
    ],
)
def test_a_damaged_file_tells_no_id(data: bytes) -> None:
    assert stored_id(data) == ""
