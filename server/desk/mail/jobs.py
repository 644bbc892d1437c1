"""Looking at mailboxes, taking in what came, and letting go what was decided long ago."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from server.desk.mail.actions.fetching import fetch
from server.desk.mail.actions.forgetting import forget_letters
from server.desk.mail.actions.landing import desk_of
from server.desk.mail.actions.mailboxes import LOOK, look_key
from server.desk.mail.actions.taking import take_in, waiting_letters
from server.desk.mail.queries.mailboxes import due_mailboxes
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.queue import enqueue
from server.foundation.storage import attachments_at

__all__ = ["FORGET", "LOOK", "LOOK_ALL", "run_forgetting", "run_look", "run_looks"]

LOOK_ALL = "mail.look_all"
FORGET = "mail.forget"
_BATCH = 200


def run_looks(context: JobContext) -> Mapping[str, Any]:
    """Ask for a look at each mailbox whose time it is, or whose letters wait."""
    with context.database.reading() as session:
        due = due_mailboxes(session, utc_now())
    if due:
        with context.database.writing() as session:
            _ask(session, due)
    return {"mailboxes": len(due)}


def run_look(context: JobContext) -> Mapping[str, Any]:
    """Fetch what is new in a mailbox, and take in what waits of it. Payload: ``mailbox_id``."""
    mailbox_id = context.payload["mailbox_id"]
    fetched = fetch(context.database, context.settings, mailbox_id, context.go_on)
    desk = desk_of(context.settings)
    done: Counter[str] = Counter()
    last = 0
    while True:
        with context.database.reading() as session:
            waiting = waiting_letters(session, mailbox_id, last, _BATCH)
        for letter_id in waiting:
            context.go_on()
            done[take_in(context.database, desk, letter_id)] += 1
            last = letter_id
        if not waiting:
            break
    told = {} if fetched is None else {"fetched": fetched.kept, "known": fetched.known}
    return told | {state: times for state, times in done.items() if state}


def run_forgetting(context: JobContext) -> Mapping[str, Any]:
    """Remove the bytes of letters that were decided longer ago than their mailbox keeps them."""
    storage, forgotten = attachments_at(context.settings.home), 0
    last: int | None = 0
    while last is not None:
        context.go_on()
        with context.database.writing() as session:
            names, last = forget_letters(session, utc_now(), last, _BATCH)
        # After the commit: a file that stays behind is found by the tidying of files.
        for name in names:
            storage.remove(name)
        forgotten += len(names)
    return {"letters": forgotten}


def _ask(session: Session, mailbox_ids: list[int]) -> None:
    for mailbox_id in mailbox_ids:
        enqueue(session, LOOK, {"mailbox_id": mailbox_id}, key=look_key(mailbox_id))
