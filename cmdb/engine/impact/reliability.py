"""How often an item is down by itself: by its own word, or as is assumed of its class.

>>> assumed_of(("hypervisor", "server", "computer")).hours_to_repair
6.0
>>> assumed_of(("business_service", "service")) is None
True
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cmdb.engine.impact.availability import unavailability_from

BETWEEN, REPAIR = "hours_between_failures", "hours_to_repair"
"""The attributes that every item may have, named as in ``reliability.toml``."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Mean times of an item or a class; ``own`` when the item itself says so."""

    hours_between_failures: float
    hours_to_repair: float
    own: bool = False

    @property
    def unavailability(self) -> float:
        """The share of time that the item is down for reasons of its own."""
        return unavailability_from(self.hours_between_failures, self.hours_to_repair)


@cache
def assumed_reliabilities() -> Mapping[str, Reliability]:
    """Return what is assumed, by class."""
    text = files("cmdb.engine.impact").joinpath("reliability.toml").read_text("utf-8")
    return {
        code: Reliability(float(entry[BETWEEN]), float(entry[REPAIR]))
        for code, entry in tomllib.loads(text).items()
    }


def assumed_of(class_codes: Iterable[str]) -> Reliability | None:
    """Return what is assumed of the first of the classes for which anything is, nearest first."""
    known = assumed_reliabilities()
    return next((known[code] for code in class_codes if code in known), None)


def reliability_of(
    attributes: Mapping[str, object], class_codes: Iterable[str]
) -> Reliability | None:
    """Return an item's own mean times; of what it does not say, what is assumed of its class.

    >>> reliability_of({"hours_to_repair": "2"}, ["server"])
    Reliability(hours_between_failures=40000.0, hours_to_repair=2.0, own=True)
    """
    assumed = assumed_of(class_codes)
    between, repair = _hours(attributes.get(BETWEEN)), _hours(attributes.get(REPAIR))
    if between is None and repair is None:
        return assumed
    if assumed is not None:
        between, repair = (
            between or assumed.hours_between_failures,
            repair or assumed.hours_to_repair,
        )
    return Reliability(between, repair, own=True) if between and repair else None


def _hours(told: object) -> float | None:
    """Return a stored decimal, which is text or a number; None for none, and for nonsense."""
    try:
        hours = float(str(told))
    except ValueError:
        return None
    return hours if 0 < hours < float("inf") else None
