import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
import time_machine
from flask import Flask, Response, request
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server.app import create_app
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.edge import health
from server.foundation.jobs.models import Job
from server.foundation.jobs.queue import enqueue
from server.foundation.jobs.runner import JobRunner
from server.foundation.journal import start_journal
from server.foundation.permissions import Actor, system_actor
from server.foundation.settings import Settings
from server.migrations.runner import Migrations

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


def _nobody(_session: Session) -> Actor | None:
    return None


def _administrator(_session: Session) -> Actor | None:
    return system_actor("probe")


MakeApp = Callable[..., Flask]


@pytest.fixture
def database(migrated_database_url: str) -> Iterator[Database]:
    opened = Database(migrated_database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def app(database: Database) -> Flask:
    made = create_app(Settings(), database, authenticator=_nobody)
    health.expect_revision(made, Migrations(str(database.url)).state().head)
    return made


def _checks(answer: TestResponse) -> dict[str, str]:
    checks: dict[str, str] = answer.get_json()["checks"]
    return checks


def test_the_process_says_that_it_lives_without_asking_the_database(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/missing/register.sqlite3")
    client = create_app(Settings(), database, authenticator=_nobody).test_client()
    assert client.get("/healthz").get_json() == {"status": "alive"}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert _checks(answer) == {"database": "does not answer"}
    database.dispose()


def test_ready_means_that_the_schema_fits_and_a_job_runner_speaks(
    app: Flask, database: Database
) -> None:
    client = app.test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert _checks(answer) == {"database": "ok", "schema": "ok", "jobs": "no runner speaks up"}
    runner = JobRunner(database, Settings(), {}, threads=1)
    runner.start()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "ready")
    with time_machine.travel(utc_now() + timedelta(minutes=2)):
        assert _checks(client.get("/readyz"))["jobs"] == "no runner speaks up"
    runner.stop()
    health.expect_revision(app, "4711")
    assert _checks(client.get("/readyz"))["schema"] == "is of another version"


def test_a_process_without_jobs_is_ready_without_a_runner(database: Database) -> None:
    app = create_app(Settings(job_threads=0), database, authenticator=_nobody)
    assert app.test_client().get("/readyz").status_code == 200


def test_the_metrics_speak_of_requests_jobs_and_the_register(
    app: Flask, database: Database
) -> None:
    with database.writing() as session:
        enqueue(session, "mail")
        session.add(
            Job(
                kind="mail",
                payload={},
                idempotency_key="x",
                state="dead",
                run_at=utc_now(),
                progress={},
                result={},
                created_at=utc_now(),
            )
        )
    client = app.test_client()
    client.get("/healthz")
    client.get("/no/such/page/4711")
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    lines = answer.get_data(as_text=True).splitlines()
    for expected in (
        'cadastre_http_requests_total{method="GET",route="/healthz",status="200"} 1.0',
        'cadastre_http_requests_total{method="GET",route="unmatched",status="404"} 1.0',
        'cadastre_jobs{state="queued"} 1.0',
        'cadastre_jobs{state="dead"} 1.0',
        'cadastre_jobs{state="running"} 0.0',
        "cadastre_items 0.0",
        "cadastre_relations 0.0",
        "cadastre_job_runner_silence_seconds -1.0",
        "cadastre_database_up 1.0",
    ):
        assert expected in lines


def test_a_database_that_is_away_is_a_figure_too(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/missing/register.sqlite3")
    app = create_app(Settings(), database, authenticator=_nobody)
    metrics = app.extensions["cadastre_metrics"].exposition().decode()
    assert "cadastre_database_up 0.0" in metrics
    database.dispose()


@pytest.mark.parametrize(
    ("authenticator", "environment", "headers", "status"),
    [
        (_nobody, {}, {}, 200),
        (_nobody, {"REMOTE_ADDR": "::1"}, {}, 200),
        (_nobody, ELSEWHERE, {}, 401),
        (_nobody, {}, {"X-Forwarded-For": "203.0.113.9"}, 401),
        (lambda _session: Actor("x"), ELSEWHERE, {}, 403),
        (_administrator, ELSEWHERE, {}, 200),
    ],
)
def test_the_metrics_are_for_this_host_and_for_administrators(
    database: Database,
    authenticator: Callable[[Session], Actor | None],
    environment: dict[str, str],
    headers: dict[str, str],
    status: int,
) -> None:
    app = create_app(Settings(), database, authenticator=authenticator)
    answer = app.test_client().get("/metrics", environ_base=environment, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("hops", "address"), [(0, "127.0.0.1"), (1, "198.51.100.2"), (2, "10.9.9.9")]
)
def test_forwarded_addresses_are_believed_from_as_many_proxies_as_are_declared(
    database: Database, hops: int, address: str
) -> None:
    app = create_app(Settings(proxy_hops=hops), database, authenticator=_nobody)

    def who() -> str:
        return str(request.remote_addr)

    who.needs_nothing = True  # type: ignore[attr-defined]  # a mark on a function
    app.add_url_rule("/who", view_func=who)
    forwarded = {"X-Forwarded-For": "6.6.6.6, 10.9.9.9, 198.51.100.2"}
    assert app.test_client().get("/who", headers=forwarded).get_data(as_text=True) == address


@pytest.mark.parametrize(("url", "promised"), [("https://desk.example", True), ("", False)])
def test_https_is_promised_where_people_reach_us_over_it(
    database: Database, url: str, promised: bool
) -> None:
    app = create_app(Settings(public_url=url), database, authenticator=_nobody)
    answer = app.test_client().get("/healthz")
    assert ("Strict-Transport-Security" in answer.headers) is promised


def test_each_request_is_one_line_in_the_log_without_its_query(app: Flask) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    start_journal("json", "INFO", stream)

    def page(number: int) -> Response:
        return Response(f"hello {number}")

    page.needs_nothing = True  # type: ignore[attr-defined]  # a mark on a function
    app.add_url_rule("/page/<int:number>", view_func=page)
    client = app.test_client()
    client.get("/page/7?token=canary", headers={"X-Request-ID": "abcdef123456"})
    client.get("/healthz")
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    (line,) = [json.loads(text) for text in stream.getvalue().splitlines()]
    assert line["event"] == "answered"
    assert (line["route"], line["path"]) == ("/page/<int:number>", "/page/7")
    assert (line["status"], line["request_id"]) == (200, "abcdef123456")
    assert "canary" not in stream.getvalue()
