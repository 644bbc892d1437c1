"""REST over what the pages show, and over everything that may be found."""

from server.desk.workspace.api import announcing, pages, remote, searching, watching
from server.desk.workspace.api.blueprint import workspace

__all__ = ["announcing", "pages", "remote", "searching", "watching", "workspace"]
