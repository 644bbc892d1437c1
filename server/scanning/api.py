"""REST over discovery: credentials, and devices to be visited."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_of, page_request
from server.foundation.secrets import SecretBox
from server.scanning import actions, queries
from server.scanning.schemas import (
    CredentialDraftSchema,
    CredentialSchema,
    ProbeDraftSchema,
    ProbeSchema,
)

scanning = Blueprint("discovery", __name__, url_prefix=f"{PREFIX}/discovery", description="SNMP.")


@scanning.route("/credentials")
class Credentials(MethodView):
    """How devices are asked."""

    @scanning.response(200, CredentialSchema(many=True))
    def get(self) -> Any:
        """List credentials without their secrets."""
        return queries.list_credentials(current_session(), current_actor())

    @scanning.arguments(CredentialDraftSchema)
    @scanning.response(201, CredentialSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Keep a credential; its secrets cannot be read back."""
        secrets = SecretBox(installation().settings.key_file)
        draft = actions.CredentialDraft(**body)
        return actions.create_credential(
            current_session(), current_actor(), secrets, draft, current_time()
        )


@scanning.route("/credentials/<int:credential_id>")
class OneCredential(MethodView):
    """One credential."""

    @scanning.response(204)
    def delete(self, credential_id: int) -> None:
        """Forget a credential."""
        actions.delete_credential(current_session(), current_actor(), credential_id)


@scanning.route("/probes")
class Probes(MethodView):
    """Visits to devices."""

    @scanning.arguments(PageQuerySchema, location="query")
    @scanning.response(200, page_of(ProbeSchema, "ProbePage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List visits, newest first."""
        return queries.list_probes(current_session(), current_actor(), page_request(query))

    @scanning.arguments(ProbeDraftSchema)
    @scanning.response(202, ProbeSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Ask for a device to be visited; the answer comes by job."""
        draft = actions.ProbeDraft(**body)
        return actions.ask_probe(current_session(), current_actor(), draft, current_time())


@scanning.route("/probes/<int:probe_id>")
class OneProbe(MethodView):
    """One visit."""

    @scanning.response(200, ProbeSchema)
    def get(self, probe_id: int) -> Any:
        """Return a visit and what came of it."""
        return queries.get_probe(current_session(), current_actor(), probe_id)
