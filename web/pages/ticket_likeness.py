"""The panel of a ticket's page that shows tickets like it."""

from flask import render_template
from flask.typing import ResponseReturnValue

from cmdb.model import standing_model
from server.desk.tickets.queries.likeness import SimilarTicket, similar_tickets
from server.foundation.edge.requests import current_actor, current_session
from web.pages.frame import reader
from web.pages.wording import ticket_wording
from web.presenters.likeness import likeness_texts


def show_similar(reference: str) -> ResponseReturnValue:
    """Show what a job found to be like a ticket, why, and how solved ones were solved."""
    _ticket, similar = similar_tickets(current_session(), current_actor(), reference)
    wording = ticket_wording()

    def reasons_of(one: SimilarTicket) -> list[str]:
        category = wording.category(one.ticket.category)
        return likeness_texts(one, category, standing_model(), reader())

    return render_template(
        "tickets/similar.html", similar=similar, wording=wording, reasons_of=reasons_of
    )
