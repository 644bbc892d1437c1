"""Tells a physical machine, a guest, a container and a host of guests apart, and their makes.

Evidence is weighed in the order it can be trusted. A file left behind by an image build
(/.dockerenv) proves nothing on its own: virtual machines are made from container images too. The
kernel's own word, the number of the process namespace, goes first.
"""

from __future__ import annotations

import os

from agent.sources.dmi import firmware_facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent.machine import Machine

# include/linux/proc_ns.h: PROC_PID_INIT_INO, the first process namespace of every Linux kernel.
_FIRST_PID_NAMESPACE = "pid:[4026531836]"
_CGROUP_MARKS = (
    ("kubepods", "kubernetes"),
    ("libpod", "podman"),
    ("docker", "docker"),
    ("containerd", "containerd"),
    ("lxc", "lxc"),
    ("machine.slice", "systemd-nspawn"),
)
_FIRMWARE_MARKS = (
    ("vmware", "vmware"),
    ("virtualbox", "virtualbox"),
    ("innotek", "virtualbox"),
    ("microsoft corporation virtual", "hyperv"),
    ("parallels", "parallels"),
    ("bhyve", "bhyve"),
    ("apple virtualization", "apple"),
    ("hvm domu", "xen"),
    ("xen", "xen"),
    ("qemu", "kvm"),
    ("kvm", "kvm"),
    ("bochs", "kvm"),
    ("amazon ec2", "kvm"),
    ("google compute", "kvm"),
    ("openstack", "kvm"),
    ("ovirt", "kvm"),
    ("rhev", "kvm"),
    ("nutanix", "kvm"),
    ("digitalocean", "kvm"),
    ("hetzner", "kvm"),
    ("alibaba cloud", "kvm"),
)
_CLOCK_MARKS = (("kvm-clock", "kvm"), ("hyperv_clocksource", "hyperv"), ("xen", "xen"))
# The twelve bytes CPUID leaf 0x40000000 leaves in EBX, ECX and EDX.
_CPUID_MARKS = {
    b"KVMKVMKVM\0\0\0": "kvm",
    b"TCGTCGTCGTCG": "qemu",
    b"VMwareVMware": "vmware",
    b"Microsoft Hv": "hyperv",
    b"XenVMMXenVMM": "xen",
    b"bhyve bhyve ": "bhyve",
    b"VBoxVBoxVBox": "virtualbox",
}
_LSCPU_MARKS = {
    "KVM": "kvm",
    "VMware": "vmware",
    "Microsoft": "hyperv",
    "Xen": "xen",
    "Oracle": "virtualbox",
    "Parallels": "parallels",
}


def virtual_role(machine: Machine) -> tuple[str, str | None]:
    """(physical, guest, container or host; the make of it where known).

    A host is a physical machine on which guests are defined. A guest that runs guests of its own
    is a guest: what it depends on is the question.
    """
    return machine.once("virtual_role", _decide)


def _decide(machine: Machine) -> tuple[str, str | None]:
    container = _container(machine)
    if container:
        return "container", container
    if "control_d" in (machine.word("/proc/xen/capabilities") or ""):
        return "host", "xen"
    guest, make = _guest(machine)
    if guest:
        return "guest", make
    hosted = _hosted(machine)
    return ("host", hosted) if hosted else ("physical", None)


def _container(machine: Machine) -> str | None:
    namespace = machine.link("/proc/self/ns/pid")
    if namespace == _FIRST_PID_NAMESPACE:
        return None
    told = machine.word("/run/systemd/container") or _container_variable(machine)
    if told:
        return told
    if machine.exists("/run/.containerenv"):
        return "podman"
    cgroup = machine.text("/proc/1/cgroup") or ""
    marked = next((kind for mark, kind in _CGROUP_MARKS if mark in cgroup), None)
    if marked:
        return marked
    if "microsoft" in machine.uname[2].lower():
        return "wsl"
    if namespace is None:
        return None
    return "docker" if machine.exists("/.dockerenv") else "container"


def _container_variable(machine: Machine) -> str | None:
    # Only root may read it, and only inside a container does it matter: no remark when refused.
    remarks = list(machine.remarks)
    environment = machine.data("/proc/1/environ", 65536) or b""
    machine.remarks[:] = remarks
    for variable in environment.split(b"\0"):
        if variable.startswith(b"container="):
            return variable[10:].decode("utf-8", "replace") or None
    return None


def _guest(machine: Machine) -> tuple[bool, str | None]:
    hypervisor = machine.word("/sys/hypervisor/type")
    if hypervisor:
        return True, hypervisor
    tree = machine.word("/proc/device-tree/hypervisor/compatible")
    if tree:
        return True, tree.rpartition(",")[2]
    make = _firmware_make(machine)
    x86 = machine.uname[3] in ("x86_64", "i386", "i486", "i586", "i686")
    if x86 and not _hypervisor_flag(machine):
        # A cloud's bare-metal machine carries the cloud's name in DMI, yet nothing runs below it.
        return False, None
    if make or not x86:
        return make is not None, make
    return True, _clock_make(machine) or _cpuid_make(machine) or _lscpu_make(machine)


def _firmware_make(machine: Machine) -> str | None:
    facts = firmware_facts(machine)
    words = " ".join(
        facts.get(field, "") for field in ("sys_vendor", "product_name", "bios_vendor")
    ).lower()
    return make_in(words)


def make_in(words: str) -> str | None:
    """Return the make of virtual machine that maker, model and firmware name, in small letters.

    >>> make_in("vmware, inc. vmware7,1"), make_in("dell inc. poweredge r740")
    ('vmware', None)
    """
    if "dummy-virt" in words:
        return "kvm"
    return next((make for mark, make in _FIRMWARE_MARKS if mark in words), None)


def _hypervisor_flag(machine: Machine) -> bool:
    for line in (machine.text("/proc/cpuinfo", 16384) or "").splitlines():
        if line.startswith("flags"):
            return "hypervisor" in line.split()
    return False


def _clock_make(machine: Machine) -> str | None:
    folder = "/sys/devices/system/clocksource/clocksource0"
    clocks = machine.word(f"{folder}/available_clocksource") or ""
    return next((make for mark, make in _CLOCK_MARKS if mark in clocks), None)


def _cpuid_make(machine: Machine) -> str | None:
    if not machine.live:
        return None
    try:
        descriptor = os.open("/dev/cpu/0/cpuid", os.O_RDONLY)
    except OSError:
        return None
    try:
        return _CPUID_MARKS.get(os.pread(descriptor, 16, 0x40000000)[4:])
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _lscpu_make(machine: Machine) -> str | None:
    for line in (machine.command(("lscpu",)) or "").splitlines():
        label, _, value = line.partition(":")
        if label == "Hypervisor vendor":
            return _LSCPU_MARKS.get(value.strip())
    return None


def _hosted(machine: Machine) -> str | None:
    defined = machine.names("/etc/libvirt/qemu") + machine.names("/etc/pve/qemu-server")
    return "kvm" if any(name.endswith((".xml", ".conf")) for name in defined) else None
