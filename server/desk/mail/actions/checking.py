"""What can be wrong about a mailbox that somebody sets up."""

import re
from collections.abc import Mapping

from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from server.desk.mail.models import Mailbox
from server.desk.mail.rules.addresses import addresses_in
from server.desk.mail.rules.sign_in import faults_of, secrets_of
from server.desk.tickets.actions.checking import Problems, check_group, check_words, own_fields
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.own_fields import needs_moment
from server.foundation.imap import trusted_context
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import require_over
from server.people.queries.organisations import organisation

_HOST = re.compile(r"[\w.:-]{1,253}")


def check_mailbox(session: Session, actor: Actor, row: Mailbox, given: Mapping[str, str]) -> None:
    """Raise ``InvalidValue`` for all that is wrong about a mailbox at once.

    ``given``: the secrets that come along, by the fields of ``SECRET_COLUMNS``. Raises
    ``PermissionDenied`` without ``admin:rules`` in its organisation.
    """
    problems = Problems()
    _check_sign_in(problems, row, given)
    _check_place(session, actor, problems, row.organisation_id)
    _check_server(problems, row)
    words = words_of(session)
    given = {"kind": row.kind or "incident", "category": row.category or ""}
    check_words(problems, words, given)
    if row.category in words.categories:
        own_fields(problems, words, row.category, {})
        if needs_moment(words, row.category):
            problems.add("category", "asks when it happened, which no letter says")
    check_group(session, actor, problems, "group_id", row.group_id)
    problems.refuse()


def _check_sign_in(problems: Problems, row: Mailbox, given: Mapping[str, str]) -> None:
    for name in given.keys() - set(secrets_of(row)):
        if given[name]:
            problems.add(name, "is not used by this way to sign in")
    for field, sentence in faults_of(row):
        problems.add(field, sentence)


def _check_server(problems: Problems, row: Mailbox) -> None:
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


def _check_place(session: Session, actor: Actor, problems: Problems, organisation_id: int) -> None:
    try:
        organisation(session, actor, organisation_id)
    except NotFound:
        problems.add("organisation_id", "there is no such organisation")
        return
    require_over(actor, Permission.ADMIN_RULES, organisation_id)
