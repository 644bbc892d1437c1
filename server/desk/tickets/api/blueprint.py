"""The blueprint of tickets; the modules beside this one hang their routes on it."""

from flask_smorest import Blueprint

from server.foundation.edge.rest import PREFIX

tickets = Blueprint("tickets", __name__, url_prefix=PREFIX, description="Tickets.")
