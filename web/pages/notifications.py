"""What one was told, and how one wants to be told."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from cmdb.model import standing_model
from server.desk.workspace.queries import watched_by
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.paging import PageRequest
from server.foundation.translation import gettext
from server.notify import actions, queries
from server.notify.rules.texts import Told, kinds, line_of
from web.pages.frame import done, reader, url_for
from web.pages.refusals import refuse_in_words
from web.pages.wording import ticket_wording
from web.presenters.notifications import kind_text, minute_of, minute_text, way_text
from web.presenters.values import class_label

notifications = Blueprint("notifications", __name__, url_prefix="/notifications")

_SHOWN = 50


@notifications.route("")
def index() -> ResponseReturnValue:
    """Show what one was told, the newest first."""
    asked = PageRequest("", request.args.get("after", ""), _SHOWN)
    page = queries.own_notifications(current_session(), current_actor(), asked)
    rows = [
        (row, line_of(Told(row.kind, row.detail, row.path), reader().language)) for row in page.rows
    ]
    return render_template("notifications/index.html", rows=rows, next_cursor=page.next_cursor)


@notifications.route("/read", methods=["POST"])
def read() -> ResponseReturnValue:
    """Mark everything as read."""
    actions.mark_read(current_session(), current_actor(), current_time())
    return done(gettext("All is read."), url_for("notifications.index"))


@notifications.route("/following")
def following() -> ResponseReturnValue:
    """Show the items, the tickets and the views of which one is told."""
    found = watched_by(current_session(), current_actor())
    model, language = standing_model(), reader().language
    return render_template(
        "notifications/following.html",
        found=found,
        wording=ticket_wording(),
        class_name=lambda code: class_label(model, code, language),
    )


@notifications.route("/settings", methods=["GET", "POST"])
def settings() -> ResponseReturnValue:
    """Choose how one is told."""
    session, actor, form = current_session(), current_actor(), request.form
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            actions.save_preferences(session, actor, _draft())
            return done(gettext("Saved."), url_for("notifications.settings"))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    stored = queries.own_preferences(session, actor)
    body = render_template(
        "notifications/settings.html",
        mail=form.get("mail", stored.mail),
        ways=[(way, way_text(way, reader())) for way in ("at_once", "digest", "never")],
        quiet_from=form.get("quiet_from", minute_text(stored.quiet_from)),
        quiet_to=form.get("quiet_to", minute_text(stored.quiet_to)),
        digest_at=form.get("digest_at", minute_text(stored.digest_at)),
        heard=form.getlist("heard") if errors else [k for k in kinds() if k not in stored.muted],
        kinds=[(kind, kind_text(kind, reader())) for kind in kinds()],
        errors=errors,
    )
    return body, status


def _draft() -> actions.PreferenceDraft:
    form = request.form
    heard = set(form.getlist("heard"))
    times: dict[str, int | None] = {}
    faults: dict[str, str] = {}
    for name in ("quiet_from", "quiet_to", "digest_at"):
        text = form.get(name, "").strip()
        times[name] = minute_of(text)
        if text and times[name] is None:
            faults[name] = "must be a time of day"
    if faults:
        raise InvalidValue(faults)
    return actions.PreferenceDraft(
        form.get("mail", "at_once"),
        times["quiet_from"],
        times["quiet_to"],
        480 if times["digest_at"] is None else times["digest_at"],
        [kind for kind in kinds() if kind not in heard],
    )
