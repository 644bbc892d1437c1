"""Who the machine says it is."""

from pathlib import Path

from agent.collectors import identity
from tests.agent.recordings import made_of, recorded


def test_a_server_is_known_by_its_firmware_its_system_and_its_network(tmp_path: Path) -> None:
    found = identity.collect(recorded("rack-server", tmp_path))
    assert found == {
        "machine_id": "0123456789abcdef0123456789abcdef",
        "uuid": "4c4c4544-0058-4b10-8039-b7c04f503033",
        "serial": "7XK9P03",
        "vendor": "Dell Inc.",
        "board_serial": ".7XK9P03.CNFCP0098A00AB.",
        "board_vendor": "Dell Inc.",
        "chassis_serial": "7XK9P03",
        "asset_tag": "A-1007",
        "macs": ["2c:ea:7f:00:00:10", "2c:ea:7f:00:00:11", "2c:ea:7f:00:00:12"],
        "hostname": "db-01",
        "fqdn": "db-01.example.org",
        "device_ids": None,
        "cloud": None,
    }


def test_a_host_name_with_a_domain_is_taken_apart(tmp_path: Path) -> None:
    machine = made_of(tmp_path, "/proc/sys/kernel/hostname = web-7.example.net")
    found = identity.collect(machine)
    assert (found["hostname"], found["fqdn"]) == ("web-7", "web-7.example.net")


def test_a_name_every_installation_invents_is_no_domain_name(tmp_path: Path) -> None:
    machine = made_of(tmp_path, "/etc/hosts = 127.0.0.1 db-01.localdomain db-01")
    assert identity.collect(machine)["fqdn"] is None


def test_a_board_without_dmi_gives_the_serial_of_its_device_tree(tmp_path: Path) -> None:
    found = identity.collect(recorded("raspberry", tmp_path))
    assert found["serial"] == "10000000a1b2c3d4"
