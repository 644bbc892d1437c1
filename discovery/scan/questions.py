"""The table of probes: all that a visit asks, in this order."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from discovery.findings import Harvest
from discovery.probes import (
    addresses,
    battery,
    bridge,
    cdp,
    entities,
    interfaces,
    lldp,
    nearby,
    poe,
    routes,
    routing,
    sensors,
    spanning,
    stack,
    supplies,
    system,
    vlans,
)
from discovery.snmp.conversation import Conversation

Ask = Callable[[Conversation], Awaitable[Harvest]]


@dataclass(frozen=True, slots=True)
class Question:
    """A probe and what it is for, in one line."""

    ask: Ask
    summary: str


#: The first question of every visit: without its answer there is no device.
SYSTEM = "system"

QUESTIONS: Mapping[str, Question] = {
    SYSTEM: Question(system.ask, "name, description, location, sysObjectID, engine id"),
    "entities": Question(entities.ask, "chassis, stack members and modules with serial numbers"),
    "interfaces": Question(interfaces.ask, "ports with MAC, speed, MTU and state"),
    "addresses": Question(addresses.ask, "IPv4 and IPv6 addresses with prefix, by interface"),
    "lldp": Question(lldp.ask, "neighbours seen by LLDP, and the chassis id"),
    "cdp": Question(cdp.ask, "neighbours seen by CDP"),
    "stack": Question(stack.ask, "which interface runs on which, and members of bundles (LAG)"),
    "bridge": Question(bridge.ask, "MAC addresses learnt by port, in each VLAN"),
    "vlans": Question(vlans.ask, "VLANs, and the ports that carry them tagged or untagged"),
    "spanning": Question(spanning.ask, "spanning tree: root, port states, designated bridges"),
    "nearby": Question(nearby.ask, "stations reached directly: ARP and IPv6 neighbours"),
    "routes": Question(routes.ask, "routes with their next hops"),
    "routing": Question(routing.ask, "OSPF and IS-IS neighbours, HSRP and VRRP addresses"),
    "supplies": Question(supplies.ask, "toner, ink and drums of printers, and what is left"),
    "battery": Question(battery.ask, "battery, load and source of a UPS"),
    "poe": Question(poe.ask, "power over Ethernet: watts, and how many ports draw it"),
    "sensors": Question(sensors.ask, "readings of optics: temperature, light sent and received"),
}

#: Asked after the system group, with the values that the knowledge tables name for the make.
PARTICULARS = "particulars"
PARTICULARS_SUMMARY = "what a make keeps in its own MIB: serial number, model, version"

#: Asked last, with the tables that the knowledge names for the make.
VENDOR_TABLES = "vendor_tables"
VENDOR_TABLES_SUMMARY = "a make's own tables: components, optics, access points, wireless clients"
