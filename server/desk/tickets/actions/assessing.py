"""What a ticket's affected items reach: computed, counted, kept on the ticket."""

from collections.abc import Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from cmdb.engine.impact.values import State
from cmdb.records.items import Item
from server.desk.tickets.models import AffectedItem, AffectedService, Ticket
from server.desk.tickets.rules.priority import Reached, priority_of, suggest_impact
from server.desk.tickets.rules.words import Words
from server.items.blast import Blast, blast_of


def assess_ticket(session: Session, ticket: Ticket, words: Words) -> None:
    """Compute the impact of a stored ticket anew; counts, services and priority follow."""
    rows = session.execute(
        select(Item.id, Item.criticality)
        .join(AffectedItem, AffectedItem.item_id == Item.id)
        .where(AffectedItem.ticket_id == ticket.id)
        .order_by(Item.id)
    )
    blast = judge(session, ticket, {row.id: row.criticality for row in rows}, words)
    session.execute(delete(AffectedService).where(AffectedService.ticket_id == ticket.id))
    keep_services(session, ticket.id, blast)


def judge(
    session: Session, ticket: Ticket, tiers: Mapping[int, int | None], words: Words
) -> Blast | None:
    """Count what the failure of the items in ``tiers`` reaches, and let the priority follow.

    ``tiers`` maps the affected items to their criticality. None: nothing of it counts as failed.
    """
    failed = tiers if words.is_failure(ticket.kind) else {}
    blast = blast_of(session, failed) if failed else None
    _keep_counts(ticket, blast)
    reached = [Reached(one.criticality, one.state) for one in blast.services] if blast else []
    people = blast.people if blast else 0
    ticket.suggested_impact = suggest_impact(words, reached, failed.values(), people)
    rank(ticket, words)
    return blast


def _keep_counts(ticket: Ticket, blast: Blast | None) -> None:
    """Store what was counted; None stands for nothing that could fail."""
    counts = blast.counts if blast else {}
    ticket.graph_sequence = blast.sequence if blast else None
    ticket.down_count = counts.get(State.DOWN, 0)
    ticket.degraded_count = counts.get(State.DEGRADED, 0)
    ticket.at_risk_count = counts.get(State.AT_RISK, 0)
    ticket.service_count = len(blast.services) if blast else 0
    ticket.worst_criticality = blast.worst_criticality if blast else None
    ticket.people_count = blast.people if blast else 0


def rank(ticket: Ticket, words: Words) -> None:
    """Let impact and priority follow what was suggested, unless a person said otherwise."""
    if not ticket.impact_overridden:
        ticket.impact = ticket.suggested_impact
    ticket.priority = ticket.ruled_priority or priority_of(words, ticket.urgency, ticket.impact)


def keep_services(session: Session, ticket_id: int, blast: Blast | None) -> None:
    """Store the services reached, of a ticket that has none stored."""
    rows = [
        {"ticket_id": ticket_id, "item_id": one.item_id, "state": one.state.text}
        for one in (blast.services if blast else ())
    ]
    if rows:
        session.execute(insert(AffectedService), rows)
