"""Results as tables for people. Text from devices goes in as it is and never as markup."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from discovery.assembly.identity import DeviceIdentity
from discovery.assembly.sections import component_rows, interface_rows, unique_names
from discovery.assembly.transceivers import transceivers_of
from discovery.findings import (
    DeviceFindings,
    NeighbourFinding,
    ProbeState,
    TransceiverFinding,
    Unreachable,
)

#: Columns that are useless when folded.
_WHOLE = {"MAC", "Address", "Addresses", "Serial", "Interface"}
#: Tables that go to a file or a pipe are not folded to the width of a terminal.
_WIDTH_OF_A_FILE = 200


def device(findings: DeviceFindings, identity: DeviceIdentity) -> RenderableType:
    """Return everything about one device."""
    parts: list[RenderableType] = [_facts(findings, identity)]
    if findings.interfaces:
        parts.append(_interfaces(findings))
    components = component_rows(findings)
    if components:
        columns = ("kind", "name", "model", "serial", "software_revision")
        rows = [[str(row[column]) for column in columns] for row in components]
        parts.append(_table("Components", ("Kind", "Name", "Model", "Serial", "Software"), rows))
    if findings.neighbours:
        parts.append(_neighbours(findings.neighbours))
    parts += _equipment(findings)
    problems = [
        [outcome.probe, outcome.state.value, outcome.reason]
        for outcome in findings.outcomes
        if outcome.state is not ProbeState.DONE
    ]
    if problems:
        parts.append(_table("Not complete", ("Probe", "State", "Why"), problems))
    return Group(*parts)


def _equipment(findings: DeviceFindings) -> Iterator[Table]:
    """Yield optics, access points and wireless clients, as far as there are any."""
    names = unique_names(findings.interfaces)
    optics = [
        [
            names.get(index, str(index)),
            " ".join(filter(None, (one.vendor, one.model or one.kind))),
            one.serial,
            *("" if reading is None else f"{reading:.1f}" for reading in _readings(one)),
        ]
        for index, one in transceivers_of(findings).items()
    ]
    if optics:
        heads = ("Port", "Optic", "Serial", "Receives dBm", "Sends dBm", "°C")
        yield _table("Optics", heads, optics, right=("Receives dBm", "Sends dBm", "°C"))
    points = [
        [one.name or one.mac, f"{one.vendor} {one.model}".strip(), one.serial, one.address]
        for one in findings.access_points
    ]
    if points:
        yield _table("Access points", ("Name", "Model", "Serial", "Address"), points)
    stations = [
        [one.mac, one.name, one.address, one.access_point, one.network] for one in findings.stations
    ]
    if stations:
        columns = ("MAC", "Name", "Address", "Access point", "Network")
        yield _table("Wireless clients", columns, stations)


def _readings(optic: TransceiverFinding) -> tuple[float | None, ...]:
    return optic.received_dbm, optic.sent_dbm, optic.temperature_c


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """What one line says of a device, so that a long sweep need not keep everything."""

    address: str
    cells: tuple[str, ...]


def device_line(findings: DeviceFindings, identity: DeviceIdentity) -> DeviceLine:
    """Return a device as one line of ``devices``."""
    cells = (
        findings.address,
        findings.system.name,
        str(identity.class_code).replace("_", " "),
        " ".join(filter(None, (identity.vendor, identity.model))),
        " ".join(filter(None, (identity.os_name, identity.os_version))),
        identity.serial,
        str(len(findings.interfaces) or ""),
    )
    return DeviceLine(findings.address, cells)


def devices(found: Iterable[DeviceLine]) -> RenderableType:
    """Return one line per device, in the order of their addresses."""
    ordered = sorted(found, key=lambda one: _address_key(one.address))
    heads = ("Address", "Name", "Kind", "Make and model", "System", "Serial", "Ports")
    return _table("", heads, [one.cells for one in ordered], right=("Ports",))


def unread(found: Sequence[Unreachable]) -> RenderableType:
    """Return the addresses that answered and could not be read."""
    ordered = sorted(found, key=lambda one: _address_key(one.address))
    rows = [[one.address, one.why.value, one.reason] for one in ordered]
    return _table("Answered, but could not be read", ("Address", "Why", "Reason"), rows)


def probes(summaries: Iterable[tuple[str, str]]) -> RenderableType:
    """Return the list of probes."""
    return _table("", ("Probe", "What it asks for"), [list(one) for one in summaries])


def console(*, errors: bool = False) -> Console:
    """Return a console for results (or, on standard error, for everything else)."""
    found = Console(stderr=errors, highlight=False)
    if not found.is_terminal:
        found.width = _WIDTH_OF_A_FILE
    return found


def _facts(findings: DeviceFindings, identity: DeviceIdentity) -> Table:
    system = findings.system
    uptime = system.uptime_seconds
    facts = {
        "Address": f"{findings.address}, port {findings.port}",
        "Answers to": f"{findings.credential} (SNMP version {findings.version})",
        "Name": system.name,
        "Kind": str(identity.class_code).replace("_", " "),
        "Make and model": " ".join(filter(None, (identity.vendor, identity.model))),
        "Serial number": identity.serial,
        "System": " ".join(filter(None, (identity.os_name, identity.os_version))),
        "Location": system.location,
        "Contact": system.contact,
        "Up for": "" if uptime is None else str(timedelta(seconds=int(uptime))),
        "Description": system.description,
        "sysObjectID": system.object_id,
        "Engine id": system.engine_id,
        "Asked in": f"{findings.seconds:.1f} s",
    }
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column()
    for name, value in facts.items():
        if value:
            grid.add_row(Text(name), Text(value))
    return grid


def _interfaces(findings: DeviceFindings) -> Table:
    rows = [
        [
            row["name"],
            row["alias"],
            row["type"],
            {True: "up", False: "down", None: "?"}[row["up"]],
            "" if row["speed_mbps"] is None else f"{row['speed_mbps']:,}",
            row["mac"],
            "\n".join(
                f"{one['address']}/{one['prefix_length']}"
                if one["prefix_length"] is not None
                else one["address"]
                for one in row["addresses"]
            ),
        ]
        for row in interface_rows(findings)
    ]
    heads = ("Interface", "Alias", "Type", "State", "Mbit/s", "MAC", "Addresses")
    return _table("Interfaces", heads, rows, right=("Mbit/s",))


def _neighbours(neighbours: Iterable[NeighbourFinding]) -> Table:
    rows = [
        [
            row.local_name or f"port {row.local_port}",
            row.protocol.upper(),
            row.name or row.chassis_id,
            row.port_id if not row.port_description else f"{row.port_id} ({row.port_description})",
            ", ".join(row.addresses),
        ]
        for row in neighbours
    ]
    return _table("Neighbours", ("Our port", "Seen by", "Neighbour", "Its port", "Address"), rows)


def _table(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()
) -> Table:
    table = Table(title=title or None, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for head in heads:
        table.add_column(
            head,
            justify="right" if head in right else "left",
            overflow="fold",
            no_wrap=head in _WHOLE,
        )
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _address_key(address: str) -> tuple[int, int]:
    parsed = ip_address(address.partition("%")[0])
    return parsed.version, int(parsed)
