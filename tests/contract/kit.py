"""The site over the prepared world, called as anybody, and put back to how it was."""

from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from cmdb.records.base import Base
from server.foundation.settings import Settings
from server.wiring import REACTIONS
from tests.contract.cast import Known
from tests.contract.endpoints import Endpoint
from tests.contract.rewinding import RewindingDatabase
from tests.contract.things import Things, prepare
from web.site import create_site


class Kit:
    """One site, one world. Whatever a request wrote is gone before the next one."""

    def __init__(self, url: str, home: Path) -> None:
        settings = Settings(home=home, job_threads=0)
        self._database = RewindingDatabase(url, REACTIONS)
        with self._database.writing() as session:
            self.world = prepare(session, settings)
        self._database.keep()
        self.app: Flask = create_site(settings, self._database)
        self._counting = _count_every_table()
        self.prepared_rows = self._count()

    def ask(
        self,
        endpoint: Endpoint,
        who: Known | None,
        things: Things | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """Call an endpoint as somebody, the way programs or pages do.

        ``headers`` replace those by which somebody is known.
        """
        if headers is None:
            headers = _credentials(endpoint, who)
        things = self.world.inside if things is None else things
        payload = endpoint.payload(things)
        payload["headers"] |= headers
        return self.send(endpoint.method, endpoint.address(things), **payload)

    def send(self, method: str, address: str, **payload: object) -> TestResponse:
        """Send any request to the world as it was prepared."""
        self.rewind()
        client = self.app.test_client(use_cookies=False)
        return client.open(address, method=method, **payload)  # type: ignore[arg-type]

    def rewind(self) -> None:
        """Take back whatever requests wrote since the world was prepared."""
        self._database.rewind()

    def count_rows(self) -> dict[str, int]:
        """Return how many rows each table holds now, whatever the last request did."""
        return self._count() if self._database.has_written() else self.prepared_rows

    def _count(self) -> dict[str, int]:
        with self._database.reading() as session:
            return dict(session.execute(self._counting).one()._mapping)

    def close(self) -> None:
        """Let go of the database."""
        self._database.dispose()


def _count_every_table() -> sa.Select[*tuple[int, ...]]:
    tables = Base.metadata.sorted_tables
    return sa.select(
        *(
            sa.select(sa.func.count()).select_from(table).scalar_subquery().label(table.name)
            for table in tables
        )
    )


def _credentials(endpoint: Endpoint, who: Known | None) -> dict[str, str]:
    if who is None:
        return {}
    if endpoint.is_rest and not endpoint.for_people:
        return who.bearing_token
    return who.on_our_page
