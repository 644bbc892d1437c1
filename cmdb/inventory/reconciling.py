"""Puts one observation's words into an item and lets the winners be decided anew."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from cmdb.engine.identity import evidence_of, keys_of, relevant
from cmdb.engine.reconciliation import Precedence, Rule, Word, plan
from cmdb.inventory.known import KnownItem, SourceState
from cmdb.inventory.storable import LONGEST_FACT, storable
from cmdb.observation import Observation
from cmdb.vocabulary import DIRECTORY, KEY, PERSON, LifeStage

#: What an attribute falls back to when nobody says anything of it any more.
_FALLBACKS = {"stage": LifeStage.IN_USE.value}
#: Whose evidence is what they say at present: people correct, and a directory renames; its next
#: computer of the former name must not be taken for this one.
_SAID_ANEW = frozenset({DIRECTORY, PERSON})
#: What an item never loses, even when the last source takes its word back.
_KEPT = frozenset({"name"})


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
            first_seen_at=min(seen.observed_at, now),
        )
        item.sources[origin.source, key] = state
    since = now.isoformat()
    for name, value in accepted.items():
        word = state.words.get(name)
        if value is None:
            state.changed |= state.words.pop(name, None) is not None
        elif word is None or word[0] != value:
            state.words[name] = [value, since]
            state.changed = True
    _confirm(item, state, seen, now)
    if origin.source in _SAID_ANEW:
        _take_evidence_said(item, origin.source, now)
    return state


def _confirm(item: KnownItem, state: SourceState, seen: Observation, now: datetime) -> None:
    readings = state.readings | storable(seen.readings, longest=LONGEST_FACT)
    if readings != state.readings:
        # A source sends those that moved; the others are still what they were.
        state.readings, state.changed = readings, True
    if state.confidence != seen.origin.confidence:
        state.confidence = seen.origin.confidence
        state.changed = True
    # A clock that runs ahead must not make an item look fresher than now.
    moment = min(seen.observed_at, now)
    state.last_seen_at = max(state.last_seen_at or moment, moment)
    state.confirmed = True
    item.last_seen_at = max(item.last_seen_at, moment)
    item.touched = True
    for identifier in relevant(item.class_code, seen.identifiers):
        _carry(item, (identifier.kind, identifier.value, state.source), now)


def _carry(item: KnownItem, identity: tuple[str, str, str], now: datetime) -> None:
    item.gone_identifiers.discard(identity)
    if identity in item.identifiers:
        item.confirmed_identifiers.add(identity)
    else:
        item.identifiers[identity] = now
        item.new_identifiers.add(identity)


def _take_evidence_said(item: KnownItem, source: str, now: datetime) -> None:
    """Make what a source says now evidence, and only that: a corrected serial must not linger."""
    said: set[tuple[str, str, str]] = set()
    for state in item.sources.values():
        if state.source == source:
            values = {name: word[0] for name, word in state.words.items()}
            said |= {(i.kind, i.value, source) for i in evidence_of(values, item.class_code)}
    for identity in [i for i in item.identifiers if i[2] == source and i not in said]:
        del item.identifiers[identity]
        if identity in item.new_identifiers:
            item.new_identifiers.discard(identity)
        else:
            item.gone_identifiers.add(identity)
    for identity in said:
        _carry(item, identity, now)


def take_keys(item: KnownItem, now: datetime) -> bool:
    """Make each source's words the keys of its item's class; say whether any came or went."""
    wanted = {
        (key.kind, key.value, state.source)
        for state in item.sources.values()
        for key in keys_of({n: word[0] for n, word in state.words.items()}, item.class_code)
    }
    gone = {one for one in item.identifiers if one[0] == KEY} - wanted
    come = wanted - item.identifiers.keys()
    for identity in gone:
        del item.identifiers[identity]
        item.gone_identifiers.add(identity)
    for identity in come:
        _carry(item, identity, now)
    item.touched |= bool(gone or come)
    return bool(gone or come)


def decide_winners(
    item: KnownItem, names: Iterable[str], precedence: Precedence, now: datetime, source: str
) -> bool:
    """Decide the winning value of each of ``names``; say whether any changed.

    ``source`` is who has spoken: what nobody says any more, it has taken back.
    """
    if item.is_new and len(item.sources) == 1:
        return _take_only_words(item, names)
    changes = plan(item.winners, words_of(item), names, precedence, item.class_code, now)
    changed = False
    for change in changes:
        new = _FALLBACKS.get(change.attribute) if change.new is None else change.new
        if new == change.old or (new is None and change.attribute in _KEPT):
            continue
        changed = True
        if not item.is_new:
            item.note(change.attribute, change.old, new, change.source or source)
        if new is None:
            item.winners.pop(change.attribute, None)
        else:
            item.winners[change.attribute] = new
    return changed


def _take_only_words(item: KnownItem, names: Iterable[str]) -> bool:
    """Take every word of the only source, as a plan would have it."""
    (state,) = item.sources.values()
    before = dict(item.winners)
    for name in names:
        if (word := state.words.get(name)) is not None:
            item.winners[name] = word[0]
        elif name not in _KEPT:
            item.winners.pop(name, None)
    return item.winners != before


def outranks_others(item: KnownItem, source: str, precedence: Precedence) -> bool:
    """Say whether ``source`` stands above every other source that has spoken of the item."""
    rule = Rule()
    mine = precedence.rank(source, rule)
    return all(mine < precedence.rank(other, rule) for other, _ in item.sources if other != source)


def words_of(item: KnownItem) -> dict[str, dict[str, Word]]:
    """Return {source: {attribute: word}}; of two keys of one source the newer word counts."""
    words: dict[str, dict[str, Word]] = {}
    for state in item.sources.values():
        spoken = words.setdefault(state.source, {})
        seen = state.last_seen_at or item.last_seen_at
        for name, (value, since, *until) in state.words.items():
            known = spoken.get(name)
            if known is None or known.seen < seen:
                ends = datetime.fromisoformat(until[0]) if until else None
                spoken[name] = Word(value, datetime.fromisoformat(since), seen, ends)
    return words
