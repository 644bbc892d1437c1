"""Identity providers: set up, tried out; and whom their subjects are."""

from typing import Any

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint

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
from server.foundation.secrets import SecretBox
from server.people.actions import identities as identity_actions
from server.people.actions import providers as actions
from server.people.actions.provider_sign_in import gateway_of, try_provider
from server.people.models import OPENID, IdentityProvider
from server.people.queries import providers as queries
from server.people.queries.accounts import person_to_administer
from server.people.schemas.providers import (
    ExternalIdentitiesSchema,
    ExternalIdentityCreateSchema,
    ExternalIdentitySchema,
    ProviderChangeSchema,
    ProviderCreateSchema,
    ProviderPage,
    ProviderSchema,
    ProviderTestSchema,
)

providers = Blueprint(
    "identity_providers", __name__, url_prefix=PREFIX, description="Who else vouches for people."
)


@providers.route("/identity-providers")
class Providers(MethodView):
    """Every identity provider the actor administers."""

    @providers.arguments(PageQuerySchema, location="query")
    @providers.response(200, ProviderPage)
    def get(self, query: dict[str, Any]) -> Any:
        """List identity providers, without their secrets."""
        session, actor = current_session(), current_actor()
        return queries.list_providers(session, actor, page_request(query), OPENID)

    @providers.arguments(ProviderCreateSchema)
    @providers.response(201, ProviderSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Add an identity provider; its client secret goes in and never comes out."""
        return actions.create_provider(
            current_session(), current_actor(), body, _secrets(), current_time()
        )


@providers.route("/identity-providers/<int:identity_provider_id>")
class OneProvider(MethodView):
    """An identity provider."""

    @providers.doc(**READS_VERSION)
    @providers.response(200, ProviderSchema)
    def get(self, identity_provider_id: int) -> Response:
        """Return an identity provider; the ETag serves If-Match."""
        return _answer(queries.provider(current_session(), current_actor(), identity_provider_id))

    @providers.doc(**CHECKS_VERSION)
    @providers.arguments(ProviderChangeSchema)
    @providers.response(200, ProviderSchema)
    def patch(self, body: dict[str, Any], identity_provider_id: int) -> Response:
        """Change it; another issuer or client blanks the secret unless you send it again.

        Another issuer also ends every link of people to the former one.
        """
        session, actor = current_session(), current_actor()
        found = queries.provider(session, actor, identity_provider_id)
        check_version(found.version)
        return _answer(
            actions.change_provider(session, actor, found, body, _secrets(), current_time())
        )

    @providers.response(204)
    def delete(self, identity_provider_id: int) -> None:
        """Remove it, and the links of people to it."""
        session, actor = current_session(), current_actor()
        actions.remove_provider(
            session, actor, queries.provider(session, actor, identity_provider_id)
        )


@providers.route("/identity-providers/<int:identity_provider_id>/test", methods=["POST"])
@providers.response(200, ProviderTestSchema)
@own_transactions
def test(identity_provider_id: int) -> Any:
    """Ask the provider what it publishes; nothing is stored."""
    place = installation()
    with place.database.reading() as session:
        found = queries.provider(session, current_actor(), identity_provider_id)
        issuer = found.issuer
    gateway = gateway_of(place.settings, place.database)
    detail = try_provider(gateway, issuer)
    return {
        "ok": not detail,
        "detail": detail or "it answers",
        "redirect_uri": gateway.redirect_uri,
    }


@providers.route("/people/<int:person_id>/external-identities")
class Identities(MethodView):
    """As whom identity providers know somebody."""

    @providers.response(200, ExternalIdentitiesSchema)
    def get(self, person_id: int) -> Any:
        """List the links of a person."""
        session = current_session()
        person = person_to_administer(session, current_actor(), person_id)
        return {"items": [row for row, _ in queries.identities_of(session, person.id)]}

    @providers.arguments(ExternalIdentityCreateSchema)
    @providers.response(201, ExternalIdentitySchema)
    def post(self, body: dict[str, Any], person_id: int) -> Any:
        """Let a provider's subject sign in as this person."""
        session, actor, now = current_session(), current_actor(), current_time()
        return identity_actions.link_person(
            session, actor, person_id, body["provider_id"], body["subject"], now
        )


@providers.route("/people/<int:person_id>/external-identities/<int:external_identity_id>")
class OneIdentity(MethodView):
    """A link of somebody."""

    @providers.response(204)
    def delete(self, person_id: int, external_identity_id: int) -> None:
        """End a link."""
        session, actor = current_session(), current_actor()
        identity_actions.unlink_person(session, actor, person_id, external_identity_id)


def _secrets() -> SecretBox:
    return SecretBox(installation().settings.key_file)


def _answer(row: IdentityProvider) -> Response:
    return with_etag(ProviderSchema, row, row.version)
