"""Identity providers that speak SAML: set up from their metadata, and renewed."""

from typing import Any

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from server.foundation.edge.conditional import check_version, with_etag
from server.foundation.edge.document import CHECKS_VERSION, READS_VERSION
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
    own_transactions,
)
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_request
from server.foundation.paging import Page
from server.foundation.permissions import Permission
from server.foundation.secrets import SecretBox
from server.foundation.web_client import WebClient
from server.people.actions import saml_providers as actions
from server.people.actions.providers import remove_provider
from server.people.models import SAML, IdentityProvider
from server.people.queries import providers as queries
from server.people.queries.saml_providers import described
from server.people.schemas.saml_providers import (
    SamlProviderChangeSchema,
    SamlProviderCreateSchema,
    SamlProviderPage,
    SamlProviderSchema,
)

saml_providers = Blueprint(
    "saml_providers", __name__, url_prefix=PREFIX, description="Who vouches for people over SAML."
)


@saml_providers.route("/saml-providers")
@saml_providers.arguments(PageQuerySchema, location="query")
@saml_providers.response(200, SamlProviderPage)
def list_all(query: dict[str, Any]) -> Any:
    """List SAML providers, with when their certificates end."""
    session, actor = current_session(), current_actor()
    page = queries.list_providers(session, actor, page_request(query), SAML)
    rows = described(session, page.rows, installation().settings.base_url)
    return Page(rows, page.next_cursor)


@saml_providers.route("/saml-providers", methods=["POST"])
@saml_providers.arguments(SamlProviderCreateSchema)
@saml_providers.response(201, SamlProviderSchema)
@own_transactions
def create(body: dict[str, Any]) -> Any:
    """Add a SAML provider from its metadata, sent along or fetched from their address."""
    place, actor = installation(), current_actor()
    actor.require(Permission.ADMIN_DIRECTORY)
    values = actions.with_metadata(WebClient(place.settings.web_gate), body)
    with place.database.writing() as session:
        return _one(
            session,
            actions.create_saml_provider(session, actor, values, _secrets(), current_time()),
        )


@saml_providers.route("/saml-providers/<int:saml_provider_id>")
class OneSamlProvider(MethodView):
    """A SAML provider."""

    @saml_providers.doc(**READS_VERSION)
    @saml_providers.response(200, SamlProviderSchema)
    def get(self, saml_provider_id: int) -> Response:
        """Return a SAML provider; the ETag serves If-Match."""
        return _answer(_found(current_session(), saml_provider_id))

    @saml_providers.doc(**CHECKS_VERSION)
    @saml_providers.arguments(SamlProviderChangeSchema)
    @saml_providers.response(200, SamlProviderSchema)
    def patch(self, body: dict[str, Any], saml_provider_id: int) -> Response:
        """Change it; metadata of another entity id end every link of people to the former one."""
        session = current_session()
        found = _found(session, saml_provider_id)
        check_version(found.version)
        changed = actions.change_saml_provider(
            session, current_actor(), found, body, current_time()
        )
        return _answer(changed)

    @saml_providers.response(204)
    def delete(self, saml_provider_id: int) -> None:
        """Remove it, and the links of people to it."""
        session = current_session()
        remove_provider(session, current_actor(), _found(session, saml_provider_id))


@saml_providers.route("/saml-providers/<int:saml_provider_id>/metadata", methods=["POST"])
@saml_providers.response(200, SamlProviderSchema)
@own_transactions
def renew(saml_provider_id: int) -> Any:
    """Fetch its metadata anew from their address: other certificates, another sign-in address."""
    place, actor = installation(), current_actor()
    web = WebClient(place.settings.web_gate)
    actions.renew_metadata(place.database, web, actor, saml_provider_id, current_time())
    with place.database.reading() as session:
        return _one(session, _found(session, saml_provider_id))


@saml_providers.route("/saml-providers/<int:saml_provider_id>/key", methods=["POST"])
@saml_providers.response(200, SamlProviderSchema)
def renew_key(saml_provider_id: int) -> Any:
    """Make a new key pair of ours; the provider then has to read our metadata anew."""
    session = current_session()
    found = _found(session, saml_provider_id)
    actions.renew_key(session, current_actor(), found, _secrets(), current_time())
    return _one(session, found)


def _found(session: Session, provider_id: int) -> IdentityProvider:
    return queries.provider(session, current_actor(), provider_id, SAML)


def _one(session: Session, row: IdentityProvider) -> dict[str, Any]:
    return described(session, [row], installation().settings.base_url)[0]


def _answer(row: IdentityProvider) -> Response:
    return with_etag(SamlProviderSchema, _one(current_session(), row), row.version)


def _secrets() -> SecretBox:
    return SecretBox(installation().settings.key_file)
