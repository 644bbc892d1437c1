"""What everything about changes is registered on, and how a change is answered."""

from flask import Response, jsonify, make_response
from flask_smorest import Blueprint

from server.desk.changes.models import Change
from server.desk.changes.schemas import change_document
from server.foundation.edge.conditional import tagged
from server.foundation.edge.requests import current_actor
from server.foundation.edge.rest import PREFIX

changes = Blueprint("changes", __name__, url_prefix=PREFIX, description="Changes.")


def answer(change: Change, status: int = 200) -> Response:
    """Return a change with its ETag."""
    document = change_document(current_actor(), change)
    return tagged(make_response(jsonify(document), status), change.version)
