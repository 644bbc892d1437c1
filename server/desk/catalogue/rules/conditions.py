"""Which questions of a form are shown, and whether something waits for itself."""

from collections.abc import Mapping
from typing import Any

from server.desk.catalogue.rules.offering import FormField, OfferingForm


def shown_fields(form: OfferingForm, values: Mapping[str, Any]) -> frozenset[str]:
    """Return the codes of the questions that are shown when these answers were given so far.

    A question whose condition rests on one that is hidden is hidden. A truth that was not answered
    counts as false.
    """
    known = {field.code: field for field in form.fields}
    shown: dict[str, bool] = {}
    for code in in_order({one.code: _rests_on(one) for one in form.fields}):
        field = known[code]
        condition = field.shown_when
        if condition is None:
            shown[code] = True
            continue
        other = known[condition.field]
        held = _held(other, values.get(other.code))
        shown[code] = shown[other.code] and not held.isdisjoint(condition.values)
    return frozenset(code for code, is_shown in shown.items() if is_shown)


def in_order(rests_on: Mapping[str, str]) -> list[str]:
    """Return the codes so that each comes after the one it rests on ("" or unknown: none).

    What rests on itself is left out, with whatever rests on that: see ``circles``.

    >>> in_order({"c": "b", "b": "a", "a": "", "x": "y", "y": "x"})
    ['a', 'b', 'c']
    """
    waiting: dict[str, list[str]] = {}
    found: list[str] = []
    for code, other in rests_on.items():
        if other in rests_on:
            waiting.setdefault(other, []).append(code)
        else:
            found.append(code)
    for code in found:
        found += waiting.get(code, ())
    return found


def circles(rests_on: Mapping[str, str]) -> set[str]:
    """Return the codes that in the end rest on themselves.

    >>> sorted(circles({"a": "b", "b": "a", "c": "a", "d": "d", "e": ""}))
    ['a', 'b', 'd']
    """
    # What no other of the rest rests on leads into a circle at most.
    rest = dict.fromkeys(rests_on.keys() - set(in_order(rests_on)))
    while outer := rest.keys() - {rests_on[code] for code in rest}:
        for code in outer:
            del rest[code]
    return set(rest)


def _rests_on(field: FormField) -> str:
    return field.shown_when.field if field.shown_when else ""


def _held(field: FormField, value: Any) -> frozenset[str | bool]:
    """Return what a question holds, as conditions name it."""
    if field.type == "boolean":
        return frozenset({bool(value)})
    if field.type == "choices":
        return frozenset(value or ())
    return frozenset() if value is None else frozenset({value})
