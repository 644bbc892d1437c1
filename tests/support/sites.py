"""One application for many tests: made once, then given another database and data folder.

Putting two hundred routes and their descriptions together takes a quarter of a second, and a page's
templates are compiled at its first use. What an application is does not depend on its database.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from flask import Flask

from server.foundation.database import Database
from server.foundation.edge.requests import Installation, install, installation
from server.foundation.edge.watching import watch_over
from server.foundation.settings import Settings

Maker = Callable[[Settings, Database], Flask]

_NOWHERE = Path("/nowhere")
_MADE: dict[tuple[Maker, Settings], Flask] = {}


def site_over(make: Maker, settings: Settings, database: Database) -> Flask:
    """Return what ``make`` (``create_app`` or ``create_site``) makes, for ``database``.

    The application is shared with earlier tests of the same settings but for the data folder. Who
    adds routes to one makes one of their own.
    """
    key = (make, replace(settings, home=_NOWHERE))
    app = _MADE.get(key)
    if app is None:
        app = _MADE[key] = make(settings, database)
        return app
    before = installation(app)
    install(app, Installation(settings, database, before.authenticate, before.lent))
    watch_over(app, database)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_megabytes * 1024 * 1024
    return app
