"""The tree of organisations."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import page_request
from server.people.actions.organisations import add_organisation
from server.people.queries import organisations as queries
from server.people.schemas.parties import (
    OrganisationCreateSchema,
    OrganisationPage,
    OrganisationQuerySchema,
    OrganisationSchema,
)

organisations = Blueprint(
    "organisations", __name__, url_prefix=PREFIX, description="Companies and their parts."
)


@organisations.route("/organisations")
class Organisations(MethodView):
    """Every organisation in which the actor holds something."""

    @organisations.arguments(OrganisationQuerySchema, location="query")
    @organisations.response(200, OrganisationPage)
    def get(self, query: dict[str, Any]) -> Any:
        """List organisations."""
        page = page_request(query)
        return queries.list_organisations(current_session(), current_actor(), query["q"], page)

    @organisations.arguments(OrganisationCreateSchema)
    @organisations.response(201, OrganisationSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Add an organisation below another."""
        return add_organisation(
            current_session(),
            current_actor(),
            body["parent_id"],
            body["code"],
            body["name"],
            current_time(),
        )


@organisations.route("/organisations/<int:organisation_id>")
class OneOrganisation(MethodView):
    """An organisation."""

    @organisations.response(200, OrganisationSchema)
    def get(self, organisation_id: int) -> Any:
        """Return an organisation."""
        return queries.organisation(current_session(), current_actor(), organisation_id)
