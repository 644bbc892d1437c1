"""Reading the register for an actor: what is out of sight does not exist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, union_all
from sqlalchemy.orm import Session

from cmdb.engine.precedence_rules import standing_precedence
from cmdb.engine.reconciliation import Standing, standing
from cmdb.errors import ItemNotFound
from cmdb.inventory.known import SourceState
from cmdb.inventory.lookup import known_item
from cmdb.inventory.reconciling import words_of
from cmdb.inventory.storable import storable_text
from cmdb.model import standing_model
from cmdb.observation import Identifier
from cmdb.query.items import (
    ItemFilter,
    exact_matches,
    find_item,
    find_items,
    live_relations_of,
    select_items,
)
from cmdb.query.language import QueryTerms, compile_query, parse_query
from cmdb.records.facts import (
    Address,
    FactSection,
    Installation,
    Interface,
    Listener,
    SoftwareProduct,
    SoftwareRelease,
)
from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item, ItemParty
from cmdb.records.parties import Group, Organisation, Person
from cmdb.records.relations import RedundancyGroup, Relation
from cmdb.records.sources import QuarantinedValue
from server.foundation.clock import utc_now
from server.foundation.paging import (
    MAX_PAGE,
    Page,
    PageRequest,
    SortKey,
    count_up_to,
    fetch_page,
    last_shown,
)
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items
from server.items.sorting import fetch_by_attribute, sortable_attributes


def _storable(value: Any) -> str:
    if not isinstance(value, str) or storable_text(value) != value:
        raise ValueError("no text of ours")
    return value


SORTS: Mapping[str, SortKey] = {
    "name": SortKey(Item.name_key, _storable),
    "class": SortKey(Item.class_code, _storable),
    "last_seen": SortKey(Item.last_seen_at, datetime.fromisoformat),
    "updated": SortKey(Item.updated_at, datetime.fromisoformat),
    "id": SortKey(Item.id, int),
}


def list_items(
    session: Session, actor: Actor, filters: ItemFilter, request: PageRequest
) -> Page[Item]:
    """Return one page of the items that fit and are in sight.

    Sorted by one of ``SORTS``, or by a searchable attribute, items without a value last. Raises
    ``QueryFault`` for a query that cannot be understood.
    """
    actor.require(Permission.ITEM_READ)
    query = selected_items(session, actor, filters)
    attributes = sortable_attributes(request.sort, filters.class_code)
    if attributes:
        return fetch_by_attribute(session, query, request, attributes)
    return fetch_page(session, query, request, SORTS, Item.id)


def count_items(session: Session, actor: Actor, filters: ItemFilter) -> int:
    """Count the items that fit and are in sight, up to ``paging.COUNT_LIMIT`` + 1."""
    actor.require(Permission.ITEM_READ)
    query = _selections(session, actor, filters, Permission.ITEM_READ)[1]
    return count_up_to(session, query.with_only_columns(Item.id))


def selected_items(
    session: Session,
    actor: Actor,
    filters: ItemFilter,
    permission: Permission = Permission.ITEM_READ,
) -> Select[Any]:
    """Return the statement for the items that fit and that ``permission`` reaches."""
    return _selections(session, actor, filters, permission)[0]


def _selections(
    session: Session, actor: Actor, filters: ItemFilter, permission: Permission
) -> tuple[Select[Any], Select[Any]]:
    """Return the statements for a page and for a count.

    Where nothing can be written, what a query costs to understand is paid once for both.
    """
    kept: dict[Any, tuple[Select[Any], Select[Any]]]
    kept = session.info.setdefault("selected_items", {})
    known = kept.get((actor, filters, permission))
    if known is not None:
        return known
    seen, model = visible_items(actor, permission), standing_model()
    terms = QueryTerms(session, model, seen, utc_now())
    asked = compile_query(terms, parse_query(filters.query))
    exact = exact_matches(session, filters.text, seen)
    found = (
        select_items(filters, seen, model, exact, asked.page),
        select_items(filters, seen, model, exact, asked.count),
    )
    if not session.connection().get_execution_options().get("cadastre_write"):
        kept[actor, filters, permission] = found
    return found


def get_item(session: Session, actor: Actor, item_id: int, *, lock: bool = False) -> Item:
    """Return one item. Raises ``ItemNotFound`` when it does not exist or is out of sight.

    With ``lock`` its version stays what it is until the transaction ends, so that of two editors
    who read the same one only the first is taken.
    """
    actor.require(Permission.ITEM_READ)
    if lock:
        return find_item(session, item_id, visible_items(actor), lock=True)
    # The parts of one page ask for the same item again and again within one unit of work.
    found: dict[tuple[Actor, int], Item] = session.info.setdefault("items_in_sight", {})
    known = found.get((actor, item_id))
    if known is None:
        known = found[actor, item_id] = find_item(session, item_id, visible_items(actor))
    return known


def require_items(session: Session, actor: Actor, item_ids: Sequence[int]) -> None:
    """Raise ``ItemNotFound`` for the first of the items that does not exist or is out of sight."""
    actor.require(Permission.ITEM_READ)
    found = find_items(session, item_ids, visible_items(actor))
    for item_id in item_ids:
        if item_id not in found:
            raise ItemNotFound(item_id)


@dataclass(frozen=True, slots=True)
class RelationRow:
    """A relation as seen from one item; ``forward`` when the item is its start."""

    relation: Relation
    other: Item
    forward: bool
    group: RedundancyGroup | None


def relations_of(session: Session, actor: Actor, item_id: int) -> list[RelationRow]:
    """Return the live relations of an item whose other end is in sight."""
    get_item(session, actor, item_id)
    found = live_relations_of(session, item_id, visible_items(actor))
    ids = {relation.group_id for relation, _ in found if relation.group_id is not None}
    groups = {
        group.id: group
        for group in session.scalars(select(RedundancyGroup).where(RedundancyGroup.id.in_(ids)))
    }
    return [
        RelationRow(
            relation, other, relation.start_id == item_id, groups.get(relation.group_id or 0)
        )
        for relation, other in found
    ]


@dataclass(frozen=True, slots=True)
class PartyRow:
    """Who stands to an item in which role."""

    role: str
    person: Person | None
    group: Group | None
    source: str


def parties_of(session: Session, item_ids: Sequence[int]) -> dict[int, list[PartyRow]]:
    """Return the parties of items that the caller has already found to be in sight."""
    query = (
        select(ItemParty, Person, Group)
        .outerjoin(Person, Person.id == ItemParty.person_id)
        .outerjoin(Group, Group.id == ItemParty.group_id)
        .where(ItemParty.item_id.in_(item_ids))
        .order_by(ItemParty.item_id, ItemParty.role, ItemParty.id)
    )
    found: dict[int, list[PartyRow]] = {}
    for party, person, group in session.execute(query):
        row = PartyRow(party.role, person, group, party.source)
        found.setdefault(party.item_id, []).append(row)
    return found


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What is known of an item, with who says so."""

    item: Item
    organisation: Organisation | None
    location: Item | None
    parties: list[PartyRow]
    #: attribute -> winner and losers
    standings: Mapping[str, Standing]
    sources: list[SourceState]
    identifiers: list[Identifier]
    quarantine: list[QuarantinedValue]


def facts_of(session: Session, actor: Actor, item_id: int, now: datetime) -> ItemFacts:
    """Return an item with the provenance of each value. Six queries, whatever its size."""
    item = get_item(session, actor, item_id)
    known = known_item(session, item)
    words = words_of(known)
    names = sorted({name for said in words.values() for name in said})
    precedence = standing_precedence()
    # One question for three answers: refused values are few, and most items have none.
    beside = session.execute(
        select(Organisation, Item, QuarantinedValue)
        .select_from(Organisation)
        .outerjoin(Item, and_(Item.id == item.location_id, visible_items(actor)))
        .outerjoin(QuarantinedValue, QuarantinedValue.item_id == item_id)
        .where(Organisation.id == item.organisation_id)
        .order_by(QuarantinedValue.attribute, QuarantinedValue.id)
    ).all()
    organisation, location, _ = beside[0]
    return ItemFacts(
        item=item,
        organisation=organisation,
        location=location,
        parties=parties_of(session, [item_id]).get(item_id, []),
        standings={name: standing(words, name, precedence, item.class_code, now) for name in names},
        sources=sorted(known.sources.values(), key=lambda state: (state.source, state.key)),
        identifiers=sorted(known.evidence(), key=lambda one: (one.kind, one.value)),
        quarantine=list(filter(None, (row[2] for row in beside))),
    )


def history_of(
    session: Session, actor: Actor, item_id: int, request: PageRequest
) -> Page[HistoryEntry]:
    """Return the item's history, newest first, relations seen from either end included.

    What was recorded of items that have become this one belongs to it.
    """
    get_item(session, actor, item_id)
    newest = PageRequest("-id", request.cursor, request.limit)
    most, last = min(max(request.limit, 1), MAX_PAGE) + 1, last_shown(newest)
    ends = (HistoryEntry.item_id, HistoryEntry.other_id)
    parts = [
        _newest_of(end == one, last, most) for one in _with_merged(session, item_id) for end in ends
    ]
    query = select(HistoryEntry).where(HistoryEntry.id.in_(union_all(*parts)))
    return fetch_page(
        session, query, newest, {"id": SortKey(HistoryEntry.id, int)}, HistoryEntry.id
    )


def _newest_of(end: ColumnElement[bool], last: int | None, most: int) -> Select[int]:
    """Select the newest rows of one range of an index, at most a page of them.

    Asked in one OR, a database reads all that ever happened to a busy item and sorts it.
    """
    query = select(HistoryEntry.id).where(end)
    if last is not None:
        query = query.where(HistoryEntry.id < last)
    ids = query.order_by(HistoryEntry.id.desc()).limit(most).subquery()
    return select(ids.c.id)


def _with_merged(session: Session, item_id: int) -> list[int]:
    """Return the item and those merged into it, however many steps away."""
    found = level = [item_id]
    while level:
        below = select(Item.id).where(Item.merged_into_id.in_(level))
        level = list(session.scalars(below))
        found = found + level
    return found


def software_of(
    session: Session, actor: Actor, item_id: int, request: PageRequest, text: str = ""
) -> Page[Any]:
    """Return one page of the packages installed on an item: (product, release) rows by name."""
    get_item(session, actor, item_id)
    query = (
        select(SoftwareProduct, SoftwareRelease)
        .join(SoftwareRelease, SoftwareRelease.product_id == SoftwareProduct.id)
        .join(Installation, Installation.release_id == SoftwareRelease.id)
        .where(Installation.item_id == item_id)
    )
    if text:
        query = query.where(SoftwareProduct.name.contains(text.strip(), autoescape=True))
    by_name = PageRequest("name", request.cursor, request.limit)
    sorts = {"name": SortKey(SoftwareProduct.name, _storable)}
    return fetch_page(session, query, by_name, sorts, SoftwareRelease.id)


def count_software(session: Session, actor: Actor, item_id: int) -> int:
    """Count the packages installed on an item."""
    get_item(session, actor, item_id)
    query = select(func.count()).where(Installation.item_id == item_id)
    return session.scalar(query) or 0


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """The interfaces of an item with their addresses, and what listens there."""

    interfaces: list[tuple[Interface, list[Address]]]
    listeners: list[Listener]


def network_of(session: Session, actor: Actor, item_id: int) -> NetworkFacts:
    """Return interfaces, addresses and listening ports."""
    get_item(session, actor, item_id)
    addresses: dict[int, list[Address]] = {}
    found = select(Address).where(Address.item_id == item_id).order_by(Address.address)
    for address in session.scalars(found):
        addresses.setdefault(address.interface_id, []).append(address)
    interfaces = session.scalars(
        select(Interface).where(Interface.item_id == item_id).order_by(Interface.name)
    )
    listeners = session.scalars(
        select(Listener).where(Listener.item_id == item_id).order_by(Listener.port, Listener.id)
    )
    return NetworkFacts([(row, addresses.get(row.id, [])) for row in interfaces], list(listeners))


def sections_of(session: Session, actor: Actor, item_id: int) -> dict[str, list[Any]]:
    """Return the small sections (processors, memory, disks, file systems) by name."""
    get_item(session, actor, item_id)
    query = select(FactSection).where(FactSection.item_id == item_id).order_by(FactSection.source)
    return {row.name: row.rows for row in session.scalars(query)}


def stored_sections(session: Session, actor: Actor, item_id: int) -> list[FactSection]:
    """Return every small section that any source told of the item, by name and source."""
    get_item(session, actor, item_id)
    query = select(FactSection).where(FactSection.item_id == item_id)
    return list(session.scalars(query.order_by(FactSection.name, FactSection.source)))


def names_of(session: Session, actor: Actor, item_ids: Sequence[int]) -> dict[int, str]:
    """Return the names of those items that are in sight."""
    query = select(Item.id, Item.name).where(Item.id.in_(item_ids), visible_items(actor))
    return {row.id: row.name for row in session.execute(query)}
