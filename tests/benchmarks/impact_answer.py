"""The whole answer over HTTP: thousands of affected items with names and reasons in one body."""

import http.client
import json
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from cmdb.engine.graph import ItemId
from cmdb.snapshot.live import LIVE
from server.foundation.database import Database
from server.foundation.settings import Settings
from tests.benchmarks.estate_graph import Estate, generate
from tests.benchmarks.figures import note, p95_of, tell
from tests.benchmarks.house.site import open_site
from tests.benchmarks.impact_estate import FIRST, store_estate
from tests.support.people import token_of
from web.site import create_site

_ITEMS = 10_000
_AFFECTED = 5_042
_MILLISECONDS = 40.0


def measure_answers() -> None:
    """Tell p95 of the whole answer on 10,000 items, with and without paths."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with open_site(f"sqlite:///{folder / 'answer.sqlite'}", folder) as site:
            note(f"writing an estate of {_ITEMS} items")
            estate = generate(_ITEMS)
            with site.database.writing() as session:
                store_estate(session, estate, site.organisation_id)
                token = token_of(session, 1, "bench")
            failed = _failures(site.database, estate)
            app = create_site(Settings(home=folder), site.database)
            with _listening(app) as port:
                asker = _Asker(port, token, failed)
                asker.measure("names and reasons", "paths", "groups", "reached")
                asker.measure("names, reasons, groups, sites, contracts, people", "paths")
                asker.measure("all that and paths")


def _failures(database: Database, estate: Estate) -> list[int]:
    """Return few items that together affect as many as the answer that takes iTop 20 s."""
    with database.reading() as session:
        engine = LIVE.at(session).engine
        alone = {
            ItemId(number + FIRST): len(engine.impact([ItemId(number + FIRST)]))
            for layer in estate.layers.values()
            for number in layer[:200].tolist()
        }
        chosen: list[ItemId] = []
        affected = 0
        for item in sorted(alone, key=alone.__getitem__, reverse=True)[:200]:
            together = len(engine.impact([*chosen, item]))
            if affected < together <= _AFFECTED:
                chosen.append(item)
                affected = together
        note(f"{len(chosen)} items fail, {affected} are affected")
    return [int(item) for item in chosen]


class _Asker:
    """Asks over one connection, as a program does."""

    def __init__(self, port: int, token: str, failed: list[int]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._failed = failed

    def measure(self, what: str, *without: str) -> None:
        """Tell how long an answer takes that leaves out what is named in ``without``."""
        wish = {"failed": self._failed, "limit": 10_000} | dict.fromkeys(without, False)
        body = json.dumps(wish)
        answer = json.loads(self._ask(body))
        value = p95_of(lambda: self._ask(body), times=40)
        tell(
            f"whole answer over HTTP, {what}: p95",
            value,
            "ms",
            f"at most {_MILLISECONDS:.0f}",
            met=value <= _MILLISECONDS,
            setting=f"{_ITEMS} items, {len(answer['affected'])} affected in one body of "
            f"{len(self._ask(body)) // 1000} kB, SQLite, one connection, server in this process",
        )

    def _ask(self, body: str) -> bytes:
        self._connection.request("POST", "/api/v1/impact", body, self._headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(text[:500])
        return text


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - their name
        """Say nothing: only figures go out."""


@contextmanager
def _listening(app: object) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
