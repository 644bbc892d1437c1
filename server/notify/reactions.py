"""What happens to people and is told to others."""

from typing import Any

from sqlalchemy.orm import Session

from cmdb.records.parties import Person
from server.foundation.clock import utc_now
from server.notify.actions import Notice, tell
from server.people.events import GlassBroken
from server.people.models import EmergencyUse
from server.people.queries.emergencies import administrators_of


def tell_emergency(session: Session, event: GlassBroken) -> None:
    """Tell whoever administers people there, and the person themselves, in case it was not them."""
    use = session.get_one(EmergencyUse, event.use_id)
    person = session.get_one(Person, use.person_id)
    detail: dict[str, Any] = {"who": person.display_name, "text": use.reason}
    whom = administrators_of(session, use.organisation_id) | {person.id}
    path = "/administration/emergencies"
    tell(session, whom, Notice("emergency", f"emergency:{use.id}", path, detail), utc_now())
