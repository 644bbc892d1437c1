"""A site over a database, with somebody signed in: what the page figures are measured on."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Connection, event, select

from server.foundation.clock import utc_now
from server.foundation.collecting import settle
from server.foundation.database import Database
from server.foundation.settings import Settings
from server.people.actions.installation import create_first_administrator
from server.people.actions.sessions import Client, open_session
from server.people.models import Account
from server.wiring import REACTIONS
from tests.support.databases import prepare_schema
from web.site import create_site


@dataclass(frozen=True)
class Place:
    """A running site, its database, and the root organisation."""

    database: Database
    client: FlaskClient
    organisation_id: int


@contextmanager
def open_site(url: str, home: Path) -> Iterator[Place]:
    """Make the schema, the first administrator and a signed-in client at an empty database."""
    prepare_schema(url)
    database = Database(url, REACTIONS)
    now = utc_now()
    with database.writing() as session:
        organisation_id = create_first_administrator(session, "Bench", now).organisation_id
    try:
        place = Place(database, signed_in(database, home), organisation_id)
        settle()
        yield place
    finally:
        gc.unfreeze()
        database.dispose()


def signed_in(database: Database, home: Path) -> FlaskClient:
    """Return a client that carries the first administrator's session."""
    app = create_site(Settings(home=home), database)
    with database.writing() as session:
        account = session.scalars(select(Account).order_by(Account.id)).first()
        if account is None:
            raise RuntimeError("the bench database has no log-in")
        account.must_change_password = False
        opened = open_session(session, account, Client(), utc_now(), timedelta(hours=12))
    client = app.test_client()
    client.set_cookie("cadastre", opened.secret)
    return client


@contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    """Collect the statements that run while the block does."""
    seen: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
