"""What is known to be wrong with one item, and when support of what runs on it ends."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from cmdb.records.facts import Installation, SoftwareProduct, SoftwareRelease
from cmdb.records.items import Item
from server.foundation.permissions import Actor
from server.items.advisories.matching import is_of_cycle
from server.items.advisories.models import Advisory, AdvisoryMatch, AdvisoryRange
from server.items.advisories.queries import on_its_system
from server.items.advisories.values import LIFE_CYCLE
from server.items.queries import get_item

#: The gravest are told; more of one machine nobody reads at once.
_MOST = 100


@dataclass(frozen=True, slots=True)
class Weakness:
    """A vulnerability of a release on the item; ``fixed`` mends it, "" for nothing yet."""

    advisory: Advisory
    product: str
    version: str
    fixed: str


@dataclass(frozen=True, slots=True)
class SupportEnd:
    """When support of something on the item ends: its operating system or a product."""

    advisory_id: int
    product: str
    version: str
    ends_on: date


@dataclass(frozen=True, slots=True)
class KnownOfItem:
    """What is known: the gravest weaknesses, how many there are, and ends of support by day."""

    weaknesses: tuple[Weakness, ...]
    total: int
    support_ends: tuple[SupportEnd, ...]


def known_of_item(session: Session, actor: Actor, item_id: int) -> KnownOfItem:
    """Return what advisories and life cycles say of one item. Raises ``ItemNotFound``."""
    item = get_item(session, actor, item_id)
    wrong = _meant(item_id, Advisory.feed != LIFE_CYCLE)
    total = session.scalar(select(func.count()).select_from(wrong.subquery())) or 0
    ordered = wrong.order_by(*_GRAVEST_FIRST).limit(_MOST)
    weaknesses = tuple(Weakness(*row) for row in session.execute(ordered))
    ends = [
        SupportEnd(one.id, product, version, one.ends_on)
        for one, product, version, _ in session.execute(_meant(item_id, _IS_CYCLE))
    ]
    ends += _of_system(session, item)
    return KnownOfItem(weaknesses, total, tuple(sorted(ends, key=lambda one: one.ends_on)))


_GRAVEST_FIRST = (
    *(Advisory.rank.desc(), Advisory.id),
    *(SoftwareProduct.name, SoftwareProduct.id, SoftwareRelease.version),
)
_IS_CYCLE = (Advisory.feed == LIFE_CYCLE) & Advisory.ends_on.is_not(None)


def _meant(item_id: int, which: Any) -> Select[Any]:
    return (
        select(Advisory, SoftwareProduct.name, SoftwareRelease.version)
        .add_columns(func.max(AdvisoryMatch.fixed).label("fixed"))
        .join(AdvisoryMatch, AdvisoryMatch.advisory_id == Advisory.id)
        .join(Installation, Installation.release_id == AdvisoryMatch.release_id)
        .join(SoftwareRelease, SoftwareRelease.id == AdvisoryMatch.release_id)
        .join(SoftwareProduct, SoftwareProduct.id == SoftwareRelease.product_id)
        .join(Item, Item.id == Installation.item_id)
        .where(Installation.item_id == item_id, which, on_its_system())
        # Two agents may tell of one package, one of them without its architecture.
        .group_by(Advisory.id, SoftwareProduct.id, SoftwareRelease.version)
    )


def _of_system(session: Session, item: Item) -> list[SupportEnd]:
    system = str(item.attributes.get("os_id") or "")
    version = str(item.attributes.get("os_version") or "")
    if not system or not version:
        return []
    query = (
        select(Advisory, AdvisoryRange.release)
        .join(AdvisoryRange, AdvisoryRange.advisory_id == Advisory.id)
        .where(_IS_CYCLE, AdvisoryRange.system == system)
    )
    name = str(item.attributes.get("os_name") or system)
    return [
        SupportEnd(one.id, name, version, one.ends_on)
        for one, release in session.execute(query)
        if one.ends_on is not None and is_of_cycle(version, release)
    ]
