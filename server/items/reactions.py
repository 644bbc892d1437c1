"""What follows from a report."""

from sqlalchemy.orm import Session

from server.foundation.clock import utc_now
from server.items.deriving import derive_connections
from server.items.events import ItemReported


def derive_relations(session: Session, event: ItemReported) -> None:
    """Turn the connections that were seen into relations, in the report's own transaction."""
    derive_connections(session, event.item_id, event.organisation_id, utc_now())
