"""Draws what stands on the ground: places, power, network, hosts and storage."""

from dataclasses import dataclass, field

from cmdb.observation import SeenParty
from cmdb.vocabulary import PartyRole
from server.demo.company import SitePlan
from server.demo.sketch import Sketch, fqdn

Teams = dict[str, int]


@dataclass(slots=True)
class SiteParts:
    """What one site offers to what is built on it."""

    plan: SitePlan
    racks: list[str] = field(default_factory=list)
    pdus: list[tuple[str, str]] = field(default_factory=list)
    cores: list[str] = field(default_factory=list)
    access: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    arrays: list[str] = field(default_factory=list)
    cluster: str = ""
    #: The next free unit of each rack, from below.
    free_units: dict[str, int] = field(default_factory=dict)


def owned_by(teams: Teams, team: str) -> tuple[SeenParty, ...]:
    """Return the parties of an item that one team owns and supports."""
    group = teams[team]
    return (
        SeenParty(PartyRole.OWNER, group_id=group),
        SeenParty(PartyRole.SUPPORT, group_id=group),
    )


def draw_site(sketch: Sketch, plan: SitePlan, teams: Teams) -> SiteParts:
    """Draw a site from its rooms to its hosts; return what may be built on it."""
    parts = SiteParts(plan)
    code = plan.code
    site = sketch.item(code, "site", name=plan.name, city=plan.city, country=plan.country)
    building = sketch.item(f"{code}-b1", "building", name=f"{plan.city} main building")
    room = sketch.item(f"{code}-dc", "room", name=f"{plan.city} server room")
    sketch.relate("located_in", building, site)
    sketch.relate("located_in", room, building)
    _power(sketch, parts, room, teams)
    _network(sketch, parts, room, building, teams)
    _compute(sketch, parts, teams)
    return parts


def _power(sketch: Sketch, parts: SiteParts, room: str, teams: Teams) -> None:
    code = parts.plan.code
    feeds = []
    for letter in "ab":
        serial = sketch.serial("AS")
        ups = sketch.item(
            f"{code}-ups-{letter}",
            "ups",
            owned_by(teams, "Demo Platform"),
            vendor="APC",
            model="Smart-UPS SRT 10000",
            serial=serial,
        )
        sketch.relate("located_in", ups, room)
        feeds.append(ups)
    for number in range(1, parts.plan.racks + 1):
        rack = sketch.item(f"{code}-r{number:02d}", "rack", name=f"{code.upper()} rack {number}")
        sketch.relate("located_in", rack, room)
        pair = []
        for letter, feed in zip("ab", feeds, strict=True):
            pdu = sketch.item(
                f"{code}-pdu-{number:02d}{letter}",
                "pdu",
                vendor="APC",
                model="AP8853",
                serial=sketch.serial("PD"),
            )
            sketch.relate("powered_by", pdu, feed)
            sketch.relate("located_in", pdu, rack)
            pair.append(pdu)
        parts.racks.append(rack)
        parts.pdus.append((pair[0], pair[1]))


def _rack(sketch: Sketch, parts: SiteParts, key: str, number: int) -> None:
    """Put an item into a rack, on both of its power feeds."""
    place = number % len(parts.racks)
    rack = parts.racks[place]
    sketch.relate("located_in", key, rack)
    unit = parts.free_units.setdefault(rack, 1)
    sketch.place(key, unit)
    parts.free_units[rack] = unit + 2
    sketch.any_of("powered_by", key, list(parts.pdus[place]), "power")


def _network(sketch: Sketch, parts: SiteParts, room: str, building: str, teams: Teams) -> None:
    code, owned = parts.plan.code, owned_by(teams, "Demo Network")
    routers = []
    for number in (1, 2):
        router = _device(sketch, f"{code}-wan-{number}", "router", "ISR 4331", owned)
        firewall = _device(sketch, f"{code}-fw-{number}", "firewall", "FPR-1120", owned)
        core = _device(sketch, f"{code}-core-{number}", "switch", "C9500-24Y4C", owned)
        for place, key in enumerate((router, firewall, core)):
            _rack(sketch, parts, key, place)
        sketch.relate("depends_on", firewall, router)
        routers.append(firewall)
        parts.cores.append(core)
    for core in parts.cores:
        sketch.any_of("depends_on", core, routers, "way out")
    for number in range(1, parts.plan.desks // 40 + 3):
        access = _device(sketch, f"{code}-acc-{number:02d}", "switch", "C9300-48P", owned)
        sketch.any_of("depends_on", access, parts.cores, "uplink")
        sketch.relate("located_in", access, building)
        parts.access.append(access)
    for number in range(1, parts.plan.desks // 30 + 2):
        point = _device(sketch, f"{code}-ap-{number:02d}", "access_point", "C9120AXI", owned)
        sketch.relate("depends_on", point, parts.access[number % len(parts.access)])
        sketch.relate("located_in", point, building)
    sketch.relate("located_in", sketch.item(f"{code}-net", "ip_network", name=_net(code)), room)


def _net(code: str) -> str:
    return f"10.{20 + len(code) + ord(code[0]) % 40}.0.0/16"


def _device(sketch: Sketch, key: str, kind: str, model: str, owned: tuple[SeenParty, ...]) -> str:
    return sketch.item(
        key,
        kind,
        owned,
        vendor="Cisco",
        model=model,
        serial=sketch.serial("FD"),
        fqdn=fqdn(key),
        os_name="IOS XE",
        os_version=sketch.chance.choice(("17.9.4", "17.9.5", "17.12.3")),
        environment="production",
        criticality=1,
    )


def _compute(sketch: Sketch, parts: SiteParts, teams: Teams) -> None:
    code, owned = parts.plan.code, owned_by(teams, "Demo Platform")
    for number in (1, 2) if code == "ber" else (1,):
        array = sketch.item(
            f"{code}-san-{number}",
            "storage_array",
            owned,
            vendor="NetApp",
            model="AFF A250",
            serial=sketch.serial("NA"),
            criticality=0,
        )
        _rack(sketch, parts, array, number)
        parts.arrays.append(array)
    parts.cluster = sketch.item(
        f"{code}-cluster", "compute_cluster", owned, name=f"{parts.plan.city} cluster"
    )
    for number in range(1, parts.plan.hosts + 1):
        host = sketch.item(
            f"{code}-hv-{number:02d}",
            "hypervisor",
            owned,
            vendor="Dell Inc.",
            model="PowerEdge R650",
            serial=sketch.serial("DL"),
            fqdn=fqdn(f"{code}-hv-{number:02d}"),
            os_name="VMware ESXi",
            os_version="8.0.2",
            memory_bytes=512 << 30,
            cpu_cores=56,
            cpu_model="Intel Xeon Gold 6338",
            environment="production",
        )
        _rack(sketch, parts, host, number)
        sketch.any_of("depends_on", host, parts.cores, "network")
        sketch.relate("stored_on", host, parts.arrays[number % len(parts.arrays)])
        parts.hosts.append(host)
    needed = max(1, len(parts.hosts) - 2)
    for host in parts.hosts:
        sketch.any_of("member_of", host, [parts.cluster], "hosts", needed)
