"""As whom identity providers know somebody, for those who administer people."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext
from server.people.actions.identities import link_person, unlink_person
from server.people.queries.accounts import person_to_administer
from server.people.queries.providers import identities_of, providers_of_person
from server.people.schemas.providers import ExternalIdentityCreateSchema
from web.pages.forms import read_form
from web.pages.frame import done, url_for
from web.pages.refusals import refuse_in_words

linked_identities = Blueprint(
    "linked_identities", __name__, url_prefix="/people/<int:person_id>/identities"
)


@linked_identities.route("", methods=["GET", "POST"])
def show(person_id: int) -> ResponseReturnValue:
    """Show the links of a person, and add one."""
    session, actor = current_session(), current_actor()
    person = person_to_administer(session, actor, person_id)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            wish = read_form(ExternalIdentityCreateSchema(), request.form)
            link_person(session, actor, person_id, **wish, now=current_time())
            told = gettext("Linked: this person may sign in with it.")
            return done(told, url_for("linked_identities.show", person_id=person_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            person = person_to_administer(session, actor, person_id)
    linked = identities_of(session, person_id)
    taken = {row.provider_id for row, _ in linked}
    free = [
        (str(row.id), row.name)
        for row in providers_of_person(session, person_id)
        if row.id not in taken
    ]
    page = render_template(
        "people/identities.html",
        person=person,
        linked=linked,
        free=free,
        typed=request.form,
        errors=errors,
    )
    return page, status


@linked_identities.route("/<int:external_identity_id>/remove", methods=["POST"])
def remove(person_id: int, external_identity_id: int) -> ResponseReturnValue:
    """End a link of a person."""
    unlink_person(current_session(), current_actor(), person_id, external_identity_id)
    told = gettext("The link is ended.")
    return done(told, url_for("linked_identities.show", person_id=person_id))
