"""What people ask for in the company of the journeys: the ready offerings, and an order."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from cmdb.records.parties import Person
from server.desk.catalogue.actions import add_shipped, publish_offering
from server.desk.ordering.actions.placing import OrderDraft, place_order
from server.desk.ordering.queries import find_order
from tests.support.people import World


def put_catalogue(session: Session, world: World, now: datetime) -> dict[str, str | int]:
    """Publish what is shipped, and let the requester's manager be asked about a laptop."""
    for row in add_shipped(session, world.admin, now):
        publish_offering(session, world.admin, row.code, now)
    requester = Person.id == world.requester.person_id
    session.execute(update(Person).where(requester).values(manager_id=world.admin.person_id))
    answers = {"model": "light", "reason": "I travel every week."}
    order = place_order(session, world.requester, "new_laptop", OrderDraft(answers), now)
    reference = find_order(session, world.requester, order.ticket_id).ticket.reference
    return {"offering": "new_laptop", "order": reference}
