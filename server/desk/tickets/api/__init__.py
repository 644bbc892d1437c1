"""REST over tickets, what belongs to them, and the desk's words."""

from server.desk.tickets.api import belongings, clocks, routing, teams, words
from server.desk.tickets.api import tickets as _tickets
from server.desk.tickets.api.blueprint import tickets

__all__ = ["_tickets", "belongings", "clocks", "routing", "teams", "tickets", "words"]
