"""Lists as they were recorded at a past moment, narrowed by what had a past. Rights are today's."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.model import standing_model
from cmdb.model.text import clean, text_key
from cmdb.query.items import ItemFilter
from cmdb.query.language import QueryTerms, compile_as_of, parse_query
from cmdb.records.items import Item
from cmdb.records.parties import OrganisationClosure
from cmdb.records.past import ItemPast
from cmdb.records.relations import GraphChange
from cmdb.vocabulary import ClassCode
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission
from server.items.past.recalling import PastItem, rebuilt, sequence_then
from server.items.scope import visible_items

#: What a list of the past can be narrowed by: the rest has no validity of its own.
_ASKABLE = frozenset({"text", "query", "class_code", "stage", "criticality", "organisation_id"})
_HIGH = "\U0010ffff"


def items_as_of(
    session: Session, actor: Actor, filters: ItemFilter, request: PageRequest, moment: datetime
) -> Page[PastItem]:
    """Return one page of the items that fitted then, in the order in which they were registered.

    Raises ``InvalidValue`` naming a filter that the past cannot answer, ``QueryFault`` for a query
    or a word of it that it cannot, ``HistoryNotKept``.
    """
    actor.require(Permission.ITEM_READ)
    _refuse_unaskable(filters)
    if request.sort not in ("", "id"):
        raise InvalidValue({"sort": "the past is listed by id alone"})
    sequence, seen = sequence_then(session, moment), visible_items(actor)
    query = _fitting(filters, sequence).where(seen)
    node = parse_query(filters.query)
    if node is not None:
        terms = QueryTerms(session, standing_model(), seen, moment)
        listed = query.with_only_columns(Item.id)
        query = query.where(compile_as_of(terms, sequence, node, listed))
    asked = PageRequest("id", request.cursor, request.limit)
    page: Page[Item] = fetch_page(session, query, asked, {"id": SortKey(Item.id, int)}, Item.id)
    return Page(rebuilt(session, page.rows, moment), page.next_cursor)


def _refuse_unaskable(filters: ItemFilter) -> None:
    plain = ItemFilter()
    problems = {
        name: "the past cannot be asked for this"
        for name in ItemFilter.__slots__
        if name not in _ASKABLE and getattr(filters, name) != getattr(plain, name)
    }
    if problems:
        raise InvalidValue(problems)


def _fitting(filters: ItemFilter, sequence: int) -> Select[Any]:
    """Select the items whose terms at ``sequence`` fit; those that came later are left out."""
    terms = and_(
        ItemPast.item_id == Item.id,
        ItemPast.valid_from <= sequence,
        ItemPast.valid_to > sequence,
    )
    born = select(GraphChange.row_id).where(GraphChange.seq > sequence, GraphChange.op == "item+")
    query = select(Item).outerjoin(ItemPast, terms).where(Item.id.not_in(born))
    if filters.class_code:
        model = standing_model()
        if model.find_class(filters.class_code) is None:
            raise InvalidValue({"class": f"there is no class {filters.class_code!r}"})
        codes = sorted(model.descendants(ClassCode(filters.class_code)))
        query = query.where(_then(ItemPast.class_code, Item.class_code).in_(codes))
    if filters.stage:
        query = query.where(_then(ItemPast.stage, Item.stage) == filters.stage)
    if filters.criticality is not None:
        was = or_(
            and_(ItemPast.item_id.is_(None), Item.criticality == filters.criticality),
            ItemPast.criticality == filters.criticality,
        )
        query = query.where(was)
    if filters.organisation_id is not None:
        below = select(OrganisationClosure.descendant_id).where(
            OrganisationClosure.ancestor_id == filters.organisation_id
        )
        query = query.where(_then(ItemPast.organisation_id, Item.organisation_id).in_(below))
    if filters.text:
        key = text_key(clean(filters.text))
        now = and_(ItemPast.item_id.is_(None), Item.name_key >= key, Item.name_key < key + _HIGH)
        # Names of the past have no key; few items were renamed since.
        then = func.lower(ItemPast.name).startswith(key, autoescape=True)
        query = query.where(or_(now, then))
    return query


def _then(past: Any, present: Any) -> Any:
    return func.coalesce(past, present)
