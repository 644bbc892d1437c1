"""What a picker of items offers: by name, by any part of a serial number, and by who uses it."""

from collections.abc import Iterator

from cmdb.model import standing_model
from cmdb.query.items import ItemFilter
from cmdb.records.items import Item
from cmdb.vocabulary import LifeStage
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.items.queries import list_items
from server.items.searching import search_items
from server.people.queries.people import PersonFilter, list_people

#: Of so many people with such a name the items are offered.
_HOLDERS = 3
#: Below this many letters half the company would be meant.
_FEWEST_LETTERS = 3


def items_to_pick(words: str, class_code: str, most: int) -> list[tuple[Item, str]]:
    """Return at most ``most`` items in use and in sight, each with what it was found by.

    Those whose name begins with ``words`` stand first and say nothing more; then come those that
    hold them in a name or a serial number, and those of people who are called so. ``class_code``
    narrows them to one class and those below; "" to none.
    """
    found: dict[int, tuple[Item, str]] = {}
    for item, why in _candidates(words, class_code, most):
        found.setdefault(item.id, (item, why))
        if len(found) == most:
            break
    return list(found.values())


def _candidates(words: str, class_code: str, most: int) -> Iterator[tuple[Item, str]]:
    session, actor = current_session(), current_actor()
    named = ItemFilter(text=words, class_code=class_code, stage=LifeStage.IN_USE)
    for item in list_items(session, actor, named, PageRequest("name", limit=most)).rows:
        yield item, ""
    if len(words) < _FEWEST_LETTERS:
        return
    classes = standing_model().descendants(class_code) if class_code else None
    for item in search_items(session, actor, words, most):
        if item.stage == LifeStage.IN_USE and (classes is None or item.class_code in classes):
            yield item, item.serial or ""
    if not actor.may(Permission.PERSON_READ):
        return
    called = PersonFilter(q=words, active=True)
    for person in list_people(session, actor, called, PageRequest("name", limit=_HOLDERS)).rows:
        held = ItemFilter(person_id=person.id, class_code=class_code, stage=LifeStage.IN_USE)
        for item in list_items(session, actor, held, PageRequest("name", limit=most)).rows:
            yield item, person.display_name
