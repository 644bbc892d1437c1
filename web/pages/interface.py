"""The REST interface as a page for people; the document itself is /api/v1/openapi.json."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from server.foundation.edge.requests import current_actor
from server.foundation.edge.rest import api_document
from web.presenters.interface import subjects_of

interface = Blueprint("interface", __name__)


@interface.route("/api/docs")
def show() -> ResponseReturnValue:
    """Show every operation of the REST interface."""
    current_actor()
    subjects = subjects_of(api_document(current_app))
    return render_template("interface/show.html", subjects=subjects)
