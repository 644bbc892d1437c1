"""What the machine is made of, and what it is."""

from pathlib import Path

import pytest

from agent.collectors import hardware
from agent.machine import Machine
from tests.agent.recordings import made_of, recorded

ARM = ("Linux", "board", "6.6.31-v8", "aarch64")
_FIRST_NAMESPACE = "/proc/self/ns/pid -> pid:[4026531836]"
_OTHER_NAMESPACE = "/proc/self/ns/pid -> pid:[4026532999]"
_GUEST_FLAG = "/proc/cpuinfo = flags : fpu hypervisor"
_CLOCKS = "/sys/devices/system/clocksource/clocksource0/available_clocksource"


def test_a_server_is_described_by_its_firmware(tmp_path: Path) -> None:
    found = hardware.collect(recorded("rack-server", tmp_path))
    assert found == {
        "manufacturer": "Dell Inc.",
        "model": "PowerEdge R640",
        "serial": "7XK9P03",
        "uuid": "4c4c4544-0058-4b10-8039-b7c04f503033",
        "chassis_type": "rack mount chassis",
        "bios_vendor": "Dell Inc.",
        "bios_version": "2.19.1",
        "bios_date": "06/04/2023",
        "board_manufacturer": "Dell Inc.",
        "board_model": "0H28RR",
        "board_serial": ".7XK9P03.CNFCP0098A00AB.",
        "architecture": "x86_64",
        "virtual_role": "physical",
        "virtualisation": None,
    }


def test_a_board_is_described_by_its_device_tree(tmp_path: Path) -> None:
    found = hardware.collect(recorded("raspberry", tmp_path, uname=ARM))
    assert found["model"] == "Raspberry Pi 4 Model B Rev 1.4"
    assert found["virtual_role"] == "physical"


@pytest.mark.parametrize(
    ("lines", "role"),
    [
        pytest.param([_FIRST_NAMESPACE], ("physical", None), id="physical"),
        pytest.param(
            [_FIRST_NAMESPACE, "/sys/class/dmi/id/sys_vendor = Amazon EC2"],
            ("physical", None),
            id="bare metal of a cloud",
        ),
        pytest.param(
            [_FIRST_NAMESPACE, _GUEST_FLAG, "/sys/class/dmi/id/sys_vendor = Amazon EC2"],
            ("guest", "kvm"),
            id="cloud instance",
        ),
        pytest.param(
            [_FIRST_NAMESPACE, _GUEST_FLAG, f"{_CLOCKS} = tsc kvm-clock", "/.dockerenv = "],
            ("guest", "kvm"),
            id="virtual machine made from a container image",
        ),
        pytest.param(
            [
                _FIRST_NAMESPACE,
                _GUEST_FLAG,
                "/sys/class/dmi/id/sys_vendor = Microsoft Corporation",
                "/sys/class/dmi/id/product_name = Virtual Machine",
            ],
            ("guest", "hyperv"),
            id="hyper-v",
        ),
        pytest.param(
            [_FIRST_NAMESPACE, _GUEST_FLAG, f"{_CLOCKS} = xen tsc"], ("guest", "xen"), id="xen"
        ),
        pytest.param(
            [_FIRST_NAMESPACE, _GUEST_FLAG, "/proc/xen/capabilities = control_d"],
            ("host", "xen"),
            id="xen's first domain",
        ),
        pytest.param([_FIRST_NAMESPACE, _GUEST_FLAG], ("guest", None), id="unknown maker"),
        pytest.param(
            [_FIRST_NAMESPACE, "/etc/libvirt/qemu/web.xml = <domain/>"],
            ("host", "kvm"),
            id="libvirt host",
        ),
        pytest.param(
            [_FIRST_NAMESPACE, "/etc/pve/qemu-server/100.conf = cores: 2"],
            ("host", "kvm"),
            id="proxmox host",
        ),
        pytest.param([_OTHER_NAMESPACE, "/.dockerenv = "], ("container", "docker"), id="docker"),
        pytest.param(
            [_OTHER_NAMESPACE, "/run/.containerenv = "], ("container", "podman"), id="podman"
        ),
        pytest.param(
            [_OTHER_NAMESPACE, "/proc/1/environ := PATH=/bin\\x00container=lxc\\x00"],
            ("container", "lxc"),
            id="lxc",
        ),
        pytest.param(
            [_OTHER_NAMESPACE, "/proc/1/cgroup = 0::/kubepods.slice/pod1/cri-1.scope"],
            ("container", "kubernetes"),
            id="kubernetes",
        ),
        pytest.param([_OTHER_NAMESPACE], ("container", "container"), id="unnamed container"),
    ],
)
def test_the_virtual_role_is_told_from_what_can_be_trusted(
    tmp_path: Path, lines: list[str], role: tuple[str, str | None]
) -> None:
    found = hardware.collect(made_of(tmp_path, *lines))
    assert (found["virtual_role"], found["virtualisation"]) == role


def test_a_vmware_guest_is_one(tmp_path: Path) -> None:
    found = hardware.collect(recorded("vmware-guest", tmp_path))
    assert (found["virtual_role"], found["virtualisation"]) == ("guest", "vmware")


def test_a_container_is_one(tmp_path: Path) -> None:
    found = hardware.collect(recorded("alpine-container", tmp_path))
    assert (found["virtual_role"], found["virtualisation"]) == ("container", "docker")


def test_an_arm_guest_is_known_by_its_device_tree(tmp_path: Path) -> None:
    made_of(tmp_path, _FIRST_NAMESPACE, "/proc/device-tree/hypervisor/compatible = linux,kvm")
    found = hardware.collect(Machine(str(tmp_path), uname=ARM))
    assert (found["virtual_role"], found["virtualisation"]) == ("guest", "kvm")
