"""What is known to be wrong with what is installed in sight of an actor."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.among import among
from cmdb.records.base import BigId
from cmdb.records.facts import Installation, SoftwareProduct, SoftwareRelease
from cmdb.records.items import Item
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission
from server.items.advisories.matching import is_of_cycle
from server.items.advisories.models import Advisory, AdvisoryMatch, AdvisoryRange
from server.items.advisories.values import LIFE_CYCLE
from server.items.scope import visible_items

_SORTS = {"score": SortKey(Advisory.rank, float), "code": SortKey(Advisory.code, str)}
_ITEM_SORTS = {"name": SortKey(Item.name, str)}
item_system = Item.attributes["os_id"].as_string()
system_version = Item.attributes["os_version"].as_string()
#: So many lines of a file are read at a time.
_BATCH = 1000
SEVERITIES = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class AdvisoryFilter:
    """Which vulnerabilities; "" means no matter. ``q`` is part of a code or of the summary."""

    q: str = ""
    severity: str = ""


@dataclass(frozen=True, slots=True)
class AdvisoryRow:
    """A vulnerability, and on how many items in sight it is."""

    advisory: Advisory
    items: int


@dataclass(frozen=True, slots=True)
class AffectedRow:
    """An item with a release that is meant; ``fixed`` is the version that mends it."""

    item: Item
    product: str
    version: str
    fixed: str


@dataclass(frozen=True, slots=True)
class CycleRow:
    """A cycle of releases in use: of an operating system or a product, and when support ends."""

    advisory: Advisory
    product: str
    release: str
    ends_on: date
    items: int


def list_advisories(
    session: Session, actor: Actor, wanted: AdvisoryFilter, page: PageRequest
) -> Page[AdvisoryRow]:
    """Return one page of the vulnerabilities of what is installed in sight, the gravest first."""
    actor.require(Permission.ITEM_READ)
    here = _meant(actor).add_columns(AdvisoryMatch.release_id)
    here = here.where(AdvisoryMatch.advisory_id == Advisory.id).correlate(Advisory)
    query = select(Advisory).where(Advisory.feed != LIFE_CYCLE, here.exists())
    if wanted.q:
        part = wanted.q
        query = query.where(
            or_(
                Advisory.code.icontains(part, autoescape=True),
                Advisory.summary.icontains(part, autoescape=True),
            )
        )
    if wanted.severity:
        query = query.where(Advisory.severity == wanted.severity)
    asked = PageRequest("-score", page.cursor, page.limit)
    found = fetch_page(session, query, asked, _SORTS, Advisory.id)
    counts = _counts(session, actor, [one.id for one in found.rows])
    return Page([AdvisoryRow(one, counts.get(one.id, 0)) for one in found.rows], found.next_cursor)


def items_of(session: Session, actor: Actor, found: Advisory) -> int:
    """Return on how many items in sight an advisory is, as lists tell it."""
    if found.feed == LIFE_CYCLE and (systems := _systems_of(session, actor, found)):
        return sum(items for _, _, items in systems)
    return _counts(session, actor, [found.id]).get(found.id, 0)


def advisory(session: Session, actor: Actor, advisory_id: int) -> Advisory:
    """Return an advisory that means something in sight. Raises ``NotFound``."""
    actor.require(Permission.ITEM_READ)
    found = session.get(Advisory, advisory_id)
    if found is None:
        raise NotFound("advisory", advisory_id)
    if found.feed == LIFE_CYCLE and _systems_of(session, actor, found):
        return found
    here = _meant(actor).add_columns(AdvisoryMatch.release_id)
    if session.execute(here.where(AdvisoryMatch.advisory_id == advisory_id).limit(1)).first():
        return found
    raise NotFound("advisory", advisory_id)


def affected_by(
    session: Session, actor: Actor, found: Advisory, page: PageRequest
) -> Page[AffectedRow]:
    """Return one page of the items in sight that an advisory means, by name."""
    found_in = _affected(session, actor, found)
    query = found_in.query.add_columns(Item, *found_in.told)
    asked = PageRequest("name", page.cursor, page.limit)
    rows = fetch_page(session, query, asked, _ITEM_SORTS, found_in.place)
    return Page([AffectedRow(*row) for row in rows.rows], rows.next_cursor)


def every_affected(
    session: Session, actor: Actor, found: Advisory
) -> Iterator[tuple[int, str, str, str, str, str]]:
    """Yield all of the same list as (item, its name, its class, product, version, fixed)."""
    found_in = _affected(session, actor, found)
    query = found_in.query.add_columns(Item.id, Item.name, Item.class_code, *found_in.told)
    query = query.order_by(Item.name, found_in.place)
    for row in session.execute(query, execution_options={"yield_per": _BATCH}):
        item_id, name, class_code, product, version, fixed = row
        yield item_id, name, class_code, product, version, fixed


@dataclass(frozen=True, slots=True)
class _FoundIn:
    """A select of no columns yet, its (product, version, fixed), and what tells lines apart."""

    query: Select[*tuple[()]]
    told: tuple[ColumnElement[Any], ...]
    place: SQLColumnExpression[int]


def _affected(session: Session, actor: Actor, found: Advisory) -> _FoundIn:
    systems = _systems_of(session, actor, found) if found.feed == LIFE_CYCLE else []
    query = select().select_from(Item)
    if systems:
        of_it = [and_(item_system == name, system_version == text) for name, text, _ in systems]
        there = Item.stage != "retired", visible_items(actor), or_(*of_it)
        named = func.coalesce(Item.attributes["os_name"].as_string(), "")
        told = (named, func.coalesce(system_version, ""), literal(""))
        return _FoundIn(query.where(*there), told, Item.id)
    lines = _lines(actor, found).subquery()
    place = Item.id * literal(2**32, BigId) + lines.c.release_id
    query = query.join(lines, lines.c.item_id == Item.id)
    return _FoundIn(query, (lines.c.name, lines.c.version, lines.c.fixed), place)


def _lines(actor: Actor, found: Advisory) -> Select[Any]:
    """Select a line for each item in sight, package and version that an advisory means.

    Two agents may tell of one package, one of them without its architecture: that is one line,
    under the lower of the releases.
    """
    return (
        _meant(actor)
        .add_columns(Installation.item_id, SoftwareProduct.name, SoftwareRelease.version)
        .add_columns(func.max(AdvisoryMatch.fixed).label("fixed"))
        .add_columns(func.min(SoftwareRelease.id).label("release_id"))
        .join(SoftwareProduct, SoftwareProduct.id == SoftwareRelease.product_id)
        .where(AdvisoryMatch.advisory_id == found.id)
        .group_by(Installation.item_id, SoftwareProduct.id, SoftwareRelease.version)
    )


def of_product(session: Session, actor: Actor, product_id: int) -> list[AdvisoryRow]:
    """Return the gravest vulnerabilities of a product's releases in sight, at most 100."""
    actor.require(Permission.ITEM_READ)
    here = _meant(actor).add_columns(AdvisoryMatch.advisory_id)
    ids = here.where(SoftwareRelease.product_id == product_id)
    query = select(Advisory).where(Advisory.feed != LIFE_CYCLE, Advisory.id.in_(ids))
    found = session.scalars(query.order_by(Advisory.rank.desc(), Advisory.id).limit(100)).all()
    counts = _counts(session, actor, [one.id for one in found])
    return [AdvisoryRow(one, counts.get(one.id, 0)) for one in found]


def support_of_product(session: Session, actor: Actor, product_id: int) -> list[CycleRow]:
    """Return when support of a product's cycles of releases in sight ends, the soonest first."""
    actor.require(Permission.ITEM_READ)
    query = (
        _meant(actor)
        .add_columns(Advisory, SoftwareProduct.name, func.min(SoftwareRelease.version))
        .add_columns(func.count(Installation.item_id.distinct()))
        .join(SoftwareProduct, SoftwareProduct.id == SoftwareRelease.product_id)
        .join(Advisory, Advisory.id == AdvisoryMatch.advisory_id)
        .where(SoftwareRelease.product_id == product_id, Advisory.feed == LIFE_CYCLE)
        .where(Advisory.ends_on.is_not(None))
        .group_by(Advisory.id, SoftwareProduct.id)
        .order_by(Advisory.ends_on, Advisory.id)
    )
    return [
        CycleRow(one, name, version, one.ends_on, items)
        for one, name, version, items in session.execute(query)
    ]


def ending_cycles(session: Session, actor: Actor) -> list[CycleRow]:
    """Return the cycles of releases in use in sight whose end is known, the soonest first."""
    actor.require(Permission.ITEM_READ)
    systems = _systems(session, actor)
    query = select(Advisory, AdvisoryRange).join(
        AdvisoryRange, AdvisoryRange.advisory_id == Advisory.id
    )
    known = session.execute(query.where(Advisory.feed == LIFE_CYCLE)).all()
    counts = _counts(session, actor, [row[0].id for row in known])
    rows = []
    for one, told in known:
        items = sum(n for s, v, n in systems if s == told.system and is_of_cycle(v, told.release))
        if (items or counts.get(one.id)) and one.ends_on is not None:
            total = items or counts[one.id]
            rows.append(CycleRow(one, told.system, told.release, one.ends_on, total))
    return sorted(rows, key=lambda row: (row.ends_on, row.product, row.release))


def _meant(actor: Actor) -> Select[*tuple[()]]:
    """Select nothing yet from the installations in sight of releases that are meant."""
    return (
        select()
        .select_from(AdvisoryMatch)
        .join(SoftwareRelease, SoftwareRelease.id == AdvisoryMatch.release_id)
        .join(Installation, Installation.release_id == AdvisoryMatch.release_id)
        .join(Item, Item.id == Installation.item_id)
        .where(Item.stage != "retired", visible_items(actor), on_its_system())
    )


def on_its_system() -> ColumnElement[bool]:
    """Say whether a match holds on the item's operating system: "12" is for 12 and for 12.5.

    GLPI Agent tells of "12 (bookworm)". Without a release it holds for every one of the system.
    """
    release = AdvisoryMatch.system_release
    of_release = or_(
        system_version == release,
        system_version.startswith(release + "."),
        system_version.startswith(release + " "),
    )
    return or_(
        AdvisoryMatch.system == "",
        and_(item_system == AdvisoryMatch.system, or_(release == "", of_release)),
    )


def _counts(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, int]:
    query = (
        _meant(actor)
        .add_columns(AdvisoryMatch.advisory_id, func.count(Installation.item_id.distinct()))
        .where(among(session, AdvisoryMatch.advisory_id, ids))
        .group_by(AdvisoryMatch.advisory_id)
    )
    return {row[0]: row[1] for row in session.execute(query)} if ids else {}


def _systems(session: Session, actor: Actor, only: str = "") -> list[tuple[str, str, int]]:
    """Return (system, version, items in sight) for every operating system there is, or ``only``."""
    which = item_system == only if only else item_system.is_not(None)
    query = (
        select(item_system, system_version, func.count())
        .where(Item.stage != "retired", visible_items(actor), which)
        .group_by(item_system, system_version)
    )
    return [(row[0], row[1] or "", row[2]) for row in session.execute(query)]


def _systems_of(session: Session, actor: Actor, found: Advisory) -> list[tuple[str, str, int]]:
    """Return the (system, version, items) in sight that belong to a cycle."""
    told = session.scalars(
        select(AdvisoryRange).where(AdvisoryRange.advisory_id == found.id)
    ).first()
    if told is None:
        return []
    return [
        (system, version, items)
        for system, version, items in _systems(session, actor, told.system)
        if is_of_cycle(version, told.release)
    ]
