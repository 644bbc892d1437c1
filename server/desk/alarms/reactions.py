"""Who is called when an alarm goes off."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.records.items import Item
from server.desk.alarms.events import AlarmRaised
from server.desk.alarms.rules.calling import is_pressing
from server.desk.routing.queries.on_call import duties_of
from server.desk.routing.rules.on_call import on_call
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries.on_call import groups_around
from server.desk.tickets.queries.words import words_of
from server.foundation.permissions import system_actor
from server.notify.actions import Notice, tell
from server.notify.rules.timing import ON_CALL


def call_out(session: Session, event: AlarmRaised) -> None:
    """Tell whoever is on call of a pressing alarm: of the ticket's group, else of its items'."""
    ticket = session.get_one(Ticket, event.ticket_id)
    if not is_pressing(ticket.urgency, words_of(session).urgencies):
        return
    own = [ticket.group_id] if ticket.group_id is not None else []
    people = _on_call(session, own, event.at)
    if not people:
        around = groups_around(session, system_actor("alarms"), ticket.id)
        people = _on_call(session, around, event.at)
    item = session.get(Item, event.item_id)
    detail = {
        "reference": ticket.reference,
        "title": ticket.title,
        "item": item.name if item is not None else "",
    }
    key = f"ticket:{ticket.id}:{ON_CALL}:{event.at.isoformat()}"
    tell(session, people, Notice(ON_CALL, key, f"/tickets/{ticket.reference}", detail), event.at)


def _on_call(session: Session, group_ids: Collection[int], at: datetime) -> set[int]:
    duties = duties_of(session, group_ids, at) if group_ids else {}
    return {one.person_id for duty in duties.values() for one in on_call(duty, at)}
