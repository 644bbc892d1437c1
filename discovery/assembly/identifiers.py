"""Identifying evidence: what tells this device apart from all others, strongest first."""

import re
from collections import Counter
from collections.abc import Iterator

from cmdb.observation import Identifier
from cmdb.vocabulary import CHASSIS_ID, ENGINE_ID, FQDN, MAC, NAME, SERIAL
from discovery.assembly.identity import DeviceIdentity
from discovery.findings import DeviceFindings

#: First octets of addresses that routers share: VRRP (RFC 5798), HSRP version 1 and 2, GLBP.
_SHARED_MACS = (
    *("00:00:5e:00:01:", "00:00:5e:00:02:"),
    *("00:00:0c:07:ac:", "00:00:0c:9f:f", "00:07:b4:"),
)
#: More addresses than these tell no more about a device.
_MOST_MACS = 64
_FACTORY_NAMES = {"localhost", "localhost.localdomain", "switch", "router", "none", "unknown"}
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?\Z")

#: Formats of the fifth octet of an engine id (RFC 3411, SnmpEngineID) that are made from an address
#: or a text somebody typed; such ids repeat between devices.
_WEAK_ENGINE_FORMATS = {1, 2, 4}


def identifiers(findings: DeviceFindings, identity: DeviceIdentity) -> tuple[Identifier, ...]:
    """Return the evidence, each piece once."""
    return tuple(dict.fromkeys(_evidence(findings, identity)))


def origin_key(findings: DeviceFindings, identity: DeviceIdentity) -> str:
    """Return the key under which discovery knows the device, stable whatever address was asked.

    The serial number with its maker, else the engine id, else the base MAC address, else the
    address that was asked. Where two sources could give the same words, the kind stands first.
    """
    if identity.serial:
        return f"serial:{_serial(identity)}"
    engine_id = usable_engine_id(findings.system.engine_id)
    if engine_id:
        return f"engine:{engine_id}"
    base = _base_mac(findings)
    return f"mac:{base}" if base else f"address:{findings.address}"


def _evidence(findings: DeviceFindings, identity: DeviceIdentity) -> Iterator[Identifier]:
    if identity.serial:
        yield Identifier(SERIAL, _serial(identity))
    if findings.chassis.chassis_id and findings.chassis.chassis_id_kind != "address":
        yield Identifier(CHASSIS_ID, findings.chassis.chassis_id.lower())
    engine_id = usable_engine_id(findings.system.engine_id)
    if engine_id:
        yield Identifier(ENGINE_ID, engine_id)
    for mac in own_macs(findings):
        yield Identifier(MAC, mac)
    yield from _names(findings.system.name)


def _serial(identity: DeviceIdentity) -> str:
    """Return number and maker: two makers may number alike."""
    number = " ".join(identity.serial.split()).upper().replace("|", "/")
    return f"{number}|{identity.vendor.casefold()}"


def _names(name: str) -> Iterator[Identifier]:
    host_name = host_name_of(name)
    if "." in host_name:
        yield Identifier(FQDN, host_name)
    if host_name:
        yield Identifier(NAME, host_name.partition(".")[0])


def host_name_of(name: str) -> str:
    """Return a sysName as a host name, empty where it is none or what every device says.

    >>> host_name_of("Core-1.Example.net.")
    'core-1.example.net'
    >>> host_name_of("Switch")
    ''
    """
    name = name.lower().rstrip(".")
    if not _HOST_NAME.match(name) or name in _FACTORY_NAMES or name.replace(".", "").isdigit():
        return ""
    return name


def usable_engine_id(engine_id: str) -> str:
    """Return an engine id that can tell devices apart, else empty text.

    Five octets of header alone, zeros, and ids made from an IP address or a text repeat on many
    devices. One made from a MAC address or by chance is good evidence, yet never a serial number.

    >>> usable_engine_id("80001f88805a1f2c3d4e5f6061")
    '80001f88805a1f2c3d4e5f6061'
    >>> usable_engine_id("8000000001c0a80101")
    ''
    """
    octets = bytes.fromhex(engine_id)
    if not 6 <= len(octets) <= 32 or len(set(octets[5:])) < 3:
        return ""
    if octets[0] & 0x80 and octets[4] in _WEAK_ENGINE_FORMATS:
        return ""
    return engine_id.lower()


def own_macs(findings: DeviceFindings) -> tuple[str, ...]:
    """Return the device's hardware addresses, in the order of its interfaces.

    An address on one interface or repeated on all of them is the device's own all the same; those
    of virtual routers and multicast, and those set by software, are left out.
    """
    found = [findings.system.bridge_mac, *(one.mac for one in findings.interfaces)]
    return tuple(dict.fromkeys(mac for mac in found if _is_burnt_in(mac)))[:_MOST_MACS]


def _is_burnt_in(mac: str) -> bool:
    if len(mac) != 17 or mac.startswith(_SHARED_MACS):
        return False
    # Neither multicast nor locally administered (IEEE 802, the two low bits).
    return not int(mac[:2], 16) & 0x03


def _base_mac(findings: DeviceFindings) -> str:
    """Return the bridge's address, else the one on most interfaces (the lowest of these)."""
    if _is_burnt_in(findings.system.bridge_mac):
        return findings.system.bridge_mac
    counted = Counter(one.mac for one in findings.interfaces if _is_burnt_in(one.mac))
    return min(counted, key=lambda mac: (-counted[mac], mac), default="")
