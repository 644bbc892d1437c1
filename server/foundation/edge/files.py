"""Attached files as answers: to be saved, never to be shown."""

from io import BytesIO

from flask import Response, send_file

from server.foundation.storage import Storage

#: What a file is answered as, whatever it says of itself: nothing that a browser would open.
OPAQUE = "application/octet-stream"


def file_answer(storage: Storage, stored_name: str, file_name: str) -> Response:
    """Return a kept file under the name a person gave it. Raises ``NotFound``."""
    with storage.open(stored_name) as stream:
        # At most as large as an attachment may be, and the file is closed whatever follows.
        content = BytesIO(stream.read())
    answer = send_file(content, OPAQUE, as_attachment=True, download_name=file_name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
