"""What may be written about a person or group by hand, and what must not be."""

import re
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from cmdb.errors import InvalidValue
from server.people.rules.mapping import DETAILS
from server.people.rules.words import LOCAL, Rosters, Word, decided, manager_of

LANGUAGES = ("en", "es", "ru")

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def check_particulars(changes: Mapping[str, object]) -> None:
    """Raise ``InvalidValue`` naming each field whose value cannot be.

    ``changes`` maps columns of ``Person`` or ``Group`` to new values.
    """
    faults = {
        name: fault
        for name, check in _CHECKS.items()
        if name in changes and (fault := check(str(changes[name])))
    }
    if faults:
        raise InvalidValue(faults)


def check_not_from_directory(source: str, changes: Mapping[str, object]) -> None:
    """Raise ``InvalidValue`` for what the next synchronisation would take back anyway."""
    if source == "local":
        return
    kept = {*DETAILS, "name", "description", "manager_id", "active", "organisation_id"}
    faults = {name: f"comes from {source}" for name in changes if name in kept}
    if faults:
        raise InvalidValue(faults)


def check_not_from_list(
    words: Sequence[Word], rosters: Rosters, changes: Mapping[str, object]
) -> None:
    """Raise ``InvalidValue`` for what a personnel list says of somebody, and so would win."""
    if not words:
        return
    won = {name: source for name, (_, source) in decided(words, rosters).items()}
    manager = manager_of(words, rosters)
    if manager is not None:
        won["manager_id"] = manager[1]
    gone = [word.source for word in words if word.gone and word.source != LOCAL]
    if gone and changes.get("active"):
        won["active"] = gone[0]
    faults = {
        name: f"comes from {won[name]}"
        for name in changes
        if won.get(name, LOCAL) not in {"", LOCAL}
    }
    if faults:
        raise InvalidValue(faults)


def _name(value: str) -> str:
    return "" if value.strip() else "must not be empty"


def _email(value: str) -> str:
    return "" if not value or _EMAIL.fullmatch(value) else "must be an e-mail address"


def _language(value: str) -> str:
    return "" if value in LANGUAGES else f"must be one of {', '.join(LANGUAGES)}"


def _time_zone(value: str) -> str:
    return "" if value in _time_zones() else "must be the name of a time zone, as Europe/Madrid"


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


_CHECKS: Mapping[str, Callable[[str], str]] = {
    "display_name": _name,
    "name": _name,
    "email": _email,
    "language": _language,
    "time_zone": _time_zone,
}
