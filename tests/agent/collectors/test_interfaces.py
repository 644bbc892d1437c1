"""Which interfaces the machine has."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from agent.collectors import interfaces
from agent.machine import Machine
from tests.agent.recordings import recorded
from tests.support.processes import require_program


@pytest.fixture
def found(tmp_path: Path) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in interfaces.collect(recorded("rack-server", tmp_path))}


def test_ends_of_container_pairs_are_left_out(found: dict[str, dict[str, Any]]) -> None:
    assert set(found) == {"lo", "eno1", "eno2", "eno3", "bond0", "tunl0"}


def test_a_member_of_a_bond_shows_the_address_it_was_born_with(
    found: dict[str, dict[str, Any]],
) -> None:
    assert found["eno2"] == {
        "name": "eno2",
        "mac": "2c:ea:7f:00:00:10",
        "permanent_mac": "2c:ea:7f:00:00:11",
        "type": "ethernet",
        "mtu": 9000,
        "speed_mbps": 10000,
        "up": True,
        "virtual": False,
        "driver": "ixgbe",
        "addresses": [],
    }


def test_an_interface_without_link_is_down_and_has_no_speed(
    found: dict[str, dict[str, Any]],
) -> None:
    assert (found["eno3"]["up"], found["eno3"]["speed_mbps"]) == (False, None)


def test_a_bond_is_virtual_and_one_of_its_kind(found: dict[str, dict[str, Any]]) -> None:
    assert (found["bond0"]["type"], found["bond0"]["virtual"]) == ("bond", True)
    assert found["bond0"]["permanent_mac"] is None


def test_an_address_that_changes_every_day_is_left_out(found: dict[str, dict[str, Any]]) -> None:
    assert found["bond0"]["addresses"] == [
        {"address": "2001:db8::10", "prefix_length": 64, "scope": "global"},
        {"address": "fe80::2eea:7fff:fe00:10", "prefix_length": 64, "scope": "link"},
    ]


def test_a_tunnel_has_no_mac(found: dict[str, dict[str, Any]]) -> None:
    assert (found["tunl0"]["mac"], found["tunl0"]["type"]) == (None, "tunnel")


def test_this_machine_has_the_addresses_psutil_sees() -> None:
    ours = {
        row["name"]: {entry["address"] for entry in row["addresses"]}
        for row in interfaces.collect(Machine())
    }
    theirs = {
        name: {row.address.partition("%")[0] for row in rows if row.family != psutil.AF_LINK}
        for name, rows in psutil.net_if_addrs().items()
    }
    assert {name: theirs[name] for name in ours if name in theirs} == {
        name: addresses for name, addresses in ours.items() if name in theirs
    }
    assert "127.0.0.1" in ours["lo"]


_IN_A_CONTAINER = """
mount -t sysfs sysfs /sys
ip link add eth0 type veth peer name veth0
ip link add br0 type bridge
ip link add inner type veth peer name vethin
ip link set inner master br0
ip address add 172.17.0.2/16 dev eth0
ip link set eth0 up
"""


def test_a_container_has_its_own_way_out_and_none_of_containers_within_it() -> None:
    """In a container the interface is one end of a pair; on the host such ends are left out."""
    unshare = require_program("unshare", "util-linux")
    told = "import json; from agent.machine import Machine; from agent.collectors import interfaces"
    asked = f"{told}; print(json.dumps(interfaces.collect(Machine())))"
    inside = subprocess.run(
        [
            *(unshare, "--net", "--pid", "--fork", "--mount-proc", "sh", "-ec"),
            *(f'{_IN_A_CONTAINER}\n"$@"', "sh", sys.executable, "-c", asked),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert inside.returncode == 0, f"this needs root and iproute2: {inside.stderr}"
    found = {row["name"]: row for row in json.loads(inside.stdout)}
    assert set(found) == {"lo", "br0", "eth0"}
    assert [row["address"] for row in found["eth0"]["addresses"]][:1] == ["172.17.0.2"]
