"""Telling health to an actor: sums over what they may see, and the way to the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, false, func, select
from sqlalchemy.orm import Session

from cmdb.engine.health import ItemHealth
from cmdb.model import standing_model
from cmdb.records.items import Item, ItemParty
from cmdb.records.parties import OrganisationClosure
from cmdb.vocabulary import ClassCode, PartyRole
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.items.health.measuring import measure
from server.items.health.models import HealthFigure, HealthOfItem, HealthOfSource, HealthRun
from server.items.health.sums import COUNTS
from server.items.queries import get_item
from server.items.scope import visible_items

#: So many lines at most are told of one break-down.
_LINES = 500
#: What figures are broken down by: to the column that says so.
BREAKDOWNS = ("all", "class", "organisation", "owner")

#: What is wrong with an item, to the condition on what was stored of it.
MEASURES: Mapping[str, ColumnElement[bool]] = {
    "required": HealthOfItem.missing_required > 0,
    "recommended": HealthOfItem.missing_recommended > 0,
    "stale": HealthOfItem.stale.is_(True),
    "orphans": HealthOfItem.orphan.is_(True),
    "ownerless": HealthOfItem.ownerless.is_(True),
    "duplicates": HealthOfItem.twins > 0,
    "relations": HealthOfItem.stale_relations > 0,
    "contradicted": HealthOfItem.contradicted > 0,
    "unconfirmed": HealthOfItem.claims > HealthOfItem.confirmed,
}


@dataclass(frozen=True, slots=True)
class HealthFilter:
    """Of which items; "" and None are no matter. ``owner`` is "group:7", "person:3" or "nobody"."""

    class_code: str = ""
    organisation_id: int | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums over the items of one line; ``key`` is a class, an organisation's id or an owner."""

    key: str
    counts: Mapping[str, int]

    def share(self, part: str, whole: str) -> float | None:
        """Return one count as a share of another; None where there is nothing to count."""
        return self.counts[part] / self.counts[whole] if self.counts[whole] else None

    @property
    def shares(self) -> dict[str, float | None]:
        """Return the figures that say how right the register is, from 0 to 1."""
        items = "items"
        return {
            "required": self.share("required_filled", "required"),
            "recommended": self.share("recommended_filled", "recommended"),
            "fresh": self.share("fresh", "watched"),
            "accurate": self.share("confirmed", "claims"),
            "contradicted": self.share("contradicted", "claims"),
            "orphans": self.share("orphans", items),
            "ownerless": self.share("ownerless", items),
            "duplicates": self.share("duplicates", items),
            "stale_relations": self.share("stale_relations", "relations"),
        }


def runs(session: Session, actor: Actor, limit: int = 60) -> list[HealthRun]:
    """Return the finished measurements, newest first."""
    actor.require(Permission.ITEM_READ)
    finished = select(HealthRun).where(HealthRun.finished_at.is_not(None))
    return list(session.scalars(finished.order_by(HealthRun.id.desc()).limit(limit)))


def figures(
    session: Session, actor: Actor, run: HealthRun, by: str, asked: HealthFilter
) -> list[Figures]:
    """Return the sums of a measurement, the line with the most items first, at most 500."""
    actor.require(Permission.ITEM_READ)
    keys: Mapping[str, Any] = {
        "class": HealthFigure.class_code,
        "organisation": HealthFigure.organisation_id,
        "owner": HealthFigure.owner,
    }
    sums = [func.sum(getattr(HealthFigure, name)).label(name) for name in COUNTS]
    query = select(*sums).where(*_conditions(actor, HealthFigure, run.id, asked))
    if asked.owner:
        query = query.where(HealthFigure.owner == asked.owner.replace("nobody", ""))
    if by not in keys:
        row = session.execute(query).one()
        return [_figures("", row)] if row.items else []
    key = keys[by]
    lines = query.add_columns(key.label("key")).group_by(key)
    lines = lines.order_by(func.sum(HealthFigure.items).desc(), key).limit(_LINES)
    return [_figures(str(row.key), row) for row in session.execute(lines)]


def _figures(key: str, row: Any) -> Figures:
    return Figures(key, {name: int(getattr(row, name) or 0) for name in COUNTS})


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """Of how many items a source speaks, and of how many it has spoken in time."""

    source: str
    items: int
    fresh: int


def sources(
    session: Session, actor: Actor, run: HealthRun, asked: HealthFilter
) -> list[SourceFigures]:
    """Return how fresh each source is, the one that speaks of most items first."""
    actor.require(Permission.ITEM_READ)
    spoken, fresh = func.sum(HealthOfSource.items), func.sum(HealthOfSource.fresh)
    query = (
        select(HealthOfSource.source, spoken, fresh)
        .where(*_conditions(actor, HealthOfSource, run.id, asked))
        .group_by(HealthOfSource.source)
        .order_by(spoken.desc(), HealthOfSource.source)
        .limit(_LINES)
    )
    return [SourceFigures(source, int(a), int(b)) for source, a, b in session.execute(query)]


def _conditions(
    actor: Actor,
    table: type[HealthFigure] | type[HealthOfSource],
    run_id: int,
    asked: HealthFilter,
) -> list[ColumnElement[bool]]:
    own, team = None, None
    if table is HealthFigure:
        own = HealthFigure.owner == f"person:{actor.person_id}"
        team = HealthFigure.owner.in_([f"group:{one}" for one in sorted(actor.group_ids)])
    columns = ScopeColumns(table.organisation_id, table.class_code, own, team)
    found = [table.run_id == run_id, visible(actor, Permission.ITEM_READ, columns)]
    return [*found, *_narrowed(table.class_code, table.organisation_id, asked)]


def _narrowed(
    class_code: Any, organisation_id: Any, asked: HealthFilter
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.class_code:
        model = standing_model()
        known = model.find_class(asked.class_code) is not None
        codes = sorted(model.descendants(ClassCode(asked.class_code))) if known else []
        found.append(class_code.in_(codes) if codes else false())
    if asked.organisation_id is not None:
        below = select(OrganisationClosure.descendant_id).where(
            OrganisationClosure.ancestor_id == asked.organisation_id
        )
        found.append(organisation_id.in_(below))
    return found


_SORTS = {"name": SortKey(Item.name_key, str), "id": SortKey(Item.id, int)}


def items_with(
    session: Session, actor: Actor, what: str, asked: HealthFilter, request: PageRequest
) -> Page[tuple[Item, HealthOfItem]]:
    """Return one page of the items of which a measure is bad, as of the last measurement."""
    actor.require(Permission.ITEM_READ)
    query: Any = (
        select(Item, HealthOfItem)
        .join(HealthOfItem, HealthOfItem.item_id == Item.id)
        .where(MEASURES[what], visible_items(actor))
        .where(*_narrowed(Item.class_code, Item.organisation_id, asked))
    )
    if asked.owner:
        query = query.where(_owned(asked.owner))
    wanted = PageRequest(request.sort or "id", request.cursor, request.limit)
    return fetch_page(session, query, wanted, _SORTS, Item.id)


def _owned(owner: str) -> ColumnElement[bool]:
    if owner == "nobody":
        return HealthOfItem.ownerless.is_(True)
    kind, _, number = owner.partition(":")
    column = {"group": ItemParty.group_id, "person": ItemParty.person_id}.get(kind)
    if column is None or not number.isascii() or not number.isdigit() or len(number) > 18:
        return false()
    role = ItemParty.role == PartyRole.OWNER.value
    return exists().where(ItemParty.item_id == Item.id, role, column == int(number))


def health_of(session: Session, actor: Actor, item_id: int, now: datetime) -> ItemHealth | None:
    """Return the health of an item as it is now; None for one that is out of use.

    Raises ``ItemNotFound``. Of items that look like the same thing only those in sight are told.
    """
    item = get_item(session, actor, item_id)
    if item.stage == "retired":
        return None
    (found,) = measure(session, [item_id], now)
    return found.health


def twins_in_sight(session: Session, actor: Actor, ids: Sequence[int]) -> list[Item]:
    """Return those of the items that the actor may see, by name."""
    query = select(Item).where(Item.id.in_(ids), visible_items(actor)).order_by(Item.name_key)
    return list(session.scalars(query)) if ids else []
