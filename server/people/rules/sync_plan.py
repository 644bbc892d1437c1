"""Deciding what a synchronisation does, before anything is written. Pure."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from typing import Any

from server.people.rules.dn import dn_key, looks_like_dn
from server.people.rules.logins import login_key
from server.people.rules.mapping import GroupSeen, PersonSeen

#: A synchronisation that would take more than this away waits for somebody's word.
GUARD_COUNT = 50
GUARD_SHARE = 0.05
#: In a tiny directory 5 % is nobody; a few may always leave.
GUARD_FLOOR = 2

#: Fields of a report that count what was written.
_WRITTEN = (
    *("persons_created", "persons_changed", "persons_deactivated"),
    *("groups_created", "groups_changed", "groups_deactivated"),
    *("memberships_added", "memberships_removed", "managers_changed", "logins_changed"),
    *("roles_given", "roles_taken", "organisations_changed", "photos_changed"),
)
#: Instead of the digest of what reads the same as what is seen: of 100,000 they take 11 MB.
AS_SEEN = ""
#: So many examples a report shows of each thing.
_EXAMPLES = 50


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a directory holds at one time, by unique id."""

    persons: dict[str, PersonSeen]
    groups: Mapping[str, GroupSeen]


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """What we hold of one entry; ``party_id`` is a person's or a group's."""

    entry_id: int
    external_id: str
    party_id: int
    digest: str
    active: bool
    dn: str = ""


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """Who comes, who changed, who leaves."""

    new_persons: Sequence[PersonSeen]
    changed_persons: Sequence[tuple[StoredEntry, PersonSeen]]
    leaving_persons: Sequence[StoredEntry]
    new_groups: Sequence[GroupSeen]
    changed_groups: Sequence[tuple[StoredEntry, GroupSeen]]
    leaving_groups: Sequence[StoredEntry]
    #: Why somebody should look before this is carried out; "" when nothing is strange.
    doubt: str = ""


@dataclass(slots=True)
class SyncReport:
    """What one synchronisation found and did. ``state`` as in ``DirectoryRun.state``."""

    state: str = "running"
    #: "full", or "delta": only what changed since the last one was read.
    mode: str = "full"
    #: How the next delta learns what changed, and why in no better way (``rules.deltas``).
    way: str = ""
    why: str = ""
    error: str = ""
    doubt: str = ""
    persons_seen: int = 0
    groups_seen: int = 0
    persons_created: int = 0
    persons_changed: int = 0
    persons_deactivated: int = 0
    groups_created: int = 0
    groups_changed: int = 0
    groups_deactivated: int = 0
    memberships_added: int = 0
    memberships_removed: int = 0
    managers_changed: int = 0
    logins_changed: int = 0
    roles_given: int = 0
    roles_taken: int = 0
    organisations_changed: int = 0
    photos_changed: int = 0
    computers_seen: int = 0
    computers_matched: int = 0
    computers_created: int = 0
    computers_changed: int = 0
    computers_unmatched: int = 0
    computers_gone: int = 0
    #: Names of computers that stand for no item, the first of them.
    unmatched: list[str] = field(default_factory=list)
    #: "computers" when people were written and only those wait.
    held_part: str = ""
    #: Ids of persons who leave, the first of them.
    leaving: list[int] = field(default_factory=list)
    #: What could not be carried out, in English, the first of it.
    conflicts: list[str] = field(default_factory=list)
    conflict_count: int = 0

    def note_conflict(self, text: str) -> None:
        """Remember something that a person has to put right."""
        self.conflict_count += 1
        if len(self.conflicts) < _EXAMPLES:
            self.conflicts.append(text)

    def note_unmatched(self, name: str) -> None:
        """Remember a computer that stands for no item."""
        self.computers_unmatched += 1
        if len(self.unmatched) < _EXAMPLES:
            self.unmatched.append(name)

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was written and nothing has to be put right."""
        return not self.conflict_count and not any(getattr(self, name) for name in _WRITTEN)

    def document(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return asdict(self)


def plan_sync(
    seen: Snapshot,
    stored_persons: Mapping[str, StoredEntry],
    stored_groups: Mapping[str, StoredEntry],
    gone: Collection[str] | None = None,
) -> SyncPlan:
    """Compare what the directory holds with what we hold, by unique id alone.

    So a rename or a move is a change, never a leaving and a coming. ``gone``: the persons known to
    have left when ``seen`` holds only those that changed; None when it holds all there are.
    Complexity: linear.
    """
    disabled = {key for key, person in seen.persons.items() if person.disabled}
    left = None if gone is None else set(gone)

    def stays(key: str) -> bool:
        return key not in disabled and (key in seen.persons if left is None else key not in left)

    leaving = _leaving(stored_persons, stays)
    leaving_groups = _leaving(stored_groups, seen.groups.__contains__)
    return SyncPlan(
        new_persons=[
            person
            for key, person in seen.persons.items()
            if key not in disabled and key not in stored_persons
        ],
        changed_persons=[
            (stored, seen.persons[key])
            for key, stored in stored_persons.items()
            if key in seen.persons
            and key not in disabled
            and _person_differs(stored, seen.persons[key])
        ],
        leaving_persons=leaving,
        new_groups=[group for key, group in seen.groups.items() if key not in stored_groups],
        changed_groups=[
            (stored, seen.groups[key])
            for key, stored in stored_groups.items()
            if key in seen.groups and _differs(stored, group_digest(seen.groups[key]))
        ],
        leaving_groups=leaving_groups,
        doubt=_doubt("people", stored_persons, leaving)
        or _doubt("groups", stored_groups, leaving_groups),
    )


def drop_details(persons: dict[str, PersonSeen]) -> None:
    """Let go of what people are called; who is tied to whom stays.

    One after the other in the same dictionary: what is let go is room for the next.
    """
    for key, person in persons.items():
        persons[key] = replace(person, packed="")


def person_digest(person: PersonSeen) -> str:
    """Return what tells two states of a person's own facts apart.

    The last detail, the employee number, and the principal name count only where there is one:
    without it the digest is as it was before there were any, so that nobody changes by that alone.
    """
    texts = (person.dn, person.packed.removesuffix("\0"))
    return _digest(*texts, person.principal) if person.principal else _digest(*texts)


def group_digest(group: GroupSeen) -> str:
    """Return what tells two states of a group's own facts apart; members are compared apart."""
    return _digest(group.dn, group.name, group.description, group.email)


def members_of(seen: Snapshot) -> dict[str, frozenset[str]]:
    """Return the persons of each group, those of groups inside it included; circles are fine.

    A member that is neither a group of ``seen`` nor a person who is not disabled is nobody to us.
    Complexity: for each group, the members reached from it.
    """
    persons = {dn_key(one.dn): key for key, one in seen.persons.items() if not one.disabled}
    logins = _logins(seen)
    groups = {dn_key(group.dn): key for key, group in seen.groups.items()}
    direct: dict[str, frozenset[str]] = {}
    nested: dict[str, set[str]] = {}
    for key, group in seen.groups.items():
        names = [dn_key(member) for member in group.members if looks_like_dn(member)]
        given = [login_key(member) for member in group.members if not looks_like_dn(member)]
        direct[key] = frozenset(_known(names, persons) | _known(given, logins))
        nested[key] = _known(names, groups)
    return {
        # Most groups hold no other: what they have is not held twice.
        key: frozenset().union(*(direct[inner] for inner in _reached(key, nested)))
        if nested[key]
        else direct[key]
        for key in seen.groups
    }


def managers_of(
    seen: Snapshot, others: Mapping[str, PersonSeen] | None = None
) -> dict[str, str | None]:
    """Return each seen person's manager as a unique id; None where there is none we know.

    ``others`` are people known from before, who may be somebody's manager too.
    """
    known = chain((others or {}).values(), seen.persons.values())
    persons = {dn_key(person.dn): person.external_id for person in known}
    return {
        key: persons.get(dn_key(person.manager_dn)) if person.manager_dn else None
        for key, person in seen.persons.items()
    }


def _leaving(stored: Mapping[str, StoredEntry], stays: Callable[[str], bool]) -> list[StoredEntry]:
    return [entry for key, entry in stored.items() if entry.active and not stays(key)]


def _person_differs(stored: StoredEntry, seen: PersonSeen) -> bool:
    if stored.digest == AS_SEEN:
        return not stored.active
    return _differs(stored, person_digest(seen))


def _differs(stored: StoredEntry, digest: str) -> bool:
    return stored.digest != digest or not stored.active


def doubt_about(what: str, active: int, leaving: int, fate: str = "would be disabled") -> str:
    """Return why somebody should look before so many leave; "" when nothing is strange.

    >>> doubt_about("people", 1000, 51)
    '51 of 1000 people would be disabled'
    """
    if not leaving:
        return ""
    if leaving == active:
        return f"all {active} {what} {fate}"
    allowed = min(GUARD_COUNT, max(GUARD_FLOOR, int(active * GUARD_SHARE)))
    if leaving > allowed:
        return f"{leaving} of {active} {what} {fate}"
    return ""


def _doubt(what: str, stored: Mapping[str, StoredEntry], leaving: Sequence[StoredEntry]) -> str:
    return doubt_about(what, sum(entry.active for entry in stored.values()), len(leaving))


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _logins(seen: Snapshot) -> Mapping[str, str]:
    """Return who has which login; nobody where no group names its members by login."""
    if all(looks_like_dn(member) for group in seen.groups.values() for member in group.members):
        return {}
    enabled = (one for one in seen.persons.values() if one.login and not one.disabled)
    return {login_key(one.login): one.external_id for one in enabled}


def _known(names: Iterable[str], index: Mapping[str, str]) -> set[str]:
    return {index[name] for name in names if name in index}


def _reached(start: str, nested: Mapping[str, set[str]]) -> set[str]:
    reached, open_ends = {start}, [start]
    while open_ends:
        for inner in nested[open_ends.pop()] - reached:
            reached.add(inner)
            open_ends.append(inner)
    return reached
