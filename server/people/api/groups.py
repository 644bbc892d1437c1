"""Groups and their members."""

from typing import Any

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.conditional import check_version, with_etag
from server.foundation.edge.document import CHECKS_VERSION, READS_VERSION
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import page_request
from server.foundation.permissions import Permission
from server.people.actions import groups as actions
from server.people.queries import groups as queries
from server.people.queries.people import PersonFilter, list_people
from server.people.schemas.parties import (
    GroupChangeSchema,
    GroupCreateSchema,
    GroupPage,
    GroupQuerySchema,
    MemberQuerySchema,
    MemberSchema,
    PartyGroupSchema,
    PersonPage,
)

groups = Blueprint("groups", __name__, url_prefix=PREFIX, description="Groups of people.")


@groups.route("/groups")
class Groups(MethodView):
    """Every group in sight."""

    @groups.arguments(GroupQuerySchema, location="query")
    @groups.response(200, GroupPage)
    def get(self, query: dict[str, Any]) -> Any:
        """List groups."""
        current_actor().require(Permission.GROUP_READ)
        page = page_request(query)
        wanted = queries.GroupFilter(
            query["q"], query["active"], query["organisation"], query["member"]
        )
        return queries.list_groups(current_session(), current_actor(), wanted, page)

    @groups.arguments(GroupCreateSchema)
    @groups.response(201, PartyGroupSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Make a group."""
        return actions.create_group(current_session(), current_actor(), body, current_time())


@groups.route("/groups/<int:group_id>")
class OneGroup(MethodView):
    """A group."""

    @groups.doc(**READS_VERSION)
    @groups.response(200, PartyGroupSchema)
    def get(self, group_id: int) -> Response:
        """Return a group; the ETag serves If-Match."""
        found = queries.group(current_session(), current_actor(), group_id)
        return with_etag(PartyGroupSchema, found, found.version)

    @groups.doc(**CHECKS_VERSION)
    @groups.arguments(GroupChangeSchema)
    @groups.response(200, PartyGroupSchema)
    def patch(self, body: dict[str, Any], group_id: int) -> Response:
        """Change a group; send If-Match to be sure of what you change."""
        session, actor = current_session(), current_actor()
        found = queries.group_for_writing(session, actor, group_id)
        check_version(found.version)
        changed = actions.change_group(session, actor, found, body, current_time())
        return with_etag(PartyGroupSchema, changed, changed.version)


@groups.route("/groups/<int:group_id>/members")
class Members(MethodView):
    """Who belongs to a group."""

    @groups.arguments(MemberQuerySchema, location="query")
    @groups.response(200, PersonPage)
    def get(self, query: dict[str, Any], group_id: int) -> Any:
        """List the members you may see."""
        session, actor = current_session(), current_actor()
        found = queries.group(session, actor, group_id)
        page = page_request(query)
        wanted = PersonFilter(group_id=found.id, active=query["active"])
        return list_people(session, actor, wanted, page)

    @groups.arguments(MemberSchema)
    @groups.response(204)
    def post(self, body: dict[str, Any], group_id: int) -> None:
        """Put somebody into a group; who is in it stays so."""
        session, actor = current_session(), current_actor()
        found = queries.group_for_writing(session, actor, group_id)
        actions.add_member(session, actor, found, body["person_id"])


@groups.route("/groups/<int:group_id>/members/<int:person_id>")
class OneMember(MethodView):
    """Somebody in a group."""

    @groups.response(204)
    def delete(self, group_id: int, person_id: int) -> None:
        """Take somebody out of a group."""
        session, actor = current_session(), current_actor()
        found = queries.group_for_writing(session, actor, group_id)
        actions.remove_member(session, actor, found, person_id)
