"""Rules in force, groups as the desk knows them, and hand-overs."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.desk.routing.models import DeskGroup, RoutingRule, TicketHandover
from server.desk.routing.rules.conditions import Rule
from server.desk.routing.rules.reading import read_rule


def rules_in_force(session: Session) -> tuple[Rule, ...]:
    """Return the enabled rules in the order in which they are asked."""
    query = select(RoutingRule.id, RoutingRule.document).where(RoutingRule.enabled)
    rows = session.execute(query.order_by(RoutingRule.position, RoutingRule.id))
    return tuple(read_rule(document, rule_id) for rule_id, document in rows)


def all_rules(session: Session) -> Sequence[RoutingRule]:
    """Return every rule, in their order."""
    query = select(RoutingRule).order_by(RoutingRule.position, RoutingRule.id)
    return session.scalars(query).all()


def desk_groups(session: Session, group_ids: Sequence[int]) -> Mapping[int, DeskGroup]:
    """Return what the desk knows of these groups, by id; of some it knows nothing."""
    query = select(DeskGroup).where(DeskGroup.group_id.in_(group_ids))
    return {row.group_id: row for row in session.scalars(query)}


def lock_desk_group(session: Session, group_id: int) -> DeskGroup | None:
    """Return what the desk knows of a group, locked: two tickets at once take two turns."""
    query = (
        select(DeskGroup)
        .where(DeskGroup.group_id == group_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalar(query)


def handovers_of(session: Session, ticket_id: int) -> Sequence[TicketHandover]:
    """Return the hand-overs of a ticket that the caller has found in sight, the newest first."""
    query = select(TicketHandover).where(TicketHandover.ticket_id == ticket_id)
    return session.scalars(query.order_by(TicketHandover.id.desc()).limit(50)).all()


def waiting_handover(session: Session, ticket_id: int) -> TicketHandover | None:
    """Return the hand-over that nobody has accepted yet."""
    query = select(TicketHandover).where(
        TicketHandover.ticket_id == ticket_id, TicketHandover.accepted_at.is_(None)
    )
    return session.scalar(query.order_by(TicketHandover.id.desc()).limit(1))
