"""REST over business services: finding the entry point, drawing one, keeping its members true."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.document import LOOKS_UP
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.items.schemas import ItemSchema
from server.items.services.drawing import create_service
from server.items.services.entry import find_entries, read_target
from server.items.services.membership import change_members, membership_of
from server.items.services.proposals import propose_for_entry
from server.items.services.schemas import (
    MembershipSchema,
    MembersSchema,
    ProposalSchema,
    ServiceDraftSchema,
    ServiceEntryQuerySchema,
    ServiceEntrySchema,
    entry_document,
    member_drafts,
    membership_document,
    proposal_document,
    service_draft,
)

business_services = Blueprint(
    "services", __name__, url_prefix=PREFIX, description="Business services."
)


@business_services.route("/service-entries")
class ServiceEntries(MethodView):
    """Entry points by address."""

    @business_services.arguments(ServiceEntryQuerySchema, location="query")
    @business_services.response(200, ServiceEntrySchema(many=True))
    def get(self, query: dict[str, Any]) -> Any:
        """Find the items, and the ports, behind a URL, an address or a host's name."""
        target = read_target(query["address"])
        found = find_entries(current_session(), current_actor(), target)
        return [entry_document(entry) for entry in found]


@business_services.route("/items/<int:item_id>/service-members")
class EntryMembers(MethodView):
    """Proposals for a new service."""

    @business_services.response(200, ProposalSchema(many=True))
    def get(self, item_id: int) -> Any:
        """Propose the members of a service whose entry point is this item, layer by layer."""
        found = propose_for_entry(current_session(), current_actor(), item_id)
        return [proposal_document(one) for one in found]


@business_services.route("/services")
class Services(MethodView):
    """Business services."""

    @business_services.doc(**LOOKS_UP)
    @business_services.arguments(ServiceDraftSchema)
    @business_services.response(201, ItemSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Create a business service from its entry point and members."""
        draft = service_draft(body)
        return create_service(current_session(), current_actor(), draft, current_time())


@business_services.route("/services/<int:service_id>/members")
class ServiceMembers(MethodView):
    """Who belongs to a service."""

    @business_services.response(200, MembershipSchema)
    def get(self, service_id: int) -> Any:
        """List a service's members, what is proposed beside them, and what was left out."""
        return membership_document(membership_of(current_session(), current_actor(), service_id))

    @business_services.doc(**LOOKS_UP)
    @business_services.arguments(MembersSchema)
    @business_services.response(200, MembershipSchema)
    def put(self, body: dict[str, Any], service_id: int) -> Any:
        """Change who belongs to a service, and remember who was left out."""
        session, actor = current_session(), current_actor()
        members = member_drafts(body["members"])
        found = change_members(
            session, actor, service_id, members, body["rejected_ids"], current_time()
        )
        return membership_document(found)
