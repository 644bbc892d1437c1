"""REST over tickets that are like another."""

from typing import Any

from flask import jsonify
from flask.views import MethodView

from server.desk.tickets.api.blueprint import tickets
from server.desk.tickets.queries.likeness import similar_tickets
from server.desk.tickets.schemas.likeness import SimilarTicketSchema, similar_document
from server.foundation.edge.requests import current_actor, current_session


@tickets.route("/tickets/<string:reference>/similar")
class SimilarTickets(MethodView):
    """Tickets like one."""

    @tickets.response(200, SimilarTicketSchema(many=True))
    def get(self, reference: str) -> Any:
        """List what a job found to be like it, open and solved, best first; eight at most."""
        actor = current_actor()
        _ticket, found = similar_tickets(current_session(), actor, reference)
        return jsonify([similar_document(actor, one) for one in found])
