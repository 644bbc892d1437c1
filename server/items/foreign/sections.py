"""The lists of a foreign inventory, as the register keeps them.

Where our own agent has the section, its shape is taken; what only others tell keeps its own
members. Environment variables, keys of licences and command lines are never kept: they hold
secrets.
"""

import ipaddress
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from server.items.foreign.packages import packages
from server.items.foreign.reading import MIB, filled, rows, size, text, truth, whole

Rows = list[Any]


def _cpus(content: Mapping[str, Any]) -> Rows:
    return [
        filled(
            model=text(row, "name", "type"),
            vendor=text(row, "manufacturer"),
            architecture=text(row, "arch"),
            cores=whole(row, "core", "cores"),
            threads=whole(row, "thread"),
            mhz_max=whole(row, "speed"),
        )
        for row in rows(content, "cpus")
    ]


def _memory(content: Mapping[str, Any]) -> Rows:
    found = [
        filled(
            slot=text(row, "caption", "numslots"),
            size_bytes=size(row, "capacity"),
            type=text(row, "type"),
            speed_mts=whole(row, "speed"),
            manufacturer=text(row, "manufacturer"),
            serial=text(row, "serialnumber", "serial"),
            part_number=text(row, "model"),
        )
        for row in rows(content, "memories")
    ]
    return [row for row in found if "size_bytes" in row]


def _disks(content: Mapping[str, Any]) -> Rows:
    return [
        filled(
            name=text(row, "name", "description"),
            kind=_kind_of_disk(row),
            size_bytes=size(row, "disksize"),
            model=text(row, "model"),
            serial=text(row, "serial", "serialnumber"),
            vendor=text(row, "manufacturer"),
            firmware=text(row, "firmware"),
            bus=text(row, "interface", "description"),
            wwn=text(row, "wwn"),
        )
        for row in rows(content, "storages")
    ]


def _kind_of_disk(row: Mapping[str, Any]) -> str:
    words = " ".join(
        text(row, name) for name in ("type", "name", "model", "description")
    ).casefold()
    marks = {"nvme": "nvme", "ssd": "ssd", "cd": "optical", "dvd": "optical", "virtual": "virtual"}
    return next((kind for mark, kind in marks.items() if mark in words), "")


def _filesystems(content: Mapping[str, Any]) -> Rows:
    found = []
    for row in rows(content, "drives"):
        mount = mount_of(row)
        if mount:
            found.append(
                filled(
                    mount=mount,
                    device=text(row, "volumn"),
                    type=text(row, "filesystem"),
                    size_bytes=size(row, "total"),
                    label=text(row, "label"),
                )
            )
    return found


def mount_of(row: Mapping[str, Any]) -> str:
    """Return where a drive is found: its letter on Windows, its mount point elsewhere."""
    place = text(row, "type")
    return text(row, "letter") or (place if place.startswith("/") else "")


def _interfaces(content: Mapping[str, Any]) -> Rows:
    """Gather what these agents tell once an address: one row an interface."""
    gathered: dict[str, dict[str, Any]] = {}
    addresses: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(content, "networks"):
        name = text(row, "description")
        if not name:
            continue
        known = gathered.setdefault(name, {})
        known |= filled(
            name=name,
            mac=text(row, "mac", "macaddr"),
            type=text(row, "type").casefold(),
            mtu=whole(row, "mtu"),
            speed_mbps=whole(row, "speed"),
            up={"up": True, "down": False}.get(text(row, "status").casefold()),
            virtual=truth(row, "virtualdev"),
            driver=text(row, "driver"),
        )
        addresses[name] += _given(row)
    return [row | filled(addresses=addresses[name]) for name, row in gathered.items()]


def _given(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    given = []
    for address, mask in (("ipaddress", "ipmask"), ("ipaddress6", "ipmask6")):
        told = text(row, address)
        try:
            found = ipaddress.ip_address(told.partition("%")[0])
        except ValueError:
            continue
        if not found.is_unspecified:
            length = _prefix_length(text(row, mask), found.max_prefixlen)
            given.append({"address": str(found), "prefix_length": length})
    return given


def _prefix_length(mask: str, longest: int) -> int:
    if mask.isdigit():
        return min(int(mask), longest)
    try:
        return int(ipaddress.ip_address(mask)).bit_count()
    except ValueError:
        return longest


def _users(content: Mapping[str, Any]) -> Rows:
    return [
        filled(
            name=text(row, "login", "name"),
            full_name=text(row, "name") if text(row, "login") else "",
            uid=text(row, "id"),
            home=text(row, "home"),
            shell=text(row, "shell"),
        )
        for row in rows(content, "local_users")
    ]


def _groups(content: Mapping[str, Any]) -> Rows:
    found = []
    for row in rows(content, "local_groups"):
        told = row.get("members", row.get("member"))
        members = told if isinstance(told, list) else [told]
        names = sorted({str(one)[:200] for one in members if isinstance(one, str) and one})
        found.append(filled(name=text(row, "name"), gid=text(row, "id"), members=names))
    return found


#: What these agents say of a guest; other words say nothing either way.
_RUNNING = {"running": True, "idle": True, "blocked": True, "off": False, "shutdown": False}
_MAC = re.compile(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}", re.IGNORECASE)


def _macs(told: str | None) -> list[str] | None:
    """Return the addresses in a list that some write with slashes, others with commas."""
    found = _MAC.findall(told or "")
    return sorted({one.casefold().replace("-", ":") for one in found}) or None


def _guests(content: Mapping[str, Any]) -> Rows:
    return [
        filled(
            name=text(row, "name"),
            uuid=text(row, "uuid"),
            kind=text(row, "vmtype", "subsystem"),
            memory_bytes=size(row, "memory"),
            cpus=whole(row, "vcpu"),
            image=text(row, "image"),
            serial=text(row, "serial"),
            macs=_macs(text(row, "mac")),
            running=_RUNNING.get(str(text(row, "status") or "").casefold()),
        )
        for row in rows(content, "virtualmachines")
    ]


def _monitors(content: Mapping[str, Any]) -> Rows:
    return [
        filled(
            name=text(row, "caption", "name", "description"),
            vendor=text(row, "manufacturer"),
            serial=text(row, "serial", "altserial"),
            port=text(row, "port"),
        )
        for row in rows(content, "monitors")
    ]


def _usb(content: Mapping[str, Any]) -> Rows:
    return [
        filled(
            name=text(row, "name", "caption"),
            vendor=text(row, "manufacturer"),
            vendor_id=text(row, "vendorid"),
            product_id=text(row, "productid"),
            serial=text(row, "serial"),
        )
        for row in rows(content, "usbdevices")
    ]


def _batteries(content: Mapping[str, Any]) -> Rows:
    return [
        filled(
            name=text(row, "name"),
            vendor=text(row, "manufacturer"),
            serial=text(row, "serial"),
            chemistry=text(row, "chemistry"),
            design_capacity_mwh=_milliwatt_hours(text(row, "capacity")),
        )
        for row in rows(content, "batteries")
    ]


def _milliwatt_hours(told: str) -> int | None:
    """Return a capacity; a bare number counts milliwatt-hours."""
    number, _, unit = told.replace(",", ".").partition(" ")
    try:
        return round(float(number) * (1000 if unit.strip().casefold() == "wh" else 1))
    except (ValueError, OverflowError):
        return None


def _security(content: Mapping[str, Any]) -> Rows:
    found = [
        filled(
            name=text(row, "name"),
            kind="antivirus",
            version=text(row, "version"),
            enabled=truth(row, "enabled"),
            up_to_date=truth(row, "uptodate"),
        )
        for row in rows(content, "antivirus")
    ]
    for row in rows(content, "firewalls"):
        enabled = {"on": True, "off": False}.get(text(row, "status").casefold())
        name = text(row, "profile", "description") or "firewall"
        found.append(filled(name=name, kind="firewall", enabled=enabled))
    return found


def _plain(name: str, *members: str) -> Callable[[Mapping[str, Any]], Rows]:
    """Make a reader that keeps these members as they are."""

    def read(content: Mapping[str, Any]) -> Rows:
        return [filled(**{m: text(row, m) for m in members}) for row in rows(content, name)]

    return read


#: Section of the register → (section of the inventory that brings it, its reader).
SECTIONS: Mapping[str, tuple[tuple[str, ...], Callable[[Mapping[str, Any]], Rows]]] = {
    "cpus": (("cpus",), _cpus),
    "memory": (("memories",), _memory),
    "disks": (("storages",), _disks),
    "filesystems": (("drives",), _filesystems),
    "interfaces": (("networks",), _interfaces),
    "software": (("softwares",), packages),
    "users": (("local_users",), _users),
    "groups": (("local_groups",), _groups),
    "guests": (("virtualmachines",), _guests),
    "monitors": (("monitors",), _monitors),
    "usb": (("usbdevices",), _usb),
    "batteries": (("batteries",), _batteries),
    "security": (("antivirus", "firewalls"), _security),
    "printers": (("printers",), _plain("printers", "name", "driver", "port", "serial")),
    "controllers": (
        ("controllers",),
        _plain("controllers", "name", "manufacturer", "type", "pciclass", "vendorid", "productid"),
    ),
    "videos": (("videos",), _plain("videos", "name", "chipset", "memory")),
    "sounds": (("sounds",), _plain("sounds", "name", "manufacturer")),
    "databases": (
        ("databases_services",),
        _plain("databases_services", "name", "type", "version", "port", "path"),
    ),
    "volume_groups": (("volume_groups",), _plain("volume_groups", "vg_name", "vg_uuid", "size")),
    "licences": (("licenseinfos",), _plain("licenseinfos", "name", "fullname", "productid")),
    "remote_control": (("remote_mgmt",), _plain("remote_mgmt", "type", "id")),
    "power_supplies": (
        ("powersupplies",),
        _plain("powersupplies", "name", "manufacturer", "serialnumber", "status"),
    ),
    "sim_cards": (("simcards",), _plain("simcards", "operator_name", "serial", "country")),
}


def free_space(content: Mapping[str, Any]) -> dict[str, int]:
    """Return the bytes free by mount point: a reading, never part of a section."""
    found: dict[str, int] = {}
    for row in rows(content, "drives"):
        free = whole(row, "free")
        if free is not None and mount_of(row):
            found[mount_of(row)] = free * MIB
    return found
