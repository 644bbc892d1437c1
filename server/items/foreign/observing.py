"""From a foreign agent's message to one observation."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from cmdb.observation import Observation, Origin, Section
from cmdb.vocabulary import INVENTORY
from server.items.foreign.computers import class_told, evidence, values
from server.items.foreign.devices import (
    class_of_device,
    device_of,
    evidence_of_device,
    key_of_device,
    ports_of,
    values_of_device,
)
from server.items.foreign.messages import Message
from server.items.foreign.reading import rows, text
from server.items.foreign.sections import SECTIONS, free_space
from server.items.reports import digest_of


def observe(
    message: Message, organisation_id: int, now: datetime, known: Collection[str] = ()
) -> Observation | None:
    """Return what the message says of one item; None where it says nothing of any.

    ``known`` are the sections that this sender told of before: of a whole report, those that are
    missing have become empty; of a partial one, they stay as they were.
    """
    device = device_of(message.content)
    if device or message.action in {"netdiscovery", "netinventory", "snmp"}:
        return _device(message, device, organisation_id, now)
    if not message.content:
        return None
    content = message.content
    return Observation(
        origin=Origin(INVENTORY, message.device_id),
        class_code=class_told(content),
        organisation_id=organisation_id,
        observed_at=now,
        identifiers=evidence(content, message.device_id),
        values=values(content, message.version),
        sections=tuple(_sections(content, () if message.partial else known)),
        readings=_readings(content),
    )


def _device(
    message: Message, device: Mapping[str, Any], organisation_id: int, now: datetime
) -> Observation | None:
    key = key_of_device(device)
    if not key:
        return None
    ports = ports_of(message.content, device)
    sections = [section("interfaces", ports)] if ports else []
    if parts := _components(message.content):
        sections.append(section("components", parts))
    return Observation(
        origin=Origin(INVENTORY, key),
        class_code=class_of_device(device, len(ports)),
        organisation_id=organisation_id,
        observed_at=now,
        identifiers=evidence_of_device(device),
        values=dict(values_of_device(device)),
        sections=tuple(sections),
    )


def _components(content: Mapping[str, Any]) -> list[Any]:
    found = []
    for row in rows(content, "network_components"):
        members = {"kind": "type", "model": "model", "vendor": "manufacturer", "serial": "serial"}
        part = {"name": text(row, "name", "description")}
        part |= {name: text(row, told) for name, told in members.items()}
        found.append({name: value for name, value in part.items() if value})
    return found


def _sections(content: Mapping[str, Any], known: Collection[str]) -> Iterator[Section]:
    for name, (members, read) in SECTIONS.items():
        if any(member in content for member in members):
            yield section(name, read(content))
        elif name in known:
            yield section(name, [])


def section(name: str, told: list[Any]) -> Section:
    """Return a section under the digest of its rows; these agents bring none of their own."""
    return Section(name, digest_of(told), told)


def _readings(content: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if free := free_space(content):
        found["filesystem_free_bytes"] = free
    names = sorted({text(row, "login") for row in rows(content, "users")} - {""})
    if names:
        found["logged_in_users"] = names[:100]
    return found
