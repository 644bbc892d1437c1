"""What follows when items leave a watched baseline: a ticket that somebody looks into."""

from sqlalchemy.orm import Session

from server.desk.tickets.actions import TicketDraft, open_ticket
from server.foundation.clock import utc_now
from server.foundation.permissions import system_actor
from server.items.past.drifting import BaselineLeft

#: So many items are named in the ticket; the baseline's page shows all.
_NAMED = 20


def open_follow_up(session: Session, event: BaselineLeft) -> None:
    """Open a ticket in the baseline's organisation, for whoever took the baseline."""
    text = f"{event.drifted} items differ from the baseline; see /baselines/{event.baseline_id}."
    draft = TicketDraft(
        f"Drift from the baseline {event.name}"[:200],
        description=text,
        urgency="low",
        affected_item_ids=event.item_ids[:_NAMED],
        organisation_id=event.organisation_id,
        requester_id=event.created_by_id,
    )
    open_ticket(session, system_actor("baselines"), draft, utc_now())
