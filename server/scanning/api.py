"""REST over discovery: credentials, and devices to be visited."""

from typing import Any

from flask import Response
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
from server.foundation.edge.tables import CSV, GRAPHML, TEXT, saved_answer
from server.foundation.secrets import SecretBox
from server.scanning import actions, network, paths, queries, ranges
from server.scanning.drawing import as_csv, as_graphml
from server.scanning.schemas import (
    CredentialDraftSchema,
    CredentialSchema,
    HalfLinkQuerySchema,
    HalfLinkSchema,
    LinkQuerySchema,
    LinkSchema,
    OutcomeSchema,
    PathQuerySchema,
    ProbeDraftSchema,
    ProbeSchema,
    RangeDraftSchema,
    RangeSchema,
    RunSchema,
    StepSchema,
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


def _range_draft(body: dict[str, Any]) -> ranges.RangeDraft:
    return ranges.RangeDraft(**body | {"credential_ids": tuple(body["credential_ids"])})


@scanning.route("/ranges")
class Ranges(MethodView):
    """Addresses that are swept."""

    @scanning.response(200, RangeSchema(many=True))
    def get(self) -> Any:
        """List ranges by name."""
        return queries.list_ranges(current_session(), current_actor())

    @scanning.arguments(RangeDraftSchema)
    @scanning.response(201, RangeSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Keep a range; with ``cron`` it is swept by itself."""
        draft = _range_draft(body)
        return ranges.create_range(current_session(), current_actor(), draft, current_time())


@scanning.route("/ranges/<int:range_id>")
class OneRange(MethodView):
    """One range."""

    @scanning.response(200, RangeSchema)
    def get(self, range_id: int) -> Any:
        """Return a range."""
        return queries.get_range(current_session(), current_actor(), range_id)

    @scanning.arguments(RangeDraftSchema)
    @scanning.response(200, RangeSchema)
    def put(self, body: dict[str, Any], range_id: int) -> Any:
        """Change a range."""
        draft = _range_draft(body)
        return ranges.edit_range(current_session(), current_actor(), range_id, draft)

    @scanning.response(204)
    def delete(self, range_id: int) -> None:
        """Forget a range; what it found stays."""
        ranges.delete_range(current_session(), current_actor(), range_id)


@scanning.route("/ranges/<int:range_id>/runs")
class RangeRuns(MethodView):
    """Sweeps of one range."""

    @scanning.response(202, RunSchema)
    def post(self, range_id: int) -> Any:
        """Ask for the range to be swept; the run tells how far it has come."""
        return ranges.ask_run(current_session(), current_actor(), range_id, current_time())


@scanning.route("/runs")
class Runs(MethodView):
    """Sweeps."""

    @scanning.arguments(PageQuerySchema, location="query")
    @scanning.response(200, page_of(RunSchema, "ScanRunPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List runs, newest first."""
        return queries.list_runs(current_session(), current_actor(), page_request(query))


@scanning.route("/runs/<int:run_id>")
class OneRun(MethodView):
    """One sweep."""

    @scanning.response(200, RunSchema)
    def get(self, run_id: int) -> Any:
        """Return a run and how far it has come."""
        return queries.get_run(current_session(), current_actor(), run_id)


@scanning.route("/runs/<int:run_id>/stop")
class RunStop(MethodView):
    """The end of a sweep before its time."""

    @scanning.response(202, RunSchema)
    def post(self, run_id: int) -> Any:
        """Stop a run; what it has found stays."""
        return ranges.stop_run(current_session(), current_actor(), run_id)


@scanning.route("/runs/<int:run_id>/outcomes")
class RunOutcomes(MethodView):
    """What a sweep found."""

    @scanning.arguments(PageQuerySchema, location="query")
    @scanning.response(200, page_of(OutcomeSchema, "ScanOutcomePage"))
    def get(self, query: dict[str, Any], run_id: int) -> Any:
        """List what came of each address that answered, newest first."""
        request = page_request(query)
        return queries.list_outcomes(current_session(), current_actor(), run_id, request)


@scanning.route("/links")
class Links(MethodView):
    """The network that was found."""

    @scanning.arguments(LinkQuerySchema, location="query")
    @scanning.response(200, LinkSchema(many=True))
    @scanning.alt_response(404, description="The site is not there, or out of sight.")
    def get(self, query: dict[str, Any]) -> Any:
        """List links with their proof, at most 5,000."""
        return network.list_links(current_session(), current_actor(), **query)


@scanning.route("/links.csv")
class LinksAsCsv(MethodView):
    """The network for spreadsheets."""

    @scanning.arguments(LinkQuerySchema, location="query")
    @scanning.response(200, TEXT, content_type=CSV)
    @scanning.alt_response(404, description="The site is not there, or out of sight.")
    def get(self, query: dict[str, Any]) -> Response:
        """Write all of these links, one line each."""
        every = network.LinkWish(most=None)
        links = network.list_links(current_session(), current_actor(), asked=every, **query)
        return saved_answer(as_csv(links), CSV, "network.csv")


@scanning.route("/links.graphml")
class LinksAsGraph(MethodView):
    """The network for programs that draw and measure graphs."""

    @scanning.arguments(LinkQuerySchema, location="query")
    @scanning.response(200, TEXT, content_type=GRAPHML)
    @scanning.alt_response(404, description="The site is not there, or out of sight.")
    def get(self, query: dict[str, Any]) -> Response:
        """Write all of these links as an undirected graph."""
        every = network.LinkWish(most=None)
        links = network.list_links(current_session(), current_actor(), asked=every, **query)
        return saved_answer(as_graphml(links), GRAPHML, "network.graphml")


@scanning.route("/half-links")
class HalfLinks(MethodView):
    """Neighbours that nobody knows."""

    @scanning.arguments(HalfLinkQuerySchema, location="query")
    @scanning.response(200, HalfLinkSchema(many=True))
    @scanning.alt_response(404, description="The site is not there, or out of sight.")
    def get(self, query: dict[str, Any]) -> Any:
        """List reported neighbours that join no known port, with the reason."""
        return network.list_half_links(current_session(), current_actor(), **query)


@scanning.route("/path")
class Path(MethodView):
    """The way between two items."""

    @scanning.arguments(PathQuerySchema, location="query")
    @scanning.response(200, StepSchema(many=True))
    @scanning.alt_response(404, description="An end is not there, or out of sight.")
    def get(self, query: dict[str, Any]) -> Any:
        """List the cables from one item to another, in their order; none where no way is known."""
        return paths.find_path(current_session(), current_actor(), **query)
