"""The application that is served: with pages where they are installed, else REST alone."""

import importlib
import importlib.util
from collections.abc import Callable

from flask import Flask

from server.app import create_app
from server.foundation.database import Database
from server.foundation.settings import Settings

#: The pages stand above the server, so it asks for them by name.
_PAGES = ("web.site", "create_site")


def create_site(settings: Settings, database: Database) -> Flask:
    """Return the application with its pages, or the REST interface alone where none are."""
    if not has_pages():
        return create_app(settings, database)
    create: Callable[[Settings, Database], Flask]
    create = getattr(importlib.import_module(_PAGES[0]), _PAGES[1])
    return create(settings, database)


def has_pages() -> bool:
    """Say whether the pages are installed."""
    package = _PAGES[0].partition(".")[0]
    return bool(importlib.util.find_spec(package) and importlib.util.find_spec(_PAGES[0]))


def load_pages() -> None:
    """Import the pages now; imported before a fork, the code is shared."""
    if has_pages():
        importlib.import_module(_PAGES[0])
