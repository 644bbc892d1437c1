"""Asking the agent of an affected item for a report now; that it came becomes a note too."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict
from cmdb.records.items import Item
from cmdb.records.parties import Person
from server.desk.tickets.actions.reaching import affected_item, keep_note
from server.desk.tickets.models import AffectedItem, Ticket, TicketEntry
from server.foundation.permissions import Actor
from server.foundation.translation import Language
from server.items.models import Agent
from server.items.wanting import agents_on, machines_behind, want_of

#: In the detail of the note that says it was asked: the agent's row, and the item.
REPORT_OF, ABOUT = "report_of", "item_id"


@dataclass(frozen=True, slots=True)
class AskedReport:
    """A report that is awaited: of which agent, which was last heard then."""

    item_id: int
    hostname: str
    last_report_at: datetime | None
    wanted_at: datetime


def ask_report(
    session: Session, actor: Actor, reference: str | int, item_id: int, now: datetime
) -> AskedReport:
    """Ask for everything the item's agent knows, at its next word. Who works on the ticket may.

    A ticket that waits for it already gets no second note. Raises ``ItemNotFound`` for an item
    that is not on the ticket or not in sight, ``Conflict`` for one that no agent reports.
    """
    ticket, item = affected_item(session, actor, reference, item_id)
    agent = agents_on(session, [item.id]).get(item.id)
    if agent is None:
        raise Conflict("no agent that takes orders reports this item")
    want_of(session, actor, agent, now)
    since = agent.wanted_at or now
    if not any(one.ticket_id == ticket.id for one in _waiting(session, agent, since)):
        text = _language(session, actor.person_id).gettext(
            "The agent of %(name)s was asked for a report; it sends everything at its next word.",
            name=item.name,
        )
        keep_note(
            session, ticket, actor.person_id, text, now, {REPORT_OF: agent.id, ABOUT: item.id}
        )
    return AskedReport(item.id, agent.hostname, agent.last_report_at, since)


def keep_arrival(session: Session, agent_row_id: int, since: datetime, now: datetime) -> None:
    """Note on each ticket that waits for an agent's report that it has come."""
    agent = session.get(Agent, agent_row_id)
    for asked in _waiting(session, agent, since) if agent is not None else ():
        ticket = session.get_one(Ticket, asked.ticket_id)
        name = session.get_one(Item, asked.detail[ABOUT]).name
        text = _language(session, asked.author_id).gettext(
            "The agent of %(name)s has sent everything; the item is up to date.", name=name
        )
        keep_note(session, ticket, asked.author_id, text, now, {})


def _waiting(session: Session, agent: Agent, since: datetime) -> list[TicketEntry]:
    """Return the notes that asked for the report wanted since then, while the item is affected."""
    query = (
        select(TicketEntry)
        .join(AffectedItem, AffectedItem.ticket_id == TicketEntry.ticket_id)
        .where(
            AffectedItem.item_id.in_(machines_behind(session, agent)),
            TicketEntry.at >= since,
            TicketEntry.kind == "internal",
            TicketEntry.detail[REPORT_OF].as_integer() == agent.id,
            TicketEntry.detail[ABOUT].as_integer() == AffectedItem.item_id,
        )
    )
    return list(session.scalars(query.order_by(TicketEntry.id)))


def _language(session: Session, person_id: int | None) -> Language:
    person = session.get(Person, person_id) if person_id else None
    return Language(person.language if person is not None else "en")
