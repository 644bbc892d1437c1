"""In front of the application: answers agents on whose machines nothing happened.

It changes no answer. A report that is short enough to say nothing new is read and settled by one
question; everything else, and whatever is wrong with it, goes on to the application unread.
"""

import json
import secrets
import time
from collections.abc import Iterable
from io import BytesIO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from cmdb.errors import InvalidValue
from server.foundation.clock import utc_now
from server.foundation.edge.requests import installation
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.watching import Answered, note_answer
from server.items.intake import NEXT_REPORT_SECONDS
from server.items.payload import unpack
from server.items.reports import read_report
from server.items.standing_reports import settle_unchanged

ROUTE = f"{PREFIX}/reports"
#: What says nothing new is a few hundred bytes; a longer body is somebody's news.
_LONGEST = 4096


class Doorstep:
    """WSGI middleware around an application that takes reports."""

    def __init__(self, app: Flask, inner: WSGIApplication) -> None:
        self._app = app
        self._inner = inner

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a report that says nothing new; hand everything else on."""
        if environ.get("PATH_INFO") != ROUTE or environ["REQUEST_METHOD"] != "POST":
            return self._inner(environ, start)
        length = environ.get("CONTENT_LENGTH") or ""
        if not (length.isascii() and length.isdigit() and 0 < int(length) <= _LONGEST):
            return self._inner(environ, start)
        began = time.perf_counter()
        body = environ["wsgi.input"].read(int(length))
        item_id = self._settled(environ, body)
        if item_id is None:
            environ["wsgi.input"] = BytesIO(body)
            return self._inner(environ, start)
        return self._answer(environ, start, item_id, began)

    def _settled(self, environ: WSGIEnvironment, body: bytes) -> int | None:
        scheme, _, key = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.casefold() != "bearer" or not key:
            return None
        try:
            report = read_report(unpack(body, environ.get("HTTP_CONTENT_ENCODING", "")))
            return settle_unchanged(
                installation(self._app).database, key.strip(), report, utc_now()
            )
        except (InvalidValue, SQLAlchemyError):
            # The application finds the same, and says so in its own words.
            return None

    def _answer(
        self, environ: WSGIEnvironment, start: StartResponse, item_id: int, began: float
    ) -> Iterable[bytes]:
        told = {
            "accepted": True,
            "resend": [],
            "next_report_seconds": NEXT_REPORT_SECONDS,
            "item": item_id,
        }
        body = json.dumps(told, separators=(",", ":")).encode()
        request_id = secrets.token_hex(8)
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("X-Request-ID", request_id),
        ]
        start("202 ACCEPTED", headers)
        seconds = time.perf_counter() - began
        address = environ.get("REMOTE_ADDR")
        note_answer(
            self._app,
            Answered("POST", ROUTE, ROUTE, 202, seconds, len(body), address=address),
            request_id=request_id,
        )
        return [body]
