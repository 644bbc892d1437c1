"""What follows from a report."""

from sqlalchemy.orm import Session

from server.foundation.clock import utc_now
from server.items.deriving.running import derive_around
from server.items.events import ItemsReported


def derive_relations(session: Session, event: ItemsReported) -> None:
    """Turn what was seen into relations, in the report's own transaction."""
    now = utc_now()
    derive_around(session, event.item_ids, event.organisation_id, now, changed=event.changed)
