"""Opening the register for a command; this reads in the whole server, so it comes last."""

from collections.abc import Iterator
from contextlib import contextmanager

from server.foundation.database import Database
from server.foundation.errors import DatabaseNotReady
from server.foundation.settings import Settings
from server.migrations.runner import Migrations
from server.wiring import REACTIONS


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """Yield the database. Raises ``DatabaseNotReady`` when its schema is not this program's."""
    state = Migrations(settings.url).state()
    if not state.is_current:
        way = "`cadastre migrate` first"
        if state.current is not None:
            way = "`cadastre upgrade` first, with the server stopped: it keeps a backup"
        raise DatabaseNotReady(f"the database has not been brought to this version; run {way}")
    database = Database(settings.url, REACTIONS)
    try:
        yield database
    finally:
        database.dispose()
