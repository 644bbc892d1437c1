"""REST over tickets, what belongs to them, and the desk's words."""

from server.desk.tickets.api import (
    belongings,
    clocks,
    exporting,
    likeness,
    on_call,
    routing,
    teams,
    words,
)
from server.desk.tickets.api import tickets as _tickets
from server.desk.tickets.api.blueprint import tickets
from server.desk.tickets.queries.kept import TICKET_VIEWS
from server.items.listing.api import add_view_routes

__all__ = [
    "_tickets",
    "belongings",
    "clocks",
    "exporting",
    "likeness",
    "on_call",
    "routing",
    "teams",
    "tickets",
    "words",
]

add_view_routes(tickets, "/ticket-views", TICKET_VIEWS)
