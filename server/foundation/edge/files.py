"""Attached files as answers: to be saved. Pictures alone are shown, and only as what they are."""

from io import BytesIO

from flask import Response, send_file

from cmdb.errors import NotFound
from server.foundation.storage import Storage

#: What a file is answered as, whatever it says of itself: nothing that a browser would open.
OPAQUE = "application/octet-stream"
#: How much of a file tells what it is.
_HEAD_BYTES = 16


def file_answer(storage: Storage, stored_name: str, file_name: str) -> Response:
    """Return a kept file under the name a person gave it. Raises ``NotFound``."""
    with storage.open(stored_name) as stream:
        # At most as large as an attachment may be, and the file is closed whatever follows.
        return content_answer(stream.read(), file_name)


def content_answer(content: bytes, file_name: str) -> Response:
    """Return bytes to be saved under the name a person gave them, whatever they are."""
    answer = send_file(BytesIO(content), OPAQUE, as_attachment=True, download_name=file_name)
    return _harmless(answer)


def picture_kind(head: bytes) -> str | None:
    r"""Return the type of a picture by the first bytes of its file; None for anything else.

    PNG, JPEG and WebP hold points and no program. SVG is markup: it is never shown as a picture.

    >>> picture_kind(b"\x89PNG\r\n\x1a\n\x00"), picture_kind(b"<svg onload='x'>")
    ('image/png', None)
    """
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    return None


def is_picture(storage: Storage, stored_name: str) -> bool:
    """Say whether a kept file is a picture that may be shown; one that is gone is none."""
    try:
        with storage.open(stored_name) as stream:
            return picture_kind(stream.read(_HEAD_BYTES)) is not None
    except NotFound:
        return False


def picture_answer(storage: Storage, stored_name: str) -> Response:
    """Return a kept picture to be shown, as what its own bytes say it is.

    Raises ``NotFound`` for a file that is none, whatever it is called.
    """
    with storage.open(stored_name) as stream:
        content = stream.read()
    kind = picture_kind(content[:_HEAD_BYTES])
    if kind is None:
        raise NotFound("picture", stored_name)
    answer = send_file(BytesIO(content), kind)
    answer.headers["Content-Disposition"] = "inline"
    return _harmless(answer)


def _harmless(answer: Response) -> Response:
    """Keep a browser from taking the answer for anything else, and from running any of it."""
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
