"""How this feature's views answer."""

from flask import Response, make_response, request

from server.people.models import PersonPhoto


def photo_answer(photo: PersonPhoto) -> Response:
    """Return a photo as a file that is shown as what it is and nothing else, and kept by nobody."""
    answer = make_response(photo.image)
    answer.content_type = photo.media_type
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(photo.given_digest)
    answer.make_conditional(request)
    return answer
