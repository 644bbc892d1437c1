"""Fetching letters: kept and committed before the server is told, so that none is lost or doubled.

What is known already is only put away: a look that was killed anywhere is finished by the next one.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.desk.mail.actions.access import TROUBLES, access_of, forget_refused
from server.desk.mail.actions.keeping import Fetched, Look, batches, keep, known_places
from server.desk.mail.models import Mailbox
from server.desk.mail.rules.patience import seconds_to_wait
from server.foundation.access_tokens import TokenRefused
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.imap import MailboxRefused, OpenMailbox, open_mailbox
from server.foundation.settings import Settings
from server.foundation.storage import attachments_at

#: So many letters are looked at together, and so many at most are kept by one transaction.
_MOST_AT_ONCE = 20
#: Who looks at a mailbox keeps others away for so long at a time; after a kill they wait for it.
_LEASE = timedelta(minutes=2)

log = structlog.get_logger(__name__)


def fetch(
    database: Database, settings: Settings, mailbox_id: int, go_on: Callable[[], None]
) -> Fetched | None:
    """Fetch what is new in a mailbox; None where it is not its time, or somebody else is at it.

    A failure is noted at the mailbox, which is then left alone for a while. ``go_on`` raises when
    the work should end.
    """
    with database.writing() as session:
        mailbox = _claimed(session, mailbox_id, utc_now())
        if mailbox is None:
            return None
        # Where letters are moved, whatever is left is new, was left by a kill, or is too large.
        last_uid = 0 if mailbox.done_folder else mailbox.last_uid
        place = mailbox.uid_validity, last_uid
        look = Look(
            database,
            attachments_at(settings.home),
            mailbox.id,
            mailbox.organisation_id,
            settings.max_attachment_megabytes << 20,
            go_on,
        )
        session.expunge(mailbox)
    try:
        with open_mailbox(access_of(database, settings, mailbox)) as box:
            box.make_folder()
            _fetch_new(look, box, place, mailbox.since)
    except TROUBLES as error:
        forget_refused(mailbox_id, error)
        with database.writing() as session:
            _note_failure(session, mailbox_id, error, utc_now())
        return look.fetched
    except BaseException:
        with database.writing() as session:
            _release(session, mailbox_id, None)
        raise
    with database.writing() as session:
        _release(session, mailbox_id, utc_now())
    return look.fetched


def _fetch_new(
    look: Look, box: OpenMailbox, place: tuple[int | None, int], since: datetime
) -> None:
    last_uid = place[1] if place[0] == box.uid_validity else 0
    uids = box.uids_after(last_uid, since)
    left: list[int] = []
    for number in range(0, len(uids), _MOST_AT_ONCE):
        look.go_on()
        some = uids[number : number + _MOST_AT_ONCE]
        with look.database.reading() as session:
            known = known_places(session, look.mailbox_id, box.uid_validity, some)
        done = [uid for uid in some if known.get(uid)]
        look.fetched.known += len(done)
        for batch in batches(box.heads([uid for uid in some if uid not in known])):
            kept = keep(look, box, batch)
            known |= kept
            done += [uid for uid, may in kept.items() if may]
        box.put_away(done)
        left += _not_given(box, [uid for uid in some if uid not in known], since)
        with look.database.writing() as session:
            reached = min([*left, some[-1] + 1]) - 1
            _pass(session, look.mailbox_id, box.uid_validity, reached)


def _not_given(box: OpenMailbox, missing: list[int], since: datetime) -> list[int]:
    """Return which of the letters are there still, though the server did not give them.

    Exchange leaves some out at times: they are asked for again at the next look.
    """
    if not missing:
        return []
    there = set(box.uids_after(missing[0] - 1, since))
    left = [uid for uid in missing if uid in there]
    if left:
        log.warning("letters were not given by their server", uids=left)
    return left


def _claimed(session: Session, mailbox_id: int, now: datetime) -> Mailbox | None:
    """Return the mailbox, taken for a while; None when it is off, or it is not its time."""
    query = select(Mailbox).where(Mailbox.id == mailbox_id, Mailbox.is_active).with_for_update()
    mailbox = session.scalar(query)
    if mailbox is None or (mailbox.next_at is not None and mailbox.next_at > now):
        return None
    mailbox.next_at = now + _LEASE
    session.flush()
    return mailbox


def _pass(session: Session, mailbox_id: int, uid_validity: int, uid: int) -> None:
    """Note how far the folder was fetched, and go on keeping others away."""
    values = {"uid_validity": uid_validity, "last_uid": uid, "next_at": utc_now() + _LEASE}
    session.execute(update(Mailbox).where(Mailbox.id == mailbox_id).values(**values))


def _release(session: Session, mailbox_id: int, answered_at: datetime | None) -> None:
    values: dict[str, object] = {"next_at": None}
    if answered_at is not None:
        values |= {"fetched_at": answered_at, "failing_since": None}
        values |= {"last_error": "", "failures": 0}
    session.execute(update(Mailbox).where(Mailbox.id == mailbox_id).values(**values))


def _note_failure(session: Session, mailbox_id: int, error: Exception, now: datetime) -> None:
    mailbox = session.get(Mailbox, mailbox_id, with_for_update=True)
    if mailbox is None:
        return
    mailbox.failures += 1
    mailbox.failing_since = mailbox.failing_since or now
    mailbox.last_error = str(error)
    refused = isinstance(error, MailboxRefused | TokenRefused)
    wait = seconds_to_wait(mailbox.failures, refused=refused)
    mailbox.next_at = now + timedelta(seconds=wait)
