"""The files of documents: saved, or shown when they are pictures."""

from flask.typing import ResponseReturnValue

from server.assets.documents.api import document_files, version_answer
from server.assets.documents.models import DocumentVersion
from server.assets.documents.queries import DocumentDetails, document_version
from server.foundation.edge.files import is_picture, picture_answer
from server.foundation.edge.requests import current_actor, current_session


def download(document_id: int, number: int) -> ResponseReturnValue:
    """Return a kept file to be saved, or lead to the address that a version is."""
    answer: ResponseReturnValue = version_answer(document_id, number)
    return answer


def picture(document_id: int, number: int) -> ResponseReturnValue:
    """Return a version that is a picture, to be shown; any other is not there."""
    row = document_version(current_session(), current_actor(), document_id, number)
    return picture_answer(document_files(), row.stored_name)


def shown_picture(found: DocumentDetails) -> DocumentVersion | None:
    """Return the newest version of a document when it is a picture that can be shown."""
    newest = found.versions[0][0] if found.versions else None
    if newest is None or not newest.stored_name:
        return None
    return newest if is_picture(document_files(), newest.stored_name) else None
