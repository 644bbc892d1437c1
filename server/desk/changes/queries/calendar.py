"""The calendar: changes, freezes and windows for maintenance of some days, by site and service."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.inventory.lookup import parts
from cmdb.model import standing_model
from cmdb.records.items import Item
from cmdb.records.parties import OrganisationClosure
from server.desk.changes.models import (
    CalendarFeed,
    CalendarWindow,
    Change,
    ChangeItem,
    ChangeService,
    Release,
)
from server.desk.changes.queries.plan import Plan
from server.desk.changes.queries.releases import changes_inside, releases_of, row_of
from server.desk.changes.queries.scope import visible_changes
from server.desk.changes.rules.windows import Period, Reached, Window
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.items.scope import visible_items
from server.items.sites import sites_of

#: States whose windows stand in a calendar.
_SHOWN = ("assessment", "approval", "scheduled", "implementing", "review", "closed")
_MOST = 2000
#: Services that one chooses from.
_FEW = 300


@dataclass(frozen=True, slots=True)
class Standing:
    """How a plan stands to freezes and windows for maintenance."""

    freezes: Sequence[Window] = ()
    outside_maintenance: bool = False


def standing_of_plan(session: Session, plan: Plan, services: Sequence[int]) -> Standing:
    """Return the freezes a plan meets, and whether it leaves the windows meant for its items."""
    if plan.window_start is None or plan.window_end is None or not plan.item_ids:
        return Standing()
    if plan.window_end <= plan.window_start:
        return Standing()
    above = select(OrganisationClosure.ancestor_id).where(
        OrganisationClosure.descendant_id == plan.organisation_id
    )
    rows = session.scalars(
        select(CalendarWindow).where(
            CalendarWindow.organisation_id.in_(above), CalendarWindow.suspended_at.is_(None)
        )
    ).all()
    if not rows:
        return Standing()
    windows = [window_of(row) for row in rows]
    reached = _reached(session, plan.item_ids, services, windows)
    about = [one for one in windows if one.is_about(reached)]
    mine = Period(plan.window_start, plan.window_end)
    maintenance = [one for one in about if one.kind == "maintenance"]
    return Standing(
        [one for one in about if one.kind == "freeze" and any(one.within(mine))],
        bool(maintenance)
        and not any(here.holds(mine) for one in maintenance for here in one.within(mine)),
    )


def window_of(row: CalendarWindow) -> Window:
    """Return a window as the rules know it."""
    return Window(
        row.id,
        row.kind,
        row.name,
        row.starts_at,
        row.ends_at,
        row.repeats,
        row.time_zone,
        frozenset(row.item_ids),
        frozenset(row.class_codes),
        frozenset(row.service_ids),
        frozenset(row.site_ids),
    )


def _reached(
    session: Session, item_ids: Sequence[int], services: Sequence[int], windows: Sequence[Window]
) -> Reached:
    sites = {site for one in windows for site in one.sites}
    codes: set[str] = set()
    for part in parts(sorted(item_ids)):
        codes.update(session.scalars(select(Item.class_code).where(Item.id.in_(part)).distinct()))
    model = standing_model()
    classes = codes | {str(above) for code in codes for above in model.ancestors(code)}
    return Reached(
        frozenset(item_ids),
        frozenset(classes),
        frozenset(services),
        frozenset(sites_of(session, item_ids, sites).values()) if sites else frozenset(),
    )


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a calendar is narrowed to: a site, a service that suffers, or neither."""

    site_id: int | None = None
    service_id: int | None = None

    @property
    def narrows(self) -> bool:
        """Say whether anything is left out."""
        return self.site_id is not None or self.service_id is not None


@dataclass(frozen=True, slots=True)
class Calendar:
    """What happens in some days: changes in sight by their window, windows by their times.

    ``releases`` are those of these changes, each from its first window to the end of its last.
    """

    changes: Sequence[Change]
    windows: Sequence[tuple[CalendarWindow, Period]]
    releases: Sequence[tuple[Release, Period]] = ()


def calendar_of(
    session: Session, actor: Actor, asked: Period, narrowed: Narrowed | None = None
) -> Calendar:
    """Return the calendar of some days, narrowed to a site or a service that suffers."""
    actor.require(Permission.CHANGE_READ)
    narrowed = narrowed or Narrowed()
    changes = changes_between(session, actor, asked, narrowed)
    site_id, service_id = narrowed.site_id, narrowed.service_id
    windows = [
        (row, here)
        for row in list_windows(session, actor)
        if row.suspended_at is None
        and (site_id is None or not row.site_ids or site_id in row.site_ids)
        and (service_id is None or not row.service_ids or service_id in row.service_ids)
        for here in window_of(row).within(asked)
    ]
    ordered_windows = sorted(windows, key=lambda pair: pair[1].start)
    return Calendar(changes, ordered_windows, _releases(session, actor, changes))


def changes_between(
    session: Session, actor: Actor, asked: Period, narrowed: Narrowed
) -> list[Change]:
    """Return the changes in sight of some days by their window, at most 2,000."""
    query = select(Change).where(
        Change.state.in_(_SHOWN),
        Change.window_start < asked.end,
        Change.window_end > asked.start,
        visible_changes(actor),
    )
    if narrowed.service_id is not None:
        hitting = select(ChangeService.change_id).where(
            ChangeService.item_id == narrowed.service_id
        )
        query = query.where(Change.id.in_(hitting))
    ordered = query.order_by(Change.window_start, Change.id).limit(_MOST)
    changes = list(session.scalars(ordered))
    if narrowed.site_id is None:
        return changes
    return _standing_at(session, changes, narrowed.site_id)


def services_hit(session: Session, actor: Actor, asked: Period) -> list[Item]:
    """Return the services in sight that suffer from the changes of some days, by name."""
    hit = (
        select(ChangeService.item_id)
        .join(Change, Change.id == ChangeService.change_id)
        .where(
            Change.state.in_(_SHOWN),
            Change.window_start < asked.end,
            Change.window_end > asked.start,
            visible_changes(actor),
        )
    )
    query = select(Item).where(Item.id.in_(hit), visible_items(actor))
    return list(session.scalars(query.order_by(Item.name_key, Item.id).limit(_FEW)))


def _releases(
    session: Session, actor: Actor, changes: Sequence[Change]
) -> list[tuple[Release, Period]]:
    known = releases_of(session, actor, changes)
    rows = [
        row_of(known[release_id], inside)
        for release_id, inside in changes_inside(session, actor, sorted(known)).items()
    ]
    return [(row.release, Period(row.start, row.end)) for row in rows if row.start and row.end]


def _standing_at(session: Session, changes: Sequence[Change], site_id: int) -> list[Change]:
    touched: dict[int, set[int]] = {}
    for part in parts([change.id for change in changes]):
        query = select(ChangeItem.change_id, ChangeItem.item_id)
        for row in session.execute(query.where(ChangeItem.change_id.in_(part))):
            touched.setdefault(row.change_id, set()).add(row.item_id)
    items = {item for ids in touched.values() for item in ids}
    there = sites_of(session, items, [site_id])
    return [change for change in changes if touched.get(change.id, set()) & there.keys()]


def list_windows(session: Session, actor: Actor) -> list[CalendarWindow]:
    """Return freezes and windows in sight, by their beginning."""
    actor.require(Permission.CHANGE_READ)
    columns = ScopeColumns(organisation=CalendarWindow.organisation_id)
    query = select(CalendarWindow).where(visible(actor, Permission.CHANGE_READ, columns))
    ordered = query.order_by(CalendarWindow.starts_at, CalendarWindow.id).limit(_MOST)
    return list(session.scalars(ordered))


def list_feeds(session: Session, actor: Actor) -> list[CalendarFeed]:
    """Return the actor's own feeds that are good."""
    query = select(CalendarFeed).where(
        CalendarFeed.person_id == actor.person_id, CalendarFeed.revoked_at.is_(None)
    )
    return list(session.scalars(query.order_by(CalendarFeed.id)))
