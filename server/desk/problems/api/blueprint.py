"""The blueprint of problems, on which every module here hangs its operations."""

from flask_smorest import Blueprint

from server.foundation.edge.rest import PREFIX

problems = Blueprint(
    "problems",
    __name__,
    url_prefix=PREFIX,
    description="Problems behind incidents, known errors, and major incidents.",
)
