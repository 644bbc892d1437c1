"""Bodies that come in pieces of unknown number are read whole or not at all."""

from typing import Any

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge


class WholeRequest(Request):
    """A request whose body is never a part of what was sent.

    Werkzeug reads a body without a length (RFC 9112, 7.1) up to the limit, and gives what it has
    as if it were all.
    """

    def get_data(self, *args: Any, **options: Any) -> Any:
        """Return the body. Raises ``RequestEntityTooLarge`` for one as long as the limit."""
        data = super().get_data(*args, **options)
        most = self.max_content_length
        if self.content_length is None and most is not None and len(data) >= most:
            raise RequestEntityTooLarge
        return data
