"""Letters that came by mail: the list, one of them, and what is made of those that are held."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from cmdb.errors import NotFound
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import find_ticket
from server.desk.tickets.queries.searching import search_tickets
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.errors import PermissionDenied
from server.foundation.permissions import Permission
from web.pages import letter_acts, letter_list, letter_page
from web.pages.lists import asked_words

letters = Blueprint("letters", __name__, url_prefix="/letters")

View = Callable[..., ResponseReturnValue]

_IN_PICKER = 25
_READ: tuple[tuple[str, str, View], ...] = (
    ("", "index", letter_list.index),
    ("/<int:letter_id>", "show", letter_page.show),
    ("/<int:letter_id>/original", "original", letter_page.original),
    ("/<int:letter_id>/files/<int:number>", "file", letter_page.file),
)
_ACTS: tuple[tuple[str, str, View], ...] = (
    ("/drop", "drop_many", letter_acts.drop_many),
    ("/<int:letter_id>/join", "join", letter_acts.join),
    ("/<int:letter_id>/take", "take", letter_acts.take),
    ("/<int:letter_id>/drop", "drop", letter_acts.drop),
)

for _rule, _endpoint, _view in _READ:
    letters.add_url_rule(_rule, _endpoint, _view, methods=["GET"])
for _rule, _endpoint, _view in _ACTS:
    letters.add_url_rule(_rule, _endpoint, _view, methods=["POST"])


@letters.route("/tickets")
def pick_tickets() -> ResponseReturnValue:
    """Offer tickets by reference or words, for a picker; the value is the reference."""
    current_actor().require(Permission.TICKET_WORK)
    return jsonify(
        results=[
            {"value": one.reference, "text": one.reference, "detail": one.title}
            for one in _tickets(asked_words())
        ]
    )


def _tickets(words: str) -> Sequence[Ticket]:
    session, actor = current_session(), current_actor()
    with suppress(NotFound, PermissionDenied):
        return [find_ticket(session, actor, words)]
    return search_tickets(session, actor, words, _IN_PICKER).tickets
