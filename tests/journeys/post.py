"""Mail in the company of the journeys: a mailbox that nobody looks at, and letters of each sort."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.desk.tickets.queries import find_ticket
from server.foundation.settings import Settings
from server.foundation.storage import attachments_at
from tests.support.letters import letter, put_letter, put_mailbox
from tests.support.people import World

#: An answer as mail programs write it, with more quoted than is read at once.
_ANSWER = """It hums again, since the update.

On Monday you wrote:
> Is it still humming?
> Yours,
> the desk
> INC-1
"""


def put_post(
    session: Session, settings: Settings, world: World, ticket: str, now: datetime
) -> dict[str, int]:
    """Write them; one letter is held, one lies on a ticket, one was dropped."""
    storage = attachments_at(settings.home)
    mailbox = put_mailbox(session, world.root.id, now)
    mailbox.is_active, mailbox.failing_since = True, now
    mailbox.last_error = "the mail server imap.example.test:993 cannot be reached: timed out"
    stranger = "Пётр " + "Неизвестный-" * 9 + " <petya@elsewhere.test>"
    files = {"снимок экрана " + "x" * 90 + ".png": b"no picture"}
    held = letter(stranger, "Принтер не печатает", "Помогите, пожалуйста.", now, files)
    found = {"mailbox": mailbox.id}
    found["letter"] = put_letter(session, storage, mailbox, held, now).id
    answer = letter("Rita <rita@example.test>", "Re: INC-1", _ANSWER, now)
    opened = find_ticket(session, world.agent, ticket)
    there = {"state": "taken", "reason": "", "ticket_id": opened.id, "decided_at": now}
    there["person_id"] = world.requester.person_id
    put_letter(session, storage, mailbox, answer, now, **there)
    advertisement = letter("shop@elsewhere.test", "", "Buy!", now)
    dropped = {"state": "dropped", "reason": "", "note": "x100", "decided_at": now}
    put_letter(session, storage, mailbox, advertisement, now, **dropped)
    return found
