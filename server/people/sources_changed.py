"""Reading from a directory only what changed, and knowing afterwards how far one has read."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from server.people.directory import OpenDirectory
from server.people.rules.deltas import (
    TIMESTAMP,
    Watermark,
    changed_since,
    fingerprint,
    latest_stamp,
)
from server.people.rules.entries import RawEntry
from server.people.rules.mapping import ACTIVE_DIRECTORY, PersonSeen, person_seen, unique_id
from server.people.sources import Source

_DELETED = "(isDeleted=TRUE)"


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a watermark.

    ``persons``: those that fit the filter of people now. ``touched``: unique ids of all entries
    that changed, whatever they are, deleted ones included where the directory tells them.
    ``group_touched``: something that fits the filter of groups changed.
    """

    persons: Mapping[str, PersonSeen] = field(default_factory=dict)
    touched: frozenset[str] = frozenset()
    group_touched: bool = False


def reading_fingerprint(source: Source) -> str:
    """Return what changes whenever something else is read, or understood in another way."""
    texts = (source.flavour, source.base_dn, source.person_filter, source.group_filter)
    return fingerprint(*texts, chosen=source.chosen)


def position_of(source: Source, directory: OpenDirectory, now: datetime) -> Watermark | None:
    """Return how far a full read that begins now will come, as far as that is known before.

    Of Active Directory it is the controller's highest number. OpenLDAP has no such thing: the
    value stays "" until the latest stamp has been read.
    """
    mark = reading_fingerprint(source)
    if source.flavour == ACTIVE_DIRECTORY:
        return _numbered(directory, mark, now.isoformat())
    return Watermark("", mark, now.isoformat())


def changes_since(
    source: Source, directory: OpenDirectory, former: Watermark, now: datetime
) -> tuple[Changes, Watermark] | None:
    """Return what changed, and how far this came; None when another server answers by now.

    Raises ``DirectoryUnavailable`` unless all of it arrived.
    """
    numbered = source.flavour == ACTIVE_DIRECTORY
    found = Watermark(former.value, former.fingerprint, now.isoformat(), former.server)
    if numbered:
        there = _numbered(directory, former.fingerprint, now.isoformat())
        if there is None or there.server != former.server:
            return None
        found = there
    condition = changed_since(former, numbered=numbered)
    touched, stamp = _touched(source, directory, condition)
    if numbered:
        touched |= _deleted(source, directory, condition)
    else:
        found = Watermark(
            max(stamp, former.value), former.fingerprint, now.isoformat(), former.server
        )
    if not touched:
        return Changes(), found
    persons = {person.external_id: person for person in _persons(source, directory, condition)}
    return Changes(persons, touched, _any_group(source, directory, condition)), found


def _touched(
    source: Source, directory: OpenDirectory, condition: str
) -> tuple[frozenset[str], str]:
    name = source.chosen.unique_id
    ids: set[str] = set()
    stamp = ""
    for raw in directory.entries(source.base_dn, condition, [name, "modifyTimestamp"]):
        ids.add(unique_id(raw.attributes, name))
        stamp = latest_stamp(stamp, _text(raw, TIMESTAMP))
    return frozenset(ids - {""}), stamp


def _deleted(source: Source, directory: OpenDirectory, condition: str) -> frozenset[str]:
    root = directory.single("", ["defaultNamingContext"])
    domain = _text(root, "defaultnamingcontext") if root else ""
    name = source.chosen.unique_id
    gone = directory.deleted(f"CN=Deleted Objects,{domain}", f"(&{_DELETED}{condition})", [name])
    return frozenset({unique_id(raw.attributes, name) for raw in gone} - {""})


def _persons(source: Source, directory: OpenDirectory, condition: str) -> Iterator[PersonSeen]:
    wanted = f"(&{condition}{source.person_filter})"
    for raw in directory.entries(source.base_dn, wanted, source.chosen.person_attributes()):
        person = person_seen(raw.dn, raw.attributes, source.chosen)
        if person is not None:
            yield person


def _any_group(source: Source, directory: OpenDirectory, condition: str) -> bool:
    wanted = f"(&{condition}{source.group_filter})"
    found = directory.entries(source.base_dn, wanted, [source.chosen.unique_id], page_size=1)
    return next(found, None) is not None


def _numbered(directory: OpenDirectory, mark: str, read_at: str) -> Watermark | None:
    root = directory.single("", ["highestCommittedUSN", "dsServiceName"])
    number = _text(root, "highestcommittedusn") if root else ""
    service = directory.single(_text(root, "dsservicename"), ["invocationId"]) if root else None
    octets: Sequence[bytes] = service.attributes.get("invocationid", ()) if service else ()
    if not number.isdigit() or not octets or len(octets[0]) != 16:
        return None
    return Watermark(number, mark, read_at, str(uuid.UUID(bytes_le=bytes(octets[0]))), settled=True)


def _text(raw: RawEntry | None, name: str) -> str:
    values = raw.attributes.get(name, ()) if raw else ()
    return values[0].decode("ascii", "replace") if values else ""
