"""The second factor on the pages: set up, asked for at the door, taken away by others."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from server.assets.labels import qr_drawing
from server.foundation.database import Database
from server.foundation.edge.csrf import token_of as csrf_of
from server.people.models import SecondFactor
from server.people.rules.totp import code_at, step_of
from tests.support.people import World, cookie_of, give_password

PASSWORD = "correct horse battery"


def _set_up(client: FlaskClient, database: Database, person_id: int) -> str:
    """Set the factor up as its owner does; return its key."""
    with database.writing() as session:
        cookie = cookie_of(session, person_id)
    client.set_cookie("cadastre", cookie)
    proof = {"csrf_token": csrf_of(cookie)}
    client.post("/account/second-factor", data={"act": "begin", **proof})
    page = client.get("/account/second-factor")
    assert page.headers["Cache-Control"] == "no-store"
    found = re.search(r'href="(otpauth://[^"]*secret=([A-Z2-7]{32})[^"]*)"', page.text)
    assert found is not None
    assert qr_drawing(unescape(found[1])) in page.text
    wrong = client.post("/account/second-factor", data={"act": "confirm", "code": "0", **proof})
    assert wrong.status_code == 422
    code = code_at(found[2], step_of(datetime.now(UTC)))
    done = client.post("/account/second-factor", data={"act": "confirm", "code": code, **proof})
    assert len(re.findall(r"<code>[a-z2-9]{6}-[a-z2-9]{6}</code>", done.text)) == 10
    client.delete_cookie("cadastre")
    return found[2]


def test_the_door_asks_for_the_code_and_an_administrator_can_help(
    site: Flask, database: Database, world: World
) -> None:
    client = site.test_client()
    assert world.agent.person_id is not None
    with database.writing() as session:
        login = give_password(session, world.agent.person_id, PASSWORD)
    key = _set_up(client, database, world.agent.person_id)
    typed = {"login": login, "password": PASSWORD, "next": "/tickets"}
    answer = client.post("/sign-in", data=typed)
    assert (answer.status_code, answer.location) == (303, "/sign-in/code?next=/tickets")
    assert client.get("/items").location == "/sign-in?next=/items"
    assert client.get("/sign-in/code").status_code == 200
    assert client.post("/sign-in/code", data={"code": "000000"}).status_code == 401
    # The code that switched it on is used up: the next one counts.
    with database.writing() as session:
        session.execute(update(SecondFactor).values(last_step=0))
    code = code_at(key, step_of(datetime.now(UTC) + timedelta(seconds=1)))
    answer = client.post("/sign-in/code", data={"code": code, "next": "/tickets"})
    assert (answer.status_code, answer.location) == (303, "/tickets")
    assert client.get("/account/second-factor").status_code == 200
    assert world.admin.person_id is not None
    with database.writing() as session:
        cookie = cookie_of(session, world.admin.person_id)
    client.set_cookie("cadastre", cookie)
    proof = {"csrf_token": csrf_of(cookie)}
    person = f"/people/{world.agent.person_id}"
    assert "login/second-factor/remove" in client.get(person).text
    assert client.post(f"{person}/login/second-factor/remove", data=proof).status_code == 303
    assert "login/second-factor/remove" not in client.get(person).text
