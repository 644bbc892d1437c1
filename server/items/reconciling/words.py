"""What was said of one item: by whom, since when, and how a person acts on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cmdb.engine.precedence_rules import standing_precedence
from cmdb.engine.reconciliation import Word, standing
from cmdb.errors import InvalidValue
from cmdb.inventory.door import Inventory
from cmdb.inventory.known import SourceState
from cmdb.inventory.lookup import known_item
from cmdb.inventory.reconciling import words_of
from cmdb.query.items import find_items
from cmdb.records.items import Item
from server.foundation.errors import PermissionDenied
from server.foundation.permissions import Actor, Permission
from server.items.actions import author_of, edit_item
from server.items.queries import get_item
from server.items.scope import visible_items


@dataclass(frozen=True, slots=True)
class SaidWord:
    """One source's word on an attribute. ``wins``: it counts; ``fresh``: it may."""

    source: str
    word: Word
    wins: bool
    fresh: bool


@dataclass(frozen=True, slots=True)
class WhoSaysWhat:
    """Every word on an item, by attribute; the strategy by which each is decided."""

    item: Item
    words: Mapping[str, tuple[SaidWord, ...]]
    strategies: Mapping[str, str]
    sources: tuple[SourceState, ...]


def who_says_what(session: Session, actor: Actor, item_id: int, now: datetime) -> WhoSaysWhat:
    """Return every word on an item, the winner first. Raises ``ItemNotFound``."""
    item = get_item(session, actor, item_id)
    known = known_item(session, item)
    words, precedence = words_of(known), standing_precedence()
    found: dict[str, tuple[SaidWord, ...]] = {}
    strategies: dict[str, str] = {}
    for name in sorted({name for said in words.values() for name in said}):
        decided = standing(words, name, precedence, item.class_code, now)
        winner = decided.winner
        said = [*([winner] if winner else []), *decided.losers]
        found[name] = tuple(
            SaidWord(source, word, (source, word) == winner, precedence.is_valid(source, word, now))
            for source, word in said
        )
        strategies[name] = precedence.rule(item.class_code, name).strategy
    return WhoSaysWhat(item, found, strategies, tuple(known.sources.values()))


def override(
    session: Session,
    actor: Actor,
    item_id: int,
    values: Mapping[str, Any],
    until: datetime | None,
    now: datetime,
) -> Item:
    """Let a person's word hold, until a moment if one is given.

    Raises ``InvalidValue`` for a moment that has passed, and what ``edit_item`` raises.
    """
    if until is not None and until <= now:
        raise InvalidValue({"until": "must not lie in the past"})
    if not values or any(value is None for value in values.values()):
        raise InvalidValue({"values": "say what counts instead"})
    edit_item(session, actor, item_id, values, now)
    door = Inventory(session, now, author_of(actor))
    door.redecider().expire(item_id, dict.fromkeys(values, until))
    session.expire_all()
    return session.get_one(Item, item_id)


def take_words_back(
    session: Session,
    actor: Actor,
    item_id: int,
    state_id: int,
    attributes: tuple[str, ...],
    now: datetime,
) -> Item:
    """Forget what one source said of an item; the next source counts until it speaks again.

    Raises ``ItemNotFound``, ``NotFound``, ``PermissionDenied``.
    """
    actor.require(Permission.ITEM_WRITE)
    get_item(session, actor, item_id)
    if not find_items(session, [item_id], visible_items(actor, Permission.ITEM_WRITE)):
        raise PermissionDenied(Permission.ITEM_WRITE)
    door = Inventory(session, now, author_of(actor))
    door.redecider().withdraw(item_id, state_id, attributes)
    session.expire_all()
    return session.get_one(Item, item_id)
