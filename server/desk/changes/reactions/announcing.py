"""What was announced of a change ends with its work."""

from sqlalchemy.orm import Session

from server.desk.announcements.actions.writing import end_with_source
from server.desk.changes.events import ChangeMoved
from server.desk.changes.models import Change

#: The state in which the work is under way, and those in which it is not to come any more.
_WORKING = "implementing"
_OFF = ("cancelled", "rejected")


def end_announcements(session: Session, event: ChangeMoved) -> None:
    """End what was announced of a change once its work is done or called off."""
    if event.before == _WORKING or event.after in _OFF:
        change = session.get_one(Change, event.change_id)
        end_with_source(session, change.reference, event.person_id, event.reason, event.at)
