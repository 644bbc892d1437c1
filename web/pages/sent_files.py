"""Files that came with a form, onto a ticket."""

from collections.abc import Sequence

from flask import request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from server.desk.tickets.actions.attaching import Upload, attach_file
from server.desk.tickets.api.belongings import storage
from server.foundation.edge.requests import current_time, installation
from server.foundation.permissions import Actor


def sent_files() -> list[FileStorage]:
    """Return the files of the form's field "file"; what a browser sends for none is left out."""
    return [one for one in request.files.getlist("file") if one.filename]


def attach_sent(
    session: Session, actor: Actor, ticket_id: int, files: Sequence[FileStorage], kind: str
) -> None:
    """Attach files, ``kind`` "public" or "internal". Raises what ``attach_file`` raises."""
    most = installation().settings.max_attachment_megabytes * 2**20
    for one in files:
        upload = Upload(one.filename or "", one.stream, most, kind)  # type: ignore[arg-type]  # read alone is asked of it
        attach_file(session, actor, ticket_id, storage(), upload, current_time())
