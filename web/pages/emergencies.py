"""Emergencies: one's own rights that sleep, and what others did with theirs."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.signing import Signer
from server.foundation.translation import gettext
from server.people.actions import emergencies as actions
from server.people.queries import emergencies as queries
from server.people.queries.people import names_of_people
from server.people.rules.emergencies import MOST_HOURS
from server.people.schemas.emergencies import EmergencyReviewSchema, EmergencyTakeSchema
from web.pages.choices import organisation_names, role_names
from web.pages.forms import read_form
from web.pages.frame import done, reader, url_for
from web.pages.lists import asked_page, paging_of
from web.pages.refusals import refuse_in_words

emergencies = Blueprint("emergencies", __name__)


@emergencies.route("/account/emergency", methods=["GET", "POST"])
def take() -> ResponseReturnValue:
    """Show which rights one could take in an emergency, and take one."""
    session, actor, now = current_session(), current_actor(), current_time()
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            wish = read_form(EmergencyTakeSchema(), request.form)
            draft = actions.EmergencyDraft(wish["reason"], wish["hours"])
            actions.take_emergency(session, actor, _signer(), wish["grant_id"], draft, now)
            told = gettext("The emergency is on record. The rights count from the next click on.")
            return done(told, url_for("emergencies.take"))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    page = render_template(
        "account/emergency.html",
        sleeping=queries.sleeping_grants(session, actor),
        under_way=queries.open_uses(session, actor.person_id or 0, now),
        hours=range(1, MOST_HOURS + 1),
        language=reader().language,
        typed=request.form,
        errors=errors,
    )
    return page, status


@emergencies.route("/account/emergency/<int:emergency_use_id>/end", methods=["POST"])
def end(emergency_use_id: int) -> ResponseReturnValue:
    """End one's own emergency before its time."""
    actions.end_emergency(current_session(), current_actor(), emergency_use_id, current_time())
    return done(gettext("The emergency is over."), url_for("emergencies.take"))


@emergencies.route("/administration/emergencies")
def index() -> ResponseReturnValue:
    """List emergencies where the reader administers people."""
    return _index({}, 200)


@emergencies.route("/administration/emergencies/<int:emergency_use_id>/review", methods=["POST"])
def review(emergency_use_id: int) -> ResponseReturnValue:
    """Write down what one thinks of somebody else's emergency."""
    session, actor = current_session(), current_actor()
    try:
        note = read_form(EmergencyReviewSchema(), request.form)["note"]
        actions.review_emergency(session, actor, emergency_use_id, note, current_time())
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        if status in {403, 404} and not errors.get("note"):
            raise
        return _index(errors, status, emergency_use_id)
    return done(gettext("Reviewed."), url_for("emergencies.index"))


def _index(errors: dict[str, str], status: int, failed: int = 0) -> ResponseReturnValue:
    session, actor, now = current_session(), current_actor(), current_time()
    page = queries.list_uses(session, actor, asked_page("-taken_at"))
    people = {use.person_id for use in page.rows}
    people |= {use.reviewed_by for use in page.rows if use.reviewed_by is not None}
    signer = _signer()
    return render_template(
        "administration/emergencies.html",
        rows=page.rows,
        paging=paging_of(page),
        names=names_of_people(session, actor, sorted(people)),
        roles=role_names(session, actor),
        organisations=organisation_names(session, actor),
        genuine=lambda use: actions.is_genuine(use, signer),
        over=lambda use: actions.is_over(use, now),
        own=actor.person_id,
        errors=errors,
        failed=failed,
        typed=request.form.get("note", ""),
    ), status


def _signer() -> Signer:
    return Signer(installation().settings.signing_key_file)
