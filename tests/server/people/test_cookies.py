from datetime import timedelta

import pytest
from flask import Flask, Response, jsonify
from flask.testing import FlaskClient
from sqlalchemy import update

from server.app import create_app
from server.foundation.database import Database
from server.foundation.edge.credentials import (
    before_password_change,
    clear_session_cookie,
    client_address,
    client_agent,
    set_session_cookie,
)
from server.foundation.edge.csrf import FIELD, csrf_token
from server.foundation.edge.csrf import token_of as csrf_token_of
from server.foundation.edge.requests import current_actor, current_time, for_anybody
from server.foundation.settings import Settings
from server.people.models import Account
from tests.support.people import World, cookie_of


def _pages(app: Flask) -> FlaskClient:
    """Add a few pages as a site has them."""

    @app.post("/form")
    def form() -> Response:
        return jsonify(current_actor().name)

    @app.post("/password")
    @before_password_change
    def password() -> Response:
        return jsonify(current_actor().name)

    @app.post("/in")
    @for_anybody
    def enter() -> Response:
        response = Response()
        set_session_cookie(response, "secret", current_time() + timedelta(hours=1))
        return response

    @app.post("/out")
    @for_anybody
    def leave() -> Response:
        response = Response()
        clear_session_cookie(response)
        return response

    @app.get("/who")
    @for_anybody
    def who() -> Response:
        return jsonify([csrf_token(), client_address(), client_agent()])

    return app.test_client()


@pytest.fixture
def app(settings: Settings, database: Database, world: World) -> Flask:
    """Return a server of its own, for it gets more pages."""
    return create_app(settings, database)


@pytest.fixture
def cookie(database: Database, world: World) -> str:
    assert world.agent.person_id is not None
    with database.writing() as session:
        return cookie_of(session, world.agent.person_id)


@pytest.fixture
def browser(app: Flask, cookie: str) -> FlaskClient:
    browser = _pages(app)
    browser.set_cookie("cadastre", cookie)
    return browser


def test_a_form_proves_that_our_page_was_its_origin(browser: FlaskClient, cookie: str) -> None:
    assert browser.post("/form", data={"x": "1"}).status_code == 403
    assert browser.post("/form", data={FIELD: "wrong"}).status_code == 403
    sent = browser.post("/form", data={FIELD: csrf_token_of(cookie)})
    assert sent.json == "Sam Support"
    uploaded = browser.post(
        "/form", data={FIELD: csrf_token_of(cookie)}, content_type="multipart/form-data"
    )
    assert uploaded.json == "Sam Support"


def test_a_page_knows_the_token_of_its_session(browser: FlaskClient, cookie: str) -> None:
    answer = browser.get("/who", headers={"User-Agent": "x" * 1000}).json
    assert answer == [csrf_token_of(cookie), "127.0.0.1", "x" * 200]
    browser.delete_cookie("cadastre")
    assert browser.get("/who", headers={"User-Agent": "x"}).json == ["", "127.0.0.1", "x"]


def test_somebody_not_signed_in_needs_no_token_but_the_right_origin(app: Flask) -> None:
    stranger = _pages(app)
    assert stranger.post("/in").status_code == 200
    evil = {"Origin": "https://evil.test"}
    assert app.test_client().post("/in", headers=evil).status_code == 403


def test_with_a_one_time_password_only_its_change_is_open(
    browser: FlaskClient, database: Database, cookie: str
) -> None:
    with database.writing() as session:
        session.execute(update(Account).values(must_change_password=True))
    form = {FIELD: csrf_token_of(cookie)}
    assert browser.post("/form", data=form).status_code == 403
    assert browser.post("/password", data=form).json == "Sam Support"


def test_a_session_cookie_is_out_of_reach_of_scripts_and_other_sites(app: Flask) -> None:
    stranger = _pages(app)
    cookie = stranger.post("/in").headers["Set-Cookie"]
    assert cookie.startswith("cadastre=secret; Expires=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    gone = stranger.post("/out", data={FIELD: csrf_token_of("secret")}).headers["Set-Cookie"]
    assert gone.startswith("cadastre=;")


def test_over_https_the_cookie_belongs_to_one_host_and_to_https(
    settings: Settings, database: Database, world: World, cookie: str
) -> None:
    secure = Settings(home=settings.home, public_url="https://cmdb.example.test")
    app = create_app(secure, database)
    _pages(app)
    client = app.test_client(use_cookies=False)
    made = client.post("/in", base_url="https://cmdb.example.test")
    assert made.headers["Set-Cookie"].startswith("__Host-cadastre=secret;")
    assert "Secure" in made.headers["Set-Cookie"]
    assert "Domain" not in made.headers["Set-Cookie"]
    headers = {"Cookie": f"cadastre={cookie}"}
    assert client.get("/api/v1/session", headers=headers).status_code == 401
    headers = {"Cookie": f"__Host-cadastre={cookie}"}
    assert client.get("/api/v1/session", headers=headers).status_code == 200
