from tests.server.items.conftest import app, callers, database, world

__all__ = ["app", "callers", "database", "world"]
