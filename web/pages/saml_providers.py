"""Identity providers that speak SAML: set up from their metadata, renewed."""

from collections.abc import Mapping

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from cmdb.errors import CadastreError
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
    own_transactions,
)
from server.foundation.permissions import Permission
from server.foundation.secrets import SecretBox
from server.foundation.translation import gettext
from server.foundation.web_client import WebClient
from server.people.actions import saml_providers as actions
from server.people.actions.providers import remove_provider
from server.people.models import SAML, IdentityProvider
from server.people.queries import providers as queries
from server.people.queries.saml_providers import described
from server.people.saml.extra import is_installed
from server.people.schemas.saml_providers import (
    SamlProviderChangeSchema,
    SamlProviderCreateSchema,
)
from web.pages.choices import organisation_choices
from web.pages.forms import read_form
from web.pages.frame import done, url_for
from web.pages.refusals import faults_in_words, refuse_in_words

saml_providers = Blueprint(
    "saml_providers", __name__, url_prefix="/administration/identity-providers/saml"
)

_TICKS = ("enabled", "sign_requests", "allow_unsolicited")
#: May be emptied; any other empty field means that nothing was typed.
_EMPTIED = {"login_attribute", "metadata_url"}


@saml_providers.route("/new")
def new() -> ResponseReturnValue:
    """Show the form for a SAML provider to be added."""
    current_actor().require(Permission.ADMIN_DIRECTORY)
    return _new_form(current_session(), {"enabled": "1"}, {})


@saml_providers.route("/new", methods=["POST"])
@own_transactions
def create() -> ResponseReturnValue:
    """Add a SAML provider; what it publishes is fetched before anything is written."""
    place, actor = installation(), current_actor()
    actor.require(Permission.ADMIN_DIRECTORY)
    try:
        values = read_form(SamlProviderCreateSchema(), _given(), _TICKS)
        values = actions.with_metadata(WebClient(place.settings.web_gate), values)
        with place.database.writing() as session:
            made = actions.create_saml_provider(session, actor, values, _secrets(), current_time())
            address = url_for("saml_providers.edit", saml_provider_id=made.id)
    except CadastreError as error:
        errors, status = faults_in_words(error)
        with place.database.reading() as session:
            return _new_form(session, request.form.to_dict(), errors), status
    return done(gettext("Kept. Now give the provider our metadata."), address)


@saml_providers.route("/<int:saml_provider_id>", methods=["GET", "POST"])
def edit(saml_provider_id: int) -> ResponseReturnValue:
    """Change a SAML provider."""
    session, actor = current_session(), current_actor()
    row = _found(saml_provider_id)
    errors: dict[str, str] = {}
    status = 200
    typed: dict[str, str] | None = None
    if request.method == "POST":
        try:
            check_form_version(request.form.get("version"), row.version)
            values = read_form(SamlProviderChangeSchema(), _given(), _TICKS)
            actions.change_saml_provider(session, actor, row, values, current_time())
            return done(gettext("Saved."), _address(saml_provider_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            typed = dict.fromkeys(_TICKS, "") | request.form.to_dict()
            row = _found(saml_provider_id)
    told = described(session, [row], installation().settings.base_url)[0]
    page = render_template(
        "providers/saml_edit.html",
        provider=told,
        shown=told | (typed or {}),
        errors=errors,
        installed=is_installed(),
    )
    return page, status


@saml_providers.route("/<int:saml_provider_id>/metadata", methods=["POST"])
@own_transactions
def renew(saml_provider_id: int) -> ResponseReturnValue:
    """Fetch what the provider publishes by now."""
    place = installation()
    web = WebClient(place.settings.web_gate)
    actions.renew_metadata(place.database, web, current_actor(), saml_provider_id, current_time())
    return done(gettext("Its metadata are renewed."), _address(saml_provider_id))


@saml_providers.route("/<int:saml_provider_id>/key", methods=["POST"])
def renew_key(saml_provider_id: int) -> ResponseReturnValue:
    """Make a new key pair of ours."""
    row = _found(saml_provider_id)
    actions.renew_key(current_session(), current_actor(), row, _secrets(), current_time())
    told = gettext("There is a new key. Give the provider our metadata anew.")
    return done(told, _address(saml_provider_id))


@saml_providers.route("/<int:saml_provider_id>/remove", methods=["POST"])
def remove(saml_provider_id: int) -> ResponseReturnValue:
    """Remove a SAML provider, and the links of people to it."""
    remove_provider(current_session(), current_actor(), _found(saml_provider_id))
    return done(gettext("The identity provider is removed."), url_for("providers.index"))


def _found(provider_id: int) -> IdentityProvider:
    return queries.provider(current_session(), current_actor(), provider_id, SAML)


def _address(provider_id: int) -> str:
    return url_for("saml_providers.edit", saml_provider_id=provider_id)


def _given() -> Mapping[str, str]:
    return {name: value for name, value in request.form.items() if value or name in _EMPTIED}


def _new_form(session: Session, shown: Mapping[str, object], errors: dict[str, str]) -> str:
    return render_template(
        "providers/saml_new.html",
        shown=shown,
        errors=errors,
        organisations=organisation_choices(session, current_actor(), Permission.ADMIN_DIRECTORY),
        installed=is_installed(),
    )


def _secrets() -> SecretBox:
    return SecretBox(installation().settings.key_file)
