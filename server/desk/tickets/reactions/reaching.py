"""What tickets asked for has come: from a site's collector, or of an agent. It becomes a note."""

from sqlalchemy.orm import Session

from cmdb.records.parties import Person
from discovery.collector.deliveries import CannotAsk
from discovery.reach.values import DeviceAnswer
from server.desk.tickets.actions.reaching import keep_answer
from server.desk.tickets.actions.reporting import keep_arrival
from server.desk.tickets.models import Ticket
from server.desk.tickets.rules.reaching import note_of, refusal_of
from server.foundation.clock import utc_now
from server.foundation.translation import Language
from server.items.events import WantedReportCame
from server.scanning.earlier import ports_before
from server.scanning.errands.events import CheckAnswered


def keep_check(session: Session, event: CheckAnswered) -> None:
    """Keep what a check said, in the language of who asked for it."""
    ticket = session.get(Ticket, event.payload.get("ticket_id", 0))
    if ticket is None:
        return
    person_id = event.payload.get("person_id")
    person = session.get(Person, person_id) if person_id else None
    language = Language(person.language if person is not None else "en")
    if isinstance(event.answer, CannotAsk):
        text = refusal_of(event.answer.reason, language)
    else:
        compares = isinstance(event.answer, DeviceAnswer)
        before = ports_before(session, event.payload["item_id"]) if compares else None
        text = note_of(event.answer, language, before)
    place = language.gettext("Asked from the site, by %(collector)s:", collector=event.collector)
    keep_answer(session, ticket, person_id, f"{place}\n\n{text}", utc_now())


def keep_report(session: Session, event: WantedReportCame) -> None:
    """Tell the tickets that wait for an agent's report that it has come."""
    keep_arrival(session, event.agent_row_id, event.since, event.at)
