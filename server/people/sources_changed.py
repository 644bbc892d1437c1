"""Reading from a directory only what changed, and knowing afterwards how far one has read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from server.people import active_directory
from server.people.directory import OpenDirectory
from server.people.rules.deltas import (
    CONTAINERS,
    TIMESTAMP,
    Told,
    Watermark,
    changed_since,
    fingerprint,
    latest_stamp,
)
from server.people.rules.dirsync import groups_asked_for
from server.people.rules.dn import dn_key, is_below, topmost
from server.people.rules.entries import RawEntry
from server.people.rules.mapping import ACTIVE_DIRECTORY, PersonSeen, person_seen, unique_id
from server.people.sources import Source

#: When it takes more questions than this, reading everybody costs less.
_MANY_QUESTIONS = 50
_ANYTHING = "(objectClass=*)"


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


def position_of(
    source: Source, directory: OpenDirectory, former: Watermark | None, now: datetime
) -> Watermark | None:
    """Return how far a full read that begins now will come, as far as that is known before.

    Of Active Directory it is the controller's highest number, and a cookie where there is one.
    OpenLDAP has no such thing: the value stays "" until the latest stamp has been read.
    """
    reached = Watermark("", reading_fingerprint(source), now.isoformat())
    if source.flavour == ACTIVE_DIRECTORY:
        return active_directory.position(source, directory, former, reached)
    return reached


def changes_since(
    source: Source, directory: OpenDirectory, former: Watermark, now: datetime
) -> tuple[Changes, Watermark] | None:
    """Return what changed, and how far this came; None when everything has to be read.

    Raises ``DirectoryUnavailable`` unless all of it arrived.
    """
    if source.flavour == ACTIVE_DIRECTORY:
        told = active_directory.changes(source, directory, former, now)
    else:
        told = _stamped(source, directory, former, now)
    if told is None or len(told.conditions) > _MANY_QUESTIONS:
        return None
    if not told.ids:
        return Changes(), told.reached
    persons = dict[str, PersonSeen]()
    for condition in told.conditions:
        persons |= _persons(source, directory, source.base_dn, condition)
    # Whoever stands below what was moved is called differently, and did not change.
    moved = topmost(told.moved)
    ids = told.ids.union(*(_ids(source, directory, name) for name in moved))
    for name in moved:
        if is_below(name, source.base_dn):
            persons |= _persons(source, directory, name, _ANYTHING)
    groups = [name for one in told.conditions for name in _groups(source, directory, one)]
    if _say_who_fits(source, groups):
        return None
    return Changes(persons, ids, bool(moved or groups)), told.reached


def _stamped(source: Source, directory: OpenDirectory, former: Watermark, now: datetime) -> Told:
    condition = changed_since(former, numbered=False)
    name = source.chosen.unique_id
    ids: set[str] = set()
    stamp = former.value
    for raw in directory.entries(source.base_dn, condition, [name, "modifyTimestamp"]):
        ids.add(unique_id(raw.attributes, name))
        stamp = latest_stamp(stamp, _text(raw, TIMESTAMP))
    moved = _changed_containers(source, directory, condition) if ids else ()
    reached = replace(former, value=stamp, read_at=now.isoformat(), settled=False)
    return Told(frozenset(ids - {""}), [condition], moved, reached)


def _changed_containers(source: Source, directory: OpenDirectory, condition: str) -> Sequence[str]:
    wanted = f"(&{condition}{CONTAINERS})"
    stamps = ["createTimestamp", "modifyTimestamp"]
    return [
        raw.dn
        for raw in directory.entries(source.base_dn, wanted, stamps)
        if _text(raw, TIMESTAMP) != _text(raw, "createtimestamp")
    ]


def _ids(source: Source, directory: OpenDirectory, base: str) -> Iterator[str]:
    name = source.chosen.unique_id
    for raw in directory.entries(base, _ANYTHING, [name]):
        if key := unique_id(raw.attributes, name):
            yield key


def _persons(
    source: Source, directory: OpenDirectory, base: str, condition: str
) -> dict[str, PersonSeen]:
    wanted = f"(&{condition}{source.person_filter})"
    entries = directory.entries(base, wanted, source.chosen.person_attributes())
    seen = (person_seen(raw.dn, raw.attributes, source.chosen) for raw in entries)
    return {person.external_id: person for person in seen if person is not None}


def _groups(source: Source, directory: OpenDirectory, condition: str) -> list[str]:
    wanted = f"(&{condition}{source.group_filter})"
    found = directory.entries(source.base_dn, wanted, [source.chosen.unique_id])
    return [raw.dn for raw in found]


def _say_who_fits(source: Source, groups: Sequence[str]) -> bool:
    """Say whether who joined or left one of these groups fits the filter of people by that.

    Nothing changed on such people themselves.
    """
    asked_for, any_depth = groups_asked_for(source.person_filter)
    return any(any_depth or dn_key(name) in asked_for for name in groups)


def _text(raw: RawEntry, name: str) -> str:
    values = raw.attributes.get(name, ())
    return values[0].decode("ascii", "replace") if values else ""
