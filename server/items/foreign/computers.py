"""What a foreign inventory says of the computer itself: evidence, class and values."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cmdb.engine.identity import normalise, relevant
from cmdb.engine.identity.knowledge import knowledge
from cmdb.observation import Identifier
from cmdb.vocabulary import (
    BOARD_SERIAL,
    COMPUTER,
    DEVICE_ID,
    FQDN,
    HARDWARE_UUID,
    MAC,
    NAME,
    SERIAL,
    ClassCode,
    IdentifierKind,
)
from server.items.foreign.reading import date, moment, rows, size, table, text, whole
from server.items.foreign.systems import system_id
from server.items.observing import asking, class_of

MOBILE = ClassCode("mobile_device")
_MOST_MACS = 64
#: What agents call machines that are no guests.
_PHYSICAL = {"", "physical", "bare metal"}
_CONTAINERS = {"docker", "lxc", "openvz", "podman", "systemd-nspawn", "virtuozzo", "kubernetes"}
_VIRTUALISATION = {
    "microsoft hyper-v": "hyperv",
    "hyper-v": "hyperv",
    "qemu": "kvm",
    "bochs": "kvm",
    "virtual machine": "",
    "solariszone": "zone",
}
#: "FusionInventory-Agent_v2.6-3", "Inventory Agent/1.1.0 (Linux; Android 12)"
_VERSION = re.compile(r"\d+(?:\.\d+)+[-.\w]*")
#: What a mobile device says beside what every device says is nothing that a class of ours holds.
_OF_ANY_DEVICE = frozenset(
    {
        "name", "vendor", "model", "serial", "asset_tag", "part_number", "fqdn", "os_name",
        "os_version", "mac_addresses", "boot_time",
    }
)  # fmt: skip
#: Words of an interface that is made in software: its address names nobody.
_UNREAL = ("virtual", "tunnel", "bridge", "loopback", "docker", "veth", "vmnet", "vpn", "tap")


def evidence(content: Mapping[str, Any], device_id: str) -> tuple[Identifier, ...]:
    """Return the normalised evidence; junk is left out. ``device_id``: how the agent calls itself.

    An agent of ours on the same machine finds that id on the disk and tells it, too.
    """
    bios, hardware = table(content, "bios"), table(content, "hardware")
    vendor = text(bios, "smanufacturer")
    claims: list[tuple[IdentifierKind, str, str]] = [
        (HARDWARE_UUID, text(hardware, "uuid"), ""),
        (SERIAL, text(bios, "ssn"), vendor),
        (BOARD_SERIAL, text(bios, "msn"), text(bios, "mmanufacturer") or vendor),
        (FQDN, text(table(content, "operatingsystem"), "fqdn"), ""),
        (NAME, text(hardware, "name"), ""),
        (DEVICE_ID, device_id, ""),
    ]
    claims += [(MAC, mac, "") for mac in macs(content)]
    told = (normalise(kind, raw, maker) for kind, raw, maker in claims if raw)
    found = tuple(dict.fromkeys(one for one in told if one is not None))
    return (*found, *asking(relevant(class_told(content), found), _made_up(content)))


def _made_up(content: Mapping[str, Any]) -> Iterator[str]:
    """Yield the addresses of interfaces that carry one; in a container all of them are virtual."""
    for row in rows(content, "networks"):
        words = f"{text(row, 'description')} {text(row, 'type')}".casefold()
        given = text(row, "ipaddress", "ipaddress6")
        if given and not any(word in words for word in _UNREAL if word != "virtual"):
            yield text(row, "mac", "macaddr")


def macs(content: Mapping[str, Any]) -> list[str]:
    """Return the addresses of the interfaces that are likely hardware."""
    real: dict[str, None] = {}
    for row in rows(content, "networks"):
        words = f"{text(row, 'description')} {text(row, 'type')}".casefold()
        mac = text(row, "mac", "macaddr")
        unreal = row.get("virtualdev") in (True, 1, "1", "yes")
        if mac and not unreal and not any(word in words for word in _UNREAL):
            real[mac] = None
    return list(real)[:_MOST_MACS]


def class_told(content: Mapping[str, Any]) -> ClassCode:
    """Tell what kind of computer reports."""
    system = table(content, "operatingsystem")
    if "android" in f"{text(system, 'name')} {text(system, 'full_name')}".casefold():
        return MOBILE
    hardware = table(content, "hardware")
    role, _ = virtual_place(hardware)
    chassis = text(hardware, "chassis_type") or text(table(content, "bios"), "type")
    if not chassis and role == "physical":
        return COMPUTER
    return class_of({"virtual_role": role, "chassis_type": chassis})


def virtual_place(hardware: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return the role (physical, guest, container) and the make of the virtualisation."""
    told = text(hardware, "vmsystem").casefold()
    if told in _PHYSICAL:
        return "physical", None
    make = _VIRTUALISATION.get(told, told)
    return ("container" if make in _CONTAINERS else "guest"), make or None


def values(content: Mapping[str, Any], version: str) -> dict[str, Any]:
    """Fold the small sections into attributes; a section that is missing says nothing."""
    found = dict(_values(content, version))
    if class_told(content) == MOBILE:
        return {name: value for name, value in found.items() if name in _OF_ANY_DEVICE}
    return found


def _values(content: Mapping[str, Any], version: str) -> Iterator[tuple[str, Any]]:
    if number := _VERSION.search(version):
        yield "agent_version", number[0]
    if bios := table(content, "bios"):
        yield from _of_firmware(bios)
    if hardware := table(content, "hardware"):
        yield from _of_hardware(hardware)
    if system := table(content, "operatingsystem"):
        yield from _of_system(system)
    elif text(hardware, "osname"):
        # OCS tells of the system among the hardware.
        yield from _said(hardware, {"os_name": "osname", "os_version": "osversion"})
        yield "os_id", system_id(text(hardware, "osname"))
    yield from _of_parts(content)


def _of_firmware(bios: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    names = {
        "vendor": "smanufacturer",
        "model": "smodel",
        "serial": "ssn",
        "asset_tag": "assettag",
        "bios_vendor": "bmanufacturer",
        "bios_version": "bversion",
        "board_vendor": "mmanufacturer",
        "board_model": "mmodel",
        "board_serial": "msn",
        "chassis_serial": "enclosureserial",
        "part_number": "skunumber",
    }
    yield from _said(bios, names)
    if made := date(bios, "bdate"):
        yield "bios_date", made


def _of_hardware(hardware: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from _said(hardware, {"uuid": "uuid", "chassis_type": "chassis_type"})
    if name := text(hardware, "name").partition(".")[0].strip():
        yield "name", name
    if domain := text(hardware, "workgroup", "userdomain"):
        yield "domain", domain
    yield "memory_bytes", size(hardware, "memory")
    yield "swap_bytes", size(hardware, "swap")
    if "vmsystem" in hardware:
        yield "virtual_role", virtual_place(hardware)[0]
        yield "virtualisation", virtual_place(hardware)[1]
    if architecture := text(hardware, "arch", "archname").partition("-")[0]:
        yield "architecture", architecture


def _of_system(system: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    names = {"fqdn": "fqdn", "os_version": "version", "kernel_version": "kernel_version"}
    yield from _said(system, names)
    yield "os_name", text(system, "name", "full_name") or None
    yield "os_id", system_id(text(system, "name", "full_name"))
    kernel = f"{text(system, 'kernel_name')} {text(system, 'kernel_version')}".strip()
    yield "kernel", kernel or None
    if architecture := text(system, "arch"):
        yield "architecture", architecture
    zone = table(system, "timezone")
    if "/" in text(zone, "name"):
        yield "time_zone", text(zone, "name")
    if booted := moment(text(system, "boot_time"), text(zone, "offset")):
        yield "boot_time", booted


def _of_parts(content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if cpus := rows(content, "cpus"):
        yield "cpu_model", text(cpus[0], "name", "type") or None
        yield "cpu_vendor", text(cpus[0], "manufacturer") or None
        yield "cpu_sockets", len(cpus)
        yield "cpu_cores", sum(whole(cpu, "core", "cores") or 0 for cpu in cpus) or None
        yield "cpu_threads", sum(whole(cpu, "thread") or 0 for cpu in cpus) or None
        yield "cpu_mhz", whole(cpus[0], "speed")
    if found := macs(content):
        yield "mac_addresses", found


def _said(section: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for attribute, member in names.items():
        said = text(section, member)
        if said and said.casefold() not in knowledge().placeholders:
            yield attribute, said
