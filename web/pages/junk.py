"""Values that identify nobody: the shipped list, and what administrators add to it."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.engine.identity.knowledge import knowledge
from cmdb.errors import CadastreError
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext
from server.items.identity.junk import (
    JunkDraft,
    add_junk,
    exempt_junk,
    list_exempt,
    list_junk,
    remove_junk,
    shipped_junk,
)
from web.pages.frame import done, reader, url_for
from web.pages.refusals import refuse_in_words
from web.presenters.identity import junk_list_text
from web.presenters.sections import identifier_text

junk = Blueprint("junk", __name__, url_prefix="/administration/junk")


@junk.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Show both lists, and take another value."""
    session, actor = current_session(), current_actor()
    errors: dict[str, str] = {}
    status = 200
    own = list_junk(session, actor)
    if request.method == "POST":
        given = request.form
        draft = JunkDraft(given.get("kind", ""), given.get("value", ""), given.get("note", ""))
        try:
            add_junk(session, actor, draft, current_time())
            return done(gettext("Added."), url_for("junk.index"))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            own = list_junk(session, actor)
    kinds = [kind for kind, weight in knowledge().weights.items() if not weight.weak]
    page = render_template(
        "identity/junk.html",
        own=own,
        exempt=list_exempt(session, actor),
        list_name=lambda name: junk_list_text(name, reader()),
        shipped=shipped_junk(),
        kinds=[(kind, identifier_text(kind, reader())) for kind in kinds],
        kind_name=lambda kind: identifier_text(kind, reader()),
        errors=errors,
        form_values=request.form,
    )
    return page, status


@junk.route("/<int:junk_id>/delete", methods=["POST"])
def delete(junk_id: int) -> ResponseReturnValue:
    """Let a value identify again."""
    remove_junk(current_session(), current_actor(), junk_id)
    return done(gettext("Removed."), url_for("junk.index"))


@junk.route("/exempt", methods=["POST"])
def exempt() -> ResponseReturnValue:
    """Take a value off a shipped list."""
    draft = JunkDraft(request.form.get("list", ""), request.form.get("value", ""))
    exempt_junk(current_session(), current_actor(), draft, current_time())
    return done(gettext("It identifies from the next report on."), url_for("junk.index"))
