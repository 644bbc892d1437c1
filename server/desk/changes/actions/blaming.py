"""Incidents after a change, on what it touched or on what hangs on it."""

from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemId, ItemNotInGraph
from cmdb.snapshot.live import LIVE
from server.desk.changes.events import IncidentLinked
from server.desk.changes.models import Change, ChangeIncident, ChangeItem
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import affected_item_ids
from server.foundation.events import publish

#: How long after its beginning a change is asked about.
SUSPICION = timedelta(hours=72)
_CARRIED_OUT = ("implementing", "review", "closed")


def link_incident(session: Session, ticket_id: int, at: datetime) -> int:
    """Link an incident to the changes begun in the 72 hours before it; return how many are new.

    Linked are those that touched what the incident is about, or something it needs, directly or
    through others. The distance counts the steps between.
    """
    ticket = session.get(Ticket, ticket_id)
    if ticket is None or ticket.kind != "incident":
        return 0
    begun = func.coalesce(Change.started_at, Change.window_start)
    happened = ticket.occurred_at or at
    recent = select(Change).where(
        Change.state.in_(_CARRIED_OUT), begun <= happened, begun > happened - SUSPICION
    )
    changes = {change.id: change for change in session.scalars(recent)}
    if not changes:
        return 0
    needs = _needs(session, affected_item_ids(session, ticket_id))
    touching = select(ChangeItem).where(ChangeItem.change_id.in_(sorted(changes)))
    nearest: dict[int, int] = {}
    for row in session.scalars(touching):
        if row.item_id in needs:
            known = nearest.get(row.change_id, needs[row.item_id])
            nearest[row.change_id] = min(known, needs[row.item_id])
    return sum(
        _link(session, changes[change_id], ticket, distance, at)
        for change_id, distance in sorted(nearest.items())
    )


def _needs(session: Session, item_ids: list[int]) -> dict[int, int]:
    """Return the items and all they need, each with its distance."""
    graph = LIVE.at(session)
    found = dict.fromkeys(item_ids, 0)
    for item_id in item_ids:
        try:
            needs = graph.engine.suppliers(ItemId(item_id))
        except ItemNotInGraph:
            continue
        for supplier, distance in zip(
            needs.ids.tolist(), np.asarray(needs.distances).tolist(), strict=True
        ):
            found[supplier] = min(distance, found.get(supplier, distance))
    return found


def _link(session: Session, change: Change, ticket: Ticket, distance: int, at: datetime) -> bool:
    if session.get(ChangeIncident, (change.id, ticket.id)) is not None:
        return False
    session.add(
        ChangeIncident(change_id=change.id, ticket_id=ticket.id, linked_at=at, distance=distance)
    )
    change.incident_count += 1
    session.flush()
    publish(session, IncidentLinked(change.id, at, None, ticket.reference, distance))
    return True
