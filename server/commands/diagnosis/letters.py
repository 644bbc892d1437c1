"""Mailboxes that fail, and letters for which nobody has decided yet."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.commands.diagnosis.finding import Finding, fine, look, wrong
from server.desk.mail.models import Mailbox, ReceivedLetter
from server.desk.mail.rules.sign_in import missing_secret
from server.desk.mail.rules.states import HELD


def look_at_letters(session: Session) -> Iterator[Finding]:
    """Yield a finding for each mailbox that fails, and one for all letters that are held."""
    active = list(session.scalars(select(Mailbox).where(Mailbox.is_active).order_by(Mailbox.id)))
    for mailbox in active:
        if mailbox.failing_since is not None:
            seen = (
                f"{mailbox.name} fails since {mailbox.failing_since:%Y-%m-%d %H:%M} UTC: "
                f"{mailbox.last_error}"
            )
            yield wrong("mailboxes", seen, "mend that, then look again on the mailbox's page")
        elif missing := missing_secret(mailbox):
            seen = f"{mailbox.name} has no {missing}"
            yield wrong("mailboxes", seen, "type it in on the mailbox's page")
    if active and all(one.failing_since is None and not missing_secret(one) for one in active):
        yield fine("mailboxes", f"all {len(active)} answer")
    held = select(func.count()).where(ReceivedLetter.state == HELD)
    if count := session.scalar(held):
        seen = f"{count} letters are held until somebody decides"
        yield look(
            "letters", seen, "see the page of held letters, or GET /api/v1/letters?state=held"
        )
