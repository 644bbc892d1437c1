"""Roles, and who holds them where."""

from typing import Any

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.conditional import check_version, with_etag
from server.foundation.edge.document import CHECKS_VERSION, READS_VERSION
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_request
from server.foundation.paging import Page
from server.foundation.permissions import Permission, Reach
from server.people.actions import roles as actions
from server.people.models import RoleGrant
from server.people.queries import roles as queries
from server.people.schemas.access import (
    RoleChangeSchema,
    RoleCreateSchema,
    RoleGrantCreateSchema,
    RoleGrantPage,
    RoleGrantQuerySchema,
    RoleGrantSchema,
    RolePage,
    RoleSchema,
)

roles = Blueprint("roles", __name__, url_prefix=PREFIX, description="Roles and their holders.")


@roles.route("/roles")
class Roles(MethodView):
    """Every role."""

    @roles.arguments(PageQuerySchema, location="query")
    @roles.response(200, RolePage)
    def get(self, query: dict[str, Any]) -> Any:
        """List roles."""
        return queries.list_roles(current_session(), current_actor(), page_request(query))

    @roles.arguments(RoleCreateSchema)
    @roles.response(201, RoleSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Make a role out of permissions you hold yourself."""
        return actions.create_role(
            current_session(),
            current_actor(),
            body["code"],
            body["labels"],
            _permissions(body["permissions"]) or set(),
        )


@roles.route("/roles/<int:role_id>")
class OneRole(MethodView):
    """A role."""

    @roles.doc(**READS_VERSION)
    @roles.response(200, RoleSchema)
    def get(self, role_id: int) -> Response:
        """Return a role; the ETag serves If-Match."""
        found = queries.role(current_session(), current_actor(), role_id)
        return with_etag(RoleSchema, found, found.version)

    @roles.doc(**CHECKS_VERSION)
    @roles.arguments(RoleChangeSchema)
    @roles.response(200, RoleSchema)
    def patch(self, body: dict[str, Any], role_id: int) -> Response:
        """Change a role of your own making; shipped roles stay as they are."""
        session, actor = current_session(), current_actor()
        found = queries.role(session, actor, role_id)
        check_version(found.version)
        changed = actions.change_role(
            session, actor, found, body["labels"], _permissions(body["permissions"])
        )
        return with_etag(RoleSchema, changed, changed.version)


@roles.route("/role-grants")
class RoleGrants(MethodView):
    """Who holds what, where you administer people."""

    @roles.arguments(RoleGrantQuerySchema, location="query")
    @roles.response(200, RoleGrantPage)
    def get(self, query: dict[str, Any]) -> Any:
        """List grants of roles."""
        page = page_request(query)
        wanted = queries.GrantFilter(query["person"], query["group"], query["role"])
        found = queries.list_grants(current_session(), current_actor(), wanted, page)
        return Page([_shown(grant, code) for grant, code in found.rows], found.next_cursor)

    @roles.arguments(RoleGrantCreateSchema)
    @roles.response(201, RoleGrantSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Give a role to a person or a group, inside an organisation; not more than you hold."""
        reach = body["reach"]
        given = actions.grant_role(
            current_session(),
            current_actor(),
            body["role"],
            actions.Holder(body["person_id"], body["group_id"]),
            actions.Scope(
                body["organisation_id"],
                body["class_code"],
                None if reach is None else Reach(reach),
                body["emergency"],
            ),
            current_time(),
        )
        return _shown(given, body["role"])


@roles.route("/role-grants/<int:grant_id>")
class OneGrant(MethodView):
    """A grant of a role."""

    @roles.response(204)
    def delete(self, grant_id: int) -> None:
        """Take a role back, from the next request on."""
        session, actor = current_session(), current_actor()
        actions.withdraw_grant(session, actor, queries.grant(session, actor, grant_id))


def _permissions(codes: list[str] | None) -> set[Permission] | None:
    return None if codes is None else {Permission(code) for code in codes}


def _shown(grant: RoleGrant, code: str) -> dict[str, Any]:
    columns = [name for name in RoleGrantSchema().fields if name != "role"]
    return {name: getattr(grant, name) for name in columns} | {"role": code}
