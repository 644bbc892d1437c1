"""What the database needs beside itself: the key of its secrets, and the files attached to it."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.assets.documents.queries import kept_files
from server.commands.diagnosis.finding import Finding, fine, look, wrong
from server.desk.mail.queries.letters import kept_letters
from server.desk.tickets.models import TicketAttachment
from server.foundation.errors import SecretUnreadable, SettingsError
from server.foundation.rotation import sealed_columns
from server.foundation.secrets import Place, SecretBox
from server.foundation.settings import Settings
from server.foundation.storage import attachments_at


def look_at_belongings(session: Session, settings: Settings) -> Iterator[Finding]:
    """Yield whether all sealed secrets open, and whether all attached files are there."""
    yield _secrets(session, settings)
    yield _files(session, settings)


def _secrets(session: Session, settings: Settings) -> Finding:
    sealed = {
        Place(table.name, column.name, row_id): text
        for table, column in sealed_columns()
        for row_id, text in session.execute(select(table.c.id, column).where(column != ""))
    }
    if not sealed:
        return fine("secrets", "none are kept")
    mend = f"put the copy of {settings.key_file.name} back there, or type the secrets anew"
    if not settings.key_file.exists():
        seen = f"there is no {settings.key_file}, and {len(sealed)} secrets were sealed with it"
        return wrong("secrets", seen, mend)
    box = SecretBox(settings.key_file)
    try:
        closed = [place for place, text in sealed.items() if not _opens(box, text, place)]
        old = sum(not text.startswith(box.mark) for text in sealed.values()) - len(closed)
    except SettingsError as error:
        return wrong("secrets", str(error), mend)
    if closed:
        first = f"{closed[0].table} {closed[0].row_id}"
        seen = f"{len(closed)} of {len(sealed)} do not open, the first is that of {first}"
        return wrong("secrets", seen, mend)
    if old > 0:
        return look("secrets", f"{old} wait for the newest key", "cadastre secrets rotate")
    return fine("secrets", f"all {len(sealed)} open")


def _opens(box: SecretBox, sealed: str, place: Place) -> bool:
    try:
        box.open(sealed, place)
    except SecretUnreadable:
        return False
    return True


def _files(session: Session, settings: Settings) -> Finding:
    attached = set(session.scalars(select(TicketAttachment.stored_name)))
    wanted = attached | kept_files(session) | kept_letters(session)
    storage = attachments_at(settings.home)
    missing = len(wanted - set(storage.names()))
    if missing:
        mend = (
            "is it the folder that all machines share? Otherwise restore a backup elsewhere and "
            "copy its attachments"
        )
        return wrong("files", f"{missing} of {len(wanted)} are not in {storage.folder}", mend)
    return fine("files", f"{len(wanted)} are attached, and all are there")
