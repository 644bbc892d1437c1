"""REST over changes."""

from server.desk.changes.api import approving, board, calendar, checking, planning, releases
from server.desk.changes.api import changes as _changes
from server.desk.changes.api.blueprint import changes

__all__ = ["approving", "board", "calendar", "changes", "checking", "planning", "releases"]

# Importing the modules above is what puts their routes on the blueprint.
_ = _changes
