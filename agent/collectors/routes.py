"""Asks which routes lead out of the machine's own networks."""

from __future__ import annotations

from agent.sources.netlink import ipv6_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_DEFAULT = "0.0.0.0/0"
# Flags of /proc/net/route and ipv6_route (linux/route.h): up, and refused.
_UP, _REJECT = 0x1, 0x200


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Return routes that lead over a gateway; its own networks go without saying."""
    if machine.windows:
        from agent.sources.windows import holdings  # noqa: PLC0415 - not needed elsewhere

        return holdings.routes(machine)
    if machine.macos:
        from agent.sources.macos import holdings as of_a_mac  # noqa: PLC0415 - not needed elsewhere

        return of_a_mac.routes(machine)
    found = [*_ipv4(machine), *_ipv6(machine)]
    return sorted(found, key=lambda row: (row["destination"], row["gateway"], row["interface"]))


def _ipv4(machine: Machine) -> list[dict[str, Any]]:
    found = []
    for line in machine.lines("/proc/net/route")[1:]:
        words = line.split()
        if len(words) > 7 and int(words[3], 16) & _UP and words[2] != "00000000":
            length = format(int(words[7], 16), "b").count("1")
            found.append(
                _row(f"{_dotted(words[1])}/{length}", _dotted(words[2]), words[0], words[6])
            )
    return found


def _ipv6(machine: Machine) -> list[dict[str, Any]]:
    found = []
    for line in machine.lines("/proc/net/ipv6_route"):
        words = line.split()
        if len(words) < 10 or set(words[4]) == {"0"} or int(words[8], 16) & _REJECT:
            continue
        network, gateway = (ipv6_text(bytes.fromhex(words[at])) for at in (0, 4))
        length, metric = int(words[1], 16), str(int(words[5], 16))
        found.append(_row(f"{network}/{length}", gateway, words[9], metric))
    return found


def _row(destination: str, gateway: str, interface: str, metric: str) -> dict[str, Any]:
    name = "default" if destination in {_DEFAULT, "::/0"} else destination
    return {
        "name": f"{name} via {gateway}",
        "destination": destination,
        "gateway": gateway,
        "interface": interface,
        "metric": int(metric),
    }


def _dotted(number: str) -> str:
    """Return an address that the kernel prints as its bytes the other way round."""
    return ".".join(str(byte) for byte in bytes.fromhex(number)[::-1])
