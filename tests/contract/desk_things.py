"""What stands around the tickets of the endpoint kit's world: routing, absences, hand-overs."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.desk.routing.models import RoutingRule
from server.desk.tickets.actions import TicketDraft, open_ticket
from server.desk.tickets.actions.absences import AbsenceDraft, add_absence
from server.desk.tickets.actions.escalating import HandoverDraft, escalate
from server.desk.tickets.actions.ruling import add_rule
from server.foundation.permissions import Actor, system_actor
from tests.support.people import BEGINNING


def desk_things(
    session: Session, admin: Actor, place_id: int, there: Mapping[str, int], now: datetime
) -> dict[str, int | str]:
    """Write down an absence and hand a ticket over."""
    away = AbsenceDraft(now, now + timedelta(days=3), there["other"])
    absence, _ = add_absence(session, admin, away, now)
    handed = open_ticket(session, admin, TicketDraft("Handed", organisation_id=place_id), now)
    escalate(session, admin, handed.id, HandoverDraft(there["group"], "Look at it"), now)
    return {"absence": absence.id, "handed": handed.reference}


def shared_desk_things(session: Session) -> dict[str, int | str]:
    """Write what belongs to no organisation."""
    never = [{"field": "words", "test": "any", "values": ["nothing of the kind"]}]
    document = {"name": "Pressing", "conditions": never, "priority": 1}
    rule: RoutingRule = add_rule(session, system_actor("tests"), document, BEGINNING)
    return {"routing_rule": rule.id}
