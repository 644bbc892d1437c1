"""REST over contracts and racks."""

from typing import Any

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint

from server.assets import queries
from server.assets.actions import ContractDraft, create_contract, edit_contract
from server.assets.ending import delete_contract
from server.assets.exporting import contract_csv
from server.assets.racks import rack_view
from server.assets.schemas import (
    ContractDetailsSchema,
    ContractDraftSchema,
    ContractEditSchema,
    ContractQuerySchema,
    ContractSchema,
    RackSchema,
    contract_document,
    rack_document,
)
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import page_of, page_request
from server.foundation.edge.tables import CSV, TEXT, saved_answer

assets = Blueprint(
    "assets", __name__, url_prefix=PREFIX, description="Contracts, and racks as they are filled."
)


@assets.route("/contracts")
class Contracts(MethodView):
    """Promises of suppliers."""

    @assets.arguments(ContractQuerySchema, location="query")
    @assets.response(200, page_of(ContractSchema, "ContractPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List contracts by number, or by their last day."""
        session, actor, today = current_session(), current_actor(), current_time().date()
        request = page_request(query)
        return queries.list_contracts(session, actor, _wanted(query), request, today)

    @assets.arguments(ContractDraftSchema)
    @assets.response(201, ContractSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Write a contract down, with the items it covers."""
        draft = ContractDraft(**body)
        return create_contract(current_session(), current_actor(), draft, current_time())


@assets.route("/contracts/export.csv")
class ContractsAsCsv(MethodView):
    """Promises of suppliers for spreadsheets."""

    @assets.arguments(ContractQuerySchema(exclude=("cursor", "limit")), location="query")
    @assets.response(200, TEXT, content_type=CSV)
    def get(self, query: dict[str, Any]) -> Response:
        """Write the same list, at most 50,000 of it, one line a contract."""
        session, actor, today = current_session(), current_actor(), current_time().date()
        text = contract_csv(session, actor, _wanted(query), query["sort"], today)
        return saved_answer(text, CSV, "contracts.csv")


def _wanted(query: dict[str, Any]) -> queries.ContractFilter:
    return queries.ContractFilter(query["q"], query["state"], query["ends_after"])


@assets.route("/contracts/<int:contract_id>")
class OneContract(MethodView):
    """One contract."""

    @assets.response(200, ContractDetailsSchema)
    def get(self, contract_id: int) -> Any:
        """Return a contract with the items it covers."""
        return _document(contract_id)

    @assets.arguments(ContractEditSchema)
    @assets.response(200, ContractDetailsSchema)
    def put(self, body: dict[str, Any], contract_id: int) -> Any:
        """Say anew what a contract is and covers; its organisation stays."""
        draft = ContractDraft(organisation_id=0, **body)
        edit_contract(current_session(), current_actor(), contract_id, draft, current_time())
        return _document(contract_id)

    @assets.response(204)
    def delete(self, contract_id: int) -> None:
        """Delete a contract; refused while licences or documents count on it."""
        delete_contract(current_session(), current_actor(), contract_id)


def _document(contract_id: int) -> dict[str, Any]:
    session, actor = current_session(), current_actor()
    row = queries.get_contract(session, actor, contract_id)
    return contract_document(row, queries.covered_items(session, actor, contract_id, None))


@assets.route("/racks/<int:item_id>")
class OneRack(MethodView):
    """A rack."""

    @assets.response(200, RackSchema)
    def get(self, item_id: int) -> Any:
        """Return what stands where in a rack."""
        return rack_document(rack_view(current_session(), current_actor(), item_id))
