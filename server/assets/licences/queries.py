"""Reading licences for an actor, and how each stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, ColumnElement, Integer, Select, and_, func, or_, select, union
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.model.text import text_key
from cmdb.records.among import among
from cmdb.records.facts import Installation, SoftwareProduct, SoftwareRelease
from cmdb.records.items import Item, ItemParty
from cmdb.records.parties import OrganisationClosure
from cmdb.vocabulary import LifeStage, PartyRole
from server.assets.licences.matching import FLOATING, means_product
from server.assets.licences.models import (
    LicenceEntitlement,
    LicencePattern,
    PatternProduct,
    SoftwareLicence,
)
from server.assets.licences.rules import CORE, USER, Standing, Use, standing_on
from server.assets.models import Contract, Supplier
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.items.scope import visible_items

_SORTS = {"name": SortKey(SoftwareLicence.name_key)}
_ITEM_SORTS = {"name": SortKey(Item.name, str)}
_CORES = Item.attributes["cpu_cores"].as_string().cast(Integer)


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """A licence and how it stands."""

    licence: SoftwareLicence
    standing: Standing


@dataclass(frozen=True, slots=True)
class BoughtRow:
    """So many, from whom and under which contract."""

    entitlement: LicenceEntitlement
    supplier: Supplier | None
    contract: Contract | None


@dataclass(frozen=True, slots=True)
class LicenceDetails:
    """All there is to a licence."""

    licence: SoftwareLicence
    standing: Standing
    covers: tuple[str, ...]
    bought: tuple[BoughtRow, ...]


@dataclass(frozen=True, slots=True)
class UsingRow:
    """An item that uses a licence: by which product, and with how many cores if that is known."""

    item: Item
    product: str
    version: str
    cores: int | None


def licences_in_scope(
    actor: Actor, permission: Permission = Permission.ITEM_READ
) -> ColumnElement[bool]:
    """Return the condition on ``SoftwareLicence`` for what the actor may see, or do."""
    return visible(actor, permission, ScopeColumns(SoftwareLicence.organisation_id))


def list_licences(
    session: Session, actor: Actor, text: str, state: str, request: PageRequest, today: date
) -> Page[LicenceRow]:
    """Return one page of licences by name, with how each stands on a day.

    ``text`` is part of the name or of the maker's; ``state`` one of ``STATES`` or "". Only items
    in sight count. Costs one range of the catalogue's index for each pattern of a licence shown;
    one that begins with ``*`` costs what ``matching`` found of it, and a look at newer products.
    """
    actor.require(Permission.ITEM_READ)
    query = select(SoftwareLicence).where(licences_in_scope(actor))
    if text:
        query = query.where(
            or_(
                SoftwareLicence.name_key.contains(text_key(text), autoescape=True),
                SoftwareLicence.vendor.icontains(text, autoescape=True),
            )
        )
    if state:
        every = standings_of(session, actor, session.scalars(query).all(), today)
        wanted = [key for key, one in every.items() if one.state == state]
        query = query.where(among(session, SoftwareLicence.id, wanted))
    asked = PageRequest("name", request.cursor, request.limit)
    page = fetch_page(session, query, asked, _SORTS, SoftwareLicence.id)
    known = standings_of(session, actor, page.rows, today)
    return Page([LicenceRow(row, known[row.id]) for row in page.rows], page.next_cursor)


def get_licence(session: Session, actor: Actor, licence_id: int) -> SoftwareLicence:
    """Return one licence. Raises ``NotFound``."""
    actor.require(Permission.ITEM_READ)
    query = select(SoftwareLicence).where(
        SoftwareLicence.id == licence_id, licences_in_scope(actor)
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("software_licence", licence_id)
    return found


def licence_details(session: Session, actor: Actor, licence_id: int, today: date) -> LicenceDetails:
    """Return all there is to one licence. Raises ``NotFound``."""
    licence = get_licence(session, actor, licence_id)
    patterns = session.execute(
        select(LicencePattern.ecosystem, LicencePattern.pattern)
        .where(LicencePattern.licence_id == licence_id)
        .order_by(LicencePattern.id)
    )
    bought = session.execute(
        select(LicenceEntitlement, Supplier, Contract)
        .outerjoin(Supplier, Supplier.id == LicenceEntitlement.supplier_id)
        .outerjoin(Contract, Contract.id == LicenceEntitlement.contract_id)
        .where(LicenceEntitlement.licence_id == licence_id)
        .order_by(LicenceEntitlement.starts_on, LicenceEntitlement.id)
    )
    return LicenceDetails(
        licence,
        standings_of(session, actor, [licence], today)[licence_id],
        tuple(f"{row[0]}:{row[1]}" if row[0] else row[1] for row in patterns),
        tuple(BoughtRow(*row) for row in bought),
    )


def items_using(
    session: Session, actor: Actor, licence_id: int, request: PageRequest
) -> Page[UsingRow]:
    """Return one page of the items in sight that use a licence, by name. Raises ``NotFound``."""
    get_licence(session, actor, licence_id)
    covered = _covered(SoftwareLicence.id == licence_id)
    query = (
        _using(actor, covered)
        .add_columns(Item, func.min(covered.c.product), func.min(SoftwareRelease.version))
        .group_by(Item.id)
    )
    asked = PageRequest("name", request.cursor, request.limit)
    page = fetch_page(session, query, asked, _ITEM_SORTS, Item.id)
    rows = [
        UsingRow(item, product, version, _whole(item.attributes.get("cpu_cores")))
        for item, product, version in page.rows
    ]
    return Page(rows, page.next_cursor)


def standings_of(
    session: Session, actor: Actor, licences: Sequence[SoftwareLicence], today: date
) -> dict[int, Standing]:
    """Return how licences stand on a day, by their ids."""
    ids = [one.id for one in licences]
    if not ids:
        return {}
    held: dict[int, list[LicenceEntitlement]] = {key: [] for key in ids}
    query = select(LicenceEntitlement)
    for one in session.scalars(query.where(among(session, LicenceEntitlement.licence_id, ids))):
        held[one.licence_id].append(one)
    used = _counted(session, actor, ids)
    people = [one.id for one in licences if one.metric == USER]
    used |= _by_people(session, actor, people, used) if people else {}
    return {key: standing_on(today, held[key], used.get(key, Use())) for key in ids}


def _counted(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, Use]:
    here = _placed(session, actor, ids).subquery()
    query = select(
        here.c.licence_id,
        here.c.metric,
        func.count(),
        func.sum(here.c.cores),
        func.count(here.c.cores),
    )
    found = {}
    for key, metric, items, cores, known in session.execute(
        query.group_by(here.c.licence_id, here.c.metric)
    ):
        by_core = metric == CORE
        found[key] = Use(int(cores or 0), items, items - known) if by_core else Use(items, items)
    return found


def _by_people(
    session: Session, actor: Actor, ids: Sequence[int], counted: dict[int, Use]
) -> dict[int, Use]:
    """Count people once however many items they use; an item without a user stands for one."""
    here = _placed(session, actor, ids).subquery()
    uses = and_(
        ItemParty.item_id == here.c.item_id,
        ItemParty.role == PartyRole.USER.value,
        ItemParty.person_id.is_not(None),
    )
    query = (
        select(
            here.c.licence_id,
            func.count(ItemParty.person_id.distinct()),
            func.count(here.c.item_id.distinct()).filter(ItemParty.person_id.is_(None)),
        )
        .outerjoin(ItemParty, uses)
        .group_by(here.c.licence_id)
    )
    return {
        key: Use(people + nobodys, counted[key].items, nobodys)
        for key, people, nobodys in session.execute(query)
    }


def _placed(session: Session, actor: Actor, ids: Sequence[int]) -> Select[Any]:
    covered = _covered(among(session, SoftwareLicence.id, ids))
    return (
        _using(actor, covered)
        .add_columns(
            covered.c.licence_id,
            covered.c.metric,
            Item.id.label("item_id"),
            _CORES.label("cores"),
        )
        .distinct()
    )


def _covered(which: ColumnElement[bool]) -> CTE:
    """Return the products that licences are about, each once for each of those licences.

    They are found first, by the ranges of the patterns in the index of products' keys: installed is
    a thousand times as much. What a pattern that begins with ``*`` means was found before.
    """
    ranged = SoftwareProduct.name_key.between(LicencePattern.name_from, LicencePattern.name_until)
    newest = select(func.max(SoftwareProduct.id)).scalar_subquery()
    # With an end a range is few rows to PostgreSQL; without, a third of the catalogue.
    newer = SoftwareProduct.id.between(LicencePattern.seen_until + 1, newest)
    found = _products(which).join(PatternProduct, PatternProduct.pattern_id == LicencePattern.id)
    return (
        union(
            _products(which).join(SoftwareProduct, and_(~FLOATING, ranged, means_product())),
            _products(which).join(SoftwareProduct, and_(FLOATING, newer, means_product())),
            found.join(SoftwareProduct, SoftwareProduct.id == PatternProduct.product_id),
        )
        .cte("covered")
        .prefix_with("MATERIALIZED")
    )


def _products(which: ColumnElement[bool]) -> Select[int, str, int, int, str]:
    return (
        select(
            SoftwareLicence.id.label("licence_id"),
            SoftwareLicence.metric,
            SoftwareLicence.organisation_id,
            SoftwareProduct.id.label("product_id"),
            SoftwareProduct.name.label("product"),
        )
        .select_from(SoftwareLicence)
        .join(LicencePattern, LicencePattern.licence_id == SoftwareLicence.id)
        .where(which)
    )


def _using(actor: Actor, covered: CTE) -> Select[*tuple[()]]:
    """Select nothing yet from where products are installed in sight and a licence counts."""
    below = and_(
        OrganisationClosure.ancestor_id == covered.c.organisation_id,
        OrganisationClosure.descendant_id == Item.organisation_id,
    )
    # The sum keeps SQLite from walking through all items with all that is installed on them.
    here = Item.id == Installation.item_id + 0
    return (
        select()
        .select_from(covered)
        .join(SoftwareRelease, SoftwareRelease.product_id == covered.c.product_id)
        .join(Installation, Installation.release_id == SoftwareRelease.id)
        .join(Item, here)
        .join(OrganisationClosure, below)
        .where(Item.stage != LifeStage.RETIRED.value, visible_items(actor))
    )


def _whole(told: Any) -> int | None:
    return told if isinstance(told, int) else None
