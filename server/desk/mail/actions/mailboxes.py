"""Setting up mailboxes. Passwords go in and never come out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from server.desk.mail.actions.checking import check_mailbox
from server.desk.mail.actions.tokens import secret_place
from server.desk.mail.models import Mailbox, ReceivedLetter
from server.desk.mail.rules.sign_in import CLIENT_CREDENTIALS, PASSWORD, SECRET_COLUMNS, secrets_of
from server.desk.mail.rules.states import HELD, WAITING
from server.foundation.audit import record
from server.foundation.duplicates import refusing_duplicates
from server.foundation.jobs.queue import enqueue
from server.foundation.permissions import Actor, Permission
from server.foundation.secrets import SecretBox
from server.people.actions.rights import require_over
from server.people.rules.logins import login_key, name_key

#: The kind of job that looks at one mailbox.
LOOK = "mail.look"
#: Each is asked every minute.
MAX_MAILBOXES = 100
#: Whoever changes where a password is sent to must know it: it is blanked with these.
_WHERE_TO = frozenset({"host", "port", "security", "authority", "user_name"})
#: The same for what goes to the token server, or brings what then goes to the mail server.
_WHERE_TOKENS = _WHERE_TO | {"token_url", "client_id"}
#: With these it is another folder: nothing of it was fetched yet.
_WHICH = frozenset({"host", "user_name", "folder"})


def add_mailbox(
    session: Session,
    actor: Actor,
    particulars: Mapping[str, Any],
    secrets: SecretBox,
    now: datetime,
) -> Mailbox:
    """Add a mailbox and return it, with its id.

    ``particulars``: columns of ``Mailbox``, and the fields of ``SECRET_COLUMNS``. Needs
    ``admin:rules`` in the organisation. Raises ``DuplicateName``, ``InvalidValue``,
    ``PermissionDenied``.
    """
    values = {
        "since": now,
        "sign_in": PASSWORD,
        "token_grant": CLIENT_CREDENTIALS,
        **particulars,
    }
    given = {name: values.pop(name) for name in SECRET_COLUMNS if name in values}
    row = Mailbox(created_at=now, updated_at=now)
    _fill(row, values)
    check_mailbox(session, actor, row, given)
    if (session.scalar(select(func.count(Mailbox.id))) or 0) >= MAX_MAILBOXES:
        raise InvalidValue({"name": f"there are {MAX_MAILBOXES} mailboxes already"})
    with refusing_duplicates(session, "mailbox", "name", row.name):
        session.add(row)
    _seal(row, given, secrets)
    session.flush()
    record(session, actor, "mailbox_created", f"mailbox:{row.id}")
    return row


def change_mailbox(
    session: Session,
    actor: Actor,
    mailbox: Mailbox,
    changes: Mapping[str, Any],
    secrets: SecretBox,
    now: datetime,
) -> Mailbox:
    """Change a mailbox from ``queries.mailboxes.find_mailbox``.

    Another server, trust or user name blanks the secrets, unless the same call brings them; another
    way to sign in blanks what it does not use. Raises ``DuplicateName``, ``InvalidValue``,
    ``PermissionDenied``.
    """
    values = dict(changes)
    given = {name: values.pop(name) for name in SECRET_COLUMNS if name in values}
    require_over(actor, Permission.ADMIN_RULES, mailbox.organisation_id)
    differs = {one for one in values if getattr(mailbox, one) != values[one]}
    name = values.get("name", mailbox.name)
    with refusing_duplicates(session, "mailbox", "name", name), session.no_autoflush:
        _fill(mailbox, values)
        check_mailbox(session, actor, mailbox, given)
    blank = dict.fromkeys(_to_be_blanked(mailbox, differs), "")
    differs |= _seal(mailbox, blank | given, secrets)
    if differs & _WHICH:
        mailbox.uid_validity, mailbox.last_uid = None, 0
    # What was wrong may be mended by it.
    mailbox.failures, mailbox.next_at = 0, None
    mailbox.updated_at = now
    mailbox.version += 1
    session.flush()
    told = {"fields": sorted(differs)}
    record(session, actor, "mailbox_changed", f"mailbox:{mailbox.id}", told)
    return mailbox


def remove_mailbox(session: Session, actor: Actor, mailbox: Mailbox) -> None:
    """Take a mailbox away. Its letters stay; those that nobody has read yet are held."""
    require_over(actor, Permission.ADMIN_RULES, mailbox.organisation_id)
    session.execute(
        update(ReceivedLetter)
        .where(ReceivedLetter.mailbox_id == mailbox.id, ReceivedLetter.state == WAITING)
        .values(state=HELD, reason="removed")
    )
    told = {"name": mailbox.name, "address": mailbox.address}
    record(session, actor, "mailbox_removed", f"mailbox:{mailbox.id}", told)
    session.delete(mailbox)
    session.flush()


def ask_look(session: Session, actor: Actor, mailbox: Mailbox) -> int:
    """Ask that a mailbox be looked at now, also one that fails; return the job's id.

    Raises ``InvalidValue`` for one that is switched off.
    """
    require_over(actor, Permission.ADMIN_RULES, mailbox.organisation_id)
    if not mailbox.is_active:
        raise InvalidValue({"is_active": "the mailbox is switched off"})
    mailbox.next_at = None
    payload = {"mailbox_id": mailbox.id}
    return enqueue(session, LOOK, payload, key=look_key(mailbox.id))


def look_key(mailbox_id: int) -> str:
    """Return the key under which one look at a mailbox waits at a time."""
    return f"mailbox:{mailbox_id}"


def _fill(row: Mailbox, values: Mapping[str, Any]) -> None:
    for column, value in values.items():
        setattr(row, column, value)
    row.name_key = name_key(row.name)
    row.address_key = login_key(row.address)


def _to_be_blanked(row: Mailbox, differs: set[str]) -> set[str]:
    """Return the secrets that go elsewhere now than whoever typed them said, or nowhere."""
    unused = SECRET_COLUMNS.keys() - set(secrets_of(row))
    blank = {name for name in unused if getattr(row, SECRET_COLUMNS[name])}
    if differs & _WHERE_TO:
        blank.add("password")
    if differs & _WHERE_TOKENS:
        blank |= {"client_secret", "refresh_token"}
    return blank


def _seal(row: Mailbox, given: Mapping[str, str], secrets: SecretBox) -> set[str]:
    """Keep secrets at a row that has its id; return their fields."""
    for name, secret in given.items():
        setattr(row, SECRET_COLUMNS[name], secrets.seal(secret, secret_place(row.id, name)))
    return set(given)
