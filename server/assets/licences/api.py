"""REST over licences: what may be used, what is, and whether the one covers the other."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.assets.licences import queries
from server.assets.licences.actions import (
    EntitlementDraft,
    LicenceDraft,
    add_entitlement,
    forget_licence,
    remove_entitlement,
    write_licence,
)
from server.assets.licences.schemas import (
    EntitlementDraftSchema,
    LicenceDetailsSchema,
    LicenceDraftSchema,
    LicenceEditSchema,
    LicenceQuerySchema,
    LicenceSchema,
    UsingSchema,
    details_document,
    licence_document,
    using_document,
)
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_of, page_request
from server.foundation.paging import Page

licences = Blueprint(
    "licences", __name__, url_prefix=PREFIX, description="Licences of software, and their use."
)


@licences.route("/licences")
class Licences(MethodView):
    """The right to use some software."""

    @licences.arguments(LicenceQuerySchema, location="query")
    @licences.response(200, page_of(LicenceSchema, "LicencePage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List licences by name, with how many are used of how many."""
        page = queries.list_licences(
            current_session(),
            current_actor(),
            query["q"],
            query["state"],
            page_request(query),
            current_time().date(),
        )
        return Page([licence_document(row) for row in page.rows], page.next_cursor)

    @licences.arguments(LicenceDraftSchema)
    @licences.response(201, LicenceDetailsSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Write a licence down, with the products that it is about."""
        session, actor, now = current_session(), current_actor(), current_time()
        made = write_licence(session, actor, _draft(body), now)
        return details_document(queries.licence_details(session, actor, made.id, now.date()))


@licences.route("/licences/<int:licence_id>")
class OneLicence(MethodView):
    """One licence."""

    @licences.response(200, LicenceDetailsSchema)
    def get(self, licence_id: int) -> Any:
        """Return a licence with all that was bought."""
        return _told(licence_id)

    @licences.arguments(LicenceEditSchema)
    @licences.response(200, LicenceDetailsSchema)
    def put(self, body: dict[str, Any], licence_id: int) -> Any:
        """Say anew what a licence is called, what it is about and by what it is counted."""
        session, actor = current_session(), current_actor()
        write_licence(session, actor, _draft(body), current_time(), licence_id)
        return _told(licence_id)

    @licences.response(204)
    def delete(self, licence_id: int) -> None:
        """Let a licence go, with all that was bought."""
        forget_licence(current_session(), current_actor(), licence_id)


@licences.route("/licences/<int:licence_id>/entitlements")
class Entitlements(MethodView):
    """What was bought."""

    @licences.arguments(EntitlementDraftSchema)
    @licences.response(201, LicenceDetailsSchema)
    def post(self, body: dict[str, Any], licence_id: int) -> Any:
        """Write down that some were bought."""
        session, actor, now = current_session(), current_actor(), current_time()
        add_entitlement(session, actor, licence_id, EntitlementDraft(**body), now)
        return _told(licence_id)


@licences.route("/licences/<int:licence_id>/entitlements/<int:entitlement_id>")
class OneEntitlement(MethodView):
    """One thing that was bought."""

    @licences.response(204)
    def delete(self, licence_id: int, entitlement_id: int) -> None:
        """Take back that some were bought."""
        remove_entitlement(current_session(), current_actor(), licence_id, entitlement_id)


@licences.route("/licences/<int:licence_id>/items")
class ItemsUsing(MethodView):
    """Where a licence is used."""

    @licences.arguments(PageQuerySchema, location="query")
    @licences.response(200, page_of(UsingSchema, "LicenceUsePage"))
    def get(self, query: dict[str, Any], licence_id: int) -> Any:
        """List the items that use it by name, each once."""
        asked = page_request(query)
        page = queries.items_using(current_session(), current_actor(), licence_id, asked)
        return Page([using_document(row) for row in page.rows], page.next_cursor)


def _draft(body: dict[str, Any]) -> LicenceDraft:
    return LicenceDraft(
        body.get("organisation_id", 0),
        body["name"],
        body["metric"],
        tuple(body["covers"]),
        body["vendor"],
    )


def _told(licence_id: int) -> dict[str, Any]:
    session, actor, today = current_session(), current_actor(), current_time().date()
    return details_document(queries.licence_details(session, actor, licence_id, today))
