"""A mailbox's row, ready to be opened, and whether it opens."""

from dataclasses import dataclass, replace

from server.desk.mail.actions.tokens import BOOK, secret_place, token_of
from server.desk.mail.models import Mailbox
from server.desk.mail.rules.sign_in import OAUTH
from server.foundation.access_tokens import TokenUnavailable
from server.foundation.database import Database
from server.foundation.errors import SecretUnreadable
from server.foundation.imap import (
    FolderUnavailable,
    MailAccess,
    MailboxRefused,
    MailboxUnavailable,
    open_mailbox,
)
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings

#: Somebody waits in front of a page.
_TRIAL_SECONDS = 25
_MOST_FOLDERS = 200
_STEP_OF = (
    (SecretUnreadable, "secret"),
    (TokenUnavailable, "token"),
    (MailboxRefused, "sign_in"),
    (FolderUnavailable, "folder"),
    (MailboxUnavailable, "connect"),
)
#: Why a mailbox does not open.
TROUBLES = (MailboxUnavailable, TokenUnavailable, SecretUnreadable)


@dataclass(frozen=True, slots=True)
class MailTrial:
    """Whether a mailbox opens, why not, and how many letters would be fetched now.

    ``step``: what failed, one of ``STEPS``; "" when nothing did.
    """

    ok: bool
    detail: str
    step: str = ""
    letters: int | None = None
    folders: tuple[str, ...] = ()


def access_of(database: Database, settings: Settings, mailbox: Mailbox) -> MailAccess:
    """Return what is needed to open a mailbox, without its row.

    Outside of any transaction: a token server may take its time. Raises ``SecretUnreadable`` when
    a secret cannot be opened, ``TokenUnavailable`` when there is no access token.
    """
    place = secret_place(mailbox.id, "password")
    by_token = mailbox.sign_in == OAUTH
    sealed = "" if by_token else mailbox.sealed_password
    return MailAccess(
        host=mailbox.host,
        port=mailbox.port,
        security=mailbox.security,
        user_name=mailbox.user_name,
        password=SecretBox(settings.key_file).open(sealed, place),
        token=token_of(database, settings, mailbox) if by_token else "",
        folder=mailbox.folder,
        done_folder=mailbox.done_folder,
        authority=mailbox.authority,
        gate=settings.directory_gate,
    )


def try_out(database: Database, settings: Settings, mailbox: Mailbox) -> MailTrial:
    """Open a mailbox, say how many letters wait there, and change nothing of it.

    Outside of any transaction: the server may take its time. A refresh token that the token server
    changes is kept.
    """
    try:
        found = access_of(database, settings, mailbox)
        access = replace(found, most_seconds=_TRIAL_SECONDS)
        with open_mailbox(access) as box:
            same = mailbox.uid_validity == box.uid_validity and not mailbox.done_folder
            last_uid = mailbox.last_uid if same else 0
            waiting = len(box.uids_after(last_uid, mailbox.since))
            folders = box.folders()[:_MOST_FOLDERS]
    except TROUBLES as error:
        forget_refused(mailbox.id, error)
        step = next(step for kind, step in _STEP_OF if isinstance(error, kind))
        return MailTrial(ok=False, detail=str(error), step=step)
    detail = f"{access.place} answers; letters to fetch: {waiting}"
    return MailTrial(ok=True, detail=detail, letters=waiting, folders=folders)


def forget_refused(mailbox_id: int, error: Exception) -> None:
    """Forget the access token where the mail server refused it: it may have been withdrawn."""
    if isinstance(error, MailboxRefused):
        BOOK.forget(mailbox_id)
