"""The network interfaces sysfs lists, with what netlink adds to them."""

from __future__ import annotations

from agent.sources import netlink
from agent.sources.virtualisation import virtual_role

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent.machine import Machine

_FOLDER = "/sys/class/net"
_MAC_BYTES = 6  # InfiniBand has more
_PERMANENT = 0  # addr_assign_type: the address is the hardware's own
# One end of a pair whose other end lives in a container: they come and go with it.
_CONTAINER_ENDS = ("veth", "cali", "lxc")


class NetworkLink:
    """One interface: `physical` means a device stands behind it; MACs in lower case."""

    __slots__ = ("folder", "index", "kind", "mac", "name", "permanent_mac", "physical")

    def __init__(self, machine: Machine, name: str, told: dict[int, dict[str, str]]) -> None:
        self.name = name
        self.folder = f"{_FOLDER}/{name}"
        self.index = machine.number(f"{self.folder}/ifindex") or 0
        details = told.get(self.index, {})
        self.kind = details.get("kind")
        self.physical = machine.exists(f"{self.folder}/device")
        self.mac = _real_mac(machine.word(f"{self.folder}/address"))
        self.permanent_mac = self._permanent(machine, details.get("permanent_mac"))

    def _permanent(self, machine: Machine, told: str | None) -> str | None:
        # A member of a bond wears the bond's address; its own is kept beside it.
        own = machine.word(f"{self.folder}/bonding_slave/perm_hwaddr")
        if own or told:
            return _real_mac(own or told)
        fixed = machine.number(f"{self.folder}/addr_assign_type") == _PERMANENT
        return self.mac if fixed and self.physical else None


def network_links(machine: Machine) -> list[NetworkLink]:
    """Every interface by name, ends of container pairs left out."""
    return machine.once("network_links", _read)


def _read(machine: Machine) -> list[NetworkLink]:
    told: dict[int, dict[str, str]] = {}
    if machine.live:
        try:
            told = netlink.links()
        except OSError:
            machine.remark("netlink is not available: permanent MAC addresses may be missing")
    # A plain file (bonding_masters) stands among the folders.
    names = [name for name in machine.names(_FOLDER) if machine.exists(f"{_FOLDER}/{name}/ifindex")]
    found = [NetworkLink(machine, name, told) for name in names]
    return [link for link in found if not _container_end(machine, link)]


def _container_end(machine: Machine, link: NetworkLink) -> bool:
    named = link.name.startswith(_CONTAINER_ENDS)
    if link.kind != "veth":
        return link.kind is None and not link.physical and named
    # In a container, its own way out is such an end, too; those of containers in it are not.
    enslaved = machine.exists(f"{link.folder}/master")
    return named or enslaved or virtual_role(machine)[0] != "container"


def _real_mac(text: str | None) -> str | None:
    """Tunnels show an IP address or four bytes where others show a MAC, or nothing but zeros."""
    mac = (text or "").lower()
    parts = mac.split(":")
    pairs = len(parts) >= _MAC_BYTES and all(len(part) == 2 for part in parts)
    return mac if pairs and mac.strip("0:") else None
