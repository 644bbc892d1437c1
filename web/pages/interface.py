"""The REST interface as pages for people; the document itself is /api/v1/openapi.json."""

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import NotFound
from server.foundation.edge.requests import current_actor
from server.foundation.edge.rest import api_document
from web.pages.lists import asked_words
from web.presenters.interface import headlines_with, operations_of, subjects_of

interface = Blueprint("interface", __name__)


@interface.route("/api/docs")
def show() -> ResponseReturnValue:
    """Show what the interface is about, or every operation in which the words stand."""
    current_actor()
    words = asked_words()
    subjects = subjects_of(api_document(current_app))
    found = headlines_with(subjects, words) if words else []
    return render_template("interface/show.html", subjects=subjects, words=words, found=found)


@interface.route("/api/docs/<string:subject>")
def operations(subject: str) -> ResponseReturnValue:
    """Show the operations of one subject; ``open`` is the id of the one that is unfolded."""
    current_actor()
    document = api_document(current_app)
    named = [one for one in subjects_of(document) if one.name == subject]
    if not named:
        raise NotFound("subject", subject)
    return render_template(
        "interface/subject.html",
        subject=named[0],
        operations=operations_of(document, subject),
        unfolded=request.args.get("open", ""),
    )
