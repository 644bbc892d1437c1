"""The blueprint of what the pages show; the modules beside this one hang their routes on it."""

from flask_smorest import Blueprint

from server.foundation.edge.rest import PREFIX

workspace = Blueprint("workspace", __name__, url_prefix=PREFIX, description="Whole pages.")
