"""Who is away: whoever is gets no tickets by turn."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from server.desk.tickets.actions import absences as actions
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext, ngettext
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.presenters.windows import moment_of

absences = Blueprint("absences", __name__, url_prefix="/absences")


@absences.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """List who is away, and write down an absence."""
    session, actor, now = current_session(), current_actor(), current_time()
    found = actions.seen_absences(session, actor, now)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            _, passed = actions.add_absence(session, actor, _draft(), now)
            told = gettext("Written down.")
            if passed:
                text = ngettext(
                    "%(num)d ticket was passed on.", "%(num)d tickets were passed on.", passed
                )
                told = f"{told} {text % {'num': passed}}"
            return done(told, url_for("absences.index"))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            found = actions.seen_absences(session, actor, now)
    body = render_template(
        "absences/index.html",
        absences=found,
        errors=errors,
        typed=request.form,
        me=actor,
        now=now,
    )
    return body, status


def _draft() -> actions.AbsenceDraft:
    form = request.form
    found = {}
    for name in ("starts_at", "ends_at"):
        try:
            moment = moment_of(form.get(name, ""), reader())
        except ValueError:
            raise InvalidValue({name: gettext("This is no date with a time.")}) from None
        if moment is None:
            raise InvalidValue({name: "must not be empty"})
        found[name] = moment
    return actions.AbsenceDraft(
        found["starts_at"],
        found["ends_at"],
        whole(form.get("person_id")),
        form.get("note", ""),
        pass_on=form.get("pass_on") == "1",
    )


@absences.route("/<int:absence_id>/remove", methods=["POST"])
def remove(absence_id: int) -> ResponseReturnValue:
    """Say that somebody is not away after all."""
    actions.remove_absence(current_session(), current_actor(), absence_id)
    return done(gettext("Taken back."), url_for("absences.index"))
