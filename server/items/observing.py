"""From an agent's report to one observation: evidence, values, and lists of facts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from cmdb.engine.identity import normalise, relevant
from cmdb.observation import Identifier, Observation, Origin, Section
from cmdb.vocabulary import (
    AGENT,
    AGENT_ID,
    BOARD_SERIAL,
    CLOUD_ID,
    COMPUTER,
    CONTAINER,
    DESKTOP,
    DEVICE_ID,
    FQDN,
    HARDWARE_UUID,
    HYPERVISOR,
    LAPTOP,
    LOCAL_MAC,
    MAC,
    MACHINE_ID,
    NAME,
    SERIAL,
    SERVER,
    VIRTUAL_MACHINE,
    ClassCode,
    IdentifierKind,
)
from server.items.folding import dict_rows, fold_values
from server.items.reports import Report, seen_at

#: MAC addresses of one machine; more come from a broken collector.
_MOST_MACS = 64
#: Agents of other makers on one machine.
_MOST_NEIGHBOURS = 16
#: What says of hardware which machine it is: where it is told, nobody needs what software made up.
_LASTING = frozenset({CLOUD_ID, HARDWARE_UUID, SERIAL, BOARD_SERIAL, MAC})
#: Kinds of interfaces whose addresses are other machines' or nobody's.
_IN_BETWEEN = frozenset({"bridge", "tunnel", "loopback", "ppp"})

#: Sections whose rows the register keeps.
LISTS = (
    "cpus",
    "memory",
    "disks",
    "filesystems",
    "interfaces",
    "software",
    "listeners",
    "connections",
    "services",
    "tasks",
    "users",
    "groups",
    "certificates",
    "containers",
    "images",
    "guests",
    "usb",
    "monitors",
    "batteries",
    "printers",
    "updates",
    "security",
    "routes",
    "dns",
)
#: Sections that become values; an unknown digest of theirs must still be asked for.
FOLDED = ("identity", "hardware", "os")
_PACKAGE = ["ecosystem", "name", "version", "architecture"]
_ROLES: Mapping[str, ClassCode] = {
    "guest": VIRTUAL_MACHINE,
    "container": CONTAINER,
    "host": HYPERVISOR,
}
_CHASSIS: Mapping[str, ClassCode] = {
    "laptop": LAPTOP,
    "notebook": LAPTOP,
    "sub notebook": LAPTOP,
    "portable": LAPTOP,
    "convertible": LAPTOP,
    "detachable": LAPTOP,
    "desktop": DESKTOP,
    "low profile desktop": DESKTOP,
    "tower": DESKTOP,
    "mini tower": DESKTOP,
    "mini pc": DESKTOP,
    "all in one": DESKTOP,
}


def observe(report: Report, organisation_id: int, now: datetime) -> Observation:
    """Turn a report into an observation."""
    identity = report.section("identity")
    return Observation(
        origin=Origin(AGENT, report.agent_id),
        class_code=class_of(report.section("hardware")),
        organisation_id=organisation_id,
        observed_at=seen_at(report, now),
        identifiers=_evidence(report, identity) if identity else (),
        values=dict(fold_values(report)),
        sections=tuple(_sections(report)),
        readings=dict(report.readings),
    )


def class_of(hardware: Mapping[str, Any]) -> ClassCode:
    """Tell what kind of computer reports, from its hardware section; without it, just that.

    >>> class_of({"virtual_role": "guest"})
    'virtual_machine'
    """
    if not hardware:
        return COMPUTER
    role = str(hardware.get("virtual_role") or "")
    chassis = str(hardware.get("chassis_type") or "").casefold()
    return _ROLES.get(role) or _CHASSIS.get(chassis, SERVER)


def _evidence(report: Report, identity: Mapping[str, Any]) -> tuple[Identifier, ...]:
    found = identifiers_of(identity, report.agent_id)
    telling = relevant(class_of(report.section("hardware")), found)
    return (*found, *asking(telling, _made_up(report.sections.get("interfaces"))))


def _made_up(interfaces: Any) -> Iterator[str]:
    for row in dict_rows(interfaces):
        if row.get("addresses") and str(row.get("type")) not in _IN_BETWEEN:
            yield str(row.get("mac") or "")


def asking(evidence: Iterable[Identifier], macs: Iterable[str]) -> list[Identifier]:
    """Return the MACs made up in software, of a machine that has no lasting evidence.

    They prove nothing, but may show that a person should be asked. ``macs`` are those of
    interfaces that have an address.

    >>> asking([], ["02:42:ac:11:00:02"])
    [Identifier(kind='local_mac', value='02:42:ac:11:00:02')]
    """
    if any(one.kind in _LASTING for one in evidence):
        return []
    found = (normalise(LOCAL_MAC, mac) for mac in islice(macs, _MOST_MACS))
    return list(dict.fromkeys(one for one in found if one is not None))


def identifiers_of(identity: Mapping[str, Any], agent_id: str) -> tuple[Identifier, ...]:
    """Return the normalised evidence of an identity section; junk is left out."""
    vendor = str(identity.get("vendor") or "")
    board_vendor = str(identity.get("board_vendor") or vendor)
    claims: list[tuple[IdentifierKind, Any, str]] = [
        (AGENT_ID, agent_id, ""),
        (CLOUD_ID, _instance(identity.get("cloud")), ""),
        (MACHINE_ID, identity.get("machine_id"), ""),
        (HARDWARE_UUID, identity.get("uuid"), ""),
        (SERIAL, identity.get("serial"), vendor),
        (BOARD_SERIAL, identity.get("board_serial"), board_vendor),
        (FQDN, identity.get("fqdn"), ""),
        (NAME, identity.get("hostname"), ""),
    ]
    macs = identity.get("macs")
    claims += [(MAC, mac, "") for mac in (macs if isinstance(macs, list) else [])[:_MOST_MACS]]
    others = identity.get("device_ids")
    listed = others if isinstance(others, list) else []
    claims += [(DEVICE_ID, other, "") for other in listed[:_MOST_NEIGHBOURS]]
    found: dict[Identifier, None] = {}
    for kind, raw, maker in claims:
        if isinstance(raw, str) and raw:
            identifier = normalise(kind, raw, maker)
            if identifier is not None:
                found[identifier] = None
    return tuple(found)


def _instance(told: Any) -> str:
    """Return what no other machine has: a cloud with the id it gave to an instance.

    >>> _instance({"provider": "aws", "instance_id": "i-0abc"}), _instance({"provider": "aws"})
    ('aws:i-0abc', '')
    """
    parts = [told.get(key) for key in ("provider", "instance_id")] if isinstance(told, dict) else []
    words = [part for part in parts if isinstance(part, str) and part]
    return ":".join(words) if len(words) == 2 else ""


def _sections(report: Report) -> Iterator[Section]:
    for name in LISTS:
        if name in report.digests:
            sent = name in report.sections
            rows = rows_of(name, report.sections[name]) if sent else None
            yield Section(name, report.digests[name], rows)
    for name in FOLDED:
        if name in report.digests:
            rows = [] if name in report.sections else None
            yield Section(name, report.digests[name], rows, folded=True)


def rows_of(name: str, content: Any) -> list[Any]:
    """Return the rows of a list section; software comes as columns, memory with its modules."""
    if name == "software":
        return _packages(content)
    if name == "memory":
        content = content.get("modules") if isinstance(content, dict) else None
    return dict_rows(content)


def _packages(content: Any) -> list[Any]:
    if not isinstance(content, dict) or content.get("columns") != _PACKAGE:
        return []
    rows = content.get("rows")
    listed = rows if isinstance(rows, list) else []
    return [tuple(row) for row in listed if isinstance(row, list) and len(row) == len(_PACKAGE)]
