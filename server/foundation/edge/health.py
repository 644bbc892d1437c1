"""``/healthz``: the process lives. ``/readyz``: it can work. ``/metrics``: for Prometheus."""

import ipaddress
from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from server.foundation.clock import utc_now
from server.foundation.edge.requests import (
    current_actor,
    for_anybody,
    installation,
    needs_nothing,
    own_transactions,
)
from server.foundation.edge.watching import metrics_of
from server.foundation.jobs import queries
from server.foundation.metrics import CONTENT_TYPE
from server.foundation.permissions import Permission

SILENCE = timedelta(seconds=90)
_REVISION = "cadastre_revision"

blueprint = Blueprint("health", __name__)


def expect_revision(app: Flask, revision: str) -> None:
    """Say which revision the schema must have for this program to be ready."""
    app.extensions[_REVISION] = revision


@blueprint.get("/healthz")
@needs_nothing
def healthz() -> ResponseReturnValue:
    """Answer as long as the process can answer at all."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
@needs_nothing
def readyz() -> ResponseReturnValue:
    """Answer 200 when requests can be served, else 503; each check says "ok" or what is wrong."""
    found = _checks()
    ready = all(outcome == "ok" for outcome in found.values())
    answer = jsonify(status="ready" if ready else "not ready", checks=found)
    return answer, 200 if ready else 503


@blueprint.get("/metrics")
@for_anybody
@own_transactions
def metrics() -> ResponseReturnValue:
    """Answer in Prometheus' format, to this host or to a token that may read administration."""
    if not _asked_from_here():
        current_actor().require(Permission.ADMIN_READ)
    return Response(metrics_of(current_app).exposition(), content_type=CONTENT_TYPE)


def _checks() -> dict[str, str]:
    checks: dict[str, Callable[[Session], str]] = {"database": _database, "schema": _schema}
    if installation().settings.job_threads:
        checks["jobs"] = _jobs
    try:
        with installation().database.reading() as session:
            return {name: check(session) for name, check in checks.items()}
    except SQLAlchemyError:
        # The reason stands in the log; a stranger learns nothing about the database.
        return {"database": "does not answer"}


def _database(session: Session) -> str:
    session.execute(text("SELECT 1"))
    return "ok"


def _schema(session: Session) -> str:
    expected = current_app.extensions.get(_REVISION)
    if expected is None:
        return "ok"
    found = session.scalar(text("SELECT version_num FROM alembic_version"))
    return "ok" if found == expected else "is of another version"


def _jobs(session: Session) -> str:
    seen = queries.runner_seen_at(session)
    return "ok" if seen is not None and utc_now() - seen < SILENCE else "no runner speaks up"


def _asked_from_here() -> bool:
    """Say whether the client is on this very host, and no proxy speaks for somebody else."""
    if request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded"):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
