"""Identity providers that vouch for people: set up and tried out."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
    own_transactions,
)
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.secrets import SecretBox
from server.foundation.translation import gettext
from server.people.actions.provider_sign_in import BACK, gateway_of, try_provider
from server.people.actions.providers import change_provider, create_provider, remove_provider
from server.people.models import SAML, IdentityProvider
from server.people.queries import providers as queries
from server.people.schemas.providers import ProviderChangeSchema, ProviderCreateSchema
from web.pages.choices import organisation_choices, organisation_names
from web.pages.forms import read_form
from web.pages.frame import done, url_for
from web.pages.refusals import refuse_in_words

providers = Blueprint("providers", __name__, url_prefix="/administration/identity-providers")

_TICKS = ("enabled",)


@providers.route("")
def index() -> ResponseReturnValue:
    """List the identity providers the reader administers."""
    session, actor = current_session(), current_actor()
    found = queries.list_providers(session, actor, PageRequest(limit=100)).rows
    names = organisation_names(session, actor)
    return render_template("providers/index.html", rows=found, organisations=names)


@providers.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add an identity provider."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.ADMIN_DIRECTORY)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            values = read_form(ProviderCreateSchema(), _given(), _TICKS)
            made = create_provider(session, actor, values, _secrets(), current_time())
            told = gettext("Kept. Try it out before you tell people.")
            return done(told, url_for("providers.edit", identity_provider_id=made.id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    shown = request.form.to_dict() or {"enabled": "1", "scopes": "openid profile email"}
    return _form(None, shown, errors), status


@providers.route("/<int:identity_provider_id>", methods=["GET", "POST"])
def edit(identity_provider_id: int) -> ResponseReturnValue:
    """Change an identity provider; another issuer or client blanks its secret."""
    session, actor = current_session(), current_actor()
    row = queries.provider(session, actor, identity_provider_id, None)
    if row.protocol == SAML:
        return redirect(url_for("saml_providers.edit", saml_provider_id=row.id), code=303)
    errors: dict[str, str] = {}
    status = 200
    hidden = {"client_secret"}
    shown = {
        name: getattr(row, name) for name in ProviderChangeSchema().fields if name not in hidden
    }
    if request.method == "POST":
        try:
            check_form_version(request.form.get("version"), row.version)
            values = read_form(ProviderChangeSchema(), _given(), _TICKS)
            change_provider(session, actor, row, values, _secrets(), current_time())
            return done(
                gettext("Saved."),
                url_for("providers.edit", identity_provider_id=identity_provider_id),
            )
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            row = queries.provider(session, actor, identity_provider_id)
            shown |= dict.fromkeys(_TICKS, "") | request.form.to_dict()
    return _form(row, shown, errors), status


@providers.route("/<int:identity_provider_id>/try", methods=["POST"])
@own_transactions
def try_it(identity_provider_id: int) -> ResponseReturnValue:
    """Ask the provider what it publishes; nothing is stored."""
    place = installation()
    with place.database.reading() as session:
        row = queries.provider(session, current_actor(), identity_provider_id)
        name, issuer = row.name, row.issuer
    fault = try_provider(gateway_of(place.settings, place.database), issuer)
    return render_template(
        "providers/trial.html",
        provider_id=identity_provider_id,
        name=name,
        issuer=issuer,
        fault=fault,
    )


@providers.route("/<int:identity_provider_id>/remove", methods=["POST"])
def remove(identity_provider_id: int) -> ResponseReturnValue:
    """Remove an identity provider, and the links of people to it."""
    session, actor = current_session(), current_actor()
    remove_provider(session, actor, queries.provider(session, actor, identity_provider_id))
    return done(gettext("The identity provider is removed."), url_for("providers.index"))


def _given() -> Mapping[str, str]:
    """Return the form without what was left empty on purpose: the secret that is kept."""
    return {name: value for name, value in request.form.items() if value or name == "login_claim"}


def _form(row: IdentityProvider | None, shown: Mapping[str, object], errors: dict[str, str]) -> str:
    session, actor = current_session(), current_actor()
    return render_template(
        "providers/edit.html",
        provider=row,
        shown=shown,
        errors=errors,
        redirect_uri=installation().settings.base_url + BACK,
        organisations=organisation_choices(session, actor, Permission.ADMIN_DIRECTORY),
    )


def _secrets() -> SecretBox:
    return SecretBox(installation().settings.key_file)
