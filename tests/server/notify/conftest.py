from tests.server.people.conftest import database, settings, world

__all__ = ["database", "settings", "world"]
