"""Which software is installed in sight of an actor, and where a product is below a version."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

from cmdb.engine.packages import is_below, newest_first, package_url
from cmdb.errors import NotFound
from cmdb.records.among import among
from cmdb.records.base import BigId
from cmdb.records.facts import Installation, SoftwareProduct, SoftwareRelease
from cmdb.records.items import Item
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items
from server.items.software.naming import Named, named

_SORTS = {"name": SortKey(SoftwareProduct.name, str)}
_ITEM_SORTS = {"name": SortKey(Item.name, str)}
#: An item may have several versions: neither id alone says where a page ends.
_PLACE = Item.id * literal(2**32, BigId) + SoftwareRelease.id
#: Items that are gone run nothing.
_GONE = "retired"


@dataclass(frozen=True, slots=True)
class SoftwareFilter:
    """Which products; "" means no matter. ``q`` is part of a product's name."""

    q: str = ""
    ecosystem: str = ""


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product, on how many items in sight it is, and in how many versions."""

    product: SoftwareProduct
    items: int
    versions: int

    @property
    def called(self) -> Named:
        """Return who makes it and what people call it."""
        return named(self.product.ecosystem, self.product.name)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a product, on how many items in sight, and whether it is below the limit."""

    version: str
    items: int
    below: bool
    package_url: str


@dataclass(frozen=True, slots=True)
class InstallationRow:
    """A version on an item."""

    item: Item
    version: str
    architecture: str
    source: str


def list_products(
    session: Session, actor: Actor, wanted: SoftwareFilter, page: PageRequest
) -> Page[ProductRow]:
    """Return one page of the products that are installed in sight, by name.

    Costs one index range a page and two counts over the installations of that page's products.
    """
    actor.require(Permission.ITEM_READ)
    installed = (
        _installed(actor)
        .add_columns(SoftwareRelease.id)
        .where(SoftwareRelease.product_id == SoftwareProduct.id)
        .correlate(SoftwareProduct)
    )
    query = select(SoftwareProduct).where(installed.exists())
    if wanted.q:
        query = query.where(SoftwareProduct.name.icontains(wanted.q, autoescape=True))
    if wanted.ecosystem:
        query = query.where(SoftwareProduct.ecosystem == wanted.ecosystem)
    found = fetch_page(
        session, query, PageRequest("name", page.cursor, page.limit), _SORTS, SoftwareProduct.id
    )
    counts = _counts(session, actor, [product.id for product in found.rows])
    rows = [ProductRow(product, *counts.get(product.id, (0, 0))) for product in found.rows]
    return Page(rows, found.next_cursor)


def ecosystems(session: Session, actor: Actor) -> list[str]:
    """Return the ecosystems there are products of."""
    actor.require(Permission.ITEM_READ)
    query = select(SoftwareProduct.ecosystem).distinct().order_by(SoftwareProduct.ecosystem)
    return list(session.scalars(query))


def product(session: Session, actor: Actor, product_id: int) -> SoftwareProduct:
    """Return a product that is installed in sight. Raises ``NotFound``."""
    actor.require(Permission.ITEM_READ)
    installed = _installed(actor).add_columns(SoftwareRelease.id)
    found = session.get(SoftwareProduct, product_id)
    seen = installed.where(SoftwareRelease.product_id == product_id).limit(1)
    if found is None or session.execute(seen).first() is None:
        raise NotFound("software product", product_id)
    return found


def versions_of(
    session: Session, actor: Actor, found: SoftwareProduct, below: str = ""
) -> list[VersionRow]:
    """Return the versions that are installed in sight, the newest first."""
    query = (
        _installed(actor)
        .add_columns(SoftwareRelease.version, func.count(Installation.item_id.distinct()))
        .where(SoftwareRelease.product_id == found.id)
        .group_by(SoftwareRelease.version)
    )
    counts = {row[0]: row[1] for row in session.execute(query)}
    return [
        VersionRow(
            version,
            counts[version],
            bool(below) and is_below(found.ecosystem, version, below),
            package_url(found.ecosystem, found.name, version),
        )
        for version in newest_first(found.ecosystem, counts)
    ]


def installations_of(
    session: Session,
    actor: Actor,
    found: SoftwareProduct,
    versions: Sequence[str] | None,
    page: PageRequest,
) -> Page[InstallationRow]:
    """Return one page of where the product is, by the items' names; None means every version."""
    query = (
        _installed(actor)
        .add_columns(Item, SoftwareRelease.version, SoftwareRelease.architecture)
        .add_columns(func.min(Installation.source))
        .where(SoftwareRelease.product_id == found.id)
        .group_by(Item.id, SoftwareRelease.id)
    )
    if versions is not None:
        query = query.where(SoftwareRelease.version.in_(versions))
    wanted = PageRequest("name", page.cursor, page.limit)
    rows = fetch_page(session, query, wanted, _ITEM_SORTS, _PLACE)
    return Page([InstallationRow(*row) for row in rows.rows], rows.next_cursor)


def below_limit(rows: Sequence[VersionRow]) -> list[str]:
    """Return the versions that are below the limit they were asked with."""
    return [row.version for row in rows if row.below]


def _installed(actor: Actor) -> Select[*tuple[()]]:
    """Select nothing yet from the installations in sight, with their release and item."""
    return (
        select()
        .select_from(Installation)
        .join(SoftwareRelease, SoftwareRelease.id == Installation.release_id)
        .join(Item, Item.id == Installation.item_id)
        .where(Item.stage != _GONE, visible_items(actor))
    )


def _counts(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    query = (
        _installed(actor)
        .add_columns(
            SoftwareRelease.product_id,
            func.count(Installation.item_id.distinct()),
            func.count(SoftwareRelease.version.distinct()),
        )
        .where(among(session, SoftwareRelease.product_id, ids))
        .group_by(SoftwareRelease.product_id)
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(query)}
