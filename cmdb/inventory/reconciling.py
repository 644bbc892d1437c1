"""Puts one observation's words into an item and lets the winners be decided anew."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cmdb.engine.reconciliation import Precedence, Word, plan
from cmdb.errors import InvalidValue
from cmdb.inventory.known import KnownItem, SourceState
from cmdb.model import Model
from cmdb.observation import Observation


def accept_values(model: Model, seen: Observation) -> tuple[dict[str, Any], dict[str, str]]:
    """Return (values the model accepts, problems of those it refuses)."""
    accepted: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, raw in seen.values.items():
        if raw is None:
            accepted[name] = None
            continue
        attribute = model.find_attribute(name, seen.class_code)
        if attribute is None:
            problems[name] = f"the class {seen.class_code} has no attribute {name!r}"
            continue
        try:
            accepted[name] = model.validate_value(attribute, raw)
        except InvalidValue as error:
            problems[name] = error.fields.get(name, str(error))
    return accepted, problems


def speak(
    item: KnownItem, seen: Observation, key: str, accepted: Mapping[str, Any], now: datetime
) -> SourceState:
    """Store the source's words and evidence on ``item``; return the source's state.

    ``key`` is the source's key for this very item: its own, or an alias for a clone's.
    """
    origin = seen.origin
    state = item.sources.get((origin.source, key))
    if state is None:
        state = SourceState(
            source=origin.source,
            key=key,
            organisation_id=item.organisation_id,
            confidence=origin.confidence,
            first_seen_at=seen.observed_at,
        )
        item.sources[origin.source, key] = state
    since = now.isoformat()
    for name, value in accepted.items():
        word = state.words.get(name)
        if value is None:
            state.words_changed |= state.words.pop(name, None) is not None
        elif word is None or word[0] != value:
            state.words[name] = [value, since]
            state.words_changed = True
    _confirm(item, state, seen, now)
    return state


def _confirm(item: KnownItem, state: SourceState, seen: Observation, now: datetime) -> None:
    if seen.readings and seen.readings != state.readings:
        state.readings = dict(seen.readings)
    state.confidence = seen.origin.confidence
    # A clock that runs ahead must not make an item look fresher than now.
    moment = min(seen.observed_at, now)
    state.last_seen_at = max(state.last_seen_at or moment, moment)
    state.words_changed = True  # last_seen_at is part of the row
    item.last_seen_at = max(item.last_seen_at, moment)
    item.touched = True
    for identifier in seen.identifiers:
        identity = (identifier.kind, identifier.value, state.source)
        if identity not in item.identifiers:
            item.identifiers[identity] = now
            item.new_identifiers.add(identity)


def decide_winners(item: KnownItem, names: set[str], precedence: Precedence, now: datetime) -> None:
    """Decide the winning value of each of ``names``, and note what changed."""
    if item.is_new and len(item.sources) == 1:
        _only_word(item, names)
        return
    words = words_of(item)
    for change in plan(item.winners, words, names, precedence, item.class_code, now):
        before = item.changed.get(change.attribute)
        old = before[0] if before else change.old
        item.changed[change.attribute] = (old, change.new, change.source or "")
        _set(item.winners, change.attribute, change.new)


def _only_word(item: KnownItem, names: set[str]) -> None:
    (state,) = item.sources.values()
    for name in names:
        word = state.words.get(name)
        _set(item.winners, name, word[0] if word else None)


def _set(winners: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        winners.pop(name, None)
    else:
        winners[name] = value


def words_of(item: KnownItem) -> dict[str, dict[str, Word]]:
    """Return {source: {attribute: word}}; of two keys of one source the newer word counts."""
    words: dict[str, dict[str, Word]] = {}
    for state in item.sources.values():
        spoken = words.setdefault(state.source, {})
        for name, (value, since, *_) in state.words.items():
            word = Word(
                value, datetime.fromisoformat(since), state.last_seen_at or item.last_seen_at
            )
            if name not in spoken or spoken[name].seen < word.seen:
                spoken[name] = word
    return words
