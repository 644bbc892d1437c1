"""Lists sorted by an attribute of a class; items that have none of it stand at the end."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cmdb.model import Attribute, ValueType, standing_model
from cmdb.records.items import Item, ItemValue
from cmdb.vocabulary import ClassCode
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page

_NUMBERS = frozenset(
    {ValueType.BOOLEAN, ValueType.INTEGER, ValueType.DECIMAL, ValueType.MONEY, ValueType.REFERENCE}
)
#: Marks a cursor among the items that have no value.
_WITHOUT = "~"


def sortable_attributes(sort: str, class_code: str) -> list[Attribute]:
    """Return what a sort such as ``-os_version`` means in a class; nothing for other sorts."""
    model = standing_model()
    name = sort.removeprefix("-")
    if not name or model.find_class(class_code or "item") is None:
        return []
    below = model.descendants(ClassCode(class_code or "item"))
    inherited = model.find_attribute(name, class_code or "item")
    named = [a for a in model.attributes_named(name) if a.class_code in below or a == inherited]
    return [a for a in named if a.searchable and a.class_code != "item"]


def fetch_by_attribute(
    session: Session, query: Select[Any], request: PageRequest, attributes: Sequence[Attribute]
) -> Page[Item]:
    """Return one page in the order of an attribute's keys.

    Of a list of values the first counts. Raises ``InvalidValue`` for a damaged cursor.
    """
    ids = [one.id for one in attributes]
    is_number = attributes[0].type in _NUMBERS
    column: Any = ItemValue.number_key if is_number else ItemValue.text_key
    of_attribute = ItemValue.attribute_id.in_(ids) & (ItemValue.position == 0)
    if not request.cursor.startswith(_WITHOUT):
        keyed = query.join(ItemValue, (ItemValue.item_id == Item.id) & of_attribute).where(
            column.is_not(None)
        )
        sorts = {request.sort.removeprefix("-"): SortKey(column)}
        page: Page[Item] = fetch_page(session, keyed, request, sorts, Item.id)
        if page.next_cursor is not None:
            return page
        left = request.limit - len(page.rows)
        rest = _without(session, query, of_attribute, replace(request, cursor="", limit=left or 1))
        if left <= 0:
            return Page(page.rows, _WITHOUT if rest.rows else None)
        return Page([*page.rows, *rest.rows], rest.next_cursor)
    cursor = request.cursor.removeprefix(_WITHOUT)
    return _without(session, query, of_attribute, replace(request, cursor=cursor))


def _without(
    session: Session, query: Select[Any], of_attribute: Any, request: PageRequest
) -> Page[Item]:
    """Return a page of the items without any value, by id."""
    held = select(ItemValue.item_id).where(ItemValue.item_id == Item.id, of_attribute)
    bare = query.where(~held.correlate(Item).exists())
    by_id = PageRequest("id", request.cursor, request.limit)
    page: Page[Item] = fetch_page(session, bare, by_id, {"id": SortKey(Item.id, int)}, Item.id)
    cursor = None if page.next_cursor is None else f"{_WITHOUT}{page.next_cursor}"
    return Page(page.rows, cursor)
