"""An agent's report becomes one observation. Format: docs/report-format.md.

Reading is tolerant: unknown sections and keys are kept out, a section of the wrong shape is told
to the agent as a problem, and the rest of the report lands.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cmdb.engine.identity import normalise
from cmdb.errors import InvalidValue
from cmdb.observation import Identifier, Observation, Origin, Section
from cmdb.vocabulary import (
    AGENT,
    AGENT_ID,
    BOARD_SERIAL,
    CONTAINER,
    DESKTOP,
    FQDN,
    HARDWARE_UUID,
    HYPERVISOR,
    LAPTOP,
    MAC,
    MACHINE_ID,
    NAME,
    SERIAL,
    SERVER,
    VIRTUAL_MACHINE,
    ClassCode,
    IdentifierKind,
)

FORMAT = "cadastre-report/1"
#: A report grows to at most this when unpacked; the largest real ones have about 2 MB.
MAX_UNPACKED = 32 * 1024 * 1024
_CLOCK_TOLERANCE = timedelta(minutes=5)

#: Sections whose rows the register keeps; the others are folded into values and identifiers.
LISTS = (
    "cpus",
    "memory",
    "disks",
    "filesystems",
    "interfaces",
    "software",
    "listeners",
    "connections",
)
#: Sections that become values; an unknown digest of theirs must still be asked for.
FOLDED = ("identity", "hardware", "os")
_PACKAGE = ["ecosystem", "name", "version", "architecture"]
_CHASSIS: Mapping[str, ClassCode] = {
    "laptop": LAPTOP,
    "notebook": LAPTOP,
    "portable": LAPTOP,
    "convertible": LAPTOP,
    "desktop": DESKTOP,
    "tower": DESKTOP,
    "mini tower": DESKTOP,
    "all in one": DESKTOP,
}


@dataclass(frozen=True, slots=True)
class Report:
    """A report as the agent sent it, its envelope checked."""

    agent_id: str
    version: str
    sequence: int
    boot_id: str
    collected_at: datetime
    digests: Mapping[str, str]
    sections: Mapping[str, Any]
    readings: Mapping[str, Any]
    problems: Mapping[str, str]


def unpack(body: bytes, encoding: str) -> bytes:
    """Undo the body's content encoding (identity, gzip or deflate), refusing bombs.

    Raises ``InvalidValue`` naming the body.
    """
    if encoding in {"", "identity"}:
        return body
    window = {"gzip": 31, "x-gzip": 31, "deflate": 15}.get(encoding.casefold())
    if window is None:
        raise InvalidValue({"Content-Encoding": f"{encoding!r} is not understood; use gzip"})
    worker = zlib.decompressobj(window)
    try:
        plain = worker.decompress(body, MAX_UNPACKED)
    except zlib.error as error:
        raise InvalidValue({"body": f"is not valid {encoding}: {error}"}) from error
    if worker.unconsumed_tail:
        raise InvalidValue({"body": f"unpacks to more than {MAX_UNPACKED} bytes"})
    if not worker.eof:
        raise InvalidValue({"body": "is cut short"})
    return plain


def read_report(plain: bytes) -> Report:
    """Check the envelope of a report. Raises ``InvalidValue`` naming the field."""
    try:
        document = json.loads(plain)
    except (ValueError, RecursionError) as error:
        raise InvalidValue({"body": f"is not valid JSON: {error}"}) from error
    if not isinstance(document, dict):
        raise InvalidValue({"body": "must be a JSON object"})
    if document.get("format") != FORMAT:
        raise InvalidValue({"format": f"must be {FORMAT!r}"})
    agent = _object(document, "agent")
    return Report(
        agent_id=_text(agent, "id", "agent.id"),
        version=str(agent.get("version") or "")[:64],
        sequence=_whole(document, "sequence"),
        boot_id=str(document.get("boot_id") or "")[:64],
        collected_at=_moment(document.get("collected_at")),
        digests={
            str(name): str(digest)[:128] for name, digest in _object(document, "digests").items()
        },
        sections=_object(document, "sections"),
        readings=_object(document, "readings"),
        problems={
            str(name)[:64]: str(why)[:500] for name, why in _object(document, "problems").items()
        },
    )


def _object(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = document.get(name, {})
    if not isinstance(value, dict):
        raise InvalidValue({name: "must be an object"})
    return value


def _text(document: Mapping[str, Any], key: str, name: str) -> str:
    value = document.get(key)
    if not isinstance(value, str) or not 8 <= len(value) <= 64:
        raise InvalidValue({name: "must be a text of 8 to 64 characters"})
    return value


def _whole(document: Mapping[str, Any], name: str) -> int:
    value = document.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**62:
        raise InvalidValue({name: "must be a whole number from 0"})
    return value


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise InvalidValue({"collected_at": "must be an ISO 8601 moment"}) from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def observe(report: Report, organisation_id: int, now: datetime) -> Observation:
    """Turn a report into an observation. An agent's clock is believed only near our own."""
    late = abs(now - report.collected_at) > _CLOCK_TOLERANCE
    observed_at = now if late and report.collected_at > now else report.collected_at
    identity = _section(report, "identity")
    hardware = _section(report, "hardware")
    return Observation(
        origin=Origin(AGENT, report.agent_id),
        class_code=class_of(hardware),
        organisation_id=organisation_id,
        observed_at=min(observed_at, now),
        identifiers=identifiers_of(identity, report.agent_id) if identity else (),
        values=_values(report, identity, hardware),
        sections=tuple(_sections(report)),
        readings=dict(report.readings),
    )


def _section(report: Report, name: str) -> Mapping[str, Any]:
    content = report.sections.get(name)
    return content if isinstance(content, dict) else {}


def class_of(hardware: Mapping[str, Any]) -> ClassCode:
    """Tell what kind of computer reports, from its hardware section.

    >>> class_of({"virtual_role": "guest"})
    'virtual_machine'
    """
    role = hardware.get("virtual_role")
    if role == "guest":
        return VIRTUAL_MACHINE
    if role == "container":
        return CONTAINER
    if role == "host":
        return HYPERVISOR
    return _CHASSIS.get(str(hardware.get("chassis_type") or "").casefold(), SERVER)


def identifiers_of(identity: Mapping[str, Any], agent_id: str) -> tuple[Identifier, ...]:
    """Return the normalised evidence of an identity section; junk is left out."""
    vendor = str(identity.get("vendor") or "")
    board_vendor = str(identity.get("board_vendor") or vendor)
    claims: list[tuple[IdentifierKind, Any, str]] = [
        (AGENT_ID, agent_id, ""),
        (MACHINE_ID, identity.get("machine_id"), ""),
        (HARDWARE_UUID, identity.get("uuid"), ""),
        (SERIAL, identity.get("serial"), vendor),
        (BOARD_SERIAL, identity.get("board_serial"), board_vendor),
        (FQDN, identity.get("fqdn"), ""),
        (NAME, identity.get("hostname"), ""),
    ]
    macs = identity.get("macs")
    claims += [(MAC, mac, "") for mac in (macs if isinstance(macs, list) else [])[:64]]
    found: dict[Identifier, None] = {}
    for kind, raw, maker in claims:
        if isinstance(raw, str) and raw:
            identifier = normalise(kind, raw, maker)
            if identifier is not None:
                found[identifier] = None
    return tuple(found)


_FROM_HARDWARE = {
    "vendor": "manufacturer",
    "model": "model",
    "serial": "serial",
    "uuid": "uuid",
    "chassis_type": "chassis_type",
    "bios_version": "bios_version",
    "architecture": "architecture",
    "virtualisation": "virtualisation",
}
_FROM_OS = {
    "os_name": "name",
    "os_version": "version",
    "time_zone": "time_zone",
    "boot_time": "boot_time",
}


def _values(
    report: Report, identity: Mapping[str, Any], hardware: Mapping[str, Any]
) -> dict[str, Any]:
    """Fold the small sections into attributes; a section that was not sent says nothing."""
    values: dict[str, Any] = {}
    if identity:
        values |= {
            "name": str(identity.get("hostname") or "").split(".")[0] or None,
            "fqdn": identity.get("fqdn"),
            "machine_id": identity.get("machine_id"),
            "asset_tag": identity.get("asset_tag"),
        }
        if values["name"] is None:
            del values["name"]
    if hardware:
        values |= {name: hardware.get(key) for name, key in _FROM_HARDWARE.items()}
    if system := _section(report, "os"):
        values |= {name: system.get(key) for name, key in _FROM_OS.items()}
        kernel = (str(system.get(key) or "") for key in ("kernel", "kernel_version"))
        values["kernel"] = " ".join(filter(None, kernel)) or None
    if memory := _section(report, "memory"):
        values["memory_bytes"] = memory.get("total_bytes")
    return values | _processor(report.sections.get("cpus"))


def _processor(cpus: Any) -> dict[str, Any]:
    if not isinstance(cpus, list) or not cpus or not isinstance(cpus[0], dict):
        return {}
    sockets = [cpu for cpu in cpus if isinstance(cpu, dict)]
    return {
        "cpu_model": sockets[0].get("model"),
        "cpu_cores": _sum(sockets, "cores"),
        "cpu_threads": _sum(sockets, "threads"),
    }


def _sum(rows: Sequence[Mapping[str, Any]], name: str) -> int | None:
    numbers = [row[name] for row in rows if isinstance(row.get(name), int)]
    return sum(numbers) or None


def _sections(report: Report) -> list[Section]:
    found = []
    for name in LISTS:
        digest = report.digests.get(name)
        if digest is None:
            continue
        rows = rows_of(name, report.sections[name]) if name in report.sections else None
        found.append(Section(name, digest, rows))
    found += [
        Section(name, report.digests[name], () if name in report.sections else None, folded=True)
        for name in FOLDED
        if name in report.digests
    ]
    return found


def rows_of(name: str, content: Any) -> list[Any]:
    """Return the rows of a list section; software comes as columns, memory with its modules."""
    if name == "software":
        return _packages(content)
    if name == "memory":
        content = content.get("modules", []) if isinstance(content, dict) else []
    return [row for row in content if isinstance(row, dict)] if isinstance(content, list) else []


def _packages(content: Any) -> list[Any]:
    if not isinstance(content, dict) or content.get("columns") != _PACKAGE:
        return []
    rows = content.get("rows")
    listed = rows if isinstance(rows, list) else []
    return [tuple(row) for row in listed if isinstance(row, list) and len(row) == len(_PACKAGE)]
