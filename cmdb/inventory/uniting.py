"""What one item would be if another turned out to be the same.

Decided in memory, for both the preview of a merge and the merge itself.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cmdb.engine.reconciliation import Precedence
from cmdb.inventory.families import takes_class
from cmdb.inventory.known import KnownItem, SourceState
from cmdb.inventory.reconciling import decide_winners
from cmdb.model import Model
from cmdb.vocabulary import PERSON


@dataclass(frozen=True, slots=True)
class ValueChoice:
    """One attribute of two items that become one: what each says, and what will stand."""

    attribute: str
    kept: Any
    gone: Any
    result: Any

    @property
    def conflict(self) -> bool:
        """Say whether both say something, and not the same."""
        return None not in (self.kept, self.gone) and self.kept != self.gone


@dataclass(slots=True)
class United:
    """The item as it will be, and how each source of the other one gets there.

    ``folded`` are words of a source that speaks of both under one key: {attribute: [old, new]} by
    the row that keeps them.
    """

    item: KnownItem
    values: tuple[ValueChoice, ...] = ()
    moved: list[SourceState] = field(default_factory=list)
    folded: dict[int, dict[str, list[Any]]] = field(default_factory=dict)


def unite(
    model: Model, precedence: Precedence, kept: KnownItem, gone: KnownItem, now: datetime
) -> United:
    """Return ``kept`` with everything that is known of ``gone``; neither is changed."""
    united = United(deepcopy(kept))
    item = united.item
    for key, state in gone.sources.items():
        if key in item.sources:
            mine = item.sources[key]
            if taken := _fold(mine, state):
                united.folded[mine.id or 0] = taken
        else:
            item.sources[key] = deepcopy(state)
            united.moved.append(item.sources[key])
    for identity, moment in gone.identifiers.items():
        item.identifiers[identity] = max(moment, item.identifiers.get(identity, moment))
    item.last_seen_at = max(kept.last_seen_at, gone.last_seen_at)
    item.touched = True
    if takes_class(model, item, gone.class_code, outranks=False):
        item.note("class", item.class_code, gone.class_code, PERSON)
        item.class_code = gone.class_code
    decide_winners(item, sorted(_spoken(item)), precedence, now, PERSON)
    united.values = tuple(_choices(kept, gone, item))
    return united


def _fold(mine: SourceState, other: SourceState) -> dict[str, list[Any]]:
    """Take the other's words that are newer; return {attribute: [old word, new word]}."""
    taken: dict[str, list[Any]] = {}
    for name, word in other.words.items():
        known = mine.words.get(name)
        if known is None or (known[0] != word[0] and known[1] < word[1]):
            taken[name] = [known, word]
            mine.words[name] = deepcopy(word)
            mine.changed = True
    return taken


def unfold(state: SourceState, taken: Mapping[str, list[Any]]) -> None:
    """Give back words that were taken, where nobody has said anything else since."""
    for name, (old, new) in taken.items():
        if state.words.get(name) == new:
            state.changed = True
            if old is None:
                del state.words[name]
            else:
                state.words[name] = old


def _spoken(item: KnownItem) -> Iterable[str]:
    return {name for state in item.sources.values() for name in state.words}


def _choices(kept: KnownItem, gone: KnownItem, item: KnownItem) -> Iterable[ValueChoice]:
    for name in sorted(kept.winners.keys() | gone.winners.keys() | item.winners.keys()):
        one, other = kept.winners.get(name), gone.winners.get(name)
        yield ValueChoice(name, one, other, item.winners.get(name))
