"""How long history is kept, what was sealed of it, and whether it is what was sealed."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.past import sealing
from web.pages.frame import done, url_for, whole
from web.pages.refusals import refuse_in_words

history = Blueprint("history", __name__, url_prefix="/administration/history")


@history.route("", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """Show sealed ranges and the rule of retention; decide another."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.ADMIN_READ)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        text = request.form.get("days", "").strip()
        # What is no number is refused like one that is too small; nothing keeps history for ever.
        days = (whole(text) or 0) if text else None
        try:
            reason = request.form.get("reason", "")
            sealing.set_retention(session, actor, days, reason, current_time())
            return done(gettext("This holds from now on."), url_for("history.show"))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    checked = request.args.get("verify") == "yes"
    body = render_template(
        "past/history.html",
        rule=sealing.retention(session, actor),
        ranges=sealing.ranges(session, actor),
        checked=checked,
        broken={one.id for one in sealing.verify_ranges(session, actor)} if checked else set(),
        errors=errors,
        form_values=request.form,
    )
    return body, status
