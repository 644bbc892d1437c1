"""Deciding what a delivery of a personnel list does, before anything is written. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from server.people.rules.logins import login_key
from server.people.rules.roster_lines import Line
from server.people.rules.sync_plan import GUARD_COUNT, GUARD_FLOOR, GUARD_SHARE

_EXAMPLES = 50


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody whom a line may be about."""

    person_id: int
    employee_number: str
    email_key: str


@dataclass(frozen=True, slots=True)
class StoredWord:
    """What the list said of somebody before. ``active``: they are here, by all we know."""

    person_id: int
    key: str
    digest: str
    gone: bool
    active: bool


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """Who is new, of whom something is said for the first time or anew, and who left."""

    new: Sequence[Line]
    #: (person's id, line)
    joined: Sequence[tuple[int, Line]]
    changed: Sequence[tuple[int, Line]]
    #: Persons of whom the list no longer speaks.
    missing: Sequence[StoredWord]
    #: Every line's key to the person it is about, of those that are known already.
    people: Mapping[str, int]
    conflicts: Sequence[str]
    #: Ids of those who are here now and would be disabled.
    leaving: Sequence[int]
    doubt: str = ""


@dataclass(slots=True)
class RosterReport:
    """What one delivery said and did. ``state`` as in ``RosterRun.state``."""

    state: str = "running"
    error: str = ""
    doubt: str = ""
    lines_read: int = 0
    persons_created: int = 0
    persons_joined: int = 0
    persons_changed: int = 0
    persons_deactivated: int = 0
    persons_reactivated: int = 0
    managers_changed: int = 0
    #: Ids of persons who leave, the first of them.
    leaving: list[int] = field(default_factory=list)
    #: What could not be carried out, in English, the first of it.
    conflicts: list[str] = field(default_factory=list)
    conflict_count: int = 0

    def note_conflicts(self, texts: Iterable[str]) -> None:
        """Remember what a person has to put right."""
        for text in texts:
            self.conflict_count += 1
            if len(self.conflicts) < _EXAMPLES:
                self.conflicts.append(text)

    def document(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return asdict(self)


def plan_roster(
    lines: Sequence[Line],
    stored: Mapping[str, StoredWord],
    known: Sequence[KnownPerson],
    *,
    complete: bool,
    creates: bool,
) -> RosterPlan:
    """Compare what a list says with what it said before, and find whom new lines are about.

    A line is about whom the list's key says it is; a new one about the one person with its employee
    number or, where nobody has that, with its e-mail address. Two such persons are a conflict,
    never a guess. ``known``: the persons within the list's organisation. Complexity: linear.
    """
    people = {key: word.person_id for key, word in stored.items()}
    finder = _Finder(known, set(people.values()))
    new: list[Line] = []
    joined: list[tuple[int, Line]] = []
    conflicts: list[str] = []
    for line in lines:
        found = None if line.key in stored else finder.take(line)
        if isinstance(found, str):
            conflicts.append(found)
        elif found is not None:
            joined.append((found, line))
            people[line.key] = found
        elif line.key not in stored and not line.gone:
            # Somebody nobody knows who has left is not written down.
            if why := _refusal(line, creates=creates):
                conflicts.append(why)
            else:
                new.append(line)
    changed = [
        (stored[line.key].person_id, line)
        for line in lines
        if line.key in stored and stored[line.key].digest != line.digest
    ]
    missing = _missing(lines, stored) if complete else []
    leaving, active = _leaving(stored, joined, changed, missing)
    return RosterPlan(
        new, joined, changed, missing, people, conflicts, leaving, _doubt(len(leaving), active)
    )


def _refusal(line: Line, *, creates: bool) -> str:
    if not creates:
        return f"line {line.number}: nobody of that number or address is known"
    return "" if "display_name" in line.said else f"line {line.number}: it has no name"


def _missing(lines: Sequence[Line], stored: Mapping[str, StoredWord]) -> list[StoredWord]:
    here = {line.key for line in lines}
    return [word for key, word in stored.items() if key not in here and not word.gone]


def _leaving(
    stored: Mapping[str, StoredWord],
    joined: Sequence[tuple[int, Line]],
    changed: Sequence[tuple[int, Line]],
    missing: Sequence[StoredWord],
) -> tuple[list[int], int]:
    """Return who would be disabled, and how many are here now by what the list knows."""
    active = {word.person_id for word in stored.values() if word.active}
    first = [person_id for person_id, line in joined if line.gone]
    left = [person_id for person_id, line in changed if line.gone]
    left += [word.person_id for word in missing]
    return [*first, *(one for one in left if one in active)], len(active) + len(joined)


class _Finder:
    """Whom a line is about, among those of whom the list has not spoken yet."""

    def __init__(self, known: Sequence[KnownPerson], taken: set[int]) -> None:
        self._taken = taken
        self._numbers: dict[str, list[int]] = {}
        self._addresses: dict[str, list[int]] = {}
        for person in known:
            if person.employee_number:
                self._numbers.setdefault(person.employee_number, []).append(person.person_id)
            if person.email_key:
                self._addresses.setdefault(person.email_key, []).append(person.person_id)

    def take(self, line: Line) -> int | str | None:
        """Return the person's id, None for nobody, or in English why nobody can tell."""
        found = self._numbers.get(line.said.get("employee_number", ""), [])
        found = found or self._addresses.get(login_key(line.said.get("email", "")), [])
        if len(found) > 1:
            return f"line {line.number}: {len(found)} people have that number or address"
        if not found:
            return None
        if found[0] in self._taken:
            return f"line {line.number}: another line is about the person with that address"
        self._taken.add(found[0])
        return found[0]


def _doubt(leaving: int, active: int) -> str:
    if leaving == active > GUARD_FLOOR:
        return f"all {active} people would be disabled"
    if leaving > min(GUARD_COUNT, max(GUARD_FLOOR, int(active * GUARD_SHARE))):
        return f"{leaving} of {active} people would be disabled"
    return ""
