"""Reading a rule of alarms from a document, with every fault under the place where it stands."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any

from cmdb.errors import InvalidValue
from server.desk.alarms.rules.values import SIGNALS, AlarmRule, Example

_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")
_MOST_WORDS = 50
_MOST_EXAMPLES = 50
#: A number of a rule: the smallest and the largest.
_BOUNDS: Mapping[str, tuple[int, int]] = {
    "worst_tier": (0, 9),
    "priority": (1, 9),
    "group_id": (1, 2**63 - 1),
    "organisation_id": (1, 2**63 - 1),
    "reopen_hours": (0, 24 * 30),
    "quiet_hours": (1, 24 * 7),
    "most_open": (1, 1000),
}
_MAY_BE_NOTHING = ("worst_tier", "priority", "group_id", "organisation_id")
_LISTS = ("class_codes", "words", "not_words")
_NAMES = ("kind", "category", "urgency")
_TRUTHS = ("enabled", "resolves")


def read_rule(code: str, document: Mapping[str, Any]) -> AlarmRule:
    """Return the rule of a document, in the form of ``rule_document``; what is absent is usual.

    Raises ``InvalidValue`` naming each place that is wrong, as ``examples.0.measure``.
    """
    faults: dict[str, str] = {}
    if not _CODE.fullmatch(code):
        faults["code"] = "must be lower-case letters, digits and _"
    given: dict[str, Any] = {"code": code, "name": _name(document, "name", faults)}
    signal = document.get("signal")
    if signal not in SIGNALS:
        faults["signal"] = f"must be one of {', '.join(SIGNALS)}"
        signal = next(iter(SIGNALS))
    given["signal"] = signal
    given["threshold"] = _threshold(str(signal), document, faults)
    given |= {name: _words(document, name, faults) for name in _LISTS if name in document}
    given |= {name: str(document[name] or "") for name in _NAMES if name in document}
    given |= {name: document[name] is True for name in _TRUTHS if name in document}
    given |= {name: _whole(document, name, faults) for name in _BOUNDS if name in document}
    given["examples"] = _examples(document, faults)
    if faults:
        raise InvalidValue(faults)
    return AlarmRule(**given, labels=document.get("labels") or {})


def rule_document(rule: AlarmRule) -> dict[str, Any]:
    """Return a rule as it is stored and told; ``read_rule`` reads it back."""
    told = asdict(rule)
    for name in ("code", "labels"):
        del told[name]
    return told | {name: list(told[name]) for name in (*_LISTS, "examples")}


def _name(document: Mapping[str, Any], place: str, faults: dict[str, str]) -> str:
    name = str(document.get("name") or "").strip()
    if not 0 < len(name) <= 120:
        faults[place] = "must have 1 to 120 characters"
    return name


def _threshold(signal: str, document: Mapping[str, Any], faults: dict[str, str]) -> float:
    meant = SIGNALS[signal]
    value = document.get("threshold")
    if value is None:
        return meant.threshold
    number = _number(value)
    if number is None or not meant.lowest <= number <= meant.highest:
        faults["threshold"] = f"must be from {meant.lowest:g} to {meant.highest:g}"
        return meant.threshold
    return number


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if -1e12 < value < 1e12 else None


def _whole(document: Mapping[str, Any], name: str, faults: dict[str, str]) -> int | None:
    value = document[name]
    if value is None and name in _MAY_BE_NOTHING:
        return None
    low, high = _BOUNDS[name]
    if type(value) is int and low <= value <= high:
        return value
    faults[name] = f"must be from {low} to {high}"
    return None


def _words(document: Mapping[str, Any], name: str, faults: dict[str, str]) -> tuple[str, ...]:
    value = document[name]
    entries = list(value) if isinstance(value, list | tuple) else [None]
    texts = tuple(dict.fromkeys(one.strip() for one in entries if isinstance(one, str)))
    if len(texts) != len(entries) or len(texts) > _MOST_WORDS or not all(texts):
        faults[name] = f"must be a list of at most {_MOST_WORDS} words, each once"
    elif any(len(one) > 120 for one in texts):
        faults[name] = "must have 1 to 120 characters"
    return texts


def _examples(document: Mapping[str, Any], faults: dict[str, str]) -> tuple[Example, ...]:
    given = document.get("examples") or ()
    if not isinstance(given, list | tuple) or len(given) > _MOST_EXAMPLES:
        faults["examples"] = f"must be a list of at most {_MOST_EXAMPLES}"
        return ()
    return tuple(_example(one, f"examples.{n}", faults) for n, one in enumerate(given))


def _example(given: Any, place: str, faults: dict[str, str]) -> Example:
    entry = given if isinstance(given, Mapping) else {}
    measure, tier = _number(entry.get("measure", 0)), entry.get("tier")
    if measure is None:
        faults[f"{place}.measure"] = "must be a number"
    if tier is not None and (type(tier) is not int or not 0 <= tier <= 9):
        faults[f"{place}.tier"] = "must be from 0 to 9"
        tier = None
    return Example(
        _name(entry, f"{place}.name", faults),
        str(entry.get("class_code") or "")[:120],
        tier,
        str(entry.get("subject") or "")[:400],
        measure or 0,
        entry.get("fits") is not False,
    )


@cache
def shipped_rules() -> Mapping[str, AlarmRule]:
    """Return the rules that every installation begins with, by code."""
    text = files("server.desk.alarms.rules").joinpath("shipped.toml").read_text("utf-8")
    return {code: read_rule(code, entry) for code, entry in tomllib.loads(text).items()}
