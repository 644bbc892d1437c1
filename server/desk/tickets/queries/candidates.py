"""Which tickets may be like another: the newest by each of items, models and words.

However many tickets there are, each question looks at a part of them: tickets of one item by an
index, of one model and of common words among the newest first, and of what is rare there, which few
can hold, everywhere.
"""

from collections.abc import Sequence
from itertools import combinations

from sqlalchemy import Select, and_, func, or_, select, union_all
from sqlalchemy.orm import Session

from cmdb.records.items import Item
from server.assets.products.models import ItemOfModel
from server.desk.tickets.models import AffectedItem, Ticket
from server.desk.tickets.rules.likeness import Traits
from server.foundation.search.index import TICKET, newest_matching

#: The newest candidates by each of items, models and words.
CANDIDATES = 200
#: What so many of the newest tickets hold often enough is not looked for among the others.
NEAR = 20_000
#: Items of the same models whose tickets are looked for among all.
_OF_MODEL = 100
#: Of a title so many words are looked for, the longest; two of them have to stand in the other.
_ASKED = 8


def candidates_for(
    session: Session, mine: Traits, *, near: int = NEAR, most: int = CANDIDATES
) -> set[int]:
    """Return the ids of tickets that share an item, a model or words with one; without itself.

    ``most`` by each, the newest; ``near`` is how many of the newest are looked at first.
    """
    newest = session.scalar(select(func.max(Ticket.id))) or 0
    first = max(newest - near, 0)
    found = _by_items(session, [one.item_id for one in mine.items], most)
    found |= _by_models(session, mine, first, most)
    found |= _by_words(session, mine, first, most)
    return found - {mine.ticket_id}


def _by_items(session: Session, item_ids: Sequence[int], most: int) -> set[int]:
    """Return the newest tickets of any of the items: of each the end of an index."""
    if not item_ids:
        return set()
    each = [
        select(AffectedItem.ticket_id)
        .where(AffectedItem.item_id == one)
        .order_by(AffectedItem.ticket_id.desc())
        .limit(most)
        .subquery()
        for one in item_ids
    ]
    query = union_all(*(select(one.c.ticket_id) for one in each))
    return set(sorted(set(session.scalars(query)), reverse=True)[:most])


def _by_models(session: Session, mine: Traits, first: int, most: int) -> set[int]:
    """Return the newest tickets about items of the same models."""
    kinds = sorted({(one.class_code, one.model) for one in mine.items if one.model})
    if not kinds:
        return set()
    alike = or_(*(and_(Item.class_code == code, Item.model == model) for code, model in kinds))
    of_items = _newest_affected(most).join(Item, Item.id == AffectedItem.item_id).where(alike)
    found = set(session.scalars(of_items.where(AffectedItem.ticket_id > first)))
    if len(found) < most and first:
        models = select(ItemOfModel.model_id).where(
            ItemOfModel.item_id.in_([one.item_id for one in mine.items if one.model])
        )
        same = select(ItemOfModel.item_id).where(ItemOfModel.model_id.in_(models))
        ids = session.scalars(same.order_by(ItemOfModel.item_id.desc()).limit(_OF_MODEL)).all()
        found |= _by_items(session, ids, most)
    return found


def _newest_affected(most: int) -> Select[int]:
    newest = select(AffectedItem.ticket_id).order_by(AffectedItem.ticket_id.desc())
    return newest.distinct().limit(most)


def _by_words(session: Session, mine: Traits, first: int, most: int) -> set[int]:
    """Return the newest tickets that hold two telling words of the title, in what all read."""
    stems = sorted(mine.title_words, key=lambda stem: -len(mine.title_words[stem]))[:_ASKED]
    if not stems:
        return set()
    pairs = [frozenset(pair) for pair in combinations(stems, 2)] or [frozenset(stems)]
    # What was said internally is not asked: the reasons name words that every reader sees.
    found: set[int] = set()
    for after in dict.fromkeys((first, 0)):
        query = newest_matching([pairs], TICKET, inner=False, after=after, limit=most)
        found = set(session.scalars(query))
        if len(found) == most:
            break
    return found
