"""Setting up mailboxes. Passwords go in and never come out."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from server.desk.mail.actions.access import password_place
from server.desk.mail.models import Mailbox, ReceivedLetter
from server.desk.mail.rules.addresses import addresses_in
from server.desk.mail.rules.states import HELD, WAITING
from server.desk.tickets.actions.checking import Problems, check_group, check_words, own_fields
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.own_fields import needs_moment
from server.foundation.audit import record
from server.foundation.duplicates import refusing_duplicates
from server.foundation.imap import trusted_context
from server.foundation.jobs.queue import enqueue
from server.foundation.permissions import Actor, Permission
from server.foundation.secrets import SecretBox
from server.people.actions.rights import require_over
from server.people.queries.organisations import organisation
from server.people.rules.logins import login_key, name_key

#: The kind of job that looks at one mailbox.
LOOK = "mail.look"
_HOST = re.compile(r"[\w.:-]{1,253}")
#: Each is asked every minute.
MAX_MAILBOXES = 100
#: Whoever changes where a password is sent to must know it: it is blanked with these.
_WHERE_TO = frozenset({"host", "port", "security", "authority", "user_name"})
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

    ``particulars``: columns of ``Mailbox``, and ``password``. Needs ``admin:rules`` in the
    organisation. Raises ``DuplicateName``, ``InvalidValue``, ``PermissionDenied``.
    """
    values = {"since": now, **particulars}
    password = values.pop("password", "")
    row = Mailbox(created_at=now, updated_at=now)
    _fill(row, values)
    _check(session, actor, row)
    if (session.scalar(select(func.count(Mailbox.id))) or 0) >= MAX_MAILBOXES:
        raise InvalidValue({"name": f"there are {MAX_MAILBOXES} mailboxes already"})
    with refusing_duplicates(session, "mailbox", "name", row.name):
        session.add(row)
    row.sealed_password = secrets.seal(password, password_place(row.id))
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

    Another server, trust or user name blanks the password, unless the same call brings one. Raises
    ``DuplicateName``, ``InvalidValue``, ``PermissionDenied``.
    """
    values = dict(changes)
    password = values.pop("password", None)
    require_over(actor, Permission.ADMIN_RULES, mailbox.organisation_id)
    differs = {one for one in values if getattr(mailbox, one) != values[one]}
    name = values.get("name", mailbox.name)
    with refusing_duplicates(session, "mailbox", "name", name), session.no_autoflush:
        _fill(mailbox, values)
        _check(session, actor, mailbox)
    if differs & _WHERE_TO or password is not None:
        mailbox.sealed_password = secrets.seal(password or "", password_place(mailbox.id))
        differs.add("password")
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


def _check(session: Session, actor: Actor, row: Mailbox) -> None:
    """Raise ``InvalidValue`` for all that is wrong at once."""
    problems = Problems()
    _check_place(session, actor, problems, row.organisation_id)
    if [address for _, address in addresses_in(row.address)] != [row.address]:
        problems.add("address", "must be one e-mail address")
    if not _HOST.fullmatch(row.host):
        problems.add("host", "must be the name or the address of a server, without a port")
    if row.authority:
        try:
            trusted_context(row.authority)
        except (ValueError, OSError):
            problems.add("authority", "must be certificates as PEM text")
    if row.done_folder and row.done_folder == row.folder:
        problems.add("done_folder", "must be another folder than the one that is looked at")
    words = words_of(session)
    given = {"kind": row.kind or "incident", "category": row.category or ""}
    check_words(problems, words, given)
    if row.category in words.categories:
        own_fields(problems, words, row.category, {})
        if needs_moment(words, row.category):
            problems.add("category", "asks when it happened, which no letter says")
    check_group(session, actor, problems, "group_id", row.group_id)
    problems.refuse()


def _check_place(session: Session, actor: Actor, problems: Problems, organisation_id: int) -> None:
    try:
        organisation(session, actor, organisation_id)
    except NotFound:
        problems.add("organisation_id", "there is no such organisation")
        return
    require_over(actor, Permission.ADMIN_RULES, organisation_id)
