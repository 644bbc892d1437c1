"""REST over lists of tickets as files."""

from typing import Any

from flask import Response
from flask.views import MethodView

from server.desk.tickets.api.blueprint import tickets
from server.desk.tickets.queries import TicketFilter
from server.desk.tickets.queries.exporting import ticket_csv, ticket_rows
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.schemas.tickets import TicketQuerySchema, ticket_filter
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.edge.tables import BINARY, CSV, TEXT, saved_answer
from server.imports.workbooks import WORKBOOK, pieces_of, write_workbook

_UNPAGED = ("sort", "cursor", "limit")


@tickets.route("/tickets.csv")
class TicketsAsCsv(MethodView):
    """Every ticket in sight for spreadsheets."""

    @tickets.arguments(TicketQuerySchema(exclude=_UNPAGED), location="query")
    @tickets.response(200, TEXT, content_type=CSV)
    def get(self, query: dict[str, Any]) -> Response:
        """Write the tickets that fit, the newest 50,000, one line each."""
        lines = ticket_csv(current_session(), current_actor(), _wanted(query))
        return saved_answer("".join(lines), CSV, "tickets.csv")


@tickets.route("/tickets.xlsx")
class TicketsAsWorkbook(MethodView):
    """Every ticket in sight as a workbook."""

    @tickets.arguments(TicketQuerySchema(exclude=_UNPAGED), location="query")
    @tickets.response(200, BINARY, content_type=WORKBOOK)
    def get(self, query: dict[str, Any]) -> Response:
        """Write the tickets that fit, the newest 50,000, as a workbook without formulas."""
        book = write_workbook(ticket_rows(current_session(), current_actor(), _wanted(query)))
        return saved_answer(pieces_of(book), WORKBOOK, "tickets.xlsx")


def _wanted(query: dict[str, Any]) -> TicketFilter:
    return ticket_filter(query, words_of(current_session()))
