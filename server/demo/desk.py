"""Six months of tickets and changes of the demo company, through the desk's own actions."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.demo.stage import Stage
from server.desk.tickets.actions.conversation import EntryDraft, add_entry
from server.desk.tickets.actions.editing import assign
from server.desk.tickets.actions.moving import MoveDraft, move_ticket
from server.desk.tickets.actions.opening import TicketDraft, open_ticket
from server.desk.tickets.models import Ticket
from server.foundation.permissions import Actor, system_actor

TICKETS = 480
DAYS = 182


@dataclass(frozen=True, slots=True)
class Story:
    """What goes wrong with a kind of item, and how it was put right."""

    prefix: str
    title: str
    text: str
    cure: str
    category: str
    urgency: str = "medium"
    kind: str = "incident"


# fmt: off
STORIES = (
    Story("lt", "Laptop does not start", "Black screen since this morning.",
          "Battery replaced.", "hardware"),
    Story("lt", "VPN drops every hour", "I have to dial in again and again.",
          "Client updated.", "network"),
    Story("pc", "Very slow after the update", "Opening a sheet takes minutes.",
          "Search index rebuilt.", "performance"),
    Story("prn", "Printer jams on every page", "Tray 2, always the same place.",
          "Rollers cleaned.", "hardware"),
    Story("prn", "Pages come out grey", "Toner was changed last week.",
          "Drum replaced.", "hardware", "low"),
    Story("app", "Application answers with errors", "Every third click fails.",
          "Pool restarted, size doubled.", "software", "high"),
    Story("db", "Queries time out", "The morning report did not finish.",
          "Missing index added.", "performance", "high"),
    Story("dbi", "Replication lags behind", "Twenty minutes and growing.",
          "Long transaction ended.", "software", "medium"),
    Story("web", "Certificate warning", "The browser says it ends tomorrow.",
          "Certificate renewed.", "security", "high"),
    Story("acc", "A whole corridor is offline", "Second floor, west.",
          "Power supply replaced.", "network", "high"),
    Story("ap", "Weak wireless in the hall", "Scanners lose the connection.",
          "Channel plan changed.", "network"),
    Story("hv", "Host lost a memory module", "Monitoring reports corrected errors.",
          "Module replaced.", "hardware"),
    Story("lt", "Needs access to the finance share", "New colleague from Monday.",
          "Added to the group.", "service_request", "low", "request"),
    Story("lt", "Please install the laboratory software", "Version 7, as agreed.",
          "Deployed.", "service_request", "low", "request"),
    Story("tel", "How do I forward my calls?", "Holiday next week.",
          "Explained on the phone.", "user_support", "low", "question"),
)
# fmt: on


def ticket_moments(now: datetime, chance: random.Random) -> list[datetime]:
    """Return when tickets are opened: on working days, mostly in the morning, oldest first."""
    found: list[datetime] = []
    while len(found) < TICKETS:
        day = now - timedelta(days=chance.uniform(0.2, DAYS))
        hour = min(18, max(6, round(chance.gauss(10, 2.5))))
        moment = day.replace(hour=hour, minute=chance.randrange(60))
        if moment.weekday() < 5 and moment < now - timedelta(hours=3):
            found.append(moment)
    return sorted(found)


def write_ticket(session: Session, stage: Stage, moment: datetime) -> None:
    """Open one ticket at its moment and lead it to where it stands today."""
    chance = stage.chance
    story = chance.choice([s for s in STORIES if stage.items.get(s.prefix)])
    first_line = story.category in {"hardware", "user_support"}
    team = stage.teams["Demo Service Desk" if first_line else "Demo Platform"]
    actor = system_actor("demo")
    ticket = open_ticket(
        session,
        actor,
        TicketDraft(
            title=story.title,
            kind=story.kind,
            description=story.text,
            urgency=story.urgency,
            affected_item_ids=(chance.choice(stage.items[story.prefix]),),
            requester_id=chance.choice(stage.people),
            organisation_id=stage.organisation_id,
            group_id=team,
            channel=chance.choice(("portal", "phone", "email")),
            category=story.category,
        ),
        moment,
    )
    stage.settle(session)
    _work(session, stage, stage.member_of(team, chance.randrange(6)), ticket, story)


def _work(session: Session, stage: Stage, worker: Actor, ticket: Ticket, story: Story) -> None:
    reference, moment, chance = ticket.reference, ticket.created_at, stage.chance
    later = moment + timedelta(minutes=chance.randrange(5, 120))
    assign(session, worker, reference, worker.person_id, ticket.group_id, later)
    move_ticket(session, worker, reference, MoveDraft("in_progress"), later)
    stage.settle(session)
    add_entry(session, worker, reference, EntryDraft("We are looking into it."), later)
    solved = later + timedelta(hours=chance.expovariate(1 / 20))
    age = stage.now - moment
    if solved < stage.now and (age > timedelta(days=6) or chance.random() < 0.6):
        done = MoveDraft("resolved", resolution_code="fixed", resolution_text=story.cure)
        move_ticket(session, worker, reference, done, solved)
        stage.settle(session)
        if age > timedelta(days=14):
            closed = solved + timedelta(days=3)
            move_ticket(session, worker, reference, MoveDraft("closed"), closed)
