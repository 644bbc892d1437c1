"""What a topology is made of: ports, links with their evidence, half-links with their reason."""

from dataclasses import dataclass

from discovery.findings import DeviceFindings


@dataclass(frozen=True, slots=True)
class Device:
    """One device with all that its last visit brought, under the caller's own key for it.

    ``names`` and ``serials`` are what is known of it beside its findings (an item's name, a serial
    number from a vendor MIB). A machine that was never asked over SNMP takes part by its
    interfaces. ``role`` is the code of its class, empty where it is not known.
    """

    key: str
    findings: DeviceFindings
    names: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    role: str = ""


@dataclass(frozen=True, slots=True)
class Port:
    """An end of a link: ifIndex, bridge port and name, as far as each is known."""

    device: str
    index: int | None = None
    name: str = ""
    bridge_port: int | None = None

    @property
    def order(self) -> tuple[str, int, int, str]:
        """How ports sort: by device, then by number."""
        return self.device, self.index or 0, self.bridge_port or 0, self.name

    @property
    def known(self) -> bool:
        """Whether it is a port of the device that can be pointed at."""
        return self.index is not None or self.bridge_port is not None


@dataclass(frozen=True, slots=True)
class Link:
    """Two ports are joined, at layer 2 by a cable (or what acts as one), at layer 3 by routing.

    ``evidence`` names the protocols and which end said so (``lldp:a``). ``a`` sorts before ``b``.
    ``shared``: something that does not show itself (an unmanaged switch) is between.
    """

    a: Port
    b: Port
    evidence: tuple[str, ...]
    confidence: float
    layer: int = 2
    vlans: tuple[int, ...] = ()
    shared: bool = False


@dataclass(frozen=True, slots=True)
class HalfLink:
    """A neighbour that was reported and could not be joined to a known port, and why not."""

    local: Port
    protocol: str
    reason: str
    remote_name: str = ""
    remote_chassis: str = ""
    remote_port: str = ""
    remote_description: str = ""
    remote_addresses: tuple[str, ...] = ()
    remote_key: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """Ports of several bridges on one medium, with the MAC addresses that all of them see there."""

    ports: tuple[Port, ...]
    macs: tuple[str, ...] = ()
    vlans: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A MAC address behind an edge port; ``device`` is whose it is, where that is known.

    ``alone`` says that no other MAC address was learnt on that port.
    """

    port: Port
    mac: str
    vlans: tuple[int, ...] = ()
    device: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Gateway:
    """A router's own address in a subnet."""

    port: Port
    address: str


@dataclass(frozen=True, slots=True)
class Subnet:
    """A network of IP addresses, and by whom it is left; ``shared`` addresses are held in turns.

    ``key`` tells it from another network that has the same ``prefix`` elsewhere. ``proof`` says
    why these are the gateways: ``hsrp``, ``vrrp``, ``routes`` (others send their traffic there) or
    ``address`` (they route, and have an address there).
    """

    key: str
    prefix: str
    gateways: tuple[Gateway, ...]
    shared: tuple[str, ...] = ()
    proof: str = ""

    @property
    def first(self) -> bool:
        """Whether it is the first network known with its prefix, mostly the only one."""
        return self.key == self.prefix


@dataclass(frozen=True, slots=True)
class Topology:
    """The network as far as it can be known; every sequence is sorted."""

    links: tuple[Link, ...] = ()
    half_links: tuple[HalfLink, ...] = ()
    segments: tuple[Segment, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    subnets: tuple[Subnet, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """What one row of one device says: this port of mine leads to that port of ``target``."""

    protocol: str
    local: Port
    target: str
    remote: Port
