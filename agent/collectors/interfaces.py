"""Asks which network interfaces there are, in which state, with which addresses."""

from __future__ import annotations

from agent.sources import netlink
from agent.sources.network_links import network_links

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine
    from agent.sources.network_links import NetworkLink

_UP_FLAG = 1  # IFF_UP
_DOWN_STATES = ("down", "lowerlayerdown", "notpresent")
_WORDS = {"wlan": "wireless", "tun": "tunnel", "tap": "tunnel", "gre": "tunnel", "sit": "tunnel"}
# include/uapi/linux/if_arp.h
_HARDWARE_TYPES = {
    1: "ethernet",
    32: "infiniband",
    512: "ppp",
    768: "tunnel",
    769: "tunnel",
    772: "loopback",
    776: "tunnel",
    778: "tunnel",
    65534: "tunnel",
}
_IPV6_SCOPES = {"00": "global", "10": "host", "20": "link", "40": "site"}
_IPV6_TEMPORARY = 0x01


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Interfaces by name with every lasting address. Traffic counters are nobody's inventory."""
    if not machine.linux:
        from agent.sources import portable  # noqa: PLC0415 - not needed on Linux

        return sorted(portable.interfaces(), key=lambda row: str(row["name"]))
    addresses = _addresses(machine)
    return [
        _interface(machine, link, addresses.get(link.index, [])) for link in network_links(machine)
    ]


def _interface(
    machine: Machine, link: NetworkLink, addresses: list[dict[str, Any]]
) -> dict[str, Any]:
    up = _up(machine, link)
    speed = machine.number(f"{link.folder}/speed") if up else None
    driver = machine.link(f"{link.folder}/device/driver")
    return {
        "name": link.name,
        "mac": link.mac,
        "permanent_mac": link.permanent_mac,
        "type": _type(machine, link),
        "mtu": machine.number(f"{link.folder}/mtu"),
        # A driver that does not know answers -1, some answer its unsigned twin.
        "speed_mbps": speed if speed and 0 < speed < 0xFFFFFFFF else None,
        "up": up,
        "virtual": not link.physical,
        "driver": driver.rpartition("/")[2] if driver else None,
        "addresses": sorted(addresses, key=lambda row: (":" in row["address"], row["address"])),
    }


def _up(machine: Machine, link: NetworkLink) -> bool:
    flags = int(machine.word(f"{link.folder}/flags") or "0", 16)
    return bool(flags & _UP_FLAG) and machine.word(f"{link.folder}/operstate") not in _DOWN_STATES


def _type(machine: Machine, link: NetworkLink) -> str | None:
    words = machine.lines(f"{link.folder}/uevent")
    told = next((line[8:] for line in words if line.startswith("DEVTYPE=")), link.kind)
    if told:
        return _WORDS.get(told, told)
    if machine.exists(f"{link.folder}/phy80211"):
        return "wireless"
    return _HARDWARE_TYPES.get(machine.number(f"{link.folder}/type") or 0)


def _addresses(machine: Machine) -> dict[int, list[dict[str, Any]]]:
    if machine.live:
        try:
            return netlink.addresses()
        except OSError:
            machine.remark("netlink is not available: addresses come from a poorer source")
            return _psutil_addresses(machine) or _ipv6_table(machine)
    return _ipv6_table(machine)


def _psutil_addresses(machine: Machine) -> dict[int, list[dict[str, Any]]]:
    from agent.sources import portable  # noqa: PLC0415 - only where netlink is closed

    try:
        rows = {row["name"]: row["addresses"] for row in portable.interfaces()}
    except OSError:
        return {}
    return {link.index: rows.get(link.name, []) for link in network_links(machine)}


def _ipv6_table(machine: Machine) -> dict[int, list[dict[str, Any]]]:
    """IPv6 addresses from /proc/net/if_inet6: address, index, prefix, scope, flags, name."""
    found: dict[int, list[dict[str, Any]]] = {}
    for line in machine.lines("/proc/net/if_inet6"):
        raw, index, prefix_length, scope, flags, _ = line.split()
        if int(flags, 16) & _IPV6_TEMPORARY:
            continue
        found.setdefault(int(index, 16), []).append(
            {
                "address": netlink.ipv6_text(bytes.fromhex(raw)),
                "prefix_length": int(prefix_length, 16),
                "scope": _IPV6_SCOPES.get(scope),
            }
        )
    return found
