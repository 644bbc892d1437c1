"""Targets as data: what may take how long, to whom that was promised, and what it is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

MEASURES = ("respond", "resolve", "handover", "update")
#: A requester's promise is an SLA, a group's an OLA, a supplier's an underpinning contract.
WHOSE = ("requester", "group", "supplier")
#: Lines of support, as groups have them.
LINES = ("1", "1.5", "2", "3", "supplier")
SUPPLIER = "supplier"
#: Whose each measure may be; the first unless a target says otherwise.
_WHOSE_OF = {
    "respond": WHOSE,
    "resolve": WHOSE,
    "handover": ("group",),
    "update": ("requester",),
}
_MOST_MINUTES = 60 * 24 * 366
_LISTS = {
    "kinds": str,
    "priorities": int,
    "services": int,
    "organisations": int,
    "lines": str,
    "groups": int,
}
#: Ids of records at which a supplier's target points.
_RECORDS = ("supplier", "contract")


@dataclass(frozen=True, slots=True)
class Target:
    """How much working time something may take. Empty conditions fit everything.

    ``lines`` and ``groups`` are about whoever has the ticket; ``supplier`` and ``contract`` are ids
    of the records that a supplier's target comes from.
    """

    measure: str
    minutes: int
    calendar: str
    kinds: tuple[str, ...] = ()
    priorities: tuple[int, ...] = ()
    services: tuple[int, ...] = ()
    organisations: tuple[int, ...] = ()
    tier: int | None = None
    whose: str = "requester"
    lines: tuple[str, ...] = ()
    groups: tuple[int, ...] = ()
    supplier: int | None = None
    contract: int | None = None

    @property
    def time(self) -> timedelta:
        """Return it as a length of working time."""
        return timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Case:
    """What of a ticket decides its targets."""

    kind: str
    priority: int
    organisation_id: int
    service_ids: frozenset[int] = frozenset()
    tier: int | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """A time in which one group had a ticket; ``end`` None: it has it still.

    ``referenced``: a supplier keeps it under a number of its own. ``answered_at`` is when somebody
    of the group, or the supplier, first said something about it in that time.
    """

    start: datetime
    end: datetime | None
    group_id: int
    line: str
    referenced: bool = False
    answered_at: datetime | None = None


#: From when to when contracts run, both days included, by id.
Terms = Mapping[int, tuple[date, date]]


def fits(target: Target, case: Case) -> bool:
    """Say whether a target holds for a case.

    >>> fits(Target("resolve", 60, "always", priorities=(1, 2)), Case("incident", 3, 1))
    False
    """
    in_tier = target.tier is None or (case.tier is not None and case.tier <= target.tier)
    return (
        in_tier
        and (not target.kinds or case.kind in target.kinds)
        and (not target.priorities or case.priority in target.priorities)
        and (not target.organisations or case.organisation_id in target.organisations)
        and (not target.services or not case.service_ids.isdisjoint(target.services))
    )


def binds(target: Target, stay: Stay | None, terms: Terms) -> bool:
    """Say whether a target of a group or a supplier binds whoever has the ticket.

    A supplier is bound once it keeps the ticket under a number, and while its contract runs; the
    lines inside are bound by targets of groups. Accepting a hand-over is asked of both.

    >>> from datetime import UTC
    >>> nine = datetime(2026, 3, 2, 9, tzinfo=UTC)
    >>> inside = Target("resolve", 60, "always", whose="group", lines=("2",))
    >>> [binds(inside, Stay(nine, None, 7, line), {}) for line in ("2", "3")]
    [True, False]
    """
    if stay is None:
        return not target.lines and not target.groups
    named = (not target.lines or stay.line in target.lines) and (
        not target.groups or stay.group_id in target.groups
    )
    if not named or target.measure == "handover":
        return named
    if target.whose != "supplier":
        return stay.line != SUPPLIER
    return stay.line == SUPPLIER and stay.referenced and _runs(target, stay, terms)


def _runs(target: Target, stay: Stay, terms: Terms) -> bool:
    if target.contract is None:
        return True
    starts, ends = terms.get(target.contract, (date.max, date.min))
    return starts <= stay.start.date() <= ends


def holder_of(target: Target, stay: Stay) -> str:
    """Return under which name a clock is kept: of a contract, a supplier, a line or a group.

    >>> from datetime import UTC
    >>> stay = Stay(datetime(2026, 3, 2, 9, tzinfo=UTC), None, 7, "2")
    >>> holder_of(Target("resolve", 60, "always", whose="group", lines=("2", "3")), stay)
    'line:2'
    """
    if target.contract is not None:
        return f"contract:{target.contract}"
    if target.supplier is not None:
        return f"supplier:{target.supplier}"
    if target.lines and not target.groups:
        return f"line:{stay.line}"
    return f"group:{stay.group_id}"


def whose_of(measure: str, holder: str) -> str:
    """Return whose a clock is, one of ``WHOSE``.

    >>> whose_of("resolve", ""), whose_of("resolve", "line:2"), whose_of("resolve", "contract:9")
    ('requester', 'group', 'supplier')
    """
    if holder.startswith(("supplier:", "contract:")):
        return "supplier"
    return "group" if holder or measure == "handover" else "requester"


def read_targets(
    given: Any, calendars: Mapping[str, Any], faults: dict[str, str]
) -> tuple[Target, ...]:
    """Return the targets of a document; what is wrong is put into ``faults`` by its place."""
    found: list[Target] = []
    if not isinstance(given, list):
        faults["targets"] = "must be a list of tables"
        return ()
    for number, entry in enumerate(given):
        place = f"targets.{number}"
        if not isinstance(entry, Mapping):
            faults[place] = "must be a table"
            continue
        target = _target(entry, place, calendars, faults)
        if target is not None:
            found.append(target)
    return tuple(found)


def _target(
    entry: Mapping[str, Any], place: str, calendars: Mapping[str, Any], faults: dict[str, str]
) -> Target | None:
    known = {"measure", "minutes", "calendar", "tier", "whose", *_RECORDS, *_LISTS}
    wrong = {name: "is not known here" for name in entry if name not in known}
    if entry.get("measure") not in MEASURES:
        wrong["measure"] = f"must be one of {', '.join(MEASURES)}"
    minutes = entry.get("minutes")
    if type(minutes) is not int or not 1 <= minutes <= _MOST_MINUTES:
        wrong["minutes"] = f"must be from 1 to {_MOST_MINUTES}"
    if entry.get("calendar") not in calendars:
        wrong["calendar"] = f"must be one of {', '.join(calendars)}"
    tier = entry.get("tier")
    if tier is not None and (type(tier) is not int or not 0 <= tier <= 9):
        wrong["tier"] = "must be from 0 to 9"
    for name, sort in _LISTS.items():
        value = entry.get(name, [])
        if not isinstance(value, list) or any(type(one) is not sort for one in value):
            wrong[name] = "must be a list"
    wrong |= {} if wrong else _holding_faults(entry)
    if wrong:
        faults |= {f"{place}.{name}": text for name, text in wrong.items()}
        return None
    lists: dict[str, Any] = {name: tuple(entry.get(name, ())) for name in _LISTS}
    whose = entry.get("whose", _WHOSE_OF[entry["measure"]][0])
    return Target(
        entry["measure"],
        entry["minutes"],
        entry["calendar"],
        tier=tier,
        whose=whose,
        supplier=entry.get("supplier"),
        contract=entry.get("contract"),
        **lists,
    )


def _holding_faults(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with whose an otherwise sound target is."""
    possible = _WHOSE_OF[entry["measure"]]
    whose = entry.get("whose", possible[0])
    if whose not in possible:
        return {"whose": f"must be one of {', '.join(possible)} for {entry['measure']}"}
    if whose == "requester":
        text = "is for targets of groups and suppliers"
        return {name: text for name in ("lines", "groups", *_RECORDS) if entry.get(name)}
    if any(line not in LINES for line in entry.get("lines", ())):
        return {"lines": f"must be some of {', '.join(LINES)}"}
    if whose == "group":
        return {name: "is for targets of suppliers" for name in _RECORDS if name in entry}
    given = [name for name in _RECORDS if name in entry]
    if not given:
        return {"supplier": "must be the number of a supplier, or name a contract"}
    return {
        name: "must be the number of a record" for name in given if type(entry[name]) is not int
    }
