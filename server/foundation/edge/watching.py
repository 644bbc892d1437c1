"""Every request leaves one line in the log and one figure in the metrics."""

import time
from dataclasses import dataclass

import structlog
from flask import Flask, Response, current_app, g, request

from server.foundation.database import Database
from server.foundation.edge.requests import installation, request_state
from server.foundation.metrics import Metrics

_EXTENSION = "cadastre_metrics"
_KNOWN_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
#: Asked every few seconds by machines; nobody wants to read that.
_QUIET = {"/healthz", "/readyz", "/metrics"}

log = structlog.get_logger("server.access")


def watch(app: Flask) -> None:
    """Observe the requests of ``app``; ``install`` must have been called before."""
    watch_over(app, installation(app).database)
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)


def watch_over(app: Flask, database: Database) -> None:
    """Begin to count anew, over ``database``."""
    app.extensions[_EXTENSION] = Metrics(database)


def metrics_of(app: Flask) -> Metrics:
    """Return the figures of this application."""
    found: Metrics = app.extensions[_EXTENSION]
    return found


def _begin() -> None:
    g.cadastre_began = time.perf_counter()
    structlog.contextvars.bind_contextvars(request_id=request_state().request_id)


@dataclass(frozen=True, slots=True)
class Answered:
    """A request and what came of it. ``route`` is the rule it fits, ``path`` what was asked."""

    method: str
    route: str
    path: str
    status: int
    seconds: float
    size: int | None
    actor: str | None = None
    address: str | None = None


def note_answer(app: Flask, answered: Answered, **more: str) -> None:
    """Leave the line in the log and the figure in the metrics that every request leaves."""
    method = answered.method if answered.method in _KNOWN_METHODS else "other"
    metrics_of(app).answered(method, answered.route, answered.status, answered.seconds)
    write = log.debug if answered.route in _QUIET else log.info
    # The query string stays out: people paste secrets into it.
    write(
        "answered",
        method=method,
        path=answered.path,
        route=answered.route,
        status=answered.status,
        milliseconds=round(answered.seconds * 1000, 1),
        bytes=answered.size,
        actor=answered.actor,
        address=answered.address,
        **more,
    )


def _end(response: Response) -> Response:
    actor = request_state().actor
    answered = Answered(
        request.method,
        request.url_rule.rule if request.url_rule else "unmatched",
        request.path,
        response.status_code,
        time.perf_counter() - g.get("cadastre_began", time.perf_counter()),
        response.content_length,
        actor.name if actor else None,
        request.remote_addr,
    )
    note_answer(current_app, answered)
    return response


def _forget(_error: BaseException | None) -> None:
    structlog.contextvars.unbind_contextvars("request_id")
