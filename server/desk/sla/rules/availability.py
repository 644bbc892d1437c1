"""How available services are to be, as data: percent of the agreed time, and the longest outage."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_LISTS = ("services", "organisations")
_MOST_MINUTES = 60 * 24 * 31


@dataclass(frozen=True, slots=True)
class AvailabilityTarget:
    """What was promised of services for each calendar month. Empty conditions fit everything.

    ``percent`` of the calendar's time, ``longest_minutes`` of it that one outage may last; None for
    what was not promised. ``organisations`` are the customers to whom it was.
    """

    calendar: str
    percent: float | None = None
    longest_minutes: int | None = None
    services: tuple[int, ...] = ()
    organisations: tuple[int, ...] = ()
    tier: int | None = None


def fits_service(target: AvailabilityTarget, service_id: int, tier: int | None) -> bool:
    """Say whether a target is about a service.

    >>> fits_service(AvailabilityTarget("always", 99.9, tier=1), 7, 2)
    False
    """
    in_tier = target.tier is None or (tier is not None and tier <= target.tier)
    return in_tier and (not target.services or service_id in target.services)


def promises_of_service(
    targets: Iterable[AvailabilityTarget], service_id: int, tier: int | None
) -> dict[int | None, AvailabilityTarget]:
    """Return what holds for each customer, None for everybody: the first target that fits.

    >>> most = AvailabilityTarget("always", 99)
    >>> gold = AvailabilityTarget("always", 99.9, organisations=(4,))
    >>> sorted(promises_of_service([gold, most], 7, None), key=str)
    [4, None]
    >>> sorted(promises_of_service([most, gold], 7, None), key=str)
    [None]
    """
    found: dict[int | None, AvailabilityTarget] = {}
    for target in targets:
        if not fits_service(target, service_id, tier):
            continue
        if not target.organisations:
            found[None] = target
            break
        for organisation_id in target.organisations:
            found.setdefault(organisation_id, target)
    return found


def read_availability(
    given: Any, calendars: Mapping[str, Any], faults: dict[str, str]
) -> tuple[AvailabilityTarget, ...]:
    """Return the targets of a document; what is wrong is put into ``faults`` by its place."""
    if not isinstance(given, list):
        faults["availability"] = "must be a list of tables"
        return ()
    found = []
    for number, entry in enumerate(given):
        place = f"availability.{number}"
        if not isinstance(entry, Mapping):
            faults[place] = "must be a table"
            continue
        wrong = _faults(entry, calendars)
        if wrong:
            faults |= {f"{place}.{name}": text for name, text in wrong.items()}
            continue
        found.append(
            AvailabilityTarget(
                entry["calendar"],
                entry.get("percent"),
                entry.get("longest_minutes"),
                tuple(entry.get("services", ())),
                tuple(entry.get("organisations", ())),
                entry.get("tier"),
            )
        )
    return tuple(found)


def _faults(entry: Mapping[str, Any], calendars: Mapping[str, Any]) -> dict[str, str]:
    known = {"calendar", "percent", "longest_minutes", "tier", *_LISTS}
    wrong = {str(name): "is not known here" for name in entry if name not in known}
    if entry.get("calendar") not in calendars:
        wrong["calendar"] = f"must be one of {', '.join(calendars)}"
    percent, longest = entry.get("percent"), entry.get("longest_minutes")
    if percent is not None and (type(percent) not in (int, float) or not 0 < percent <= 100):
        wrong["percent"] = "must be more than 0 and at most 100"
    if longest is not None and (type(longest) is not int or not 1 <= longest <= _MOST_MINUTES):
        wrong["longest_minutes"] = f"must be from 1 to {_MOST_MINUTES}"
    if percent is None and longest is None:
        wrong.setdefault("percent", "give percent, longest_minutes or both")
    tier = entry.get("tier")
    if tier is not None and (type(tier) is not int or not 0 <= tier <= 9):
        wrong["tier"] = "must be from 0 to 9"
    for name in _LISTS:
        value = entry.get(name, [])
        if not isinstance(value, list) or any(type(one) is not int for one in value):
            wrong[name] = "must be a list of numbers of records"
    return wrong
