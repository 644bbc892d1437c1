"""A mailbox's row, ready to be opened, and whether it opens."""

from dataclasses import dataclass, replace

from server.desk.mail.models import Mailbox
from server.foundation.errors import SecretUnreadable
from server.foundation.imap import MailAccess, MailboxUnavailable, open_mailbox
from server.foundation.secrets import Place, SecretBox
from server.foundation.settings import Settings

#: Somebody waits in front of a page.
_TRIAL_SECONDS = 25
_MOST_FOLDERS = 200


@dataclass(frozen=True, slots=True)
class MailTrial:
    """Whether a mailbox opens, why not, and how many letters would be fetched now."""

    ok: bool
    detail: str
    letters: int | None = None
    folders: tuple[str, ...] = ()


def password_place(mailbox_id: int) -> Place:
    """Return where a mailbox's password is sealed."""
    return Place("mailbox", "sealed_password", mailbox_id)


def access_of(mailbox: Mailbox, settings: Settings) -> MailAccess:
    """Return what is needed to open a mailbox, without its row.

    Raises ``SecretUnreadable`` when its password cannot be opened.
    """
    secrets = SecretBox(settings.key_file)
    return MailAccess(
        host=mailbox.host,
        port=mailbox.port,
        security=mailbox.security,
        user_name=mailbox.user_name,
        password=secrets.open(mailbox.sealed_password, password_place(mailbox.id)),
        folder=mailbox.folder,
        done_folder=mailbox.done_folder,
        authority=mailbox.authority,
        gate=settings.directory_gate,
    )


def try_out(mailbox: Mailbox, settings: Settings) -> MailTrial:
    """Open a mailbox, say how many letters wait there, and change nothing.

    Outside of any transaction: the server may take its time.
    """
    try:
        access = replace(access_of(mailbox, settings), most_seconds=_TRIAL_SECONDS)
        with open_mailbox(access) as box:
            same = mailbox.uid_validity == box.uid_validity and not mailbox.done_folder
            last_uid = mailbox.last_uid if same else 0
            waiting = len(box.uids_after(last_uid, mailbox.since))
            folders = box.folders()[:_MOST_FOLDERS]
    except (MailboxUnavailable, SecretUnreadable) as error:
        return MailTrial(ok=False, detail=str(error))
    detail = f"{access.place} answers; letters to fetch: {waiting}"
    return MailTrial(ok=True, detail=detail, letters=waiting, folders=folders)
