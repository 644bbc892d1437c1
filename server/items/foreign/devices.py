"""Network devices and printers that a foreign agent found or asked over SNMP."""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from cmdb.engine.identity import normalise
from cmdb.observation import Identifier
from cmdb.vocabulary import (
    COMPUTER,
    MAC,
    NAME,
    NETWORK_DEVICE,
    PRINTER,
    SERIAL,
    SWITCH,
    ClassCode,
    IdentifierKind,
)
from server.items.foreign.reading import filled, rows, table, text, whole

_CLASSES: Mapping[str, ClassCode] = {
    "computer": COMPUTER,
    "printer": PRINTER,
    "phone": ClassCode("phone"),
    "storage": ClassCode("storage_array"),
    "power": ClassCode("ups"),
    "video": ClassCode("camera"),
}
#: A device with as many ports as this passes frames on.
_PORTS_OF_A_SWITCH = 8
_LONGEST_SYSTEM_NAME = 255


def device_of(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is said of the device, in the names of the JSON format; empty without one."""
    if known := table(content, "network_device"):
        return known
    device = next(iter(rows(content, "device")), {})
    if not device or "error" in device:
        return {}
    told = table(device, "info") or device
    name = text(told, "name", "snmphostname", "netbiosname", "dnshostname")
    return {**told, "name": name, "ips": _addresses(told), "ports": _ports_in(device)}


def _addresses(told: Mapping[str, Any]) -> list[str]:
    inner = table(told, "ips").get("ip")
    listed = inner if isinstance(inner, list) else [inner]
    known = [one for one in listed if isinstance(one, str)]
    return known or [one for one in [text(told, "ip")] if one]


def _ports_in(device: Mapping[str, Any]) -> list[Any]:
    ports = table(device, "ports").get("port")
    return ports if isinstance(ports, list) else [ports]


def class_of_device(device: Mapping[str, Any], ports: int) -> ClassCode:
    """Tell what kind of device it is."""
    told = text(device, "type").casefold()
    if told in _CLASSES:
        return _CLASSES[told]
    return SWITCH if ports >= _PORTS_OF_A_SWITCH else NETWORK_DEVICE


def evidence_of_device(device: Mapping[str, Any]) -> tuple[Identifier, ...]:
    """Return the normalised evidence. A name alone that is an address is none."""
    claims: list[tuple[IdentifierKind, str, str]] = [
        (SERIAL, text(device, "serial"), text(device, "manufacturer")),
        (MAC, text(device, "mac"), ""),
    ]
    if (name := text(device, "name")) and name not in _ips(device):
        claims.append((NAME, name, ""))
    found = (normalise(kind, raw, maker) for kind, raw, maker in claims if raw)
    return tuple(one for one in found if one is not None)


def key_of_device(device: Mapping[str, Any]) -> str:
    """Return under which key the device is known: its serial number, else its address."""
    serial, mac = text(device, "serial"), text(device, "mac").casefold()
    first = next(iter(_ips(device)), "")
    told = {"serial": serial, "mac": mac, "ip": first, "name": text(device, "name")}
    kind, value = next(((k, v) for k, v in told.items() if v), ("", ""))
    return f"device:{kind}:{value}"[:255] if value else ""


def values_of_device(device: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Return what is said of the device itself."""
    names = {
        "name": "name",
        "vendor": "manufacturer",
        "model": "model",
        "serial": "serial",
        "asset_tag": "assettag",
        "firmware_version": "firmware",
        "sys_location": "location",
        "sys_contact": "contact",
    }
    for attribute, member in names.items():
        if said := text(device, member):
            yield attribute, said
    if described := text(device, "description", "comments"):
        yield "sys_descr", described[:_LONGEST_SYSTEM_NAME]
    if mac := text(device, "mac"):
        yield "mac_addresses", [mac]
    if ips := _ips(device):
        yield "ip_addresses", ips
        if reachable := [ip for ip in ips if _reachable(ip)]:
            yield "management_address", reachable[0]


def _reachable(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not (found.is_loopback or found.is_link_local or found.is_unspecified)


def _ips(device: Mapping[str, Any]) -> list[str]:
    told = device.get("ips")
    return [one for one in told if isinstance(one, str)][:64] if isinstance(told, list) else []


def ports_of(content: Mapping[str, Any], device: Mapping[str, Any]) -> list[Any]:
    """Return the device's ports as interfaces."""
    told = rows(content, "network_ports") or rows(device, "ports")
    found: dict[str, dict[str, Any]] = {}
    for row in told:
        name = text(row, "ifname", "ifdescr", "ifnumber")
        if not name:
            continue
        if name in found:
            name = f"{name} ({text(row, 'ifnumber')})"
        speed = whole(row, "ifspeed")
        found[name] = filled(
            name=name,
            alias=text(row, "ifalias"),
            mac=text(row, "mac"),
            mtu=whole(row, "ifmtu"),
            speed_mbps=speed // 1_000_000 if speed else None,
            up={1: True, 2: False}.get(whole(row, "ifstatus") or 0),
            addresses=[{"address": ip, "prefix_length": _longest(ip)} for ip in _ips_of(row)],
        )
    return list(found.values())


def _ips_of(row: Mapping[str, Any]) -> list[str]:
    told = row.get("ips")
    listed = told if isinstance(told, list) else _addresses(row)
    return [ip for ip in listed if isinstance(ip, str)]


def _longest(address: str) -> int:
    return 128 if ":" in address else 32
