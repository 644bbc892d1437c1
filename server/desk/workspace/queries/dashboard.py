"""The first page after signing in: my work, what is not up, what happens today and overnight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cmdb.records.history import HistoryEntry
from cmdb.records.identity import IdentityReview
from cmdb.records.items import Item
from cmdb.records.sources import QuarantinedValue
from server.desk.changes.queries import ChangeFilter, ChangeRow, list_changes
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import (
    TicketFilter,
    TicketRow,
    count_open_by_state,
    count_tickets,
    list_tickets,
    services_not_up,
)
from server.desk.tickets.queries.pressing import DeskNumbers, desk_numbers, due_next
from server.foundation.paging import PageRequest, count_up_to
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.items.scope import visible_items

#: An item that nobody has seen for so long is worth a question.
SILENT_AFTER = timedelta(days=30)
_ROWS = 10
_PRESSING = 6


@dataclass(frozen=True, slots=True)
class SufferingService:
    """A service that open tickets reach, in its worst state, and how many do."""

    item: Item
    state: str
    tickets: int


@dataclass(frozen=True, slots=True)
class Overnight:
    """What the estate did in the last 24 hours. Counts stop at ``paging.COUNT_LIMIT`` + 1."""

    new_items: Sequence[Item]
    new_count: int
    difference_count: int


@dataclass(frozen=True, slots=True)
class RegisterHealth:
    """How far the register can be believed. Counts stop at ``paging.COUNT_LIMIT`` + 1."""

    items: int
    silent: int
    quarantined: int
    waiting_for_review: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What the first page shows. What the actor may not read is empty."""

    #: Open tickets assigned to the actor, most pressing first.
    mine: Sequence[TicketRow]
    #: Open tickets in sight whose next promise runs out first; for those who work on tickets.
    due_next: Sequence[Ticket]
    desk: DeskNumbers
    #: Open tickets the actor asked for.
    requested: Sequence[TicketRow]
    #: Open tickets of the actor's groups that nobody has taken.
    unassigned_in_my_groups: int
    open_by_state: Mapping[str, int]
    services_not_up: Sequence[SufferingService]
    #: Changes whose window overlaps today, as the actor's time zone has it.
    changes_today: Sequence[ChangeRow]
    waiting_for_my_approval: Sequence[ChangeRow]
    overnight: Overnight
    health: RegisterHealth


def dashboard(session: Session, actor: Actor, now: datetime) -> Dashboard:
    """Return what the first page shows; about seventeen queries, each of a few rows."""
    reads_tickets = actor.may(Permission.TICKET_READ)
    by_priority = PageRequest("priority", limit=_ROWS)
    person_id = actor.person_id or -1
    mine = TicketFilter(open=True, assignee_id=person_id)
    requested = TicketFilter(open=True, requester_id=person_id)
    works = reads_tickets and actor.may(Permission.TICKET_WORK)
    reached = services_not_up(session, actor, _ROWS) if reads_tickets else []
    return Dashboard(
        mine=list_tickets(session, actor, mine, by_priority).rows if reads_tickets else (),
        due_next=due_next(session, actor, _PRESSING) if works else (),
        desk=desk_numbers(session, actor) if works else DeskNumbers(),
        requested=list_tickets(session, actor, requested, by_priority).rows
        if reads_tickets
        else (),
        unassigned_in_my_groups=_unassigned(session, actor) if reads_tickets else 0,
        open_by_state=count_open_by_state(session, actor) if reads_tickets else {},
        services_not_up=[SufferingService(*row) for row in reached],
        changes_today=_changes_today(session, actor, now),
        waiting_for_my_approval=_waiting(session, actor),
        overnight=_overnight(session, actor, now),
        health=_health(session, actor, now),
    )


def today(now: datetime, time_zone: str) -> tuple[datetime, datetime]:
    """Return when the present day begins and ends in a time zone; UTC where there is no such zone.

    A day on which the clocks change has 23 or 25 hours.
    """
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(UTC), (midnight + timedelta(days=1)).astimezone(UTC)


def _unassigned(session: Session, actor: Actor) -> int:
    return sum(
        count_tickets(session, actor, TicketFilter(open=True, unassigned=True, group_id=group_id))
        for group_id in sorted(actor.group_ids)
    )


def _changes_today(session: Session, actor: Actor, now: datetime) -> Sequence[ChangeRow]:
    if not actor.may(Permission.CHANGE_READ):
        return ()
    start, end = today(now, actor.time_zone)
    wanted = ChangeFilter(window_from=start, window_to=end)
    rows = list_changes(session, actor, wanted, PageRequest("-risk", limit=_ROWS * 2)).rows
    return [row for row in rows if row.change.state not in ("cancelled", "rejected")]


def _waiting(session: Session, actor: Actor) -> Sequence[ChangeRow]:
    return list_changes(session, actor, ChangeFilter(waiting=True), PageRequest(limit=_ROWS)).rows


def _overnight(session: Session, actor: Actor, now: datetime) -> Overnight:
    since = HistoryEntry.at >= now - timedelta(hours=24)
    seen = visible_items(actor)
    appeared = select(Item).join(HistoryEntry, HistoryEntry.item_id == Item.id)
    appeared = appeared.where(since, HistoryEntry.kind == "created", seen)
    differs = select(HistoryEntry.id).join(Item, Item.id == HistoryEntry.item_id)
    differs = differs.where(since, HistoryEntry.kind != "created", seen)
    newest = session.scalars(appeared.order_by(HistoryEntry.id.desc()).limit(_ROWS))
    return Overnight(
        new_items=newest.all(),
        new_count=count_up_to(session, appeared.with_only_columns(HistoryEntry.id)),
        difference_count=count_up_to(session, differs),
    )


def _health(session: Session, actor: Actor, now: datetime) -> RegisterHealth:
    seen = visible_items(actor)
    live: tuple[ColumnElement[bool], ...] = (Item.stage != "retired", seen)
    silent = select(Item.id).where(Item.last_seen_at < now - SILENT_AFTER, *live)
    quarantined = select(QuarantinedValue.id).join(Item, Item.id == QuarantinedValue.item_id)
    in_scope = visible(
        actor, Permission.ITEM_WRITE, ScopeColumns(organisation=IdentityReview.organisation_id)
    )
    reviews = select(IdentityReview.id).where(IdentityReview.resolved_at.is_(None), in_scope)
    return RegisterHealth(
        items=count_up_to(session, select(Item.id).where(*live)),
        silent=count_up_to(session, silent),
        quarantined=count_up_to(session, quarantined.where(*live)),
        waiting_for_review=count_up_to(session, reviews),
    )
