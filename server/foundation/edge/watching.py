"""Every request leaves one line in the log and one figure in the metrics."""

import time

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


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("cadastre_began", time.perf_counter())
    route = request.url_rule.rule if request.url_rule else "unmatched"
    method = request.method if request.method in _KNOWN_METHODS else "other"
    metrics_of(current_app).answered(method, route, response.status_code, seconds)
    actor = request_state().actor
    write = log.debug if route in _QUIET else log.info
    # The query string stays out: people paste secrets into it.
    write(
        "answered",
        method=method,
        path=request.path,
        route=route,
        status=response.status_code,
        milliseconds=round(seconds * 1000, 1),
        bytes=response.content_length,
        actor=actor.name if actor else None,
        address=request.remote_addr,
    )
    return response


def _forget(_error: BaseException | None) -> None:
    structlog.contextvars.unbind_contextvars("request_id")
