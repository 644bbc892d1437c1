"""Who is meant? What devices say of themselves, with ownership: twice claimed identifies nobody."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import ip_address

from discovery.findings import NeighbourFinding
from discovery.topology.values import Device

#: Addresses that routers share: VRRP (RFC 5798), HSRP version 1 and 2, GLBP; and made-up ones.
_NOBODY = (
    *("00:00:5e:00:01:", "00:00:5e:00:02:", "00:00:0c:07:ac:", "00:00:0c:9f:f", "00:07:b4:"),
    *("00:00:00:00:00:", "01:", "33:33:"),
)
_FACTORY = {
    "",
    "localhost",
    "localhost.localdomain",
    "switch",
    "router",
    "none",
    "unknown",
    "(none)",
}
_HEX = re.compile(r"[^0-9a-f]")
Claim = tuple[str, str]


class Identities:
    """All devices by what identifies them."""

    def __init__(self, devices: Iterable[Device]) -> None:
        self._owners: dict[Claim, set[str]] = defaultdict(set)
        for device in devices:
            for claim in claims(device):
                self._owners[claim].add(device.key)

    def owner(self, kind: str, value: str) -> str:
        """Return whose a value is, empty for nobody's and for what several claim."""
        found = self._owners.get((kind, value.casefold()), ())
        return next(iter(found)) if len(found) == 1 else ""

    def contested(self, kind: str, value: str) -> bool:
        """Whether several devices claim a value."""
        return len(self._owners.get((kind, value.casefold()), ())) > 1

    def macs(self) -> dict[str, str]:
        """Return the owner of each MAC address that belongs to one device."""
        return {
            value: next(iter(owners))
            for (kind, value), owners in self._owners.items()
            if kind == "mac" and len(owners) == 1
        }

    def neighbour(self, row: NeighbourFinding) -> tuple[str, str]:
        """Return the device that a row means, or empty text and the reason why none is."""
        contested = ""
        for kind, value in evidence(row):
            found = self.owner(kind, value)
            if found:
                return found, ""
            if self.contested(kind, value):
                contested = contested or f"several devices claim the {kind} {value}"
        return "", contested or "no known device answers to that identity"


def claims(device: Device) -> Iterator[Claim]:
    """Yield what a device says of itself: MAC addresses, chassis, names, serials, IP addresses."""
    findings = device.findings
    chassis = findings.chassis
    own = (mac for row in findings.learnt if row.own for mac in row.macs)
    macs = {
        findings.system.bridge_mac,
        *(one.mac for one in findings.interfaces),
        *(one.bridge for one in findings.spanning_trees),
        *own,
        *(one.id for one in findings.local_ports if one.id_kind == "mac"),
        *((chassis.chassis_id,) if chassis.chassis_id_kind == "mac" else ()),
        *_macs_in(findings.cdp_id),
    }
    yield from (("mac", mac) for mac in macs if usable_mac(mac))
    if chassis.chassis_id and chassis.chassis_id_kind not in {"mac", "address"}:
        yield "chassis", chassis.chassis_id.casefold()
    for name in (findings.system.name, chassis.name, findings.cdp_id, *device.names):
        yield from (("name", form) for form in _names(name))
    serials = (*device.serials, *(e.serial for e in findings.entities if e.kind == "chassis"))
    yield from (("serial", serial.casefold()) for serial in serials if len(serial) > 3)
    shared = {one.address for one in findings.standbys}
    for address in findings.addresses:
        if address.address not in shared and _is_own(address.address):
            yield "address", address.address


def evidence(row: NeighbourFinding) -> Iterator[Claim]:
    """Yield what a neighbour row says of the neighbour, the strongest first."""
    if row.chassis_id_kind == "mac":
        if usable_mac(row.chassis_id):
            yield "mac", row.chassis_id
    elif row.chassis_id_kind == "address":
        yield "address", row.chassis_id
    elif row.chassis_id:
        yield "chassis", row.chassis_id.casefold()
    for said in dict.fromkeys((row.name, row.chassis_id if row.chassis_id_kind == "local" else "")):
        yield from _said(said)
    if row.port_id_kind == "mac" and usable_mac(row.port_id):
        yield "mac", row.port_id
    yield from (("address", one) for one in row.addresses if _is_own(one))


def _said(name: str) -> Iterator[Claim]:
    """Read a name as devices write it: alone, ``serial(name)``, ``name(serial)``, ``name(mac)``."""
    for part in (name, *_bracketed(name)):
        yield from (("name", form) for form in _names(part))
        yield "serial", part.casefold()
    yield from (("mac", mac) for mac in _macs_in(name))


def _names(name: str) -> tuple[str, ...]:
    """Return a name whole and without its domain; factory names are nobody's."""
    whole = name.strip().casefold().rstrip(".")
    if whole in _FACTORY:
        return ()
    head = whole.partition(".")[0]
    short = head and not head.isdigit() and head not in _FACTORY and " " not in head
    return tuple(dict.fromkeys((whole, head))) if short else (whole,)


def _macs_in(name: str) -> tuple[str, ...]:
    """Return the MAC address in the brackets of a name: ``Switch 2510B-24(001db3-c50960)``."""
    inside = "".join(_bracketed(name)[1:])
    digits = _HEX.sub("", inside.casefold())
    whole = len(digits) == 12 and len(inside) <= 17
    return (":".join(digits[n : n + 2] for n in range(0, 12, 2)),) if whole else ()


def _bracketed(name: str) -> tuple[str, ...]:
    """Return what stands before and within the brackets that end a name; () without any.

    By hand: names come from strangers, and an expression takes quadratic time over long ones.
    """
    text = name.rstrip()
    start = text.rfind("(")
    inside = text[start + 1 : -1]
    if start < 0 or not text.endswith(")") or ")" in inside:
        return ()
    return text[:start].rstrip(), inside


def usable_mac(mac: str) -> bool:
    """Whether a MAC address can tell a device: six octets, nobody's common property."""
    return len(mac) == 17 and _somebody(mac)


@lru_cache(maxsize=1 << 16)  # every bridge of a domain learnt the same addresses
def _somebody(mac: str) -> bool:
    return not mac.startswith(_NOBODY)


def _is_own(address: str) -> bool:
    parsed = ip_address(address.partition("%")[0])
    return not (
        parsed.is_loopback or parsed.is_link_local or parsed.is_multicast or parsed.is_unspecified
    )
