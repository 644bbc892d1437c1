"""The outbox: what waits is handed to the mail server, a mail for each person."""

import smtplib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.queue import enqueue
from server.foundation.mailing import MailNotSent, mail_server
from server.notify.actions import DELIVER
from server.notify.models import Notification
from server.notify.writing import ReplyAddress, Writer, nowhere

__all__ = ["DELIVER", "deliverer", "run_delivery"]

_BATCH = 100
#: A row that has been "sending" for longer belonged to a process that is gone.
_LOST = timedelta(minutes=10)
#: When a mail is tried again that was refused while others were taken, and for how long.
_PAUSE, _TRIED_FOR = timedelta(minutes=30), timedelta(days=3)
#: The server hangs up (RFC 5321, 3.8): what follows is not about one mail.
_HANGS_UP = 421


def deliverer(
    reply_address: ReplyAddress,
) -> Callable[[JobContext], Mapping[str, Any]]:
    """Return the job that sends what is due; ``reply_address`` is lent by whoever receives mail."""
    return partial(run_delivery, reply_address=reply_address)


def run_delivery(context: JobContext, reply_address: ReplyAddress = nowhere) -> Mapping[str, Any]:
    """Send every mail that is due. Raises ``MailNotSent``; what was not sent stays waiting.

    At least once: a process killed between sending and writing that down lets the mail be sent
    again, under the same Message-ID. One that stops in order sends none twice. A mail that the
    server refuses holds up nobody else's: it is tried again every half an hour for three days,
    and not at all where it can never be taken.
    """
    if not context.settings.smtp_host:
        return {"off": _switch_off(context)}
    done: Counter[str] = Counter(sent=0)
    while True:
        context.go_on()
        claimed = _claim(context)
        if not claimed:
            return dict(done)
        done.update(_send(context, claimed, reply_address))


def _switch_off(context: JobContext) -> int:
    # Without a mail server nothing piles up, to come all at once when there is one.
    with context.database.writing() as session:
        rows = session.scalars(_due(utc_now()).with_for_update(skip_locked=True)).all()
        for row in rows:
            row.mail_state = "off"
        return len(rows)


def _due(now: datetime) -> Any:
    lost = (Notification.mail_state == "sending") & (Notification.deliver_at <= now - _LOST)
    waiting = (Notification.mail_state == "waiting") & (Notification.deliver_at <= now)
    return (
        select(Notification)
        .where(or_(waiting, lost))
        .order_by(Notification.person_id, Notification.id)
        .limit(_BATCH)
    )


def _claim(context: JobContext) -> list[int]:
    """Take what is due for sending, so that no other worker takes it too; return the ids."""
    now = utc_now()
    with context.database.writing() as session:
        rows = session.scalars(_due(now).with_for_update(skip_locked=True)).all()
        for row in rows:
            row.mail_state, row.deliver_at = "sending", now
        return [row.id for row in rows]


def _send(context: JobContext, ids: Sequence[int], reply_address: ReplyAddress) -> Counter[str]:
    """Send a mail to each person named in the claimed rows; return how many were sent, refused."""
    with context.database.reading() as session:
        mails = Writer(session, context.settings, reply_address).mails(ids)
    done: Counter[str] = Counter()
    unsent = {one for rows, _ in mails for one in rows}
    unread: list[tuple[Sequence[int], smtplib.SMTPException]] = []
    try:
        with mail_server(context.settings) as connection:
            for rows, message in mails:
                refusal = _hand_over(connection, message)
                if isinstance(refusal, smtplib.SMTPDataError):
                    unread.append((rows, refusal))
                    continue
                with context.database.writing() as session:
                    if refusal is None:
                        _mark(session, rows, "sent")
                    else:
                        _put_off(session, rows, for_good=_for_good(refusal))
                unsent -= set(rows)
                done["sent" if refusal is None else "refused"] += 1
            if unread and not done:
                # Nothing is taken at all: that is about the server, not about what was written.
                raise unread[0][1]
    except MailNotSent:
        with context.database.writing() as session:
            _mark(session, sorted(unsent), "waiting")
        raise
    for held, _ in unread:
        with context.database.writing() as session:
            _put_off(session, held, for_good=False)
        done["refused"] += 1
    return done


def _hand_over(
    connection: smtplib.SMTP, message: EmailMessage | None
) -> smtplib.SMTPException | None:
    """Hand one mail over; return the refusal where it is about this mail alone."""
    if message is None:
        return smtplib.SMTPNotSupportedError("no mail can be written to this address")
    try:
        connection.send_message(message)
    except smtplib.SMTPNotSupportedError as error:
        # An address beyond ASCII, and a server that reads none such (RFC 6531).
        return error
    except smtplib.SMTPRecipientsRefused as error:
        if _HANGS_UP in {code for code, _ in error.recipients.values()}:
            raise
        return error
    except smtplib.SMTPDataError as error:
        if error.smtp_code == _HANGS_UP:
            raise
        return error
    return None


def _for_good(refusal: smtplib.SMTPException) -> bool:
    """Say whether trying again is of no use."""
    if isinstance(refusal, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in refusal.recipients.values())
    return isinstance(refusal, smtplib.SMTPNotSupportedError)


def _put_off(session: Session, ids: Sequence[int], *, for_good: bool) -> None:
    """Let refused mail wait, so that others go before it; what is too old is given up."""
    now = utc_now()
    again = now + _PAUSE
    waits = False
    for row in session.scalars(select(Notification).where(Notification.id.in_(ids))):
        over = for_good or row.at <= now - _TRIED_FOR
        row.mail_state, row.deliver_at = ("off" if over else "waiting"), again
        waits = waits or not over
    if waits:
        enqueue(session, DELIVER, key=f"{DELIVER}:{again}", run_at=again)


def _mark(session: Session, ids: Sequence[int], state: str) -> None:
    now = utc_now()
    rows = session.scalars(select(Notification).where(Notification.id.in_(ids)))
    for row in rows:
        row.mail_state = state
        row.sent_at = now if state == "sent" else None
