"""A body that comes in pieces is read whole or refused; of a part nobody knows that it is one."""

from io import BytesIO

import pytest
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.test import EnvironBuilder

from server.foundation.edge.lengths import WholeRequest

LIMIT = 100


def in_pieces(body: bytes) -> WholeRequest:
    """Return a request as the server hands over one with ``Transfer-Encoding: chunked``."""
    environ = EnvironBuilder(method="POST", input_stream=BytesIO(body)).get_environ()
    environ.pop("CONTENT_LENGTH", None)
    environ["wsgi.input_terminated"] = True
    request = WholeRequest(environ)
    request.max_content_length = LIMIT
    return request


def test_a_body_in_pieces_that_is_too_long_is_no_shorter_body() -> None:
    assert in_pieces(b"x" * (LIMIT - 1)).get_data() == b"x" * (LIMIT - 1)
    with pytest.raises(RequestEntityTooLarge):
        in_pieces(b"x" * (LIMIT + 1)).get_data()


def test_a_body_of_known_length_may_be_as_long_as_the_limit() -> None:
    environ = EnvironBuilder(method="POST", data=b"x" * LIMIT).get_environ()
    request = WholeRequest(environ)
    request.max_content_length = LIMIT
    assert request.get_data() == b"x" * LIMIT
