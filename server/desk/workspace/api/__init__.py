"""REST over what the pages show, and over everything that may be found."""

from server.desk.workspace.api import pages, searching
from server.desk.workspace.api.blueprint import workspace

__all__ = ["pages", "searching", "workspace"]
